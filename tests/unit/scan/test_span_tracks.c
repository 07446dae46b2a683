// SPDX-License-Identifier: MIT
// What becomes of the tracks of a span: transient faces are dropped, tracks of two people are broken.
#include "harness.h"
#include "scan/span_tracks.h"

enum { DIM = 16 };
#define SURE 0.8f

static ww_error err;

// A frame with `count` faces behind those of `seen`.
static void add_frame(ww_span_result *seen, int64_t sample, const ww_face_row *face, size_t count)
{
    const ww_extracted_frame frame = {
        .row.sample = sample, .first_face = seen->faces.count, .face_count = count, .jpeg = malloc(1)};
    ww_vector_add(&seen->frames, frame);
    for (size_t i = 0; i < count; i++) {
        ww_extracted_face f = {.row = face[i], .embedding = calloc(DIM, sizeof(float)), .portrait = malloc(1)};
        f.row.order = (int)i;
        f.embedding[0] = 1;
        ww_vector_add(&seen->faces, f);
    }
}

static void add_record(ww_tracker *tracker, int frames, int chances, float score)
{
    ww_vector_add(&tracker->record, ((ww_track_record){frames, chances, score}));
}

// Whether a face with that score and that record of its track is dropped.
static bool is_dropped(float score, int frames, int chances, float best_score)
{
    ww_span_result seen = {0};
    ww_tracker tracker = {0};
    add_record(&tracker, 1, 1, 1);
    add_record(&tracker, frames, chances, best_score);
    add_frame(&seen, 0, &(ww_face_row){.score = score, .track = 2}, 1);
    ww_drop_transient_faces(&seen, 0, &tracker, SURE);
    const bool dropped = seen.faces.count == 0;
    CHECK_EQ(seen.frames.count, !dropped); // a frame without faces is of no use
    CHECK_EQ(seen.counts.faces_transient, dropped);
    ww_span_result_free(&seen);
    ww_tracker_free(&tracker);
    return dropped;
}

TEST(a_face_missed_more_often_than_found_is_transient)
{
    CHECK(is_dropped(0.6f, 1, 3, 0.6f));
    CHECK(is_dropped(0.6f, 2, 5, 0.79f));
    CHECK(!is_dropped(0.6f, 2, 4, 0.6f)); // found in half of them
    CHECK(!is_dropped(0.6f, 1, 2, 0.6f)); // it came or went
    CHECK(!is_dropped(0.6f, 1, 1, 0.6f));
}

TEST(a_face_that_was_sure_once_is_never_transient)
{
    CHECK(!is_dropped(0.8f, 1, 9, 0.8f));
    CHECK(!is_dropped(0.6f, 1, 9, 0.8f)); // in another frame of its track
    CHECK(is_dropped(0.6f, 1, 9, 0.79f));
}

TEST(a_face_without_a_track_must_be_sure)
{
    ww_span_result seen = {0};
    ww_tracker tracker = {0};
    add_frame(&seen, 0, (ww_face_row[]){{.score = 0.79f}, {.score = 0.8f}}, 2);
    ww_drop_transient_faces(&seen, 0, &tracker, SURE);
    CHECK_EQ(seen.faces.count, 1);
    CHECK_NEAR(seen.faces.item[0].row.score, 0.8, 1e-6);
    ww_span_result_free(&seen);
}

TEST(what_is_left_is_whole_and_in_order)
{
    ww_span_result seen = {0};
    ww_tracker tracker = {0};
    const ww_face_row kept = {.score = 0.9f, .track = 1}, gone = {.score = 0.5f, .track = 2};
    add_record(&tracker, 5, 5, 0.9f);
    add_record(&tracker, 1, 4, 0.5f);
    add_frame(&seen, 0, (ww_face_row[]){gone}, 1); // of an earlier span: left alone
    add_frame(&seen, 1, (ww_face_row[]){gone, kept, gone, kept}, 4);
    add_frame(&seen, 2, (ww_face_row[]){gone, gone}, 2);
    add_frame(&seen, 3, (ww_face_row[]){kept}, 1);
    ww_drop_transient_faces(&seen, 1, &tracker, SURE);
    CHECK_EQ(seen.counts.faces_transient, 4);
    CHECK_EQ(seen.frames.count, 3);
    CHECK_EQ(seen.faces.count, 4);
    static const struct {
        int64_t sample;
        size_t first, count;
    } expected[] = {{0, 0, 1}, {1, 1, 2}, {3, 3, 1}};
    for (size_t f = 0; f < seen.frames.count && f < 3; f++) {
        const ww_extracted_frame *frame = &seen.frames.item[f];
        CHECK_EQ(frame->row.sample, expected[f].sample);
        CHECK_EQ(frame->first_face, expected[f].first);
        CHECK_EQ(frame->face_count, expected[f].count);
        for (size_t i = 0; i < frame->face_count; i++)
            CHECK_EQ(seen.faces.item[frame->first_face + i].row.order, i);
    }
    ww_span_result_free(&seen);
    ww_tracker_free(&tracker);
}

// The numbers that five faces of one track get, the third of which lies `apart` from the others.
static void settle(double apart, float quality, int64_t number[5])
{
    const ww_model_spec embedder = {.embedding_dim = DIM, .eps = 1};
    ww_span_result seen = {0};
    ww_tracker tracker = {0};
    add_record(&tracker, 5, 5, 0.9f);
    for (int i = 0; i < 5; i++) {
        add_frame(&seen, i, &(ww_face_row){.score = 0.9f, .track = 1, .quality = i == 2 ? quality : 0.9f}, 1);
        seen.faces.item[i].embedding[0] = i == 2 ? (float)apart : 0;
    }
    CHECK_OK(ww_settle_tracks(&seen, 0, &tracker, &embedder, 6, &err));
    for (int i = 0; i < 5; i++)
        number[i] = seen.faces.item[i].row.track - (INT64_C(7) << 32); // span 6 has the numbers of its own
    ww_span_result_free(&seen);
    ww_tracker_free(&tracker);
}

static void check_numbers(double apart, float quality, const int64_t *expected)
{
    int64_t number[5];
    settle(apart, quality, number);
    for (int i = 0; i < 5; i++)
        CHECK_EQ(number[i], expected[i]);
}

TEST(a_track_that_shows_two_people_is_broken)
{
    check_numbers(0.99, 0.9f, (int64_t[]){1, 1, 1, 1, 1});
    check_numbers(1.01, 0.9f, (int64_t[]){1, 1, 2, 3, 3});
    check_numbers(1.14, 0.5f, (int64_t[]){1, 1, 1, 1, 1}); // half-way between clear and poor
    check_numbers(1.16, 0.5f, (int64_t[]){1, 1, 2, 3, 3});
    check_numbers(1.29, 0.4f, (int64_t[]){1, 1, 1, 1, 1});
    check_numbers(1.31, 0.31f, (int64_t[]){1, 1, 2, 3, 3});
    check_numbers(1.31, 0.29f, (int64_t[]){1, 1, 1, 1, 1}); // too poor a picture to tell
}

TEST(a_broken_track_does_not_take_another_ones_number)
{
    const ww_model_spec embedder = {.embedding_dim = DIM, .eps = 1};
    ww_span_result seen = {0};
    ww_tracker tracker = {0};
    add_record(&tracker, 2, 2, 0.9f);
    add_record(&tracker, 2, 2, 0.9f);
    const ww_face_row pair[] = {{.track = 1, .quality = 0.9f}, {.track = 2, .quality = 0.9f}}, untracked = {.track = 0};
    add_frame(&seen, 0, pair, 2);
    add_frame(&seen, 1, pair, 2);
    add_frame(&seen, 2, &untracked, 1);
    seen.faces.item[2].embedding[1] = 2; // who was track 1 is somebody else
    CHECK_OK(ww_settle_tracks(&seen, 0, &tracker, &embedder, 0, &err));
    static const int64_t expected[] = {1, 2, 3, 2};
    for (int i = 0; i < 4; i++)
        CHECK_EQ(seen.faces.item[i].row.track, (INT64_C(1) << 32) + expected[i]);
    CHECK_EQ(seen.faces.item[4].row.track, 0);
    ww_span_result_free(&seen);
    ww_tracker_free(&tracker);
}

int main(void)
{
    RUN(a_face_missed_more_often_than_found_is_transient);
    RUN(a_face_that_was_sure_once_is_never_transient);
    RUN(a_face_without_a_track_must_be_sure);
    RUN(what_is_left_is_whole_and_in_order);
    RUN(a_track_that_shows_two_people_is_broken);
    RUN(a_broken_track_does_not_take_another_ones_number);
    return FINISH();
}
