// SPDX-License-Identifier: MIT
// The chip that the library keeps shows the pixels that were embedded, whatever it was packed into and back.
#include "image/align.h"
#include "image/chip.h"
#include "pictures.h"

enum { EMBEDDED_SIDE = 96, MARGIN = 8, WIDTH = 300, HEIGHT = 260 };

// A face of about 150 pixels that leans to its side.
static const float landmark[WW_LANDMARK_VALUES] = {110, 90, 168, 108, 128, 140, 96, 158, 144, 173};

static int luma_of(const uint8_t rgb[3]) { return (int)lrint(0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]); }

// Largest difference between the chip's luma and what models of luma get.
static int error_of(const ww_image *image, bool as_filmed)
{
    ww_image seen = {0}, chip = {0}, back = {0};
    uint8_t *png = NULL;
    size_t bytes = 0;
    const ww_affine map = ww_align(landmark, EMBEDDED_SIDE, MARGIN);
    CHECK_OK(ww_warp_luma(image, &map, EMBEDDED_SIDE, EMBEDDED_SIDE, &seen, &err));
    CHECK_OK(ww_chip_cut(image, landmark, as_filmed, &chip, &err));
    CHECK_OK(ww_chip_pack(&chip, &png, &bytes, &err));
    CHECK_OK(ww_chip_unpack(png, bytes, &back, &err));
    CHECK(back.pixels == WW_PIXELS_RGB && back.width == WW_CHIP_SIDE && back.height == WW_CHIP_SIDE);
    int worst = 0;
    for (int y = 0; y < EMBEDDED_SIDE; y++)
        for (int x = 0; x < EMBEDDED_SIDE; x++) {
            const int difference = abs(*at(&seen, 0, x, y) - luma_of(at(&back, 0, x + MARGIN, y + MARGIN)));
            worst = difference > worst ? difference : worst;
        }
    ww_image_free(&seen);
    ww_image_free(&chip);
    ww_image_free(&back);
    free(png);
    return worst;
}

TEST(its_luma_is_that_which_was_embedded)
{
    static const ww_pixels kinds[] = {WW_PIXELS_YUV420, WW_PIXELS_YUV422, WW_PIXELS_YUV444, WW_PIXELS_RGB,
                                      WW_PIXELS_LUMA};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        for (int limited = 0; limited < 2; limited++) {
            ww_image image = noise(kinds[i], WIDTH, HEIGHT, 7); // colours that RGB cannot hold, too
            image.range = limited && kinds[i] != WW_PIXELS_RGB ? WW_RANGE_LIMITED : WW_RANGE_FULL;
            image.matrix = limited ? WW_MATRIX_BT709 : WW_MATRIX_BT601;
            CHECK(error_of(&image, true) <= 1);
            ww_image_free(&image);
        }
}

// For models of colour it is that of the colours.
TEST(its_luma_is_that_of_its_colours_if_asked)
{
    ww_image image = waves(WW_PIXELS_YUV444, WIDTH, HEIGHT), chip, other, rgb;
    image.matrix = WW_MATRIX_BT709;
    const ww_affine map = ww_align(landmark, WW_CHIP_SIDE, 0);
    CHECK_OK(ww_chip_cut(&image, landmark, false, &chip, &err));
    CHECK_OK(ww_warp_rgb(&image, &map, WW_CHIP_SIDE, WW_CHIP_SIDE, &rgb, &err));
    CHECK_OK(ww_to_jpeg_yuv(&rgb, &other, &err));
    int worst = 0;
    for (int y = 0; y < WW_CHIP_SIDE; y++)
        for (int x = 0; x < WW_CHIP_SIDE; x++) {
            const uint8_t *p = at(&rgb, 0, x, y);
            const bool clipped = p[0] % 255 == 0 || p[1] % 255 == 0 || p[2] % 255 == 0;
            const int difference = clipped ? 0 : abs(*at(&chip, 0, x, y) - *at(&other, 0, x, y));
            worst = difference > worst ? difference : worst;
        }
    CHECK(worst <= 2);
    ww_image_free(&image);
    ww_image_free(&chip);
    ww_image_free(&other);
    ww_image_free(&rgb);
}

TEST(its_colours_are_those_of_the_picture)
{
    ww_image image = waves(WW_PIXELS_RGB, WIDTH, HEIGHT), chip, rgb, back;
    uint8_t *png = NULL;
    size_t bytes = 0;
    const ww_affine map = ww_align(landmark, WW_CHIP_SIDE, 0);
    CHECK_OK(ww_warp_rgb(&image, &map, WW_CHIP_SIDE, WW_CHIP_SIDE, &rgb, &err));
    CHECK_OK(ww_chip_cut(&image, landmark, true, &chip, &err));
    CHECK_OK(ww_chip_pack(&chip, &png, &bytes, &err));
    CHECK_OK(ww_chip_unpack(png, bytes, &back, &err));
    int worst = 0;
    for (int y = 0; y < WW_CHIP_SIDE; y++)
        for (int x = 0; x < WW_CHIP_SIDE * 3; x++) {
            const int difference =
                abs(rgb.plane[0].data[y * rgb.plane[0].stride + x] - back.plane[0].data[y * back.plane[0].stride + x]);
            worst = difference > worst ? difference : worst;
        }
    CHECK(worst <= 6); // chroma of half the size
    free(png);
    ww_image_free(&image);
    ww_image_free(&chip);
    ww_image_free(&rgb);
    ww_image_free(&back);
}

// As libraries that were scanned earlier have it: the planes in a grey picture.
static void pack_as_once(const ww_image *chip, uint8_t **png, size_t *bytes)
{
    enum { HALF = WW_CHIP_SIDE / 2 };
    ww_image grey = blank(WW_PIXELS_LUMA, WW_CHIP_SIDE, WW_CHIP_SIDE + HALF);
    for (int y = 0; y < WW_CHIP_SIDE + HALF; y++)
        for (int x = 0; x < WW_CHIP_SIDE; x++) {
            const int plane = y < WW_CHIP_SIDE ? 0 : 1 + x / HALF;
            *at(&grey, 0, x, y) = *at(chip, plane, plane ? x % HALF : x, plane ? y - WW_CHIP_SIDE : y);
        }
    CHECK_OK(ww_png_encode(&grey, png, bytes, &err));
    ww_image_free(&grey);
}

TEST(what_was_once_kept_is_read_as_the_same)
{
    ww_image image = noise(WW_PIXELS_YUV420, WIDTH, HEIGHT, 11), chip, now, once;
    uint8_t *png, *grey;
    size_t bytes, grey_bytes;
    CHECK_OK(ww_chip_cut(&image, landmark, true, &chip, &err));
    CHECK_OK(ww_chip_pack(&chip, &png, &bytes, &err));
    pack_as_once(&chip, &grey, &grey_bytes);
    CHECK_OK(ww_chip_unpack(png, bytes, &now, &err));
    CHECK_OK(ww_chip_unpack(grey, grey_bytes, &once, &err));
    CHECK(once.pixels == WW_PIXELS_RGB && once.width == WW_CHIP_SIDE && once.height == WW_CHIP_SIDE);
    for (int y = 0; y < WW_CHIP_SIDE; y++)
        CHECK(memcmp(at(&now, 0, 0, y), at(&once, 0, 0, y), (size_t)WW_CHIP_SIDE * 3) == 0);
    CHECK(ww_chip_is_packed(png, bytes) && !ww_chip_is_packed(grey, grey_bytes));
    ww_image_free(&image);
    ww_image_free(&chip);
    ww_image_free(&now);
    ww_image_free(&once);
    free(png);
    free(grey);
}

// Wherever a byte is another, the chip is not handed on as it is, and none is read but where it is in the last chunk,
// which says nothing.
TEST(damage_is_seen)
{
    enum { LAST_CHUNK = 12 };
    ww_image image = noise(WW_PIXELS_YUV420, WIDTH, HEIGHT, 12), chip, back;
    uint8_t *png;
    size_t bytes = 0;
    CHECK_OK(ww_chip_cut(&image, landmark, true, &chip, &err));
    CHECK_OK(ww_chip_pack(&chip, &png, &bytes, &err));
    for (size_t i = 0; i < bytes; i += i < bytes - LAST_CHUNK - 99 ? 1 + i / 64 : 1) {
        png[i] ^= 0x10;
        CHECK(!ww_chip_is_packed(png, bytes));
        CHECK(i >= bytes - LAST_CHUNK || ww_chip_unpack(png, bytes, &back, &err) == WW_ERR_FORMAT);
        png[i] ^= 0x10;
    }
    CHECK(ww_chip_is_packed(png, bytes) && !ww_chip_is_packed(png, bytes - 1) && !ww_chip_is_packed(png, 0));
    ww_image_free(&image);
    ww_image_free(&chip);
    free(png);
}

// A chip of one luma, with another in one half.
static ww_light light_of(int luma, int right, int below)
{
    ww_image chip = blank(WW_PIXELS_YUV420, WW_CHIP_SIDE, WW_CHIP_SIDE);
    for (int y = 0; y < WW_CHIP_SIDE; y++)
        for (int x = 0; x < WW_CHIP_SIDE; x++)
            *at(&chip, 0, x, y) =
                (uint8_t)(luma + (x >= WW_CHIP_SIDE / 2 ? right : 0) + (y >= WW_CHIP_SIDE / 2 ? below : 0));
    const ww_light light = ww_chip_light(&chip);
    ww_image_free(&chip);
    return light;
}

static bool is_light(ww_light l, double mean, double contrast, double from_right, double from_below)
{
    return fabs(l.mean - mean) < 1e-3 && fabs(l.contrast - contrast) < 1e-3 && fabs(l.from_right - from_right) < 1e-3
           && fabs(l.from_below - from_below) < 1e-3;
}

TEST(light_is_told_by_mean_contrast_and_direction)
{
    CHECK(is_light(light_of(51, 0, 0), 0.2, 0, 0, 0));
    CHECK(is_light(light_of(51, 102, 0), 0.4, 0.2, 0.5, 0)); // 51 to the left, 153 to the right
    CHECK(is_light(light_of(153, -102, 0), 0.4, 0.2, -0.5, 0));
    CHECK(is_light(light_of(51, 0, 102), 0.4, 0.2, 0, 0.5));
    CHECK(is_light(light_of(0, 0, 0), 0, 0, 0, 0));
}

TEST(what_is_no_chip_is_refused)
{
    ww_image image = noise(WW_PIXELS_LUMA, WIDTH, HEIGHT, 3), chip;
    uint8_t *png = NULL;
    size_t bytes = 0;
    const float nowhere[WW_LANDMARK_VALUES] = {1e9f, 0, 2e9f, 0, 0, 1e9f, 0, 0, 0, 0};
    CHECK_EQ(ww_chip_cut(&image, nowhere, true, &chip, &err), WW_ERR_ARGUMENT);
    CHECK_OK(ww_png_encode(&image, &png, &bytes, &err));
    CHECK_EQ(ww_chip_unpack(png, bytes, &chip, &err), WW_ERR_FORMAT); // another size
    CHECK_EQ(ww_chip_unpack(png, bytes / 2, &chip, &err), WW_ERR_FORMAT);
    CHECK_EQ(ww_chip_unpack((const uint8_t *)"", 0, &chip, &err), WW_ERR_FORMAT);
    CHECK(!chip.owned);
    free(png);
    ww_image_free(&image);
}

int main(void)
{
    RUN(its_luma_is_that_which_was_embedded);
    RUN(its_luma_is_that_of_its_colours_if_asked);
    RUN(its_colours_are_those_of_the_picture);
    RUN(what_was_once_kept_is_read_as_the_same);
    RUN(damage_is_seen);
    RUN(light_is_told_by_mean_contrast_and_direction);
    RUN(what_is_no_chip_is_refused);
    return FINISH();
}
