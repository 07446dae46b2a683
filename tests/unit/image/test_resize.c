// SPDX-License-Identifier: MIT
#include "pictures.h"

// The oracle: the definition of both filters, one output sample at a time, in double precision.
static double axis_weight(int i, int o, int in, int out)
{
    if (in >= out) { // the part of output o that input i covers
        double low = fmax(i, (double)o * in / out), high = fmin(i + 1, (double)(o + 1) * in / out);
        return high > low ? (high - low) * out / in : 0;
    }
    double centre = fmin(fmax((o + 0.5) * in / out - 0.5, 0), in - 1);
    return fmax(0, 1 - fabs(i - centre));
}

static double oracle(const ww_image *image, int plane, int channel, int x, int y, int out_width, int out_height)
{
    const ww_plane *p = &image->plane[plane];
    double total = 0;
    for (int j = 0; j < p->height; j++) {
        double wy = axis_weight(j, y, p->height, out_height);
        if (wy > 0)
            for (int i = 0; i < p->width; i++)
                total += wy * axis_weight(i, x, p->width, out_width) * at(image, plane, i, j)[channel];
    }
    return total;
}

static const int sizes[][4] = {{1, 1, 1, 1},     {1, 1, 7, 5},     {17, 13, 1, 1},   {17, 13, 17, 13}, {30, 20, 10, 10},
                               {64, 36, 32, 18}, {60, 33, 20, 11}, {60, 34, 40, 20}, {17, 13, 5, 4},   {17, 13, 23, 31},
                               {40, 30, 10, 60}, {3, 50, 50, 3},   {41, 29, 40, 28}, {2, 2, 3, 3},     {600, 5, 2, 5},
                               {5, 600, 5, 2},   {521, 3, 2, 1},   {77, 50, 11, 25}};
#define SIZES ((int)(sizeof sizes / sizeof sizes[0]))

TEST(luma_agrees_with_the_definition)
{
    for (int s = 0; s < SIZES; s++)
        for (int range = WW_RANGE_FULL; range <= WW_RANGE_LIMITED; range++) {
            ww_image image = noise(WW_PIXELS_LUMA, sizes[s][0], sizes[s][1], (uint64_t)s), out;
            image.range = (ww_range)range;
            int width = sizes[s][2], height = sizes[s][3];
            CHECK_OK(ww_resize_luma(&image, width, height, &out, &err));
            CHECK_EQ(out.pixels, WW_PIXELS_LUMA);
            CHECK_EQ(out.range, WW_RANGE_FULL);
            for (int y = 0; y < height; y++)
                for (int x = 0; x < width; x++) {
                    double v = oracle(&image, 0, 0, x, y, width, height);
                    v = range == WW_RANGE_LIMITED ? (v - 16) * 255 / 219 : v;
                    CHECK_NEAR(*at(&out, 0, x, y), fmin(fmax(v, 0), 255), 0.51);
                }
            ww_image_free(&image);
            ww_image_free(&out);
        }
}

TEST(every_plane_agrees_with_the_definition)
{
    static const ww_pixels formats[] = {WW_PIXELS_YUV420, WW_PIXELS_YUV422, WW_PIXELS_YUV444, WW_PIXELS_RGB};
    for (int s = 0; s < SIZES; s++)
        for (int f = 0; f < 4; f++) {
            ww_image image = noise(formats[f], sizes[s][0], sizes[s][1], (uint64_t)s), out;
            image.range = WW_RANGE_LIMITED;
            image.matrix = WW_MATRIX_BT709;
            CHECK_OK(ww_resize(&image, sizes[s][2], sizes[s][3], &out, &err));
            CHECK_EQ(out.pixels, formats[f]);
            CHECK_EQ(out.range, WW_RANGE_LIMITED);
            CHECK_EQ(out.matrix, WW_MATRIX_BT709);
            for (int i = 0; i < plane_count(&out); i++)
                for (int y = 0; y < out.plane[i].height; y++)
                    for (int x = 0; x < out.plane[i].width; x++)
                        for (int c = 0; c < channels_of(&out); c++)
                            CHECK_NEAR(at(&out, i, x, y)[c],
                                       oracle(&image, i, c, x, y, out.plane[i].width, out.plane[i].height), 0.51);
            ww_image_free(&image);
            ww_image_free(&out);
        }
}

TEST(same_size_is_the_same_picture)
{
    static const ww_pixels formats[] = {WW_PIXELS_LUMA, WW_PIXELS_YUV420, WW_PIXELS_YUV422, WW_PIXELS_YUV444,
                                        WW_PIXELS_RGB};
    for (int f = 0; f < 5; f++) {
        ww_image image = noise(formats[f], 45, 31, 9), out;
        CHECK_OK(ww_resize(&image, 45, 31, &out, &err));
        CHECK_EQ(largest_difference(&image, &out), 0);
        CHECK(out.plane[0].data != image.plane[0].data);
        ww_image_free(&image);
        ww_image_free(&out);
    }
}

TEST(limited_luma_of_the_same_size_is_the_table)
{
    ww_image image = noise(WW_PIXELS_LUMA, 256, 16, 10), out;
    image.range = WW_RANGE_LIMITED;
    CHECK_OK(ww_resize_luma(&image, 256, 16, &out, &err));
    for (int y = 0; y < 16; y++)
        for (int x = 0; x < 256; x++)
            CHECK_EQ(*at(&out, 0, x, y), ww_luma_to_full(WW_RANGE_LIMITED)[*at(&image, 0, x, y)]);
    ww_image_free(&image);
    ww_image_free(&out);
}

TEST(shrinking_keeps_the_mean)
{
    static const int to[][2] = {{320, 180}, {213, 120}, {640, 359}, {7, 5}, {639, 360}, {1, 1}};
    ww_image image = noise(WW_PIXELS_LUMA, 640, 360, 11), out;
    for (int i = 0; i < 6; i++) {
        CHECK_OK(ww_resize(&image, to[i][0], to[i][1], &out, &err));
        // halves are rounded up: 1/8 at 2:1
        CHECK_NEAR(plane_mean(&out, 0), plane_mean(&image, 0), to[i][0] > 100 ? 0.13 : 0.51);
        ww_image_free(&out);
    }
    ww_image_free(&image);
}

TEST(a_flat_picture_stays_flat)
{
    ww_image out;
    for (int level = 0; level < 256; level++) {
        ww_image image = blank(WW_PIXELS_LUMA, 37, 23);
        for (int y = 0; y < 23; y++)
            memset(at(&image, 0, 0, y), level, 37);
        for (int width = 5; width < 60; width += 13) {
            CHECK_OK(ww_resize(&image, width, 70 - width, &out, &err));
            CHECK(*at(&out, 0, 0, 0) == level && *at(&out, 0, width - 1, 69 - width) == level
                  && *at(&out, 0, width / 2, 3) == level);
            CHECK_NEAR(plane_mean(&out, 0), level, 0);
            ww_image_free(&out);
        }
        ww_image_free(&image);
    }
}

// Views have strides of their own and neighbours that must not leak in.
TEST(a_view_is_resized_like_its_copy)
{
    ww_image image = noise(WW_PIXELS_YUV420, 99, 77, 12), view, copy, from_view, from_copy;
    CHECK_OK(ww_crop(&image, 10, 20, 41, 31, &view, &err));
    CHECK_OK(ww_resize(&view, 41, 31, &copy, &err));
    static const int to[][2] = {{20, 15}, {41, 31}, {64, 50}, {13, 60}};
    for (int i = 0; i < 4; i++) {
        CHECK_OK(ww_resize(&view, to[i][0], to[i][1], &from_view, &err));
        CHECK_OK(ww_resize(&copy, to[i][0], to[i][1], &from_copy, &err));
        CHECK_EQ(largest_difference(&from_view, &from_copy), 0);
        ww_image_free(&from_view);
        ww_image_free(&from_copy);
    }
    ww_image_free(&image);
    ww_image_free(&copy);
}

TEST(rgb_becomes_bt601_luma)
{
    ww_image image = noise(WW_PIXELS_RGB, 50, 40, 13), out;
    static const int to[][2] = {{50, 40}, {25, 20}, {33, 21}};
    for (int i = 0; i < 3; i++) {
        CHECK_OK(ww_resize_luma(&image, to[i][0], to[i][1], &out, &err));
        for (int y = 0; y < to[i][1]; y++)
            for (int x = 0; x < to[i][0]; x++) {
                double rgb[3];
                for (int c = 0; c < 3; c++)
                    rgb[c] = oracle(&image, 0, c, x, y, to[i][0], to[i][1]);
                CHECK_NEAR(*at(&out, 0, x, y), 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2], 1.01);
            }
        ww_image_free(&out);
    }
    ww_image_free(&image);
}

TEST(impossible_sizes_are_refused)
{
    ww_image image = noise(WW_PIXELS_RGB, 8, 8, 14), out;
    CHECK_EQ(ww_resize(&image, 0, 8, &out, &err), WW_ERR_MEMORY);
    CHECK_EQ(ww_resize_luma(&image, 8, WW_IMAGE_SIDE_MAX + 1, &out, &err), WW_ERR_MEMORY);
    CHECK(out.owned == NULL);
    ww_image_free(&image);
}

// Ratios over 257 leave the 16-bit sums.
TEST(huge_ratios_are_exact)
{
    ww_image image = noise(WW_PIXELS_LUMA, 3, 60000, 15), out;
    CHECK_OK(ww_resize(&image, 1, 1, &out, &err));
    CHECK_NEAR(*at(&out, 0, 0, 0), plane_mean(&image, 0), 0.51);
    ww_image_free(&out);
    CHECK_OK(ww_resize(&image, 3, 7, &out, &err));
    CHECK_NEAR(*at(&out, 0, 2, 3), oracle(&image, 0, 0, 2, 3, 3, 7), 0.51);
    ww_image_free(&out);
    for (int ratio = 255; ratio < 260; ratio++) {
        for (int y = 0; y < 2 * ratio; y++)
            memset(at(&image, 0, 0, y), 255, 3);
        ww_image view;
        CHECK_OK(ww_crop(&image, 0, 0, 3, 2 * ratio, &view, &err));
        CHECK_OK(ww_resize(&view, 3, 2, &out, &err));
        CHECK_NEAR(plane_mean(&out, 0), 255, 0);
        ww_image_free(&out);
    }
    ww_image_free(&image);
}

static void bench(void)
{
    ww_image film = noise(WW_PIXELS_YUV420, 1920, 1080, 1), uhd = noise(WW_PIXELS_YUV420, 3840, 2160, 1);
    ww_image hd = noise(WW_PIXELS_YUV420, 1280, 720, 1), photo = noise(WW_PIXELS_YUV420, 4000, 3000, 1), out;
    ww_image portrait = noise(WW_PIXELS_YUV420, 310, 400, 1), sd = noise(WW_PIXELS_YUV420, 854, 480, 1);
    film.range = uhd.range = hd.range = sd.range = WW_RANGE_LIMITED;
    BENCH("luma 1920x1080 limited -> 640x360 (3:1)", 20, ww_resize_luma(&film, 640, 360, &out, &err));
    BENCH("luma 1280x720 limited -> 640x360 (2:1)", 20, ww_resize_luma(&hd, 640, 360, &out, &err));
    BENCH("luma 3840x2160 limited -> 640x360 (6:1)", 5, ww_resize_luma(&uhd, 640, 360, &out, &err));
    BENCH("luma 854x480 limited -> 640x360 (1.33)", 20, ww_resize_luma(&sd, 640, 360, &out, &err));
    BENCH("luma 4000x3000 -> 640x480 (6.25)", 5, ww_resize_luma(&photo, 640, 480, &out, &err));
    BENCH("4:2:0 1920x1080 -> 1280x720 (3:2)", 10, ww_resize(&film, 1280, 720, &out, &err));
    BENCH("4:2:0 310x400 -> 400x516 (growing)", 20, ww_resize(&portrait, 400, 516, &out, &err));
    BENCH("4:2:0 310x400 -> 96x124", 20, ww_resize(&portrait, 96, 124, &out, &err));
    ww_image_free(&film);
    ww_image_free(&uhd);
    ww_image_free(&hd);
    ww_image_free(&photo);
    ww_image_free(&portrait);
    ww_image_free(&sd);
}

TEST(lanczos_keeps_even_pictures_and_same_sizes)
{
    static const ww_pixels formats[] = {WW_PIXELS_LUMA, WW_PIXELS_YUV420, WW_PIXELS_RGB};
    for (size_t f = 0; f < sizeof formats / sizeof *formats; f++)
        for (int even = 0; even < 2; even++) {
            ww_image in, out;
            CHECK_OK(ww_image_alloc(&in, formats[f], 61, 47, &err));
            int planes = formats[f] == WW_PIXELS_YUV420 ? 3 : 1, channels = formats[f] == WW_PIXELS_RGB ? 3 : 1;
            for (int p = 0; p < planes; p++)
                for (int y = 0; y < in.plane[p].height; y++)
                    for (int x = 0; x < in.plane[p].width * channels; x++)
                        in.plane[p].data[y * in.plane[p].stride + x] = (uint8_t)(even ? 40 + 70 * p : 7 * x * y + p);
            CHECK_OK(ww_resize_lanczos(&in, even ? 23 : 61, even ? 100 : 47, &out, &err));
            CHECK(out.pixels == in.pixels && out.width == (even ? 23 : 61) && out.height == (even ? 100 : 47));
            for (int p = 0; p < planes; p++)
                for (int y = 0; y < out.plane[p].height; y++)
                    for (int x = 0; x < out.plane[p].width * channels; x++) {
                        int expected = even ? 40 + 70 * p : in.plane[p].data[y * in.plane[p].stride + x];
                        // weights are rounded
                        CHECK(abs(out.plane[p].data[y * out.plane[p].stride + x] - expected) <= even);
                    }
            ww_image_free(&out);
            ww_image_free(&in);
        }
    ww_image in, out;
    CHECK_OK(ww_image_alloc(&in, WW_PIXELS_LUMA, 5, 5, &err));
    CHECK(ww_resize_lanczos(&in, 0, 5, &out, &err) != WW_OK);
    ww_image_free(&in);
}

int main(int argc, char **argv)
{
    if (wants_bench(argc, argv)) {
        bench();
        return 0;
    }
    RUN(luma_agrees_with_the_definition);
    RUN(every_plane_agrees_with_the_definition);
    RUN(same_size_is_the_same_picture);
    RUN(limited_luma_of_the_same_size_is_the_table);
    RUN(shrinking_keeps_the_mean);
    RUN(a_flat_picture_stays_flat);
    RUN(a_view_is_resized_like_its_copy);
    RUN(rgb_becomes_bt601_luma);
    RUN(impossible_sizes_are_refused);
    RUN(huge_ratios_are_exact);
    RUN(lanczos_keeps_even_pictures_and_same_sizes);
    return FINISH();
}
