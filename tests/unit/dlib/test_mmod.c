// SPDX-License-Identifier: MIT
// dlib's CNN detector: the tiled pyramid and what becomes of the network's scores. What the real network finds is
// compared with dlib's own answer in tests/parity/dlib.
#include "harness.h"

#include "base/memory.h"
#include "base/random.h"
#include "dlib/mmod.h"
#include "dlib/mmod_blend.h"
#include "unit/dlib/dat_writer.h"

enum { WINDOW = 32 };

static const ww_dlib_input pyramid = {.kind = WW_DLIB_INPUT_RGB_PYRAMID,
                                      .channels = 3,
                                      .mean = {100, 110, 120},
                                      .pyramid_padding = 10,
                                      .outer_padding = 11};

static ww_image flat(int width, int height, uint8_t level)
{
    ww_image image;
    ww_error err = {0};
    CHECK_OK(ww_image_alloc(&image, WW_PIXELS_RGB, width, height, &err));
    for (int y = 0; y < height; y++)
        memset(image.plane[0].data + (ptrdiff_t)y * image.plane[0].stride, level, 3 * (size_t)width);
    return image;
}

TEST(fast_blend_is_the_plain_one)
{
    ww_random r = {7};
    float top[300], bottom[300], fast[600], plain[600];
    for (int trial = 0; trial < 300; trial++) {
        int in = 2 + (int)ww_random_below(&r, 290), out = 1 + (int)ww_random_below(&r, 590);
        if (trial % 2)
            out = 1 + in * 5 / 6;
        for (int i = 0; i < in; i++) {
            top[i] = (float)ww_random_below(&r, 256);
            bottom[i] = (float)ww_random_below(&r, 256);
        }
        double share = ww_random_unit(&r);
        ww_blend b;
        CHECK(ww_blend_make(&b, in, out));
        CHECK(b.left[0] == 0 && b.share[0] == 0 && b.left[out - 1] < in);
        ww_blend_row(&b, top, bottom, share, fast);
        ww_blend_row_plain(&b, top, bottom, share, plain);
        CHECK(memcmp(fast, plain, (size_t)out * sizeof *fast) == 0);
        CHECK_NEAR(plain[0], (1 - share) * top[0] + share * bottom[0], 1e-3);
        if (out > 1)
            // positions are counted in float
            CHECK_NEAR(plain[out - 1], (1 - share) * top[in - 1] + share * bottom[in - 1], 0.3);
        ww_blend_free(&b);
    }
}

TEST(levels_do_not_touch)
{
    ww_random r = {11};
    for (int trial = 0; trial < 200; trial++) {
        int width = 1 + (int)ww_random_below(&r, 900), height = 1 + (int)ww_random_below(&r, 900);
        ww_mmod_plane p;
        if (!ww_mmod_plane_layout(&pyramid, width, height, &p))
            continue;
        CHECK(p.levels >= 1 && p.tile[0].left == 11 && p.tile[0].top == 11 && p.tile[0].width == width);
        for (int i = 0; i < p.levels; i++) {
            const ww_tile *a = &p.tile[i];
            CHECK(a->left >= 11 && a->top >= 11 && a->left + a->width + 11 <= p.width
                  && a->top + a->height + 11 <= p.height);
            for (int k = 0; k < i; k++) {
                const ww_tile *b = &p.tile[k];
                CHECK(a->left >= b->left + b->width || b->left >= a->left + a->width || a->top >= b->top + b->height
                      || b->top >= a->top + a->height);
            }
            CHECK_EQ(ww_mmod_plane_level(&p, a->left + a->width / 2, a->top + a->height / 2), i);
        }
    }
    ww_mmod_plane p;
    CHECK(ww_mmod_plane_layout(&pyramid, 1402, 789, &p)); // as dlib lays it out
    CHECK(p.width == 1424 && p.height == 2889 && p.levels == 27);
    CHECK(!ww_mmod_plane_layout(&pyramid, 60000, 60000, &p));
    CHECK(!ww_mmod_plane_layout(&pyramid, 0, 5, &p));
}

TEST(a_flat_picture_fills_its_levels_and_nothing_else)
{
    ww_image image = flat(90, 70, 228);
    ww_mmod_plane p;
    CHECK(ww_mmod_plane_layout(&pyramid, 90, 70, &p));
    size_t area = (size_t)p.width * (size_t)p.height;
    float *plane = ww_alloc_array(3 * area, sizeof *plane, SIZE_MAX);
    for (size_t i = 0; i < 3 * area; i++)
        plane[i] = 99; // what was there before
    CHECK(ww_mmod_plane_fill(&p, &pyramid, &image, plane));
    size_t covered = 0, expected = 0;
    for (int i = 0; i < p.levels; i++)
        expected += (size_t)p.tile[i].width * (size_t)p.tile[i].height;
    for (size_t i = 0; i < area; i++) {
        float want = (228 - pyramid.mean[1]) / 256, got = plane[area + i];
        covered += got != 0;
        CHECK(got == 0 || fabsf(got - want) < 1e-6F);
    }
    CHECK_EQ(covered, expected);
    free(plane);
    ww_image_free(&image);
}

TEST(doubling)
{
    ww_image image = flat(40, 30, 0), large;
    ww_error err = {0};
    for (int y = 0; y < 30; y++)
        for (int x = 0; x < 40; x++)
            image.plane[0].data[y * image.plane[0].stride + 3 * x + 1] = (uint8_t)(5 * x);
    CHECK_OK(ww_mmod_upsample(&image, &large, &err));
    CHECK(large.width == 82 && large.height == 61 && large.pixels == WW_PIXELS_RGB);
    for (int x = 0; x < 82; x++) { // corners on corners, cut to whole levels
        const uint8_t *pixel = large.plane[0].data + 17 * large.plane[0].stride + (ptrdiff_t)3 * x;
        CHECK(pixel[0] == 0 && pixel[2] == 0);
        CHECK(fabs(pixel[1] + 0.5 - 5 * x * 39 / 81.0) <= 0.51);
    }
    ww_image_free(&image);
    ww_image_free(&large);
}

// A "face" is a bright square: one window of 8 x 8 pixels, its mean brightness above 1/2.
static ww_net *brightness_net(void)
{
    float weights[3 * 64], bias = -0.5F;
    for (int i = 0; i < 3 * 64; i++)
        weights[i] = 1.0F / 3 / 64;
    ww_buffer f = {0};
    ww_error err = {0};
    ww_net *net = NULL;
    dat_loss_mmod(&f, WINDOW, WINDOW);
    dat_int(&f, 3);
    dat_input_pyramid(&f, 0, 10, 11);
    dat_con(&f, (int64_t[4]){1, 3, 8, 8}, 4, 4, weights, &bias);
    dat_first_end(&f);
    CHECK_OK(ww_dlib_net_load(f.data, f.bytes, "bright.dat", &net, &err));
    ww_buffer_free(&f);
    return net;
}

// Intersection over the box around both.
static double overlap(const ww_detection *a, const ww_detection *b)
{
    double w = fmin(a->x + a->width, b->x + b->width) - fmax(a->x, b->x);
    double h = fmin(a->y + a->height, b->y + b->height) - fmax(a->y, b->y);
    double around = (fmax(a->x + a->width, b->x + b->width) - fmin(a->x, b->x))
                    * (fmax(a->y + a->height, b->y + b->height) - fmin(a->y, b->y));
    return w > 0 && h > 0 ? w * h / around : 0;
}

TEST(a_bright_square_is_found)
{
    ww_net *net = brightness_net();
    ww_mmod_detector *detector;
    ww_detections found = {0};
    ww_error err = {0};
    ww_image image = flat(160, 120, 20);
    for (int y = 50; y < 60; y++)
        memset(image.plane[0].data + (ptrdiff_t)y * image.plane[0].stride + 3 * 90, 250, 3 * 10);
    CHECK_OK(ww_mmod_detector_open(net, NULL, &detector, &err));
    for (int upsample = 0; upsample < 2; upsample++) {
        CHECK_OK(ww_mmod_detect(detector, &image, upsample, &found, &err));
        CHECK(found.count >= 1 && found.count <= 4);
        for (size_t i = 1; i < found.count; i++)
            CHECK(found.item[i].score <= found.item[i - 1].score && overlap(&found.item[0], &found.item[i]) < 0.45);
        const ww_detection *f = &found.item[0];
        CHECK_NEAR(f->x + f->width / 2, 95, 5);
        CHECK_NEAR(f->y + f->height / 2, 55, 5);
        CHECK(f->width >= WINDOW / (1 + upsample) - 1 && f->score > 0.2F && f->score < 0.5F);
    }
    CHECK_OK(ww_mmod_detect(detector, &image, 0, &found, &err));
    float width = found.item[0].width, score = found.item[0].score;
    ww_mmod_detector *strict;
    ww_mmod_options high = {.adjust_threshold = 0.9, .backend = WW_BACKEND_REFERENCE};
    CHECK_OK(ww_mmod_detector_open(net, &high, &strict, &err));
    CHECK_OK(ww_mmod_detect(strict, &image, 0, &found, &err));
    CHECK_EQ(found.count, 0);
    ww_mmod_detector_close(strict);
    CHECK_OK(ww_mmod_detector_open(net, &(ww_mmod_options){.backend = WW_BACKEND_REFERENCE}, &strict, &err));
    CHECK_OK(ww_mmod_detect(strict, &image, 0, &found, &err));
    CHECK(found.count >= 1 && found.item[0].width == width);
    CHECK_NEAR(found.item[0].score, score, 1e-5);
    ww_mmod_detector_close(strict);
    ww_mmod_detector_close(detector);
    ww_vector_free(&found);
    ww_image_free(&image);
    ww_net_free(net);
}

TEST(what_makes_no_sense_is_refused)
{
    ww_net *net = brightness_net();
    ww_mmod_detector *detector;
    ww_detections found = {0};
    ww_error err = {0};
    ww_image grey;
    CHECK_OK(ww_image_alloc(&grey, WW_PIXELS_LUMA, 50, 50, &err));
    CHECK_OK(ww_mmod_detector_open(net, NULL, &detector, &err));
    CHECK_EQ(ww_mmod_detect(detector, &grey, 0, &found, &err), WW_ERR_ARGUMENT);
    ww_image one = flat(1, 1, 9);
    ww_status status = ww_mmod_detect(detector, &one, 0, &found, &err);
    CHECK((status == WW_OK && found.count == 0) || status == WW_ERR_MEMORY);
    CHECK_EQ(ww_mmod_detect(detector, &one, WW_MMOD_UPSAMPLE_MAX + 1, &found, &err), WW_ERR_ARGUMENT);
    ww_mmod_detector_close(detector);
    ww_image_free(&one);
    ww_image_free(&grey);
    ww_vector_free(&found);
    ww_net_free(net);
}

int main(void)
{
    RUN(fast_blend_is_the_plain_one);
    RUN(levels_do_not_touch);
    RUN(a_flat_picture_fills_its_levels_and_nothing_else);
    RUN(doubling);
    RUN(a_bright_square_is_found);
    RUN(what_makes_no_sense_is_refused);
    return FINISH();
}
