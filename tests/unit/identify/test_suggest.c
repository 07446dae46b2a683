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

// -> the id of its face.
static int64_t store_photo(ww_library *library, uint64_t number, const float *vector)
{
    ww_error err = {0};
    int64_t source = 0, frame = 0, id = 0;
    const ww_source_row photo = {
        .path = "photo.jpg", .hash = number, .kind = 1, .scan_key = "k", .span_count = 1, .width = 640, .height = 360};
    CHECK_OK(ww_store_add_source(library->store, &photo, &source, &err));
    const ww_frame_row f = {.source = source};
    CHECK_OK(ww_store_add_frame(library->store, &f, "j", 1, &frame, &err));
    CHECK_OK(people_store_vector(library->store, vector, frame, 0, &id, &err));
    return id;
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
        for (int i = 0; i < (who / 2 % 6 ? FACES_MOST : FACES_FEW); i++) {
            float vector[PEOPLE_DIM];
            face_of(&r, who, vector);
            store_photo(library, ++number, vector);
        }
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

// However many are wanted: the gain of the last of them rules out pairs that are farther apart, and people of fewer
// faces.
static void check_library(ww_library *library, size_t least_pairs)
{
    static ww_suggestion all[PAIRS_MAX];
    ww_error err = {0};
    ww_view *view;
    CHECK_OK(ww_library_view(library, &view, &err));
    const size_t pairs = pairs_one_by_one(library, view, all);
    CHECK(pairs >= least_pairs && pairs < PAIRS_MAX);
    for (size_t count = 1; count <= pairs + 1; count++) {
        ww_suggestions *found;
        CHECK_OK(ww_suggest_pairs(library, view, count, &found, &err));
        CHECK_EQ(ww_suggestion_count(found), count < pairs ? count : pairs);
        for (size_t i = 0; i < ww_suggestion_count(found); i++)
            CHECK_EQ(most_gain_first(ww_get_suggestion(found, i), &all[i]), 0);
        ww_suggestions_free(found);
    }
    ww_view_close(view);
}

TEST(the_best_pairs_of_all_are_the_best_of_each_person)
{
    const char *dir = scratch_folder_in_memory();
    ww_library *library = make_library(dir);
    check_library(library, 101);
    ww_library_close(library);
    scratch_remove(dir);
}

// Two people of so many faces, so far apart; all faces of one of them are alike.
typedef struct two_people {
    int faces;
    double apart;
} two_people;

static ww_library *make_twos(const char *dir, const two_people *two, size_t count)
{
    enum { FACES = 64 };
    ww_error err = {0};
    ww_library *library = NULL;
    int64_t id[FACES];
    int32_t number[FACES];
    size_t faces = 0;
    CHECK_OK(ww_library_open(dir, WW_LIBRARY_CREATE, NULL, &library, &err));
    CHECK_OK(ww_store_begin(library->store, &err));
    for (size_t who = 0; who < 2 * count; who++) {
        const double cosine = 1 - two[who / 2].apart * two[who / 2].apart / 2;
        float v[PEOPLE_DIM] = {0};
        v[who / 2] = who % 2 ? (float)cosine : 1;
        v[PEOPLE_DIM / 2 + who / 2] = who % 2 ? (float)sqrt(1 - cosine * cosine) : 0;
        for (int i = 0; i < two[who / 2].faces && faces < FACES; i++) {
            number[faces] = (int32_t)who;
            id[faces] = store_photo(library, faces + 1, v);
            faces++;
        }
    }
    CHECK_OK(ww_store_set_people(library->store, id, number, faces, &err));
    CHECK_OK(ww_store_commit(library->store, &err));
    return library;
}

// How far apart people are asked about.
static double reach_of(ww_library *library)
{
    ww_error err = {0};
    ww_view *view;
    ww_suggestions *found;
    CHECK_OK(ww_library_view(library, &view, &err));
    CHECK_OK(ww_suggest_pairs(library, view, 1, &found, &err));
    CHECK_EQ(ww_suggestion_count(found), 1);
    const ww_suggestion *s = ww_get_suggestion(found, 0);
    const double faces = (double)ww_view_get_person(view, s->person)->face_count,
                 reach = s->distance / (1 - s->gain / faces);
    ww_suggestions_free(found);
    ww_view_close(view);
    return reach;
}

// Near ones of few faces are found first; what they leave to be gained must still let in those just inside: many faces
// far apart (8 x 0.13 = 1.04 where 2 x 0.5 = 1 is found), and few that are all but one (2 x 0.97).
TEST(pairs_just_inside_the_bounds_are_found)
{
    const char *dir = scratch_folder_in_memory();
    ww_library *library = make_twos(dir, (two_people[]){{4, 0.5}}, 1);
    const double reach = reach_of(library);
    ww_library_close(library);
    scratch_remove(dir);
    dir = scratch_folder_in_memory();
    const two_people twos[] = {{2, 0.5 * reach},  {8, 0.87 * reach}, {2, 0.03 * reach},
                               {2, 0.04 * reach}, {8, 0.77 * reach}, {2, 0.07 * reach}};
    library = make_twos(dir, twos, sizeof twos / sizeof *twos);
    check_library(library, sizeof twos / sizeof *twos);
    ww_library_close(library);
    scratch_remove(dir);
}

int main(void)
{
    RUN(the_best_pairs_of_all_are_the_best_of_each_person);
    RUN(pairs_just_inside_the_bounds_are_found);
    return FINISH();
}
