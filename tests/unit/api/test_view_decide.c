// SPDX-License-Identifier: MIT
// Decisions over a view: the view, the library and a full sort agree on who is who. Over the demo clip: five people.
#include "demo_library.h"
#include "same_view.h"

#include <math.h>
#include <pthread.h>
#include <stdbool.h>

static ww_error err; // of the last call that failed
static size_t at_first[5];

static ww_status decide(ww_decision_kind kind, const char *a, const char *b, const char *text)
{
    const char *who[] = {a, b};
    ww_decision d = WW_DECISION_INIT;
    d.kind = kind;
    d.who = who;
    d.count = (a != NULL) + (b != NULL);
    d.text = text;
    d.force = 1;
    return ww_view_decide(view, &d, NULL, &err);
}

// The first `count` faces of a person.
static ww_status decide_faces(ww_decision_kind kind, const char *who, int number, size_t count, const char *text)
{
    int64_t id[64];
    size_t all;
    const size_t *face = ww_view_faces_of_person(view, ww_view_find_person(view, number), &all);
    ww_decision d = WW_DECISION_INIT;
    d.kind = kind;
    d.who = &who;
    d.count = who != NULL;
    d.text = text;
    for (size_t i = 0; i < count && i < all; i++)
        id[i] = ww_view_get_face(view, face[i])->id;
    d.faces = id;
    d.face_count = count;
    return ww_view_decide(view, &d, NULL, &err);
}

static size_t faces_of(const ww_view *v, int number)
{
    const ww_view_person *p = ww_view_get_person(v, ww_view_find_person(v, number));
    return p ? p->face_count : 0;
}

// The view is what a fresh one would be, and after a full sort it still is.
static void check_agreement(void)
{
    ww_view *fresh;
    CHECK_OK(ww_library_view(library, &fresh, &err));
    CHECK(same_people(view, fresh));
    ww_view_close(fresh);
    CHECK_OK(ww_library_cluster(library, NULL, NULL, &err));
    CHECK_OK(ww_library_view(library, &fresh, &err));
    CHECK(same_people(view, fresh));
    ww_view_close(fresh);
}

TEST(people_are_named_merged_and_ignored)
{
    const size_t both = faces_of(view, 1) + faces_of(view, 2);
    CHECK_OK(decide(WW_DECISION_NAME, "0", NULL, "Ada"));
    CHECK_STR(ww_view_get_person(view, ww_view_find_person(view, 0))->title, "Ada");
    CHECK_OK(decide(WW_DECISION_MERGE, "1", "2", NULL));
    CHECK(faces_of(view, 1) == both && ww_view_find_person(view, 2) == WW_NONE);
    CHECK_OK(decide(WW_DECISION_IGNORE, "3", NULL, NULL));
    CHECK_EQ(faces_of(view, 3), 0);
    check_agreement();
    CHECK_OK(decide(WW_DECISION_NAME, "4", NULL, "Ada")); // of one name: one person
    CHECK_EQ(ww_view_find_person(view, 4), WW_NONE);
    check_agreement();
}

TEST(undo_and_redo_are_exact)
{
    size_t numbers[5];
    for (int i = 0; i < 5; i++)
        numbers[i] = faces_of(view, i);
    for (int i = 0; i < 4; i++)
        CHECK_OK(decide(WW_DECISION_UNDO, NULL, NULL, NULL));
    CHECK_EQ(ww_view_person_count(view), 5);
    for (int i = 0; i < 5; i++)
        CHECK(faces_of(view, i) == at_first[i] && !ww_view_get_person(view, ww_view_find_person(view, i))->name);
    check_agreement();
    for (int i = 0; i < 4; i++)
        CHECK_OK(decide(WW_DECISION_REDO, NULL, NULL, NULL));
    for (int i = 0; i < 5; i++)
        CHECK_EQ(faces_of(view, i), numbers[i]);
    for (int i = 0; i < 4; i++)
        CHECK_OK(decide(WW_DECISION_UNDO, NULL, NULL, NULL));
    CHECK_EQ(decide(WW_DECISION_UNDO, NULL, NULL, NULL), WW_ERR_NOT_FOUND);
}

// Identities stand in the order of their first faces, whoever was named first.
TEST(who_was_named_in_any_order_is_renamed)
{
    const char *const names[] = {"Zoe", "Ada", "Eve"};
    for (int i = 2; i >= 0; i--) {
        char number[16];
        snprintf(number, sizeof number, "%d", i);
        CHECK_OK(decide(WW_DECISION_NAME, number, NULL, names[i]));
    }
    CHECK_OK(decide(WW_DECISION_NAME, "Zoe", NULL, "Zora"));
    CHECK_OK(decide(WW_DECISION_NAME, "Ada", NULL, "Adele"));
    CHECK_OK(decide(WW_DECISION_NAME, "Eve", NULL, "Evelyn"));
    check_agreement();
    for (int i = 0; i < 6; i++)
        CHECK_OK(decide(WW_DECISION_UNDO, NULL, NULL, NULL));
    check_agreement();
}

TEST(faces_are_named_by_their_ids)
{
    const size_t zero = faces_of(view, 0), one = faces_of(view, 1);
    CHECK_OK(decide_faces(WW_DECISION_SAME, "1", 0, 3, NULL));
    CHECK(faces_of(view, 0) == zero - 3 && faces_of(view, 1) == one + 3);
    check_agreement();
    CHECK_OK(decide(WW_DECISION_UNDO, NULL, NULL, NULL));
    CHECK(faces_of(view, 0) == zero && faces_of(view, 1) == one);
    CHECK_OK(decide_faces(WW_DECISION_SPLIT, "0", 0, 5, NULL));
    CHECK(faces_of(view, 0) == zero - 5 && ww_view_person_count(view) == 6);
    check_agreement();
    CHECK_OK(decide(WW_DECISION_UNDO, NULL, NULL, NULL));
    CHECK_EQ(faces_of(view, 0), zero);
    CHECK_OK(decide_faces(WW_DECISION_NAME, NULL, 0, 4, "Eve"));
    CHECK(faces_of(view, 0) == zero - 4);
    check_agreement();
    CHECK_OK(decide(WW_DECISION_UNDO, NULL, NULL, NULL));
    CHECK_OK(decide_faces(WW_DECISION_NOBODY, NULL, 0, 2, "discard"));
    const ww_view_face *discarded = ww_view_get_face(view, ww_view_faces_of_person(view, WW_NONE, &(size_t){0})[0]);
    CHECK(faces_of(view, 0) == zero - 2 && discarded->discarded && discarded->person == WW_NONE);
    check_agreement();
    CHECK_OK(decide(WW_DECISION_UNDO, NULL, NULL, NULL));
    CHECK_OK(decide_faces(WW_DECISION_REJECT, NULL, 0, 2, NULL));
    CHECK_EQ(faces_of(view, 0), zero - 2);
    CHECK_OK(decide(WW_DECISION_UNDO, NULL, NULL, NULL));
    CHECK_OK(decide_faces(WW_DECISION_IGNORE, NULL, 0, 2, NULL));
    CHECK_EQ(faces_of(view, 0), zero - 2);
    check_agreement();
    CHECK_OK(decide(WW_DECISION_UNDO, NULL, NULL, NULL));
    CHECK_EQ(faces_of(view, 0), zero);
}

TEST(what_makes_no_sense_is_refused)
{
    const size_t decisions = ww_view_decision_count(view);
    CHECK_EQ(decide(WW_DECISION_MERGE, "0", "77", NULL), WW_ERR_NOT_FOUND);
    CHECK_EQ(decide_faces(WW_DECISION_MERGE, NULL, 0, 2, NULL), WW_ERR_ARGUMENT);
    CHECK_EQ(decide_faces(WW_DECISION_SPLIT, "1", 0, 2, NULL), WW_ERR_ARGUMENT); // not the faces of 1
    CHECK_EQ(decide_faces(WW_DECISION_SPLIT, "0", 0, faces_of(view, 0), NULL), WW_ERR_ARGUMENT);
    CHECK_EQ(decide_faces(WW_DECISION_NAME, NULL, 0, 2, NULL), WW_ERR_ARGUMENT);
    const int64_t none = 123456;
    ww_decision d = WW_DECISION_INIT;
    d.kind = WW_DECISION_REJECT;
    d.faces = &none;
    d.face_count = 1;
    CHECK_EQ(ww_view_decide(view, &d, NULL, &err), WW_ERR_NOT_FOUND);
    CHECK_EQ(ww_view_decision_count(view), decisions);
    check_agreement();
}

TEST(questions_about_one_person_are_those_among_all)
{
    ww_suggestions *all, *of;
    CHECK_OK(ww_suggest_pairs(library, view, 1000, &all, &err));
    for (size_t p = 0; p < ww_view_person_count(view); p++) {
        size_t with = 0;
        for (size_t i = 0; i < ww_suggestion_count(all); i++)
            with += ww_get_suggestion(all, i)->person == p || ww_get_suggestion(all, i)->other == p;
        CHECK_OK(ww_suggest_pairs_of(library, view, p, 1000, &of, &err));
        CHECK_EQ(ww_suggestion_count(of), with);
        ww_suggestions_free(of);
    }
    ww_suggestions *few;
    const size_t some = ww_suggestion_count(all) / 2;
    CHECK_OK(ww_suggest_pairs(library, view, some, &few, &err));
    CHECK_EQ(ww_suggestion_count(few), some);
    for (size_t i = 0; i < some; i++)
        CHECK(ww_get_suggestion(few, i)->person == ww_get_suggestion(all, i)->person
              && ww_get_suggestion(few, i)->other == ww_get_suggestion(all, i)->other);
    ww_suggestions_free(few);
    ww_suggestions_free(all);
}

TEST(a_split_is_proposed_face_by_face)
{
    unsigned char side[200] = {0};
    CHECK_OK(decide(WW_DECISION_MERGE, "0", "1", NULL));
    const size_t person = ww_view_find_person(view, 0), count = faces_of(view, 0);
    ww_split_proposal proposal = WW_SPLIT_PROPOSAL_INIT;
    CHECK_OK(ww_view_split(view, person, side, &proposal, &err));
    size_t leave = 0;
    for (size_t i = 0; i < count; i++)
        leave += side[i];
    CHECK(leave > 0 && (int64_t)leave == proposal.side[1].faces && (int64_t)(count - leave) == proposal.side[0].faces);
    CHECK(proposal.separation > 0.35);
    CHECK_EQ(ww_view_split(view, 99, side, NULL, &err), WW_ERR_ARGUMENT);
    CHECK_OK(decide(WW_DECISION_UNDO, NULL, NULL, NULL));
}

static void *run(void *sorting) { return ww_sorting_run(sorting, NULL) == WW_OK ? sorting : NULL; }

TEST(sorting_goes_on_in_another_thread)
{
    ww_sorting *sorting;
    pthread_t thread;
    void *fine = NULL;
    ww_cluster_result result = WW_CLUSTER_RESULT_INIT;
    CHECK_OK(ww_sorting_begin(library, NULL, &sorting, &err));
    CHECK_EQ(pthread_create(&thread, NULL, run, sorting), 0);
    CHECK_OK(decide(WW_DECISION_NAME, "0", NULL, "Ada"));
    pthread_join(thread, &fine);
    CHECK(fine != NULL);
    CHECK_EQ(ww_sorting_finish(sorting, &result, &err), WW_ERR_CHANGED); // it does not know of Ada
    ww_sorting_free(sorting);
    CHECK_STR(ww_view_get_person(view, ww_view_find_person(view, 0))->title, "Ada");
    CHECK_OK(ww_sorting_begin(library, NULL, &sorting, &err));
    CHECK_OK(ww_sorting_run(sorting, &err));
    CHECK_OK(ww_sorting_finish(sorting, &result, &err));
    CHECK_EQ(result.people, 5);
    ww_sorting_free(sorting);
    CHECK_OK(ww_view_refresh(view, &err));
    CHECK_OK(decide(WW_DECISION_UNDO, NULL, NULL, NULL)); // also over what was read again
    CHECK_STR(ww_view_get_person(view, ww_view_find_person(view, 0))->title, "Face_0");
    check_agreement();
}

TEST(a_cover_is_a_decision_that_lasts_through_a_merge)
{
    size_t count;
    const size_t cover = *ww_view_faces_of_person(view, ww_view_find_person(view, 1), &count);
    CHECK_EQ(ww_view_get_person(view, ww_view_find_person(view, 1))->cover, WW_NONE);
    CHECK_OK(decide_faces(WW_DECISION_COVER, NULL, 1, 1, NULL));
    CHECK_EQ(ww_view_get_person(view, ww_view_find_person(view, 1))->cover, cover);
    check_agreement();
    CHECK_OK(decide(WW_DECISION_MERGE, "0", "1", NULL));
    CHECK_EQ(ww_view_get_person(view, ww_view_get_face(view, cover)->person)->cover, cover);
    CHECK_OK(decide_faces(WW_DECISION_COVER, NULL, 0, 1, NULL)); // the last one counts
    CHECK_EQ(ww_view_get_person(view, ww_view_find_person(view, 0))->cover,
             *ww_view_faces_of_person(view, ww_view_find_person(view, 0), &count));
    CHECK_EQ(decide_faces(WW_DECISION_COVER, NULL, 0, 2, NULL), WW_ERR_ARGUMENT);
    for (int i = 0; i < 3; i++)
        CHECK_OK(decide(WW_DECISION_UNDO, NULL, NULL, NULL));
    CHECK_EQ(ww_view_get_person(view, ww_view_find_person(view, 1))->cover, WW_NONE);
    check_agreement();
}

TEST(an_added_face_is_a_decision_that_undo_takes_back)
{
    const size_t faces = ww_view_face_count(view);
    ww_new_face face = WW_NEW_FACE_INIT;
    ww_added_face added = WW_ADDED_FACE_INIT;
    face.frame = ww_view_get_frame(view, 3)->id;
    face.x = 10.3;
    face.y = 12;
    face.width = 60;
    face.height = 70;
    face.name = "Eve";
    CHECK_OK(ww_library_add_face(library, models, &face, &added, &err));
    CHECK(added.quality >= 0 && added.quality <= 1 && added.entry > 0 && strstr(added.words, "was added"));
    CHECK_EQ(ww_library_add_face(library, models, &face, NULL, &err), WW_ERR_ARGUMENT); // it is there already
    CHECK_OK(ww_view_refresh(view, &err));
    CHECK_EQ(ww_view_face_count(view), faces + 1);
    const ww_view_face *f = ww_view_get_face(view, ww_view_find_face(view, added.face));
    CHECK(f && f->person != WW_NONE && f->frame == 3 && f->x == 10.25 && f->path[0]);
    CHECK_STR(ww_view_get_person(view, f->person)->title, "Eve");
    check_agreement();
    CHECK_OK(decide(WW_DECISION_UNDO, NULL, NULL, NULL));
    f = ww_view_get_face(view, ww_view_find_face(view, added.face));
    CHECK(f->discarded && f->person == WW_NONE);
    check_agreement();
    CHECK_OK(decide(WW_DECISION_REDO, NULL, NULL, NULL));
    f = ww_view_get_face(view, ww_view_find_face(view, added.face));
    CHECK(!f->discarded && f->person != WW_NONE);
    CHECK_OK(decide(WW_DECISION_UNDO, NULL, NULL, NULL));
    face.name = NULL;
    CHECK_OK(ww_library_add_face(library, models, &face, NULL, &err)); // the very box: the face is shown again
    CHECK_OK(ww_view_refresh(view, &err));
    CHECK_EQ(ww_view_face_count(view), faces + 1);
    CHECK_OK(decide(WW_DECISION_UNDO, NULL, NULL, NULL));
}

TEST(a_face_that_cannot_be_is_not_added)
{
    const ww_view_frame *frame = ww_view_get_frame(view, 3);
    const ww_view_face *there = ww_view_get_face(view, frame->first_face);
    const double wide = there->frame_width, w = there->width, h = there->height;
    const double boxes[][4] = {{there->x, there->y, w, h},
                               {there->x + w / 5, there->y, w, h},
                               {there->x + w / 4, there->y + h / 4, w / 2, h / 2},
                               {wide, 0, 50, 50},
                               {10, 10, 5, 50},
                               {10, 10, -50, 50},
                               {NAN, 10, 50, 50},
                               {10, INFINITY, 50, 50}};
    const size_t decisions = ww_view_decision_count(view);
    ww_new_face face = WW_NEW_FACE_INIT;
    for (size_t i = 0; i < sizeof boxes / sizeof *boxes; i++) {
        face = (ww_new_face){sizeof face, frame->id, boxes[i][0], boxes[i][1], boxes[i][2], boxes[i][3], NULL};
        CHECK_EQ(ww_library_add_face(library, models, &face, NULL, &err), WW_ERR_ARGUMENT);
    }
    face = (ww_new_face){sizeof face, 123456, 10, 10, 50, 50, NULL};
    CHECK_EQ(ww_library_add_face(library, models, &face, NULL, &err), WW_ERR_NOT_FOUND);
    face = (ww_new_face){sizeof face, frame->id, 10, 10, 50, 50, "Face_7"};
    CHECK_EQ(ww_library_add_face(library, models, &face, NULL, &err), WW_ERR_ARGUMENT);
    face.size = 0;
    CHECK_EQ(ww_library_add_face(library, models, &face, NULL, &err), WW_ERR_ARGUMENT);
    CHECK_EQ(ww_library_add_face(library, models, NULL, NULL, &err), WW_ERR_ARGUMENT);
    CHECK_OK(ww_view_refresh(view, &err));
    CHECK_EQ(ww_view_decision_count(view), decisions);
}

int main(void)
{
    open_demo();
    for (size_t p = 0; p < 5 && p < ww_view_person_count(view); p++)
        at_first[p] = ww_view_get_person(view, p)->face_count;
    RUN(people_are_named_merged_and_ignored);
    RUN(undo_and_redo_are_exact);
    RUN(who_was_named_in_any_order_is_renamed);
    RUN(faces_are_named_by_their_ids);
    RUN(what_makes_no_sense_is_refused);
    RUN(questions_about_one_person_are_those_among_all);
    RUN(a_split_is_proposed_face_by_face);
    RUN(sorting_goes_on_in_another_thread);
    RUN(a_cover_is_a_decision_that_lasts_through_a_merge);
    RUN(an_added_face_is_a_decision_that_undo_takes_back);
    RUN(a_face_that_cannot_be_is_not_added);
    close_demo();
    return FINISH();
}
