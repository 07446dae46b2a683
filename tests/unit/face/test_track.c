// SPDX-License-Identifier: MIT
// Faces followed from look to look, and cuts.
#include "base/random.h"
#include "face/shot.h"
#include "face/track.h"
#include "harness.h"

#include <string.h>

#define LOOK_US 200000

static ww_detection face_at(float x, float y, float size, float score)
{
    return (ww_detection){.x = x, .y = y, .width = size, .height = size, .score = score};
}

TEST(a_walking_face_keeps_its_track_and_a_new_one_gets_its_own)
{
    ww_tracker tracker = {0};
    int64_t number[2];
    for (int look = 0; look < 20; look++) {
        ww_detection faces[2] = {face_at(700 - 10.0f * (float)look, 50, 60, 0.9f), face_at(100 + 20.0f * (float)look, 300, 60, 0.7f)};
        const size_t count = look < 5 ? 1 : 2;
        ww_tracker_look(&tracker, faces, count, look * LOOK_US, 0, number);
        CHECK_EQ(number[0], 1);
        if (count == 2)
            CHECK_EQ(number[1], 2);
    }
    CHECK_EQ(tracker.record.item[0].looks, 20);
    CHECK_EQ(tracker.record.item[1].looks, 15);
    CHECK_NEAR(tracker.record.item[0].score, 0.9, 1e-6);
    ww_tracker_free(&tracker);
}

TEST(of_two_faces_near_a_track_the_nearer_one_continues_it)
{
    ww_tracker tracker = {0};
    int64_t number[2];
    ww_detection before = face_at(100, 100, 60, 0.9f), after[2] = {face_at(120, 100, 60, 0.9f), face_at(104, 100, 60, 0.9f)};
    ww_tracker_look(&tracker, &before, 1, 0, 0, number);
    ww_tracker_look(&tracker, after, 2, LOOK_US, 0, number);
    CHECK_EQ(number[1], 1);
    CHECK_EQ(number[0], 2);
    ww_tracker_free(&tracker);
}

TEST(nobody_is_followed_across_a_cut_or_after_a_long_absence)
{
    ww_tracker tracker = {0};
    int64_t number;
    ww_detection face = face_at(100, 100, 60, 0.9f);
    ww_tracker_look(&tracker, &face, 1, 0, 0, &number);
    ww_tracker_cut(&tracker);
    ww_tracker_look(&tracker, &face, 1, LOOK_US, 0, &number);
    CHECK_EQ(number, 2);
    ww_tracker_look(&tracker, &face, 0, 2 * LOOK_US, 0, &number);
    ww_tracker_look(&tracker, &face, 1, 3 * LOOK_US, 0, &number); // a missed look is no end
    CHECK_EQ(number, 2);
    ww_tracker_look(&tracker, &face, 1, 10 * LOOK_US, 0, &number); // 1.4 s are
    CHECK_EQ(number, 3);
    ww_tracker_free(&tracker);
}

TEST(a_flicker_has_more_chances_than_looks_but_not_where_it_could_not_be_found)
{
    ww_tracker tracker = {0};
    int64_t number[2];
    ww_detection faces[2] = {face_at(100, 100, 200, 0.9f), face_at(600, 100, 20, 0.5f)};
    for (int look = 0; look < 5; look++) // from the third on at half the resolution: 20 pixels are too few
        ww_tracker_look(&tracker, faces, look == 0 ? 2 : 1, look * LOOK_US, look < 2 ? 0 : 50, number);
    CHECK_EQ(tracker.record.item[0].chances, 5);
    CHECK_EQ(tracker.record.item[0].looks, 5);
    CHECK_EQ(tracker.record.item[1].chances, 2);
    CHECK_EQ(tracker.record.item[1].looks, 1);
    ww_tracker_free(&tracker);
}

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
    static const struct { int level; bool cut; } frame[] = {{16, true}, {17, false}, {16, false}, {235, true}, {234, false}};
    for (size_t i = 0; i < sizeof frame / sizeof *frame; i++) {
        for (int y = 0; y < 48; y++)
            memset(image.plane[0].data + y * image.plane[0].stride, frame[i].level, 64);
        CHECK_EQ(ww_shot_changed(&shot, &image), frame[i].cut);
    }
    ww_image_free(&image);
}

int main(void)
{
    RUN(a_walking_face_keeps_its_track_and_a_new_one_gets_its_own);
    RUN(of_two_faces_near_a_track_the_nearer_one_continues_it);
    RUN(nobody_is_followed_across_a_cut_or_after_a_long_absence);
    RUN(a_flicker_has_more_chances_than_looks_but_not_where_it_could_not_be_found);
    RUN(a_cut_is_seen_and_a_pan_or_a_lamp_is_not_taken_for_one);
    RUN(black_to_black_is_no_cut_and_black_to_white_is);
    return FINISH();
}
