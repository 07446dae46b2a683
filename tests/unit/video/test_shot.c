// SPDX-License-Identifier: MIT
// Cuts between shots.
#include "base/random.h"
#include "harness.h"
#include "video/shot.h"

#include <string.h>

// Smooth blobs, different for each seed, moved by `shift` pixels and with `light` added.
static void paint(ww_image *image, unsigned seed, int shift, int light)
{
    ww_error err = {0};
    CHECK_OK(ww_image_alloc(image, WW_PIXELS_LUMA, 640, 360, &err));
    int centre_x[12], centre_y[12], level[12];
    ww_random random = {seed};
    for (int b = 0; b < 12; b++) {
        centre_x[b] = (int)ww_random_below(&random, 640);
        centre_y[b] = (int)ww_random_below(&random, 360);
        level[b] = (int)ww_random_below(&random, 300) - 150;
    }
    for (int y = 0; y < 360; y++)
        for (int x = 0; x < 640; x++) {
            int v = 110 + light;
            for (int b = 0; b < 12; b++) {
                int dx = x + shift - centre_x[b], dy = y - centre_y[b];
                v += level[b] * 2000 / (2000 + dx * dx + dy * dy);
            }
            image->plane[0].data[y * image->plane[0].stride + x] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
        }
}

static bool changes(unsigned seed_a, unsigned seed_b, int shift, int light)
{
    ww_image a, b;
    ww_shot shot = {0};
    paint(&a, seed_a, 0, 0);
    paint(&b, seed_b, shift, light);
    CHECK(ww_shot_changed(&shot, &a)); // the first frame begins a shot
    bool changed = ww_shot_changed(&shot, &b);
    ww_image_free(&a);
    ww_image_free(&b);
    return changed;
}

TEST(a_cut_is_seen_and_a_pan_or_a_lamp_is_not_taken_for_one)
{
    int missed = 0;
    for (unsigned seed = 1; seed <= 20; seed++) {
        CHECK(!changes(seed, seed, 0, 0));
        CHECK(!changes(seed, seed, 40, 0));  // a sixteenth of the width
        CHECK(!changes(seed, seed, 0, -40)); // darker
        missed += !changes(seed, seed + 100, 0, 0);
    }
    CHECK(missed <= 4); // pictures of a few blobs, some alike by chance; on films none was missed
}

TEST(black_to_black_is_no_cut_and_black_to_white_is)
{
    ww_error err = {0};
    ww_image image;
    ww_shot shot = {0};
    CHECK_OK(ww_image_alloc(&image, WW_PIXELS_LUMA, 64, 48, &err));
    static const struct {
        int level;
        bool cut;
    } frame[] = {{16, true}, {17, false}, {16, false}, {235, true}, {234, false}};
    for (size_t i = 0; i < sizeof frame / sizeof *frame; i++) {
        for (int y = 0; y < 48; y++)
            memset(image.plane[0].data + y * image.plane[0].stride, frame[i].level, 64);
        CHECK_EQ(ww_shot_changed(&shot, &image), frame[i].cut);
    }
    ww_image_free(&image);
}

int main(void)
{
    RUN(a_cut_is_seen_and_a_pan_or_a_lamp_is_not_taken_for_one);
    RUN(black_to_black_is_no_cut_and_black_to_white_is);
    return FINISH();
}
