// SPDX-License-Identifier: MIT
// Which pairs of persons are asked about.
#include "../people/people.h"
#include "harness.h"
#include "library/library.h"
#include "scratch.h"
#include "whoswho/view.h"

#define LOOKS_OWN 1.1 // at least
#define LOOKS_STEP 0.05
#define SCATTER 0.4

enum { PEOPLE = 120, FACES_MOST = 8, FACES_FEW = 4, PAIRS_MAX = 8192 };

// Every other person looks more or less like the one before.
static void face_of(ww_random *r, int who, float *v)
{
    const double looks = who % 2 * (LOOKS_OWN + LOOKS_STEP * (who / 2 % 20));
    float own[PEOPLE_DIM];
    people_direction(who / 2, v);
    people_direction(PEOPLE + who, own);
    for (int i = 0; i < PEOPLE_DIM; i++)
        v[i] += (float)(looks * own[i] + SCATTER / sqrt(PEOPLE_DIM) * ww_random_normal(r));
    people_unit(v);
}

static void add_photo(ww_library *library, ww_random *r, uint64_t number, int who)
{
    ww_error err = {0};
    int64_t source = 0, frame = 0, id;
    float vector[PEOPLE_DIM];
    const ww_source_row photo = {
        .path = "photo.jpg", .hash = number, .kind = 1, .scan_key = "k", .span_count = 1, .width = 640, .height = 360};
    CHECK_OK(ww_store_add_source(library->store, &photo, &source, &err));
    const ww_frame_row f = {.source = source};
    CHECK_OK(ww_store_add_frame(library->store, &f, "j", 1, &frame, &err));
    const ww_face_row face = {.frame = frame,
                              .x = 100,
                              .y = 50,
                              .width = 80,
                              .height = 80,
                              .score = 0.9,
                              .quality = 0.6,
                              .person = -1,
                              .embedding_dim = PEOPLE_DIM,
                              .portrait_width = 1,
                              .portrait_height = 1};
    face_of(r, who, vector);
    CHECK_OK(ww_store_add_face(library->store, &face, vector, "p", 1, &id, &err));
}

// People of eight photos or four.
static ww_library *make_library(const char *dir)
{
    ww_error err = {0};
    ww_random r = {31};
    ww_library *library = NULL;
    uint64_t number = 0;
    CHECK_OK(ww_library_open(dir, WW_LIBRARY_CREATE, NULL, &library, &err));
    CHECK_OK(ww_store_begin(library->store, &err));
    for (int who = 0; who < PEOPLE; who++)
        for (int i = 0; i < (who / 2 % 6 ? FACES_MOST : FACES_FEW); i++)
            add_photo(library, &r, ++number, who);
    CHECK_OK(ww_store_commit(library->store, &err));
    CHECK_OK(ww_library_cluster(library, NULL, NULL, &err));
    return library;
}

static int most_gain_first(const void *a, const void *b)
{
    const ww_suggestion *x = a, *y = b;
    if (x->gain != y->gain)
        return x->gain > y->gain ? -1 : 1;
    if (x->distance != y->distance)
        return x->distance < y->distance ? -1 : 1;
    return x->person != y->person ? (x->person < y->person ? -1 : 1) : (x->other > y->other) - (x->other < y->other);
}

// Of each person with all others, which are compared one by one.
static size_t pairs_one_by_one(ww_library *library, ww_view *view, ww_suggestion *all)
{
    ww_error err = {0};
    size_t pairs = 0;
    for (size_t p = 0; p < ww_view_person_count(view); p++) {
        ww_suggestions *found;
        CHECK_OK(ww_suggest_pairs_of(library, view, p, PAIRS_MAX, &found, &err));
        for (size_t i = 0; i < ww_suggestion_count(found) && pairs < PAIRS_MAX; i++)
            if (ww_get_suggestion(found, i)->person == p) // from one side
                all[pairs++] = *ww_get_suggestion(found, i);
        ww_suggestions_free(found);
    }
    qsort(all, pairs, sizeof *all, most_gain_first);
    return pairs;
}

TEST(the_best_pairs_of_all_are_the_best_of_each_person)
{
    static ww_suggestion all[PAIRS_MAX];
    const char *dir = scratch_folder_in_memory();
    ww_library *library = make_library(dir);
    ww_error err = {0};
    ww_view *view;
    CHECK_OK(ww_library_view(library, &view, &err));
    CHECK(ww_view_person_count(view) > PEOPLE / 2);
    const size_t pairs = pairs_one_by_one(library, view, all);
    CHECK(pairs > 100 && pairs < PAIRS_MAX);
    for (size_t count = 1; count <= pairs + 1; count++) {
        ww_suggestions *found;
        CHECK_OK(ww_suggest_pairs(library, view, count, &found, &err));
        CHECK_EQ(ww_suggestion_count(found), count < pairs ? count : pairs);
        for (size_t i = 0; i < ww_suggestion_count(found); i++)
            CHECK_EQ(most_gain_first(ww_get_suggestion(found, i), &all[i]), 0);
        ww_suggestions_free(found);
    }
    ww_view_close(view);
    ww_library_close(library);
    scratch_remove(dir);
}

int main(void)
{
    RUN(the_best_pairs_of_all_are_the_best_of_each_person);
    return FINISH();
}
