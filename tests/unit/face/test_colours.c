// SPDX-License-Identifier: MIT
// Colours beside a face: of the clothes below it and the hair above, and only where these are in the picture.
#include "face/colours.h"
#include "harness.h"

enum { WIDTH = 320, HEIGHT = 240 };

static void paint(ww_image *image, int from, int to, uint8_t y, uint8_t cb, uint8_t cr)
{
    const uint8_t value[3] = {y, cb, cr};
    for (int p = 0; p < 3; p++) {
        const ww_plane *plane = &image->plane[p];
        for (int row = from * plane->height / HEIGHT; row < to * plane->height / HEIGHT; row++)
            memset(plane->data + row * plane->stride, value[p], (size_t)plane->width);
    }
}

static int likeness(const uint8_t *a, const uint8_t *b) // in percent
{
    int sum = 0;
    for (int i = 0; i < WW_COLOUR_BINS; i++)
        sum += a[i] * b[i];
    return sum * 100 / (255 * 255);
}

TEST(clothes_and_hair_have_their_colours)
{
    ww_error err = {0};
    ww_image image = {0};
    ww_colours red, blue, dark;
    const ww_detection face = {.x = 140, .y = 80, .width = 40, .height = 50};
    CHECK_OK(ww_image_alloc(&image, WW_PIXELS_YUV420, WIDTH, HEIGHT, &err));
    paint(&image, 0, HEIGHT, 128, 128, 128);
    paint(&image, 0, 84, 30, 128, 128);
    paint(&image, 130, HEIGHT, 90, 110, 200);
    ww_colours_find(&image, &face, &red);
    CHECK(red.has_torso && red.has_hair);
    CHECK_EQ(likeness(red.torso, red.torso), 100);
    CHECK(likeness(red.torso, red.hair) < 10);
    paint(&image, 130, HEIGHT, 90, 180, 110);
    ww_colours_find(&image, &face, &blue);
    CHECK(likeness(red.torso, blue.torso) < 10 && likeness(red.hair, blue.hair) > 95);
    paint(&image, 130, HEIGHT, 99, 182, 108); // in another light
    ww_colours_find(&image, &face, &dark);
    CHECK(likeness(blue.torso, dark.torso) > 95);
    ww_image_free(&image);
}

TEST(what_is_out_of_the_picture_has_no_colours)
{
    ww_error err = {0};
    ww_image image = {0}, luma = {0}, rgb = {0};
    ww_colours colours;
    CHECK_OK(ww_image_alloc(&image, WW_PIXELS_YUV444, WIDTH, HEIGHT, &err));
    CHECK_OK(ww_image_alloc(&luma, WW_PIXELS_LUMA, WIDTH, HEIGHT, &err));
    CHECK_OK(ww_image_alloc(&rgb, WW_PIXELS_RGB, WIDTH, HEIGHT, &err));
    paint(&image, 0, HEIGHT, 128, 128, 128);
    ww_colours_find(&image, &(ww_detection){.x = 100, .y = -10, .width = 60, .height = 80}, &colours);
    CHECK(colours.has_torso && !colours.has_hair);
    ww_colours_find(&image, &(ww_detection){.x = 100, .y = 150, .width = 60, .height = 80}, &colours);
    CHECK(!colours.has_torso && colours.has_hair);
    ww_colours_find(&image, &(ww_detection){.x = -500, .y = -500, .width = 10, .height = 10}, &colours);
    CHECK(!colours.has_torso && !colours.has_hair);
    ww_colours_find(&luma, &(ww_detection){.x = 100, .y = 80, .width = 40, .height = 50}, &colours);
    CHECK(!colours.has_torso && !colours.has_hair);
    ww_colours_find(&rgb, &(ww_detection){.x = 100, .y = 80, .width = 40, .height = 50}, &colours);
    CHECK(!colours.has_torso && !colours.has_hair);
    ww_image_free(&image);
    ww_image_free(&luma);
    ww_image_free(&rgb);
}

int main(void)
{
    RUN(clothes_and_hair_have_their_colours);
    RUN(what_is_out_of_the_picture_has_no_colours);
    return FINISH();
}
