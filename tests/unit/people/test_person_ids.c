// SPDX-License-Identifier: MIT
// Growing, never rebuilt: people keep their numbers and names when footage joins, leaves, or is scanned anew.
#include "base/files.h"
#include "base/memory.h"
#include "cluster/cluster.h"
#include "harness.h"
#include "library/library.h"
#include "people.h"
#include "people/person_ids.h"
#include "scratch.h"

enum { PEOPLE_MAX = 16, NOT_THERE = -2 };

static const char *dir;

static ww_library *open_library(void)
{
    ww_error err = {0};
    ww_library *library = NULL;
    dir = scratch_folder_in_memory();
    CHECK_OK(ww_library_open(dir, WW_LIBRARY_CREATE, NULL, &library, &err));
    return library;
}

static void close_library(ww_library *library)
{
    ww_library_close(library);
    scratch_remove(dir);
}

// Footage in which each of `people` (ended by -1) is alone on `seconds` frames. The content hash is `hash`.
static int64_t add_footage(ww_library *library, uint64_t hash, uint64_t seed, const char *scan_key, int seconds,
                           const int *people)
{
    ww_error err = {0};
    ww_random r = {seed};
    int64_t source = 0, frame = 0, sample = 0;
    ww_source_row row = {
        .path = "clip.mp4", .hash = hash, .scan_key = scan_key, .span_count = 1, .width = 640, .height = 360};
    CHECK_OK(ww_store_begin(library->store, &err));
    CHECK_OK(ww_store_add_source(library->store, &row, &source, &err));
    for (const int *who = people; *who >= 0; who++)
        for (int s = 0; s < seconds; s++, sample++) {
            ww_frame_row f = {
                .source = source, .sample = sample, .time_us = sample * 1000000 + (int64_t)(seed % 7) * 100000};
            CHECK_OK(ww_store_add_frame(library->store, &f, "j", 1, &frame, &err));
            CHECK_OK(people_store_face(library->store, &r, *who, frame, *who + 1, &err));
        }
    CHECK_OK(ww_store_commit(library->store, &err));
    return source;
}

static int64_t sort_library(ww_library *library, const ww_cluster_options *options)
{
    ww_error err = {0};
    ww_cluster_result result = WW_CLUSTER_RESULT_INIT;
    CHECK_OK(ww_library_cluster(library, options, &result, &err));
    return result.people;
}

// Number of each made-up person in a source: all the faces must agree.
struct numbers {
    int64_t source;
    const int *people;
    int seconds, at;
    int number[PEOPLE_MAX];
};

static ww_status note_number(void *user, const ww_face_row *row, const float *embedding, ww_error *err)
{
    struct numbers *n = user;
    (void)embedding;
    (void)err;
    int who = (int)row->track - 1;
    if (n->number[who] == NOT_THERE)
        n->number[who] = row->person;
    CHECK_EQ(n->number[who], row->person);
    return WW_OK;
}

static void read_numbers(ww_library *library, struct numbers *n)
{
    ww_error err = {0};
    for (int i = 0; i < PEOPLE_MAX; i++)
        n->number[i] = NOT_THERE;
    CHECK_OK(ww_store_faces(library->store, false, note_number, n, &err));
}

TEST(new_footage_joins_and_moves_nobody)
{
    ww_library *library = open_library();
    struct numbers before, after;
    add_footage(library, 1, 1, "key", 4, (int[]){0, 1, 2, -1});
    CHECK_EQ(sort_library(library, NULL), 3);
    read_numbers(library, &before);
    add_footage(library, 2, 2, "key", 9, (int[]){5, 1, 4, -1}); // 5 and 4 are seen far more often than the old ones
    CHECK_EQ(sort_library(library, NULL), 5);
    read_numbers(library, &after);
    for (int who = 0; who < 3; who++)
        CHECK_EQ(after.number[who], before.number[who]);
    CHECK(after.number[4] >= 3 && after.number[5] >= 3 && after.number[4] != after.number[5]);
    close_library(library);
}

TEST(numbers_of_people_who_left_are_not_given_to_others)
{
    ww_error err = {0};
    ww_library *library = open_library();
    struct numbers before, after;
    add_footage(library, 1, 1, "key", 4, (int[]){0, 1, -1});
    int64_t second = add_footage(library, 2, 2, "key", 4, (int[]){2, 3, -1});
    CHECK_EQ(sort_library(library, NULL), 4);
    read_numbers(library, &before);
    CHECK_OK(ww_store_delete_source(library->store, second, &err));
    CHECK_EQ(sort_library(library, NULL), 2);
    add_footage(library, 3, 3, "key", 4, (int[]){6, -1});
    CHECK_EQ(sort_library(library, NULL), 3);
    read_numbers(library, &after);
    CHECK_EQ(after.number[0], before.number[0]);
    CHECK_EQ(after.number[1], before.number[1]);
    CHECK_EQ(after.number[6], 4);
    close_library(library);
}

TEST(a_scan_with_other_models_finds_the_same_people_under_the_same_numbers)
{
    ww_error err = {0};
    ww_library *library = open_library();
    struct numbers before, after;
    int64_t source = add_footage(library, 1, 1, "one model", 4, (int[]){3, 1, 2, 0, -1});
    CHECK_EQ(sort_library(library, NULL), 4);
    read_numbers(library, &before);
    CHECK_OK(ww_store_delete_source(library->store, source, &err));
    // other frames of the same seconds, other vectors
    add_footage(library, 1, 4, "another model", 4, (int[]){3, 1, 2, 0, -1});
    CHECK_EQ(sort_library(library, NULL), 4);
    read_numbers(library, &after);
    for (int who = 0; who < 4; who++)
        CHECK_EQ(after.number[who], before.number[who]);
    close_library(library);
}

TEST(a_sorting_that_finds_nobody_forgets_nobody)
{
    ww_library *library = open_library();
    struct numbers before, after;
    add_footage(library, 1, 1, "key", 4, (int[]){3, 1, 2, -1});
    CHECK_EQ(sort_library(library, NULL), 3);
    read_numbers(library, &before);
    ww_cluster_options many = WW_CLUSTER_OPTIONS_INIT;
    many.min_samples = 100;
    CHECK_EQ(sort_library(library, &many), 0);
    CHECK_EQ(sort_library(library, NULL), 0); // the library keeps what it was told
    many.min_samples = WW_AUTO;
    CHECK_EQ(sort_library(library, &many), 3);
    read_numbers(library, &after);
    for (int who = 1; who < 4; who++)
        CHECK_EQ(after.number[who], before.number[who]);
    close_library(library);
}

TEST(people_with_names_are_never_made_one)
{
    ww_error err = {0};
    ww_library *library = open_library();
    struct numbers named, after;
    add_footage(library, 1, 1, "key", 4, (int[]){0, 1, 2, -1});
    sort_library(library, NULL);
    const char *ada[] = {"0"}, *bob[] = {"1"};
    CHECK_OK(ww_library_decide(
        library,
        &(ww_decision){.size = sizeof(ww_decision), .kind = WW_DECISION_NAME, .who = ada, .count = 1, .text = "Ada"},
        NULL, &err));
    CHECK_OK(ww_library_decide(
        library,
        &(ww_decision){.size = sizeof(ww_decision), .kind = WW_DECISION_NAME, .who = bob, .count = 1, .text = "Bob"},
        NULL, &err));
    sort_library(library, NULL);
    read_numbers(library, &named);
    size_t methods;
    const ww_method *method = ww_methods(&methods);
    for (size_t m = 0; m < methods; m++) { // a threshold that would make all people one
        ww_cluster_options o = WW_CLUSTER_OPTIONS_INIT;
        o.method = method[m].name;
        o.threshold = 1.9;
        o.min_samples = 2;
        CHECK_EQ(sort_library(library, &o), 2);
        read_numbers(library, &after);
        int ada_is = -1, bob_is = -1;
        for (int who = 0; who < 3; who++) {
            ada_is = named.number[who] == 0 ? who : ada_is;
            bob_is = named.number[who] == 1 ? who : bob_is;
        }
        CHECK_EQ(after.number[ada_is], 0);
        CHECK_EQ(after.number[bob_is], 1);
    }
    close_library(library);
}

// The first `first` of the faces are one person from now on, the others another.
static void split_at(ww_library *library, size_t first, int32_t number[2])
{
    ww_error err = {0};
    ww_catalog catalog;
    ww_decided decided = {0};
    ww_person_ids ids;
    CHECK_OK(ww_catalog_load(library->store, NULL, 0, &catalog, &err));
    const size_t count = catalog.face.count;
    int32_t *label = ww_alloc_array(count, sizeof *label, SIZE_MAX);
    for (size_t i = 0; i < count; i++)
        label[i] = i < first ? 0 : 1;
    CHECK_OK(ww_assign_person_ids(library, &catalog, &decided, label, NULL, NULL, &ids, &err));
    for (size_t i = 0; i < count; i++)
        CHECK_EQ(label[i], label[i < first ? 0 : count - 1]);
    number[0] = label[0];
    number[1] = label[count - 1];
    CHECK_EQ(ids.people.count, 2);
    ww_person_ids_free(&ids);
    free(label);
    ww_catalog_free(&catalog);
}

TEST(of_one_who_becomes_two_the_larger_part_keeps_the_number)
{
    ww_library *library = open_library();
    int32_t number[2];
    add_footage(library, 1, 1, "key", 9, (int[]){0, -1});
    CHECK_EQ(sort_library(library, NULL), 1);
    split_at(library, 6, number);
    CHECK(number[0] == 0 && number[1] == 1);
    split_at(library, 3, number);
    CHECK(number[0] == 1 && number[1] == 0);
    close_library(library);
}

TEST(in_footage_a_single_face_is_no_person_unless_asked_for)
{
    ww_library *library = open_library();
    ww_cluster_options one = WW_CLUSTER_OPTIONS_INIT;
    one.min_samples = 1;
    add_footage(library, 1, 1, "key", 4, (int[]){0, 1, -1});
    add_footage(library, 2, 2, "key", 1, (int[]){5, -1});
    CHECK_EQ(sort_library(library, NULL), 2);
    CHECK_EQ(sort_library(library, &one), 3);
    close_library(library);
}

int main(void)
{
    RUN(in_footage_a_single_face_is_no_person_unless_asked_for);
    RUN(of_one_who_becomes_two_the_larger_part_keeps_the_number);
    RUN(new_footage_joins_and_moves_nobody);
    RUN(numbers_of_people_who_left_are_not_given_to_others);
    RUN(a_scan_with_other_models_finds_the_same_people_under_the_same_numbers);
    RUN(a_sorting_that_finds_nobody_forgets_nobody);
    RUN(people_with_names_are_never_made_one);
    return FINISH();
}
