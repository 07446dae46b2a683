// SPDX-License-Identifier: MIT
// Allocation, views, pasting and the eight orientations.
#include "pictures.h"

#include "image/exif.h"

static const ww_pixels every_format[] = {WW_PIXELS_LUMA, WW_PIXELS_YUV420, WW_PIXELS_YUV422, WW_PIXELS_YUV444,
                                         WW_PIXELS_RGB};
#define FORMATS 5

TEST(chroma_planes_round_up)
{
    ww_image image = blank(WW_PIXELS_YUV420, 17, 13);
    CHECK_EQ(image.plane[0].width, 17);
    CHECK_EQ(image.plane[1].width, 9);
    CHECK_EQ(image.plane[2].height, 7);
    CHECK_EQ(image.range, WW_RANGE_FULL);
    CHECK_EQ(image.matrix, WW_MATRIX_BT601);
    ww_image_free(&image);
    image = blank(WW_PIXELS_YUV422, 17, 13);
    CHECK_EQ(image.plane[1].width, 9);
    CHECK_EQ(image.plane[1].height, 13);
    ww_image_free(&image);
    CHECK(image.owned == NULL && image.plane[0].data == NULL);
}

TEST(rows_are_aligned)
{
    for (int f = 0; f < FORMATS; f++) {
        ww_image image = blank(every_format[f], 101, 3);
        for (int i = 0; i < plane_count(&image); i++) {
            CHECK_EQ((uintptr_t)image.plane[i].data % 64, 0);
            CHECK_EQ(image.plane[i].stride % 64, 0);
            CHECK(image.plane[i].stride >= image.plane[i].width * channels_of(&image));
        }
        ww_image_free(&image);
    }
}

TEST(sizes_are_bounded)
{
    ww_image image;
    CHECK_EQ(ww_image_alloc(&image, WW_PIXELS_LUMA, 0, 5, &err), WW_ERR_MEMORY);
    CHECK_EQ(ww_image_alloc(&image, WW_PIXELS_LUMA, 5, -1, &err), WW_ERR_MEMORY);
    CHECK_EQ(ww_image_alloc(&image, WW_PIXELS_LUMA, WW_IMAGE_SIDE_MAX + 1, 1, &err), WW_ERR_MEMORY);
    CHECK_EQ(ww_image_alloc(&image, WW_PIXELS_RGB, 20000, 20000, &err), WW_ERR_MEMORY);
    CHECK(image.owned == NULL);
    CHECK(strstr(err.message, "20000 x 20000"));
    CHECK_OK(ww_image_alloc(&image, WW_PIXELS_LUMA, WW_IMAGE_SIDE_MAX, 1, &err));
    ww_image_free(&image);
    ww_image_free(&image); // a zeroed picture is fine
}

TEST(luma_table_follows_the_formula)
{
    for (int y = 0; y < 256; y++) {
        CHECK_EQ(ww_luma_to_full(WW_RANGE_FULL)[y], y);
        CHECK_EQ(ww_luma_to_full(WW_RANGE_LIMITED)[y], clip255((y - 16) * 255.0 / 219));
    }
}

TEST(crop_sees_the_same_pixels)
{
    ww_image image = noise(WW_PIXELS_YUV420, 21, 15, 1), view;
    CHECK_OK(ww_crop(&image, 5, 3, 8, 100, &view, &err));
    CHECK(view.owned == NULL);
    CHECK_EQ(view.width, 9); // left moved from 5 to 4, the right edge stays
    CHECK_EQ(view.height, 13);
    CHECK_EQ(view.plane[1].width, 5);
    CHECK(at(&view, 0, 0, 0) == at(&image, 0, 4, 2));
    CHECK(at(&view, 1, 0, 0) == at(&image, 1, 2, 1));
    CHECK_OK(ww_crop(&image, -5, -5, 7, 7, &view, &err));
    CHECK_EQ(view.width, 2);
    CHECK_EQ(view.height, 2);
    CHECK_EQ(ww_crop(&image, 21, 0, 4, 4, &view, &err), WW_ERR_ARGUMENT);
    CHECK_EQ(ww_crop(&image, 3, 3, 0, 4, &view, &err), WW_ERR_ARGUMENT);
    CHECK_EQ(ww_crop(&image, INT32_MAX, 0, INT32_MAX, 4, &view, &err), WW_ERR_ARGUMENT);
    CHECK_EQ(ww_crop(&image, INT32_MIN, 0, 5, 4, &view, &err), WW_ERR_ARGUMENT);
    ww_image_free(&image);
}

TEST(crop_and_paste_restore_the_picture)
{
    for (int f = 0; f < FORMATS; f++) {
        ww_image image = noise(every_format[f], 33, 27, 2), canvas = noise(every_format[f], 33, 27, 3), tile;
        for (int y = 0; y < 27; y += 10)
            for (int x = 0; x < 33; x += 10) {
                CHECK_OK(ww_crop(&image, x, y, 10, 10, &tile, &err));
                CHECK_OK(ww_paste(&canvas, &tile, x, y, &err));
            }
        CHECK_EQ(largest_difference(&image, &canvas), 0);
        ww_image_free(&image);
        ww_image_free(&canvas);
    }
}

TEST(paste_is_clipped)
{
    ww_image canvas = noise(WW_PIXELS_YUV420, 16, 16, 4), before = noise(WW_PIXELS_YUV420, 16, 16, 4);
    ww_image tile = noise(WW_PIXELS_YUV420, 8, 8, 5);
    CHECK_OK(ww_paste(&canvas, &tile, -8, 0, &err));
    CHECK_OK(ww_paste(&canvas, &tile, 16, 16, &err));
    CHECK_EQ(largest_difference(&canvas, &before), 0);
    CHECK_OK(ww_paste(&canvas, &tile, -4, 12, &err));
    CHECK_EQ(*at(&canvas, 0, 3, 12), *at(&tile, 0, 7, 0));
    CHECK_EQ(*at(&canvas, 1, 1, 7), *at(&tile, 1, 3, 1));
    CHECK_EQ(*at(&canvas, 0, 4, 12), *at(&before, 0, 4, 12));
    ww_image_free(&canvas);
    ww_image_free(&before);
    ww_image_free(&tile);
}

TEST(paste_refuses_a_stranger)
{
    ww_image canvas = blank(WW_PIXELS_YUV420, 16, 16), tile = blank(WW_PIXELS_YUV444, 4, 4),
             odd = blank(WW_PIXELS_YUV420, 4, 4);
    CHECK_EQ(ww_paste(&canvas, &tile, 0, 0, &err), WW_ERR_ARGUMENT);
    CHECK_EQ(ww_paste(&canvas, &odd, 1, 0, &err), WW_ERR_ARGUMENT);
    odd.range = WW_RANGE_LIMITED;
    CHECK_EQ(ww_paste(&canvas, &odd, 0, 0, &err), WW_ERR_ARGUMENT);
    ww_image_free(&canvas);
    ww_image_free(&tile);
    ww_image_free(&odd);
}

// CIPA DC-008: how the stored picture
//     1 2 3
//     4 5 6
// looks when shown upright, for each value of the tag.
TEST(orientations_match_the_standard)
{
    static const struct {
        int width, height;
        uint8_t pixel[6];
    } upright[9] = {
        [1] = {3, 2, {1, 2, 3, 4, 5, 6}}, [2] = {3, 2, {3, 2, 1, 6, 5, 4}}, [3] = {3, 2, {6, 5, 4, 3, 2, 1}},
        [4] = {3, 2, {4, 5, 6, 1, 2, 3}}, [5] = {2, 3, {1, 4, 2, 5, 3, 6}}, [6] = {2, 3, {4, 1, 5, 2, 6, 3}},
        [7] = {2, 3, {6, 3, 5, 2, 4, 1}}, [8] = {2, 3, {3, 6, 2, 5, 1, 4}}};
    ww_image image = blank(WW_PIXELS_LUMA, 3, 2), out;
    for (int i = 0; i < 6; i++)
        *at(&image, 0, i % 3, i / 3) = (uint8_t)(i + 1);
    for (int o = 1; o <= 8; o++) {
        CHECK_OK(ww_orient(&image, o, &out, &err));
        CHECK_EQ(out.width, upright[o].width);
        CHECK_EQ(out.height, upright[o].height);
        for (int i = 0; i < 6; i++)
            CHECK_EQ(*at(&out, 0, i % out.width, i / out.width), upright[o].pixel[i]);
        ww_image_free(&out);
    }
    CHECK_EQ(ww_orient(&image, 0, &out, &err), WW_ERR_ARGUMENT);
    CHECK_EQ(ww_orient(&image, 9, &out, &err), WW_ERR_ARGUMENT);
    ww_image_free(&image);
}

static ww_image turned(ww_image image, int orientation)
{
    ww_image out;
    CHECK_OK(ww_orient(&image, orientation, &out, &err));
    ww_image_free(&image);
    return out;
}

TEST(four_turns_and_two_flips_are_nothing)
{
    static const int two_of[] = {2, 3, 4, 5, 7};
    for (int f = 0; f < FORMATS; f++) {
        if (every_format[f] == WW_PIXELS_YUV422)
            continue; // becomes 4:4:4 on the way, see below
        ww_image image = noise(every_format[f], 71, 37, 6), other = noise(every_format[f], 71, 37, 6);
        for (int i = 0; i < 4; i++)
            other = turned(other, 6);
        CHECK_EQ(largest_difference(&image, &other), 0);
        other = turned(turned(other, 6), 8);
        CHECK_EQ(largest_difference(&image, &other), 0);
        for (int i = 0; i < 5; i++) {
            other = turned(turned(other, two_of[i]), two_of[i]);
            CHECK_EQ(largest_difference(&image, &other), 0);
        }
        ww_image_free(&image);
        ww_image_free(&other);
    }
}

TEST(a_quarter_turn_widens_422)
{
    ww_image image = noise(WW_PIXELS_YUV422, 21, 9, 7);
    image.matrix = WW_MATRIX_BT709;
    image.range = WW_RANGE_LIMITED;
    ww_image half = noise(WW_PIXELS_YUV422, 21, 9, 7);
    half = turned(half, 3);
    CHECK_EQ(half.pixels, WW_PIXELS_YUV422);
    ww_image quarter;
    CHECK_OK(ww_orient(&image, 6, &quarter, &err));
    CHECK_EQ(quarter.pixels, WW_PIXELS_YUV444);
    CHECK_EQ(quarter.matrix, WW_MATRIX_BT709);
    CHECK_EQ(quarter.range, WW_RANGE_LIMITED);
    for (int y = 0; y < 9; y++)
        for (int x = 0; x < 21; x++)
            CHECK_EQ(*at(&quarter, 2, 8 - y, x), *at(&image, 2, x / 2, y));
    ww_image_free(&image);
    ww_image_free(&half);
    ww_image_free(&quarter);
}

// "Exif", a TIFF header, one directory of two entries; the second is the orientation.
static size_t make_exif(uint8_t *to, bool big, int orientation)
{
    static const uint8_t little_bytes[] = {'E',  'x', 'i',  'f', 0, 0, 'I', 'I', 42, 0, 8,   0,   0,   0,
                                           2,    0,   0x0F, 1,   2, 0, 4,   0,   0,  0, 'A', 'B', 'C', 0,
                                           0x12, 1,   3,    0,   1, 0, 0,   0,   0,  0, 0,   0};
    static const uint8_t big_bytes[] = {'E', 'x',  'i', 'f',  0, 0, 'M', 'M', 0, 42, 0,   0,   0,   8,
                                        0,   2,    1,   0x0F, 0, 2, 0,   0,   0, 4,  'A', 'B', 'C', 0,
                                        1,   0x12, 0,   3,    0, 0, 0,   1,   0, 0,  0,   0};
    memcpy(to, big ? big_bytes : little_bytes, sizeof big_bytes);
    to[big ? 37 : 36] = (uint8_t)orientation;
    return sizeof big_bytes;
}

TEST(exif_orientation_of_both_byte_orders)
{
    uint8_t data[64];
    for (int big = 0; big < 2; big++)
        for (int o = 0; o < 12; o++) {
            size_t bytes = make_exif(data, big, o);
            CHECK_EQ(ww_exif_orientation(data, bytes), o >= 1 && o <= 8 ? o : 0);
        }
}

// Every truncation and every single damaged byte is survived (the sanitizers watch) and gives 0 to 8.
TEST(exif_damage_is_survived)
{
    for (int big = 0; big < 2; big++) {
        uint8_t whole[64];
        size_t bytes = make_exif(whole, big, 6);
        for (size_t n = 0; n < bytes; n++) {
            uint8_t *exact = malloc(n ? n : 1); // so that a read past the end is noticed
            memcpy(exact, whole, n);
            CHECK_EQ(ww_exif_orientation(exact, n), 0);
            free(exact);
        }
        for (size_t i = 0; i < bytes; i++)
            for (int value = 0; value < 256; value++) {
                uint8_t *exact = malloc(bytes);
                memcpy(exact, whole, bytes);
                exact[i] = (uint8_t)value;
                int o = ww_exif_orientation(exact, bytes);
                CHECK(o >= 0 && o <= 8);
                free(exact);
            }
    }
}

static void bench(void)
{
    ww_image photo = noise(WW_PIXELS_YUV420, 4000, 3000, 1), out;
    BENCH("orient 6, 4000x3000 4:2:0", 1, ww_orient(&photo, 6, &out, &err));
    BENCH("orient 3, 4000x3000 4:2:0", 1, ww_orient(&photo, 3, &out, &err));
    ww_image_free(&photo);
}

int main(int argc, char **argv)
{
    if (wants_bench(argc, argv)) {
        bench();
        return 0;
    }
    RUN(chroma_planes_round_up);
    RUN(rows_are_aligned);
    RUN(sizes_are_bounded);
    RUN(luma_table_follows_the_formula);
    RUN(crop_sees_the_same_pixels);
    RUN(crop_and_paste_restore_the_picture);
    RUN(paste_is_clipped);
    RUN(paste_refuses_a_stranger);
    RUN(orientations_match_the_standard);
    RUN(four_turns_and_two_flips_are_nothing);
    RUN(a_quarter_turn_widens_422);
    RUN(exif_orientation_of_both_byte_orders);
    RUN(exif_damage_is_survived);
    return FINISH();
}
