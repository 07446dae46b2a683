// SPDX-License-Identifier: MIT
// JPEG files that are cut short, damaged or hostile.
#include "jpegs.h"

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
    static const recipe recipes[] = {{JCS_RGB, JCS_YCbCr, 2, 2},
                                     {JCS_RGB, JCS_YCbCr, 1, 1},
                                     {JCS_RGB, JCS_YCbCr, 1, 2},
                                     {JCS_GRAYSCALE, JCS_GRAYSCALE},
                                     {JCS_RGB, JCS_YCbCr, 2, 2, .restart_rows = 1}};
    for (int k = 0; k < 5; k++) {
        jpeg j = made_by_libjpeg(recipes[k], 160, 208);
        // half of the rows, less the band in which the data ends and what it smooths into
        check_truncated(j, 160, 208, 0.42);
        free(j.data);
    }
}

// Two bands of 16 rows; a band counts when all of it is there.
TEST(half_of_the_rows_is_enough)
{
    jpeg j = made_by_libjpeg((recipe){JCS_RGB, JCS_YCbCr, 2, 2}, 160, 32);
    size_t scan = find_marker(j, 0xDA);
    for (int quarters = 1; quarters < 4; quarters += 2) {
        ww_image out;
        bool truncated = false;
        size_t bytes = scan + (j.bytes - scan) * (size_t)quarters / 4;
        CHECK_EQ(ww_jpeg_decode(j.data, bytes, "t", MANY, &out, NULL, NULL, NULL, &truncated, &err),
                 quarters == 1 ? WW_ERR_FORMAT : WW_OK);
        CHECK_EQ(truncated, quarters == 3);
        ww_image_free(&out);
    }
    free(j.data);
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
    static const char *const texts[] = {
        "", "\xFF", "\xFF\xD8", "\xFF\xD8\xFF", "hello, I am a text file", "\x89PNG\r\n\x1a\n"};
    for (int i = 0; i < 6; i++) {
        ww_image out;
        const uint8_t *data = (const uint8_t *)texts[i];
        ww_status status =
            ww_jpeg_decode(data, strlen(texts[i]), "odd name.jpg", MANY, &out, NULL, NULL, NULL, NULL, &err);
        CHECK_EQ(status, WW_ERR_FORMAT);
        CHECK(out.owned == NULL);
        CHECK(strstr(err.message, "'odd name.jpg'"));
    }
}

// Sets the dimensions in the frame header of a JPEG.
static void claim_size(jpeg j, bool progressive, int width, int height)
{
    size_t header = find_marker(j, progressive ? 0xC2 : 0xC0);
    j.data[header + 5] = (uint8_t)(height >> 8);
    j.data[header + 6] = (uint8_t)height;
    j.data[header + 7] = (uint8_t)(width >> 8);
    j.data[header + 8] = (uint8_t)width;
}

TEST(huge_claims_are_cheap_to_refuse)
{
    static const int claims[][2] = {{65500, 65500}, {20000, 20000}, {65500, 1}, {65535, 65535}, {0, 5}, {16000, 10000}};
    for (int progressive = 0; progressive < 2; progressive++)
        for (int i = 0; i < 6; i++) {
            jpeg j = made_by_libjpeg((recipe){JCS_RGB, JCS_YCbCr, 2, 2, .progressive = progressive}, 64, 48);
            claim_size(j, progressive, claims[i][0], claims[i][1]);
            ww_image out;
            double start = cpu_ms();
            ww_status status = ww_jpeg_decode(j.data, j.bytes, "huge.jpg", MANY, &out, NULL, NULL, NULL, NULL, &err);
            // Baseline there is nothing to hold, and the data end early; progressive, all coefficients would be held.
            CHECK_EQ(status, progressive && i < 2 ? WW_ERR_MEMORY : WW_ERR_FORMAT);
            CHECK(cpu_ms() - start < 2000);
            CHECK(out.owned == NULL);
            CHECK(strstr(err.message, "'huge.jpg'") != NULL);
            CHECK_EQ(strstr(err.message, "progressive") != NULL, progressive && i < 2);
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
    static const recipe recipes[] = {{JCS_RGB, JCS_YCbCr, 2, 2, .exif_orientation = 6},
                                     {JCS_RGB, JCS_YCbCr, 1, 2, .progressive = true},
                                     {JCS_CMYK, JCS_YCCK},
                                     {JCS_RGB, JCS_YCbCr, 2, 1, .restart_rows = 1}};
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

int main(void)
{
    RUN(truncated_pictures_give_their_upper_part_or_nothing);
    RUN(half_of_the_rows_is_enough);
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
