// SPDX-License-Identifier: MIT
// JPEG in and out. With `--corpus DIR` this writes the seeds of tests/fuzz/corpus/jpeg.
#include "base/files.h"
#include "jpegs.h"

TEST(planes_survive_the_round_trip)
{
    static const int sizes[][2] = {{1, 1},   {2, 1},   {8, 8},   {9, 7},     {16, 16},
                                   {17, 13}, {13, 17}, {64, 48}, {639, 361}, {1280, 720}};
    for (int s = 0; s < 10; s++)
        for (int grey = 0; grey < 2; grey++) {
            ww_image image = waves(grey ? WW_PIXELS_LUMA : WW_PIXELS_YUV420, sizes[s][0], sizes[s][1]);
            jpeg j = encoded(&image, 95);
            ww_image out = decoded(j, MANY);
            CHECK_EQ(out.pixels, image.pixels);
            CHECK(out.width == image.width && out.height == image.height);
            CHECK(out.range == WW_RANGE_FULL && out.matrix == WW_MATRIX_BT601);
            for (int i = 0; i < plane_count(&image); i++)
                CHECK(plane_psnr(&image, &out, i) > (sizes[s][0] < 100 ? 30 : 42));
            ww_image_free(&image);
            ww_image_free(&out);
            free(j.data);
        }
}

TEST(quality_costs_bytes_and_buys_likeness)
{
    ww_image image = noise(WW_PIXELS_YUV420, 128, 128, 1);
    size_t bytes = 0;
    double psnr = 0;
    for (int quality = 10; quality <= 100; quality += 15) {
        jpeg j = encoded(&image, quality);
        ww_image out = decoded(j, MANY);
        CHECK(j.bytes > bytes);
        CHECK(plane_psnr(&image, &out, 0) > psnr);
        bytes = j.bytes;
        psnr = plane_psnr(&image, &out, 0);
        ww_image_free(&out);
        free(j.data);
    }
    CHECK(psnr > 45);
    ww_image_free(&image);
}

TEST(the_same_picture_gives_the_same_bytes)
{
    ww_image image = noise(WW_PIXELS_YUV420, 333, 222, 2), view;
    jpeg a = encoded(&image, 90), b = encoded(&image, 90);
    CHECK(a.bytes == b.bytes && memcmp(a.data, b.data, a.bytes) == 0);
    free(b.data);
    ww_image canvas = noise(WW_PIXELS_YUV420, 400, 300, 3); // other neighbours must not matter
    CHECK_OK(ww_paste(&canvas, &image, 32, 16, &err));
    CHECK_OK(ww_crop(&canvas, 32, 16, 333, 222, &view, &err));
    b = encoded(&view, 90);
    CHECK(a.bytes == b.bytes && memcmp(a.data, b.data, a.bytes) == 0);
    free(a.data);
    free(b.data);
    ww_image_free(&image);
    ww_image_free(&canvas);
}

TEST(other_formats_are_converted_for_the_file)
{
    static const ww_pixels formats[] = {WW_PIXELS_YUV420, WW_PIXELS_YUV422, WW_PIXELS_YUV444, WW_PIXELS_RGB,
                                        WW_PIXELS_LUMA};
    for (int f = 0; f < 5; f++) {
        ww_image image = waves(formats[f], 160, 120), expected;
        if (formats[f] != WW_PIXELS_RGB) {
            image.range = WW_RANGE_LIMITED;
            image.matrix = WW_MATRIX_BT709;
        }
        CHECK_OK(ww_to_jpeg_yuv(&image, &expected, &err));
        jpeg j = encoded(&image, 95);
        ww_image out = decoded(j, MANY);
        CHECK_EQ(out.pixels, formats[f] == WW_PIXELS_LUMA ? WW_PIXELS_LUMA : WW_PIXELS_YUV420);
        for (int i = 0; i < plane_count(&out); i++)
            CHECK(plane_psnr(&expected, &out, i) > 40);
        free(j.data);
        ww_image_free(&image);
        ww_image_free(&expected);
        ww_image_free(&out);
    }
}

// Bands are converted as whole pictures are, also the last one, where rows are missing and chroma is half there.
TEST(what_is_converted_by_bands_is_what_is_converted_whole)
{
    static const ww_pixels formats[] = {WW_PIXELS_YUV420, WW_PIXELS_YUV422, WW_PIXELS_YUV444};
    static const int sizes[][2] = {{1, 1}, {17, 15}, {64, 16}, {65, 33}, {1, 47}, {130, 63}};
    for (int f = 0; f < 3; f++)
        for (int s = 0; s < 6; s++) {
            ww_image image = waves(formats[f], sizes[s][0], sizes[s][1]), whole;
            image.range = WW_RANGE_LIMITED;
            image.matrix = WW_MATRIX_BT709;
            CHECK_OK(ww_to_jpeg_yuv(&image, &whole, &err));
            jpeg expected = encoded(&whole, 95), got = encoded(&image, 95);
            CHECK_EQ(got.bytes, expected.bytes);
            CHECK(got.bytes == expected.bytes && memcmp(got.data, expected.data, got.bytes) == 0);
            free(expected.data);
            free(got.data);
            ww_image_free(&image);
            ww_image_free(&whole);
        }
}

TEST(impossible_encodings_are_refused)
{
    ww_image image = blank(WW_PIXELS_LUMA, WW_IMAGE_SIDE_MAX, 1);
    uint8_t *data;
    size_t bytes;
    CHECK_EQ(ww_jpeg_encode(&image, 90, &data, &bytes, &err), WW_ERR_ARGUMENT);
    CHECK(data == NULL);
    ww_image_free(&image);
    image = blank(WW_PIXELS_LUMA, 8, 8);
    CHECK_EQ(ww_jpeg_encode(&image, 0, &data, &bytes, &err), WW_ERR_ARGUMENT);
    CHECK_EQ(ww_jpeg_encode(&image, 101, &data, &bytes, &err), WW_ERR_ARGUMENT);
    ww_image_free(&image);
}

// Decoded to RGB by libjpeg itself.
static ww_image rgb_by_libjpeg(jpeg j)
{
    struct jpeg_decompress_struct c;
    struct jpeg_error_mgr e;
    c.err = jpeg_std_error(&e);
    jpeg_create_decompress(&c);
    jpeg_mem_src(&c, j.data, (unsigned long)j.bytes);
    jpeg_read_header(&c, TRUE);
    c.out_color_space = JCS_RGB;
    c.do_fancy_upsampling = FALSE;
    jpeg_start_decompress(&c);
    ww_image image = blank(WW_PIXELS_RGB, (int)c.output_width, (int)c.output_height);
    while (c.output_scanline < c.output_height) {
        JSAMPROW row = at(&image, 0, 0, (int)c.output_scanline);
        jpeg_read_scanlines(&c, &row, 1);
    }
    jpeg_destroy_decompress(&c);
    return image;
}

TEST(every_sampling_is_read)
{
    static const struct {
        int h, v;
        ww_pixels pixels;
    } samplings[] = {{1, 1, WW_PIXELS_YUV444}, {2, 1, WW_PIXELS_YUV422}, {2, 2, WW_PIXELS_YUV420},
                     {1, 2, WW_PIXELS_YUV444}, {4, 1, WW_PIXELS_YUV444}, {4, 2, WW_PIXELS_YUV444}};
    for (int s = 0; s < 6; s++)
        for (int progressive = 0; progressive < 2; progressive++) {
            recipe r = {JCS_RGB, JCS_YCbCr, samplings[s].h, samplings[s].v, .progressive = progressive};
            jpeg j = made_by_libjpeg(r, 147, 85);
            ww_image out = decoded(j, MANY), rgb, expected = rgb_by_libjpeg(j);
            CHECK_EQ(out.pixels, samplings[s].pixels);
            CHECK_OK(ww_to_rgb(&out, &rgb, &err));
            CHECK(plane_psnr(&rgb, &expected, 0) > (s < 3 ? 48 : 35)); // odd samplings are smoothed as they grow
            ww_image_free(&out);
            ww_image_free(&rgb);
            ww_image_free(&expected);
            free(j.data);
        }
}

TEST(rgb_and_grey_are_read)
{
    jpeg j = made_by_libjpeg((recipe){JCS_RGB, JCS_RGB}, 61, 47);
    ww_image out = decoded(j, MANY), expected = rgb_by_libjpeg(j);
    CHECK_EQ(out.pixels, WW_PIXELS_RGB);
    CHECK_EQ(largest_difference(&out, &expected), 0);
    ww_image_free(&out);
    ww_image_free(&expected);
    free(j.data);
    j = made_by_libjpeg((recipe){JCS_GRAYSCALE, JCS_GRAYSCALE, 2, 2, .progressive = true}, 61, 47);
    out = decoded(j, MANY);
    CHECK_EQ(out.pixels, WW_PIXELS_LUMA);
    uint8_t row[61];
    for (int y = 0; y < 47; y++) {
        wave_row(row, 61, 1, y);
        for (int x = 0; x < 61; x++)
            CHECK_NEAR(*at(&out, 0, x, y), row[x], 6);
    }
    ww_image_free(&out);
    free(j.data);
}

// libjpeg marks both as Adobe's, whose inks are stored upside down: light = ink x black.
TEST(inks_become_rgb)
{
    static const J_COLOR_SPACE stored[] = {JCS_CMYK, JCS_YCCK};
    for (int s = 0; s < 2; s++) {
        jpeg j = made_by_libjpeg((recipe){JCS_CMYK, stored[s]}, 61, 47);
        ww_image out = decoded(j, MANY);
        CHECK_EQ(out.pixels, WW_PIXELS_RGB);
        uint8_t row[61 * 4];
        for (int y = 0; y < 47; y++) {
            wave_row(row, 61, 4, y);
            for (int x = 0; x < 61; x++)
                for (int c = 0; c < 3; c++)
                    CHECK_NEAR(at(&out, 0, x, y)[c], row[4 * x + c] * row[4 * x + 3] / 255.0, 14);
        }
        ww_image_free(&out);
        free(j.data);
    }
}

TEST(large_pictures_are_decoded_smaller)
{
    static const struct {
        size_t max_pixels;
        int width, height;
    } steps[] = {{320 * 203, 320, 203}, {320 * 203 - 1, 160, 102}, {160 * 102 - 1, 80, 51}, {80 * 51 - 1, 40, 26}};
    static const recipe recipes[] = {{JCS_RGB, JCS_YCbCr, 2, 2},
                                     {JCS_RGB, JCS_YCbCr, 2, 2, .progressive = true},
                                     {JCS_GRAYSCALE, JCS_GRAYSCALE},
                                     {JCS_CMYK, JCS_CMYK},
                                     {JCS_RGB, JCS_YCbCr, 1, 2}};
    for (int k = 0; k < 5; k++) {
        jpeg j = made_by_libjpeg(recipes[k], 320, 203);
        for (int s = 0; s < 4; s++) {
            ww_image out, rgb, whole = decoded(j, MANY), whole_rgb, expected;
            int width = 0, height = 0;
            CHECK_OK(
                ww_jpeg_decode(j.data, j.bytes, "t", steps[s].max_pixels, &out, NULL, &width, &height, NULL, &err));
            CHECK(out.width == steps[s].width && out.height == steps[s].height);
            CHECK(width == 320 && height == 203);
            CHECK_OK(ww_to_rgb(&out, &rgb, &err));
            CHECK_OK(ww_to_rgb(&whole, &whole_rgb, &err));
            CHECK_OK(ww_resize(&whole_rgb, out.width, out.height, &expected, &err));
            CHECK(plane_psnr(&rgb, &expected, 0) > 32);
            ww_image_free(&out);
            ww_image_free(&rgb);
            ww_image_free(&whole);
            ww_image_free(&whole_rgb);
            ww_image_free(&expected);
        }
        ww_image none;
        CHECK_EQ(ww_jpeg_decode(j.data, j.bytes, "big.jpg", 100, &none, NULL, NULL, NULL, NULL, &err), WW_ERR_MEMORY);
        CHECK(none.owned == NULL && strstr(err.message, "big.jpg"));
        free(j.data);
    }
}

TEST(exif_orientation_is_reported)
{
    for (int o = 0; o <= 8; o++) {
        jpeg j = made_by_libjpeg((recipe){JCS_RGB, JCS_YCbCr, .exif_orientation = o}, 24, 16);
        ww_image out;
        int orientation = 99;
        CHECK_OK(ww_jpeg_decode(j.data, j.bytes, "t", MANY, &out, &orientation, NULL, NULL, NULL, &err));
        CHECK_EQ(orientation, o ? o : 1);
        CHECK_EQ(out.width, 24); // reported, not applied
        ww_image_free(&out);
        free(j.data);
    }
}

static void bench(void)
{
    ww_image frame = waves(WW_PIXELS_YUV420, 1280, 720), out = {0};
    jpeg j = {0};
    BENCH("encode 1280x720 4:2:0, quality 90, smooth", 5,
          (ww_jpeg_encode(&frame, 90, &j.data, &j.bytes, &err), free(j.data)));
    ww_jpeg_encode(&frame, 90, &j.data, &j.bytes, &err);
    BENCH("decode 1280x720 4:2:0, smooth", 5,
          ww_jpeg_decode(j.data, j.bytes, "t", MANY, &out, NULL, NULL, NULL, NULL, &err));
    free(j.data);
    ww_image_free(&frame);
}

static void write_corpus(const char *dir)
{
    static const struct {
        const char *name;
        recipe recipe;
    } seeds[] = {{"yuv420.jpg", {JCS_RGB, JCS_YCbCr, 2, 2, .exif_orientation = 6}},
                 {"yuv422.jpg", {JCS_RGB, JCS_YCbCr, 2, 1, .restart_rows = 1}},
                 {"yuv440-progressive.jpg", {JCS_RGB, JCS_YCbCr, 1, 2, .progressive = true}},
                 {"yuv444.jpg", {JCS_RGB, JCS_YCbCr, 1, 1}},
                 {"grey-progressive.jpg", {JCS_GRAYSCALE, JCS_GRAYSCALE, .progressive = true}},
                 {"rgb.jpg", {JCS_RGB, JCS_RGB}},
                 {"cmyk.jpg", {JCS_CMYK, JCS_CMYK}},
                 {"ycck.jpg", {JCS_CMYK, JCS_YCCK}}};
    for (size_t i = 0; i < sizeof seeds / sizeof seeds[0]; i++) {
        jpeg j = made_by_libjpeg(seeds[i].recipe, 19, 18);
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", dir, seeds[i].name);
        if (ww_write_file(path, j.data, j.bytes, &err) != WW_OK)
            printf("%s\n", err.message);
        free(j.data);
    }
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "--corpus") == 0) {
        write_corpus(argv[2]);
        return 0;
    }
    if (wants_bench(argc, argv)) {
        bench();
        return 0;
    }
    RUN(planes_survive_the_round_trip);
    RUN(quality_costs_bytes_and_buys_likeness);
    RUN(the_same_picture_gives_the_same_bytes);
    RUN(other_formats_are_converted_for_the_file);
    RUN(what_is_converted_by_bands_is_what_is_converted_whole);
    RUN(impossible_encodings_are_refused);
    RUN(every_sampling_is_read);
    RUN(rgb_and_grey_are_read);
    RUN(inks_become_rgb);
    RUN(large_pictures_are_decoded_smaller);
    RUN(exif_orientation_is_reported);
    return FINISH();
}
