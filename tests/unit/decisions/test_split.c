// SPDX-License-Identifier: MIT
// How a person is split in two: the sides, and the figures of the gap worked out by hand.
#include "decisions/decide.h"
#include "decisions/people_view.h"
#include "harness.h"
#include "library/library.h"
#include "scratch.h"

enum { DIM = 16, FACES_MAX = 8 };

static const char *dir;
static ww_error err;

// A library of one person whose faces, each on a frame of its own, lie on a line.
static ww_library *library_of(const double *place, const int64_t *track, size_t count)
{
    ww_library *library = NULL;
    int64_t source = 0, frame = 0, face[FACES_MAX];
    int32_t person[FACES_MAX] = {0};
    const ww_source_row row = {
        .path = "clip.mp4", .hash = 1, .scan_key = "key", .span_count = 1, .width = 640, .height = 360};
    dir = scratch_folder_in_memory();
    CHECK_OK(ww_library_open(dir, WW_LIBRARY_CREATE, NULL, &library, &err));
    CHECK_OK(ww_store_begin(library->store, &err));
    CHECK_OK(ww_store_add_source(library->store, &row, &source, &err));
    for (size_t i = 0; i < count; i++) {
        const ww_frame_row f = {.source = source, .sample = (int64_t)i, .time_us = (int64_t)i * 1000000};
        float vector[DIM] = {(float)place[i]};
        ww_face_row d = {.width = 80,
                         .height = 80,
                         .score = 0.9,
                         .quality = 0.6,
                         .person = -1,
                         .embedding_dim = DIM,
                         .track = track ? track[i] : 0,
                         .portrait_width = 1,
                         .portrait_height = 1};
        CHECK_OK(ww_store_add_frame(library->store, &f, "j", 1, &frame, &err));
        d.frame = frame;
        CHECK_OK(ww_store_add_face(library->store, &d, vector, "p", 1, &face[i], &err));
    }
    CHECK_OK(ww_store_set_people(library->store, face, person, count, &err));
    CHECK_OK(ww_store_commit(library->store, &err));
    return library;
}

static void close_library(ww_library *library)
{
    ww_library_close(library);
    scratch_remove(dir);
}

static void check_gap(const double *place, const int64_t *track, size_t count, int64_t stay, double separation,
                      double within, double between)
{
    ww_library *library = library_of(place, track, count);
    ww_split_proposal p = WW_SPLIT_PROPOSAL_INIT;
    CHECK_OK(ww_split_person(library, "0", 0, &p, NULL, &err));
    CHECK_EQ(p.side[0].faces, stay);
    CHECK_EQ(p.side[1].faces, (int64_t)count - stay);
    CHECK_NEAR(p.separation, separation, 1e-6);
    CHECK_NEAR(p.within, within, 1e-6);
    CHECK_NEAR(p.between, between, 1e-6);
    close_library(library);
}

TEST(the_gap_is_that_of_the_definition)
{
    const double three_and_two[] = {0, 10, 1, 11, 2}, three_and_one[] = {0, 1, 10, 2};
    check_gap(three_and_two, NULL, 5, 3, (9 / 10.5 + 8.5 / 9.5 + 7 / 8.5 + 8. / 9 + 9. / 10) / 5, 10. / 8, 57. / 6);
    check_gap(three_and_one, NULL, 4, 3, (8.5 / 10 + 8. / 9 + 6.5 / 8 + 0) / 4, 8. / 6, 27. / 3); // one is alone
}

TEST(faces_of_a_track_stay_together)
{
    const double place[] = {0, 3, 10, 1, 11, 12, 0};
    const int64_t track[] = {1, 1, 2, 0, 2, 2, 1}; // 0, 3 and 0 are one, 10, 11 and 12 another
    ww_library *library = library_of(place, track, 7);
    ww_split_proposal p = WW_SPLIT_PROPOSAL_INIT;
    CHECK_OK(ww_split_person(library, "0", 0, &p, NULL, &err));
    CHECK_EQ(p.side[0].faces, 4);
    CHECK_EQ(p.side[1].faces, 3);
    // of a track one example, those nearest to the middle first
    CHECK(p.side[1].portrait[0][0] && !p.side[1].portrait[1][0]);
    CHECK(p.side[0].portrait[0][0] && p.side[0].portrait[1][0] && !p.side[0].portrait[2][0]);
    close_library(library);
}

TEST(who_leaves_is_another_from_then_on)
{
    const double place[] = {10, 0, 1, 11, 2};
    ww_library *library = library_of(place, NULL, 5);
    ww_split_proposal p = WW_SPLIT_PROPOSAL_INIT;
    ww_decision_result taken = WW_DECISION_RESULT_INIT;
    ww_people_view view = {0};
    CHECK_OK(ww_split_person(library, "0", 1, &p, &taken, &err));
    CHECK_OK(ww_people_view_load(library, &view, &err));
    CHECK_EQ(view.journal.entry.count, 1);
    CHECK_STR(view.journal.entry.item[0].words, "Face_0 is two people (3 and 2 faces)");
    const int32_t *identity = view.decided.identity;
    CHECK(identity[1] >= 0 && identity[1] == identity[2] && identity[1] == identity[4]);
    CHECK(identity[0] >= 0 && identity[0] == identity[3] && identity[0] != identity[1]);
    ww_people_view_free(&view);
    close_library(library);
}

int main(void)
{
    RUN(the_gap_is_that_of_the_definition);
    RUN(faces_of_a_track_stay_together);
    RUN(who_leaves_is_another_from_then_on);
    return FINISH();
}
