// SPDX-License-Identifier: MIT
// Faces followed from look to look.
#include "face/track.h"
#include "harness.h"

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
        ww_detection faces[2] = {face_at(700 - 10.0f * (float)look, 50, 60, 0.9f),
                                 face_at(100 + 20.0f * (float)look, 300, 60, 0.7f)};
        const size_t count = look < 5 ? 1 : 2;
        ww_tracker_update(&tracker, faces, count, look * LOOK_US, 0, number);
        CHECK_EQ(number[0], 1);
        if (count == 2)
            CHECK_EQ(number[1], 2);
    }
    CHECK_EQ(tracker.record.item[0].frames, 20);
    CHECK_EQ(tracker.record.item[1].frames, 15);
    CHECK_NEAR(tracker.record.item[0].score, 0.9, 1e-6);
    ww_tracker_free(&tracker);
}

TEST(of_two_faces_near_a_track_the_nearer_one_continues_it)
{
    ww_tracker tracker = {0};
    int64_t number[2];
    ww_detection before = face_at(100, 100, 60, 0.9f),
                 after[2] = {face_at(120, 100, 60, 0.9f), face_at(104, 100, 60, 0.9f)};
    ww_tracker_update(&tracker, &before, 1, 0, 0, number);
    ww_tracker_update(&tracker, after, 2, LOOK_US, 0, number);
    CHECK_EQ(number[1], 1);
    CHECK_EQ(number[0], 2);
    ww_tracker_free(&tracker);
}

TEST(nobody_is_followed_across_a_cut_or_after_a_long_absence)
{
    ww_tracker tracker = {0};
    int64_t number;
    ww_detection face = face_at(100, 100, 60, 0.9f);
    ww_tracker_update(&tracker, &face, 1, 0, 0, &number);
    ww_tracker_cut(&tracker);
    ww_tracker_update(&tracker, &face, 1, LOOK_US, 0, &number);
    CHECK_EQ(number, 2);
    ww_tracker_update(&tracker, &face, 0, 2 * LOOK_US, 0, &number);
    ww_tracker_update(&tracker, &face, 1, 3 * LOOK_US, 0, &number); // a missed look is no end
    CHECK_EQ(number, 2);
    ww_tracker_update(&tracker, &face, 1, 10 * LOOK_US, 0, &number); // 1.4 s are
    CHECK_EQ(number, 3);
    ww_tracker_free(&tracker);
}

TEST(a_flicker_has_more_chances_than_looks_but_not_where_it_could_not_be_found)
{
    ww_tracker tracker = {0};
    int64_t number[2];
    ww_detection faces[2] = {face_at(100, 100, 200, 0.9f), face_at(600, 100, 20, 0.5f)};
    for (int look = 0; look < 5; look++) // from the third on at half the resolution: 20 pixels are too few
        ww_tracker_update(&tracker, faces, look == 0 ? 2 : 1, look * LOOK_US, look < 2 ? 0 : 50, number);
    CHECK_EQ(tracker.record.item[0].chances, 5);
    CHECK_EQ(tracker.record.item[0].frames, 5);
    CHECK_EQ(tracker.record.item[1].chances, 2);
    CHECK_EQ(tracker.record.item[1].frames, 1);
    ww_tracker_free(&tracker);
}

int main(void)
{
    RUN(a_walking_face_keeps_its_track_and_a_new_one_gets_its_own);
    RUN(of_two_faces_near_a_track_the_nearer_one_continues_it);
    RUN(nobody_is_followed_across_a_cut_or_after_a_long_absence);
    RUN(a_flicker_has_more_chances_than_looks_but_not_where_it_could_not_be_found);
    return FINISH();
}
