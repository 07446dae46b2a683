// SPDX-License-Identifier: MIT
// JPEG in and out. What our own encoder does not make (CMYK, progressive, odd samplings, restart markers) is made with libjpeg here.
// With `--corpus DIR` it writes the seeds of tests/fuzz/corpus/jpeg.
#include "base/files.h"
#include "pictures.h"

#include <jpeglib.h>

#define MANY ((size_t)100 * 1000 * 1000) // pixels

typedef struct jpeg {
    uint8_t *data;
    size_t bytes;
} jpeg;

static jpeg encoded(const ww_image *image, int quality)
{
    jpeg j = {0};
    CHECK_OK(ww_jpeg_encode(image, quality, &j.data, &j.bytes, &err));
    return j;
}

static ww_image decoded(jpeg j, size_t max_pixels)
{
    ww_image out;
    bool truncated = true;
    CHECK_OK(ww_jpeg_decode(j.data, j.bytes, "test.jpg", max_pixels, &out, NULL, NULL, NULL, &truncated, &err));
    CHECK(!truncated);
    return out;
}

// What libjpeg is to make; zero is the default.
typedef struct recipe {
    J_COLOR_SPACE input, stored;
    int luma_h, luma_v; // sampling factors of the first component; the others have 1 x 1
    bool progressive, rows_alike;
    int restart_rows, exif_orientation;
} recipe;

static void write_exif(struct jpeg_compress_struct *c, int orientation)
{
    uint8_t exif[] = {'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, (uint8_t)orientation, 0, 0,
                      0, 0, 0, 0};
    jpeg_write_marker(c, JPEG_APP0 + 1, exif, sizeof exif);
}

// A picture whose every sample, of `components` a pixel, is a smooth wave.
static void wave_row(uint8_t *row, int width, int components, int y)
{
    for (int i = 0; i < width * components; i++)
        row[i] = (uint8_t)lrint(127 + 90 * sin(0.02 * (i / components) + i % components) * cos(0.03 * y + i % components));
}

static jpeg made_by_libjpeg(recipe r, int width, int height)
{
    struct jpeg_compress_struct c;
    struct jpeg_error_mgr e;
    jpeg j = {0};
    unsigned long bytes = 0;
    c.err = jpeg_std_error(&e);
    jpeg_create_compress(&c);
    jpeg_mem_dest(&c, &j.data, &bytes);
    c.image_width = (JDIMENSION)width;
    c.image_height = (JDIMENSION)height;
    c.input_components = r.input == JCS_CMYK ? 4 : r.input == JCS_GRAYSCALE ? 1 : 3;
    c.in_color_space = r.input;
    jpeg_set_defaults(&c);
    jpeg_set_quality(&c, 95, TRUE);
    jpeg_set_colorspace(&c, r.stored);
    if (r.luma_h) {
        c.comp_info[0].h_samp_factor = r.luma_h;
        c.comp_info[0].v_samp_factor = r.luma_v;
    }
    if (r.progressive)
        jpeg_simple_progression(&c);
    c.restart_in_rows = r.restart_rows;
    jpeg_start_compress(&c, TRUE);
    if (r.exif_orientation)
        write_exif(&c, r.exif_orientation);
    uint8_t *row = malloc((size_t)width * 4);
    for (int y = 0; y < height; y++) {
        if (y == 0 || !r.rows_alike)
            wave_row(row, width, c.input_components, y);
        jpeg_write_scanlines(&c, &row, 1);
    }
    jpeg_finish_compress(&c);
    jpeg_destroy_compress(&c);
    free(row);
    j.bytes = bytes;
    return j;
}

TEST(planes_survive_the_round_trip)
{
    static const int sizes[][2] = {{1, 1}, {2, 1}, {8, 8}, {9, 7}, {16, 16}, {17, 13}, {13, 17}, {64, 48}, {639, 361}, {1280, 720}};
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
    static const ww_pixels formats[] = {WW_PIXELS_YUV420, WW_PIXELS_YUV422, WW_PIXELS_YUV444, WW_PIXELS_RGB, WW_PIXELS_LUMA};
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
    static const recipe recipes[] = {{JCS_RGB, JCS_YCbCr, 2, 2}, {JCS_RGB, JCS_YCbCr, 2, 2, .progressive = true},
                                     {JCS_GRAYSCALE, JCS_GRAYSCALE}, {JCS_CMYK, JCS_CMYK}, {JCS_RGB, JCS_YCbCr, 1, 2}};
    for (int k = 0; k < 5; k++) {
        jpeg j = made_by_libjpeg(recipes[k], 320, 203);
        for (int s = 0; s < 4; s++) {
            ww_image out, rgb, whole = decoded(j, MANY), whole_rgb, expected;
            int width = 0, height = 0;
            CHECK_OK(ww_jpeg_decode(j.data, j.bytes, "t", steps[s].max_pixels, &out, NULL, &width, &height, NULL, &err));
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

// --- damage -----------------------------------------------------------------------------------------------------------------

static void check_truncated(jpeg j, int width, int height, double rows_per_byte)
{
    ww_image whole = decoded(j, MANY), out;
    bool any_ok = false, any_bad = false;
    for (size_t bytes = j.bytes - 3; bytes > 40; bytes -= bytes / 23 + 1) {
        uint8_t *cut = malloc(bytes); // exact, so that a read past the end is noticed
        memcpy(cut, j.data, bytes);
        bool truncated = false;
        ww_status status = ww_jpeg_decode(cut, bytes, "cut.jpg", MANY, &out, NULL, NULL, NULL, &truncated, &err);
        CHECK(status == WW_OK || status == WW_ERR_FORMAT);
        if (status == WW_OK) {
            CHECK(truncated);
            CHECK(out.width == width && out.height == height);
            int good = (int)(height * rows_per_byte);
            for (int y = 0; y < good; y++)
                CHECK(memcmp(at(&out, 0, 0, y), at(&whole, 0, 0, y), (size_t)width) == 0);
            any_ok = true;
        } else {
            CHECK(out.owned == NULL && strstr(err.message, "cut.jpg"));
            any_bad = true;
        }
        ww_image_free(&out);
        free(cut);
    }
    CHECK(any_ok && any_bad);
    ww_image_free(&whole);
}

TEST(truncated_pictures_give_their_upper_part_or_nothing)
{
    static const recipe recipes[] = {{JCS_RGB, JCS_YCbCr, 2, 2}, {JCS_RGB, JCS_YCbCr, 1, 1}, {JCS_RGB, JCS_YCbCr, 1, 2},
                                     {JCS_GRAYSCALE, JCS_GRAYSCALE}, {JCS_RGB, JCS_YCbCr, 2, 2, .restart_rows = 1}};
    for (int k = 0; k < 5; k++) {
        jpeg j = made_by_libjpeg(recipes[k], 160, 208);
        check_truncated(j, 160, 208, 0.42); // half of the rows, less the band in which the data ends and what it smooths into
        free(j.data);
    }
}

TEST(truncated_progressive_pictures_are_coarse_or_nothing)
{
    jpeg j = made_by_libjpeg((recipe){JCS_RGB, JCS_YCbCr, 2, 2, .progressive = true}, 160, 208);
    check_truncated(j, 160, 208, 0);
    free(j.data);
}

// The end marker put right behind the cut: libjpeg sees a scan that stops, not a file that does.
TEST(a_scan_that_stops_early_is_truncated)
{
    for (int restart_rows = 0; restart_rows < 2; restart_rows++) {
        jpeg j = made_by_libjpeg((recipe){JCS_RGB, JCS_YCbCr, 2, 2, .restart_rows = restart_rows}, 160, 208);
        size_t cuts[] = {j.bytes * 4 / 10, j.bytes * 8 / 10};
        for (int i = 1; i >= 0; i--) {
            j.data[cuts[i]] = 0xFF;
            j.data[cuts[i] + 1] = 0xD9;
            ww_image out;
            bool truncated = false;
            ww_status status = ww_jpeg_decode(j.data, cuts[i] + 2, "t", MANY, &out, NULL, NULL, NULL, &truncated, &err);
            CHECK_EQ(status, i ? WW_OK : WW_ERR_FORMAT);
            CHECK_EQ(truncated, i);
            ww_image_free(&out);
        }
        free(j.data);
    }
}

// Restart markers are there so that damage ends at the next one.
TEST(restart_markers_confine_the_damage)
{
    jpeg j = made_by_libjpeg((recipe){JCS_RGB, JCS_YCbCr, 2, 2, .restart_rows = 1}, 160, 208);
    ww_image whole = decoded(j, MANY), out;
    size_t marker = j.bytes / 2;
    while (j.data[marker] != 0xFF || (j.data[marker + 1] & 0xF8) != 0xD0)
        marker++;
    memset(j.data + marker + 2, 0, 20); // the start of one row of blocks
    CHECK_OK(ww_jpeg_decode(j.data, j.bytes, "t", MANY, &out, NULL, NULL, NULL, NULL, &err));
    int damaged = 0;
    for (int y = 0; y < 208; y++)
        damaged += memcmp(at(&whole, 0, 0, y), at(&out, 0, 0, y), 160) != 0;
    CHECK(damaged > 0 && damaged <= 16);
    ww_image_free(&whole);
    ww_image_free(&out);
    free(j.data);
}

TEST(a_missing_end_marker_costs_nothing)
{
    ww_image image = waves(WW_PIXELS_YUV420, 160, 208);
    jpeg j = encoded(&image, 90);
    ww_image whole = decoded(j, MANY), out;
    CHECK_OK(ww_jpeg_decode(j.data, j.bytes - 2, "t", MANY, &out, NULL, NULL, NULL, NULL, &err));
    CHECK_EQ(largest_difference(&whole, &out), 0);
    ww_image_free(&image);
    ww_image_free(&whole);
    ww_image_free(&out);
    free(j.data);
}

TEST(what_is_no_jpeg_is_named)
{
    static const char *const texts[] = {"", "\xFF", "\xFF\xD8", "\xFF\xD8\xFF", "hello, I am a text file", "\x89PNG\r\n\x1a\n"};
    for (int i = 0; i < 6; i++) {
        ww_image out;
        const uint8_t *data = (const uint8_t *)texts[i];
        ww_status status = ww_jpeg_decode(data, strlen(texts[i]), "odd name.jpg", MANY, &out, NULL, NULL, NULL, NULL, &err);
        CHECK_EQ(status, WW_ERR_FORMAT);
        CHECK(out.owned == NULL);
        CHECK(strstr(err.message, "'odd name.jpg'"));
    }
}

// Sets the dimensions in the frame header (SOF0, SOF2) of a JPEG.
static void claim_size(jpeg j, int width, int height)
{
    for (size_t i = 2; i + 9 < j.bytes; i += 2 + (size_t)(j.data[i + 2] << 8 | j.data[i + 3]))
        if (j.data[i + 1] == 0xC0 || j.data[i + 1] == 0xC2) {
            j.data[i + 5] = (uint8_t)(height >> 8);
            j.data[i + 6] = (uint8_t)height;
            j.data[i + 7] = (uint8_t)(width >> 8);
            j.data[i + 8] = (uint8_t)width;
            return;
        }
    CHECK(!"no frame header");
}

TEST(huge_claims_are_cheap_to_refuse)
{
    static const int claims[][2] = {{65500, 65500}, {20000, 20000}, {65500, 1}, {65535, 65535}, {0, 5}, {16000, 10000}};
    for (int progressive = 0; progressive < 2; progressive++)
        for (int i = 0; i < 6; i++) {
            jpeg j = made_by_libjpeg((recipe){JCS_RGB, JCS_YCbCr, 2, 2, .progressive = progressive}, 64, 48);
            claim_size(j, claims[i][0], claims[i][1]);
            ww_image out;
            double start = cpu_ms();
            ww_status status = ww_jpeg_decode(j.data, j.bytes, "huge.jpg", MANY, &out, NULL, NULL, NULL, NULL, &err);
            CHECK(status == WW_OK || status == WW_ERR_FORMAT || status == WW_ERR_MEMORY);
            CHECK(cpu_ms() - start < 2000);
            CHECK(status == WW_OK || out.owned == NULL);
            if (progressive && i == 0) {
                CHECK_EQ(status, WW_ERR_MEMORY);
                CHECK(strstr(err.message, "progressive"));
            }
            ww_image_free(&out);
            free(j.data);
        }
}

// A real one of 400 megapixels: baseline needs no memory but for its eighth.
TEST(a_picture_of_20000_squared_is_read_at_an_eighth)
{
    jpeg j = made_by_libjpeg((recipe){JCS_GRAYSCALE, JCS_GRAYSCALE, .rows_alike = true}, 20000, 20000);
    int width = 0, height = 0;
    ww_image out;
    CHECK_OK(ww_jpeg_decode(j.data, j.bytes, "t", (size_t)16 * 1000 * 1000, &out, NULL, &width, &height, NULL, &err));
    CHECK(out.width == 2500 && out.height == 2500);
    CHECK(width == 20000 && height == 20000);
    ww_image_free(&out);
    free(j.data);
}

// Hundreds of scans, each a pass over the whole picture, from a file of a few bytes.
TEST(too_many_scans_are_refused)
{
    jpeg j = made_by_libjpeg((recipe){JCS_GRAYSCALE, JCS_GRAYSCALE, .progressive = true}, 64, 64);
    static const uint8_t empty_scan[] = {0xFF, 0xDA, 0, 8, 1, 1, 0, 1, 1, 0x00}; // one AC coefficient, no data
    enum { SCANS = 300 };
    size_t end = j.bytes - 2, bytes = end + SCANS * sizeof empty_scan;
    uint8_t *bomb = malloc(bytes);
    memcpy(bomb, j.data, end);
    for (size_t i = 0; i < SCANS; i++)
        memcpy(bomb + end + i * sizeof empty_scan, empty_scan, sizeof empty_scan);
    ww_image out;
    CHECK_EQ(ww_jpeg_decode(bomb, bytes, "bomb.jpg", MANY, &out, NULL, NULL, NULL, NULL, &err), WW_ERR_FORMAT);
    CHECK(strstr(err.message, "scans"));
    free(bomb);
    free(j.data);
}

// Every damaged byte of a small file is survived, in every way of storing pictures; the sanitizers watch.
TEST(damaged_bytes_are_survived)
{
    static const recipe recipes[] = {{JCS_RGB, JCS_YCbCr, 2, 2, .exif_orientation = 6}, {JCS_RGB, JCS_YCbCr, 1, 2, .progressive = true},
                                     {JCS_CMYK, JCS_YCCK}, {JCS_RGB, JCS_YCbCr, 2, 1, .restart_rows = 1}};
    ww_random random = {17};
    for (int k = 0; k < 4; k++) {
        jpeg j = made_by_libjpeg(recipes[k], 40, 30);
        for (int i = 0; i < 1500; i++) {
            size_t where = ww_random_below(&random, (uint32_t)j.bytes);
            uint8_t kept = j.data[where];
            j.data[where] = (uint8_t)ww_random_u64(&random);
            ww_image out;
            ww_status status = ww_jpeg_decode(j.data, j.bytes, "t", 1 << 20, &out, NULL, NULL, NULL, NULL, &err);
            CHECK((status == WW_OK) == (out.owned != NULL));
            ww_image_free(&out);
            j.data[where] = kept;
        }
        free(j.data);
    }
}

static void bench(void)
{
    ww_image frame = waves(WW_PIXELS_YUV420, 1280, 720), out = {0};
    jpeg j = {0};
    BENCH("encode 1280x720 4:2:0, quality 90, smooth", 5, (ww_jpeg_encode(&frame, 90, &j.data, &j.bytes, &err), free(j.data)));
    ww_jpeg_encode(&frame, 90, &j.data, &j.bytes, &err);
    BENCH("decode 1280x720 4:2:0, smooth", 5, ww_jpeg_decode(j.data, j.bytes, "t", MANY, &out, NULL, NULL, NULL, NULL, &err));
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
    RUN(impossible_encodings_are_refused);
    RUN(every_sampling_is_read);
    RUN(rgb_and_grey_are_read);
    RUN(inks_become_rgb);
    RUN(large_pictures_are_decoded_smaller);
    RUN(exif_orientation_is_reported);
    RUN(truncated_pictures_give_their_upper_part_or_nothing);
    RUN(truncated_progressive_pictures_are_coarse_or_nothing);
    RUN(a_scan_that_stops_early_is_truncated);
    RUN(restart_markers_confine_the_damage);
    RUN(a_missing_end_marker_costs_nothing);
    RUN(what_is_no_jpeg_is_named);
    RUN(huge_claims_are_cheap_to_refuse);
    RUN(a_picture_of_20000_squared_is_read_at_an_eighth);
    RUN(too_many_scans_are_refused);
    RUN(damaged_bytes_are_survived);
    return FINISH();
}
