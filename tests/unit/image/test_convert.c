// SPDX-License-Identifier: MIT
#include "pictures.h"

static const ww_pixels yuv_formats[] = {WW_PIXELS_YUV420, WW_PIXELS_YUV422, WW_PIXELS_YUV444};

// The definitions in double: R, G, B in 0..255 from the samples of one pixel, and back to JPEG's Y, Cb, Cr.
static void to_rgb(const double yuv[3], ww_matrix matrix, ww_range range, double rgb[3])
{
    static const double kr_of[] = {0.299, 0.2126, 0.2627}, kb_of[] = {0.114, 0.0722, 0.0593};
    bool limited = range == WW_RANGE_LIMITED;
    double kr = kr_of[matrix], kb = kb_of[matrix], kg = 1 - kr - kb;
    double y = limited ? (yuv[0] - 16) * 255 / 219 : yuv[0], c = limited ? 255.0 / 224 : 1;
    rgb[0] = y + 2 * (1 - kr) * c * (yuv[2] - 128);
    rgb[2] = y + 2 * (1 - kb) * c * (yuv[1] - 128);
    rgb[1] = (y - kr * rgb[0] - kb * rgb[2]) / kg;
}

static void to_jpeg(const double rgb[3], double yuv[3])
{
    yuv[0] = 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2];
    yuv[1] = 128 + (rgb[2] - yuv[0]) / 1.772;
    yuv[2] = 128 + (rgb[0] - yuv[0]) / 1.402;
}

static double clipped(double v) { return fmin(fmax(v, 0), 255); }

static int shift_x(ww_pixels p) { return p != WW_PIXELS_YUV444; }

static int shift_y(ww_pixels p) { return p == WW_PIXELS_YUV420; }

TEST(rgb_follows_the_definition)
{
    for (int f = 0; f < 3; f++)
        for (int matrix = 0; matrix < 3; matrix++)
            for (int range = 0; range < 2; range++) {
                ww_image image = noise(yuv_formats[f], 43, 21, 1), out;
                image.matrix = (ww_matrix)matrix;
                image.range = (ww_range)range;
                CHECK_OK(ww_to_rgb(&image, &out, &err));
                for (int y = 0; y < 21; y++)
                    for (int x = 0; x < 43; x++) {
                        int cx = x >> shift_x(yuv_formats[f]), cy = y >> shift_y(yuv_formats[f]);
                        double yuv[3] = {*at(&image, 0, x, y), *at(&image, 1, cx, cy), *at(&image, 2, cx, cy)}, rgb[3];
                        to_rgb(yuv, image.matrix, image.range, rgb);
                        for (int c = 0; c < 3; c++)
                            CHECK_NEAR(at(&out, 0, x, y)[c], clipped(rgb[c]), 0.56);
                    }
                ww_image_free(&image);
                ww_image_free(&out);
            }
}

TEST(luma_becomes_grey)
{
    ww_image image = noise(WW_PIXELS_LUMA, 43, 21, 2), out;
    image.range = WW_RANGE_LIMITED;
    CHECK_OK(ww_to_rgb(&image, &out, &err));
    const uint8_t *full = ww_luma_to_full(WW_RANGE_LIMITED);
    for (int x = 0; x < 43; x++)
        for (int c = 0; c < 3; c++)
            CHECK_EQ(at(&out, 0, x, 20)[c], full[*at(&image, 0, x, 20)]);
    ww_image_free(&out);
    CHECK_OK(ww_to_jpeg_yuv(&image, &out, &err));
    CHECK_EQ(out.range, WW_RANGE_FULL);
    for (int x = 0; x < 43; x++) {
        CHECK_EQ(*at(&out, 0, x, 20), full[*at(&image, 0, x, 20)]);
        CHECK_EQ(*at(&out, 1, x / 2, 10), 128);
        CHECK_EQ(*at(&out, 2, x / 2, 10), 128);
    }
    ww_image_free(&image);
    ww_image_free(&out);
}

// The mean chroma of the source pixels that one 4:2:0 chroma sample stands for.
static double mean_chroma(const ww_image *image, int plane, int cx, int cy)
{
    int sx = shift_x(image->pixels), sy = shift_y(image->pixels);
    double total = 0;
    for (int i = 0; i < 4; i++) {
        int x = 2 * cx + i % 2, y = 2 * cy + i / 2;
        x = x < image->width ? x : image->width - 1;
        y = y < image->height ? y : image->height - 1;
        total += *at(image, plane, x >> sx, y >> sy);
    }
    return total / 4;
}

TEST(jpeg_yuv_follows_the_definition)
{
    for (int f = 0; f < 3; f++)
        for (int matrix = 0; matrix < 3; matrix++)
            for (int range = 0; range < 2; range++) {
                ww_image image = noise(yuv_formats[f], 43, 21, 3), out;
                image.matrix = (ww_matrix)matrix;
                image.range = (ww_range)range;
                CHECK_OK(ww_to_jpeg_yuv(&image, &out, &err));
                CHECK(out.pixels == WW_PIXELS_YUV420 && out.range == WW_RANGE_FULL && out.matrix == WW_MATRIX_BT601);
                double rgb[3], jpeg[3];
                for (int y = 0; y < 21; y++)
                    for (int x = 0; x < 43; x++) {
                        int cx = x >> shift_x(yuv_formats[f]), cy = y >> shift_y(yuv_formats[f]);
                        double yuv[3] = {*at(&image, 0, x, y), *at(&image, 1, cx, cy), *at(&image, 2, cx, cy)};
                        to_rgb(yuv, image.matrix, image.range, rgb);
                        to_jpeg(rgb, jpeg);
                        CHECK_NEAR(*at(&out, 0, x, y), clipped(jpeg[0]), 0.6);
                    }
                for (int y = 0; y < 11; y++)
                    for (int x = 0; x < 22; x++) {
                        double yuv[3] = {100, mean_chroma(&image, 1, x, y), mean_chroma(&image, 2, x, y)};
                        to_rgb(yuv, image.matrix, image.range, rgb);
                        to_jpeg(rgb, jpeg);
                        CHECK_NEAR(*at(&out, 1, x, y), clipped(jpeg[1]), 0.6);
                        CHECK_NEAR(*at(&out, 2, x, y), clipped(jpeg[2]), 0.6);
                    }
                ww_image_free(&image);
                ww_image_free(&out);
            }
}

TEST(jpeg_yuv_of_rgb_follows_the_definition)
{
    ww_image image = noise(WW_PIXELS_RGB, 43, 21, 4), out;
    CHECK_OK(ww_to_jpeg_yuv(&image, &out, &err));
    for (int y = 0; y < 21; y++)
        for (int x = 0; x < 43; x++) {
            const uint8_t *p = at(&image, 0, x, y);
            CHECK_NEAR(*at(&out, 0, x, y), 0.299 * p[0] + 0.587 * p[1] + 0.114 * p[2], 0.56);
        }
    for (int y = 0; y < 11; y++)
        for (int x = 0; x < 22; x++) {
            double rgb[3] = {0}, jpeg[3];
            for (int i = 0; i < 4; i++)
                for (int c = 0; c < 3; c++)
                    rgb[c] += at(&image, 0, 2 * x + i % 2 < 43 ? 2 * x + i % 2 : 42,
                                 2 * y + i / 2 < 21 ? 2 * y + i / 2 : 20)[c]
                              / 4.0;
            to_jpeg(rgb, jpeg);
            CHECK_NEAR(*at(&out, 1, x, y), clipped(jpeg[1]), 0.56);
            CHECK_NEAR(*at(&out, 2, x, y), clipped(jpeg[2]), 0.56);
        }
    ww_image_free(&image);
    ww_image_free(&out);
}

TEST(what_is_jpeg_already_stays)
{
    ww_image image = noise(WW_PIXELS_YUV420, 43, 21, 5), rgb = noise(WW_PIXELS_RGB, 43, 21, 6), out;
    CHECK_OK(ww_to_jpeg_yuv(&image, &out, &err));
    CHECK_EQ(largest_difference(&image, &out), 0);
    ww_image_free(&out);
    CHECK_OK(ww_to_rgb(&rgb, &out, &err));
    CHECK_EQ(largest_difference(&rgb, &out), 0);
    ww_image_free(&out);
    ww_image_free(&image);
    ww_image_free(&rgb);
}

// Out and back, where nothing is clipped and chroma is not subsampled.
TEST(rgb_there_and_back)
{
    ww_image image = blank(WW_PIXELS_RGB, 64, 64), yuv, back;
    for (int y = 0; y < 64; y++)
        for (int x = 0; x < 64; x++)
            for (int c = 0; c < 3; c++)
                at(&image, 0, x, y)[c] = (uint8_t)(20 + 30 * ((x / 2 + c * (y / 2)) % 8));
    CHECK_OK(ww_to_jpeg_yuv(&image, &yuv, &err));
    CHECK_OK(ww_to_rgb(&yuv, &back, &err));
    CHECK(largest_difference(&image, &back) <= 3);
    ww_image_free(&image);
    ww_image_free(&yuv);
    ww_image_free(&back);
}

TEST(one_pixel_and_one_row)
{
    static const int sizes[][2] = {{1, 1}, {1, 9}, {9, 1}, {2, 1}};
    static const ww_pixels formats[] = {WW_PIXELS_LUMA, WW_PIXELS_YUV420, WW_PIXELS_YUV422, WW_PIXELS_YUV444,
                                        WW_PIXELS_RGB};
    for (int s = 0; s < 4; s++)
        for (int f = 0; f < 5; f++) {
            ww_image image = noise(formats[f], sizes[s][0], sizes[s][1], 7), yuv, rgb;
            image.matrix = WW_MATRIX_BT709;
            CHECK_OK(ww_to_jpeg_yuv(&image, &yuv, &err));
            CHECK_OK(ww_to_rgb(&image, &rgb, &err));
            CHECK(yuv.width == sizes[s][0] && rgb.height == sizes[s][1]);
            ww_image_free(&image);
            ww_image_free(&yuv);
            ww_image_free(&rgb);
        }
}

static void bench(void)
{
    ww_image film = noise(WW_PIXELS_YUV420, 1280, 720, 1), rgb = noise(WW_PIXELS_RGB, 1280, 720, 1), out;
    ww_image wide = noise(WW_PIXELS_YUV444, 1280, 720, 1);
    film.range = WW_RANGE_LIMITED;
    film.matrix = WW_MATRIX_BT709;
    BENCH("to_jpeg_yuv 1280x720 4:2:0 BT.709 limited", 10, ww_to_jpeg_yuv(&film, &out, &err));
    film.matrix = WW_MATRIX_BT601;
    BENCH("to_jpeg_yuv 1280x720 4:2:0 BT.601 limited", 10, ww_to_jpeg_yuv(&film, &out, &err));
    BENCH("to_jpeg_yuv 1280x720 4:4:4 BT.601 full", 10, ww_to_jpeg_yuv(&wide, &out, &err));
    BENCH("to_jpeg_yuv 1280x720 RGB", 10, ww_to_jpeg_yuv(&rgb, &out, &err));
    BENCH("to_rgb 1280x720 4:2:0", 10, ww_to_rgb(&film, &out, &err));
    ww_image_free(&film);
    ww_image_free(&rgb);
    ww_image_free(&wide);
}

int main(int argc, char **argv)
{
    if (wants_bench(argc, argv)) {
        bench();
        return 0;
    }
    RUN(rgb_follows_the_definition);
    RUN(luma_becomes_grey);
    RUN(jpeg_yuv_follows_the_definition);
    RUN(jpeg_yuv_of_rgb_follows_the_definition);
    RUN(what_is_jpeg_already_stays);
    RUN(rgb_there_and_back);
    RUN(one_pixel_and_one_row);
    return FINISH();
}
