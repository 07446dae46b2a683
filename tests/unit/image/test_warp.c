// SPDX-License-Identifier: MIT
#include "pictures.h"

static const ww_affine identity = {{1, 0, 0, 0, 1, 0}};

static ww_affine rotation(double degrees, double scale, double centre_x, double centre_y, double chip_side)
{
    double a = degrees * 3.141592653589793 / 180, c = scale * cos(a), s = scale * sin(a), h = chip_side / 2;
    return (ww_affine){{c, -s, centre_x - c * h + s * h, s, c, centre_y - s * h - c * h}};
}

// Bilinear sample at (x, y), pixel centres at +0.5, edges repeated.
static double bilinear(const ww_image *image, int plane, int channel, double x, double y)
{
    const ww_plane *p = &image->plane[plane];
    x = fmin(fmax(x - 0.5, 0), p->width - 1);
    y = fmin(fmax(y - 0.5, 0), p->height - 1);
    int x0 = (int)x, y0 = (int)y, x1 = x0 + 1 < p->width ? x0 + 1 : x0, y1 = y0 + 1 < p->height ? y0 + 1 : y0;
    double top = at(image, plane, x0, y0)[channel] * (1 - (x - x0)) + at(image, plane, x1, y0)[channel] * (x - x0);
    double bottom = at(image, plane, x0, y1)[channel] * (1 - (x - x0)) + at(image, plane, x1, y1)[channel] * (x - x0);
    return top * (1 - (y - y0)) + bottom * (y - y0);
}

static double map_x(const ww_affine *m, double x, double y) { return m->m[0] * x + m->m[1] * y + m->m[2]; }

static double map_y(const ww_affine *m, double x, double y) { return m->m[3] * x + m->m[4] * y + m->m[5]; }

TEST(identity_is_the_same_picture)
{
    ww_image image = noise(WW_PIXELS_LUMA, 63, 41, 1), out;
    CHECK_OK(ww_warp_luma(&image, &identity, 63, 41, &out, &err));
    CHECK_EQ(largest_difference(&image, &out), 0);
    ww_image_free(&image);
    ww_image_free(&out);
    image = noise(WW_PIXELS_RGB, 63, 41, 1);
    CHECK_OK(ww_warp_rgb(&image, &identity, 63, 41, &out, &err));
    CHECK_EQ(largest_difference(&image, &out), 0);
    ww_image_free(&image);
    ww_image_free(&out);
}

TEST(a_whole_shift_copies_and_repeats_the_edge)
{
    ww_image image = noise(WW_PIXELS_LUMA, 20, 20, 2), out;
    ww_affine shift = {{1, 0, -7, 0, 1, 12}};
    CHECK_OK(ww_warp_luma(&image, &shift, 40, 20, &out, &err));
    for (int y = 0; y < 20; y++)
        for (int x = 0; x < 40; x++) {
            int sx = x < 7 ? 0 : x - 7 > 19 ? 19 : x - 7, sy = y + 12 > 19 ? 19 : y + 12;
            CHECK_EQ(*at(&out, 0, x, y), *at(&image, 0, sx, sy));
        }
    ww_image_free(&image);
    ww_image_free(&out);
}

TEST(a_half_shift_is_the_mean_of_two)
{
    ww_image image = noise(WW_PIXELS_LUMA, 20, 20, 3), out;
    ww_affine shift = {{1, 0, 0.5, 0, 1, 0}};
    CHECK_OK(ww_warp_luma(&image, &shift, 19, 20, &out, &err));
    for (int x = 0; x < 19; x++)
        CHECK_NEAR(*at(&out, 0, x, 5), (*at(&image, 0, x, 5) + *at(&image, 0, x + 1, 5)) / 2.0, 0.51);
    ww_image_free(&image);
    ww_image_free(&out);
}

// Around every edge, by parts of a pixel: where samples stop having all four neighbours.
TEST(edges_agree_with_the_definition)
{
    ww_image image = noise(WW_PIXELS_LUMA, 20, 16, 9), out;
    for (int i = 0; i < 81; i++) {
        double dx = (i % 9 - 4) * 0.375, dy = (i / 9 - 4) * 0.375;
        ww_affine shift = {{1, 0, dx, 0, 1, dy}};
        CHECK_OK(ww_warp_luma(&image, &shift, 20, 16, &out, &err));
        for (int y = 0; y < 16; y++)
            for (int x = 0; x < 20; x++)
                CHECK_NEAR(*at(&out, 0, x, y), bilinear(&image, 0, 0, x + 0.5 + dx, y + 0.5 + dy), 0.51);
        ww_image_free(&out);
    }
    ww_image_free(&image);
}

TEST(agrees_with_the_definition_where_nothing_shrinks)
{
    ww_image image = noise(WW_PIXELS_LUMA, 90, 70, 4), rgb = noise(WW_PIXELS_RGB, 90, 70, 5), out;
    for (int i = 0; i < 12; i++) {
        ww_affine map = rotation(31 * i, 0.3 + 0.1 * i, 45 + 5 * i, 35, 50);
        CHECK_OK(ww_warp_luma(&image, &map, 50, 50, &out, &err));
        for (int y = 0; y < 50; y++)
            for (int x = 0; x < 50; x++)
                CHECK_NEAR(*at(&out, 0, x, y),
                           bilinear(&image, 0, 0, map_x(&map, x + 0.5, y + 0.5), map_y(&map, x + 0.5, y + 0.5)), 0.8);
        ww_image_free(&out);
        CHECK_OK(ww_warp_rgb(&rgb, &map, 50, 50, &out, &err));
        for (int c = 0; c < 3; c++)
            CHECK_NEAR(at(&out, 0, 17, 33)[c], bilinear(&rgb, 0, c, map_x(&map, 17.5, 33.5), map_y(&map, 17.5, 33.5)),
                       0.8);
        ww_image_free(&out);
    }
    ww_image_free(&image);
    ww_image_free(&rgb);
}

// Shrinking by whole numbers, straight: every chip pixel is the mean of the pixels it covers.
TEST(whole_shrinking_averages_what_it_covers)
{
    ww_image image = noise(WW_PIXELS_LUMA, 120, 120, 6), out;
    for (int k = 2; k <= 10; k++) {
        ww_affine map = {{k, 0, 0, 0, k, 0}};
        int side = 120 / k;
        CHECK_OK(ww_warp_luma(&image, &map, side, side, &out, &err));
        for (int y = 0; y < side; y++)
            for (int x = 0; x < side; x++) {
                double total = 0;
                for (int i = 0; i < k * k; i++)
                    total += *at(&image, 0, x * k + i % k, y * k + i / k);
                CHECK_NEAR(*at(&out, 0, x, y), total / (k * k), 0.51);
            }
        ww_image_free(&out);
    }
    ww_image_free(&image);
}

// Pixel-sized stripes must melt to grey at any shrinking and angle; taking single samples would leave them black and
// white.
TEST(fine_stripes_do_not_alias)
{
    ww_image image = blank(WW_PIXELS_LUMA, 800, 800), out;
    for (int y = 0; y < 800; y++)
        for (int x = 0; x < 800; x++)
            *at(&image, 0, x, y) = x & 1 ? 255 : 0;
    for (int i = 0; i < 20; i++) {
        double scale = 1.8 + 0.25 * i;
        ww_affine map = rotation(17 * i, scale, 400, 400, 64);
        CHECK_OK(ww_warp_luma(&image, &map, 64, 64, &out, &err));
        for (int y = 0; y < 64; y++)
            for (int x = 0; x < 64; x++)
                CHECK_NEAR(*at(&out, 0, x, y), 127.5, 255.0 / 6 + 1); // odd cells hold one stripe more of a colour
        CHECK_NEAR(plane_mean(&out, 0), 127.5, 3);
        ww_image_free(&out);
    }
    ww_image_free(&image);
}

// A smooth picture has no detail to lose: whatever the scale, a chip shows the source at the mapped place.
TEST(smooth_pictures_stay_in_place)
{
    ww_image image = waves(WW_PIXELS_LUMA, 900, 700), out;
    for (int i = 0; i < 30; i++) {
        double scale = 0.4 + 0.17 * i;
        ww_affine map = rotation(23 * i, scale, 450, 350, 80);
        CHECK_OK(ww_warp_luma(&image, &map, 80, 80, &out, &err));
        for (int y = 0; y < 80; y++)
            for (int x = 0; x < 80; x++)
                CHECK_NEAR(*at(&out, 0, x, y),
                           bilinear(&image, 0, 0, map_x(&map, x + 0.5, y + 0.5), map_y(&map, x + 0.5, y + 0.5)), 2);
        ww_image_free(&out);
    }
    ww_image_free(&image);
}

TEST(far_outside_is_the_corner_pixel)
{
    ww_image image = noise(WW_PIXELS_LUMA, 50, 50, 7), out;
    for (int scale = 1; scale <= 7; scale += 3) {
        ww_affine map = {{scale, 0, 5000, 0, scale, 5000}}, other = {{scale, 0, -5000, 0, scale, 5000}};
        CHECK_OK(ww_warp_luma(&image, &map, 9, 9, &out, &err));
        CHECK_NEAR(plane_mean(&out, 0), *at(&image, 0, 49, 49), 0);
        ww_image_free(&out);
        CHECK_OK(ww_warp_luma(&image, &other, 9, 9, &out, &err));
        CHECK_NEAR(plane_mean(&out, 0), *at(&image, 0, 0, 49), 0);
        ww_image_free(&out);
    }
    ww_image_free(&image);
}

TEST(a_tiny_picture_fills_the_chip)
{
    ww_image image = blank(WW_PIXELS_YUV420, 1, 1), out;
    *at(&image, 0, 0, 0) = 77;
    *at(&image, 1, 0, 0) = *at(&image, 2, 0, 0) = 128;
    for (int i = 0; i < 6; i++) {
        ww_affine map = rotation(40 * i, 0.01 * pow(10, i), 0.5, 0.5, 112);
        CHECK_OK(ww_warp_luma(&image, &map, 112, 112, &out, &err));
        CHECK_NEAR(plane_mean(&out, 0), 77, 0);
        ww_image_free(&out);
        CHECK_OK(ww_warp_rgb(&image, &map, 112, 112, &out, &err));
        CHECK_NEAR(plane_mean(&out, 0), 77, 0);
        ww_image_free(&out);
    }
    ww_image_free(&image);
}

TEST(mad_maps_are_refused)
{
    ww_image image = noise(WW_PIXELS_LUMA, 50, 50, 8), out;
    ww_affine nan_map = {{1, 0, NAN, 0, 1, 0}}, far_map = {{1, 0, 1e12, 0, 1, 0}}, steep_map = {{1e7, 0, 0, 0, 1, 0}};
    CHECK_EQ(ww_warp_luma(&image, &nan_map, 9, 9, &out, &err), WW_ERR_ARGUMENT);
    CHECK_EQ(ww_warp_luma(&image, &far_map, 9, 9, &out, &err), WW_ERR_ARGUMENT);
    CHECK_EQ(ww_warp_rgb(&image, &steep_map, 9, 9, &out, &err), WW_ERR_ARGUMENT);
    CHECK(out.owned == NULL);
    CHECK_EQ(ww_warp_luma(&image, &identity, 0, 9, &out, &err), WW_ERR_MEMORY);
    ww_affine flat = {{0, 0, 25, 0, 0, 25}}; // degenerate, yet well defined: one pixel everywhere
    CHECK_OK(ww_warp_luma(&image, &flat, 9, 9, &out, &err));
    CHECK_NEAR(plane_mean(&out, 0), *at(&out, 0, 0, 0), 0);
    ww_image_free(&out);
    ww_image_free(&image);
}

TEST(limited_range_becomes_full)
{
    ww_image image = waves(WW_PIXELS_YUV420, 64, 64), out;
    image.range = WW_RANGE_LIMITED;
    CHECK_OK(ww_warp_luma(&image, &identity, 64, 64, &out, &err));
    CHECK_EQ(out.range, WW_RANGE_FULL);
    for (int x = 0; x < 64; x++)
        CHECK_EQ(*at(&out, 0, x, 9), ww_luma_to_full(WW_RANGE_LIMITED)[*at(&image, 0, x, 9)]);
    ww_image_free(&image);
    ww_image_free(&out);
}

// Warping in YUV and converting the chip, or converting the picture and warping that: the same colours, up to chroma's
// resolution.
TEST(colour_is_converted_by_the_matrix_of_the_picture)
{
    static const ww_pixels formats[] = {WW_PIXELS_LUMA, WW_PIXELS_YUV420, WW_PIXELS_YUV422, WW_PIXELS_YUV444};
    for (int f = 0; f < 4; f++) {
        ww_image image = waves(formats[f], 200, 160), rgb, chip, expected;
        image.range = WW_RANGE_LIMITED;
        image.matrix = WW_MATRIX_BT709;
        ww_affine map = rotation(20, 1.2, 100, 80, 60);
        CHECK_OK(ww_warp_rgb(&image, &map, 60, 60, &chip, &err));
        CHECK_EQ(chip.pixels, WW_PIXELS_RGB);
        CHECK_OK(ww_to_rgb(&image, &rgb, &err));
        CHECK_OK(ww_warp_rgb(&rgb, &map, 60, 60, &expected, &err));
        CHECK(largest_difference(&chip, &expected) <= 5);
        ww_image_free(&image);
        ww_image_free(&rgb);
        ww_image_free(&chip);
        ww_image_free(&expected);
    }
}

static void bench(void)
{
    ww_image film = noise(WW_PIXELS_YUV420, 1920, 1080, 1), out;
    film.range = WW_RANGE_LIMITED;
    static const double scales[] = {0.5, 1, 1.4, 2, 3, 6};
    char label[80];
    for (int i = 0; i < 6; i++) {
        ww_affine map = rotation(12, scales[i], 960, 540, 112);
        snprintf(label, sizeof label, "luma chip 112x112, scale %.1f, 12 degrees", scales[i]);
        BENCH(label, 50, ww_warp_luma(&film, &map, 112, 112, &out, &err));
        snprintf(label, sizeof label, "RGB chip 112x112, scale %.1f, 12 degrees", scales[i]);
        BENCH(label, 50, ww_warp_rgb(&film, &map, 112, 112, &out, &err));
    }
    ww_image_free(&film);
}

int main(int argc, char **argv)
{
    if (wants_bench(argc, argv)) {
        bench();
        return 0;
    }
    RUN(identity_is_the_same_picture);
    RUN(a_whole_shift_copies_and_repeats_the_edge);
    RUN(a_half_shift_is_the_mean_of_two);
    RUN(edges_agree_with_the_definition);
    RUN(agrees_with_the_definition_where_nothing_shrinks);
    RUN(whole_shrinking_averages_what_it_covers);
    RUN(fine_stripes_do_not_alias);
    RUN(smooth_pictures_stay_in_place);
    RUN(far_outside_is_the_corner_pixel);
    RUN(a_tiny_picture_fills_the_chip);
    RUN(mad_maps_are_refused);
    RUN(limited_range_becomes_full);
    RUN(colour_is_converted_by_the_matrix_of_the_picture);
    return FINISH();
}
