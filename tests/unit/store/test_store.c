// SPDX-License-Identifier: MIT
// What goes in comes out again, in the promised order, also from a library that was closed in between.
#include "store/sql.h"
#include "store_fixture.h"

#define CRAFTY_PATH                                                                                                    \
    "/a b/it's \"q\"; DROP TABLE face;--/\xc3\xa9\xff\xfe.mp4" // spaces, quotes, UTF-8 and bytes that are not

typedef struct source_list {
    ww_source_row row[8];
    char path[8][128], key[8][64], error[8][64];
    int count;
} source_list;

static ww_status keep_source(void *user, const ww_source_row *row, ww_error *err)
{
    source_list *list = user;
    int i = list->count++;
    list->row[i] = *row;
    snprintf(list->path[i], sizeof list->path[i], "%s", row->path);
    snprintf(list->key[i], sizeof list->key[i], "%s", row->scan_key);
    snprintf(list->error[i], sizeof list->error[i], "%s", row->error ? row->error : "(none)");
    return WW_OK;
}

TEST(sources_come_back_as_they_went_in)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = fixture_open();
    int64_t first = 0, second = 0, found = 0;
    ww_source_row a = fixture_source(CRAFTY_PATH, 0xfedcba9876543210u), b = fixture_source("photo.jpg", 7);
    a.stream_start_us = WW_STORE_START_UNKNOWN;
    b.stream_start_us = 2400000;
    b.kind = 1;
    b.error = "truncated";
    CHECK_OK(ww_store_begin(s, &err));
    CHECK_OK(ww_store_add_source(s, &a, &first, &err));
    CHECK_OK(ww_store_add_source(s, &b, &second, &err));
    CHECK_OK(ww_store_commit(s, &err));
    CHECK_EQ(first, 1);
    CHECK_EQ(second, 2);
    CHECK_OK(ww_store_find_source(s, a.hash, "detector+embedder", &found, &err));
    CHECK_EQ(found, first);
    CHECK_OK(ww_store_find_source(s, a.hash, "another model", &found, &err));
    CHECK_EQ(found, 0);
    CHECK_OK(ww_store_find_source(s, b.hash, "detector+embedder", &found, &err));
    CHECK_EQ(found, 0); // it could not be read
    ww_store_close(s);

    s = fixture_open();
    source_list list = {0};
    CHECK_OK(ww_store_sources(s, keep_source, &list, &err));
    CHECK_EQ(list.count, 2);
    CHECK_STR(list.path[0], CRAFTY_PATH);
    CHECK_STR(list.key[0], "detector+embedder");
    CHECK_STR(list.error[0], "(none)");
    CHECK_STR(list.error[1], "truncated");
    CHECK(list.row[0].hash == a.hash);
    CHECK_EQ(list.row[0].bytes, 12345);
    CHECK_EQ(list.row[0].width, 1920);
    CHECK_EQ(list.row[0].height, 1080);
    CHECK_EQ(list.row[0].duration_us, 120000000);
    CHECK_EQ(list.row[0].stream_start_us, WW_STORE_START_UNKNOWN);
    CHECK_EQ(list.row[1].stream_start_us, 2400000);
    CHECK_OK(ww_store_set_stream_start(s, first, 1500000, &err));
    CHECK_EQ(ww_store_set_stream_start(s, 99, 0, &err), WW_ERR_NOT_FOUND);
    CHECK_EQ(list.row[0].span_count, 4);
    CHECK_EQ(list.row[0].spans_done, 0);
    CHECK_EQ(list.row[1].kind, 1);
    ww_store_close(s);
    fixture_end();
}

TEST(spans_and_counters_add_up)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = fixture_open();
    fixture_fill(s, 1, 1);
    bool done = true;
    CHECK_OK(ww_store_span_done(s, 1, 2, &done, &err));
    CHECK(!done);
    CHECK_OK(
        ww_store_mark_span(s, 1, 2, &(ww_scan_counts){.samples = 30, .damaged = 1, .intermediate_frames = 7}, &err));
    CHECK_OK(ww_store_mark_span(
        s, 1, 0, &(ww_scan_counts){.samples = 12, .intermediate_frames = 4, .faces_small = 2, .faces_transient = 1},
        &err));
    CHECK_OK(ww_store_span_done(s, 1, 2, &done, &err));
    CHECK(done);
    CHECK_EQ(
        ww_store_mark_span(s, 1, 2, &(ww_scan_counts){.samples = 30, .damaged = 1, .intermediate_frames = 7}, &err),
        WW_ERR_ARGUMENT); // twice
    // of a source that is not there
    CHECK_EQ(ww_store_mark_span(s, 9, 0, &(ww_scan_counts){.intermediate_frames = 1}, &err), WW_ERR_ARGUMENT);
    source_list list = {0};
    CHECK_OK(ww_store_sources(s, keep_source, &list, &err));
    CHECK_EQ(list.row[0].spans_done, 2);
    CHECK_EQ(list.row[0].counts.samples, 42);
    CHECK_EQ(list.row[0].counts.damaged, 1);
    CHECK_EQ(list.row[0].counts.intermediate_frames, 11);
    CHECK_EQ(list.row[0].counts.faces_small, 2);
    CHECK_EQ(list.row[0].counts.faces_transient, 1);
    ww_source_row moved = list.row[0];
    moved.path = "elsewhere.mp4";
    moved.error = "gone";
    moved.counts.damaged = 5;
    CHECK_OK(ww_store_update_source(s, &moved, &err));
    moved.id = 77;
    CHECK_EQ(ww_store_update_source(s, &moved, &err), WW_ERR_NOT_FOUND);
    list.count = 0;
    CHECK_OK(ww_store_sources(s, keep_source, &list, &err));
    CHECK_STR(list.path[0], "elsewhere.mp4");
    CHECK_STR(list.error[0], "gone");
    CHECK_EQ(list.row[0].counts.damaged, 5);
    CHECK_EQ(list.row[0].counts.samples, 42);
    ww_store_close(s);
    fixture_end();
}

typedef struct frame_list {
    ww_frame_row row[32];
    int count;
} frame_list;

static ww_status keep_frame(void *user, const ww_frame_row *row, ww_error *err)
{
    frame_list *list = user;
    list->row[list->count++] = *row;
    return WW_OK;
}

TEST(frames_and_faces_are_read_in_order_of_time_whatever_the_order_of_writing)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = fixture_open();
    static const int sample[] = {7, 2, 9, 0};
    int64_t id = 0;
    CHECK_OK(ww_store_begin(s, &err));
    for (int source = 0; source < 2; source++) {
        ww_source_row row = fixture_source("x", (uint64_t)source + 1);
        CHECK_OK(ww_store_add_source(s, &row, &id, &err));
    }
    for (int i = 0; i < 8; i++) { // the second source first, samples and faces shuffled
        ww_frame_row frame = fixture_frame(i < 4 ? 2 : 1, sample[i % 4]);
        int64_t frame_id = 0;
        CHECK_OK(ww_store_add_frame(s, &frame, "j", 1, &frame_id, &err));
        for (int order = 2; order >= 0; order--)
            CHECK_OK(fixture_add_face(s, frame_id, order, (int)frame.source * 64 + sample[i % 4] * 4 + order, 10, &id,
                                      &err));
    }
    CHECK_OK(ww_store_commit(s, &err));
    frame_list frames = {0};
    CHECK_OK(ww_store_frames(s, keep_frame, &frames, &err));
    CHECK_EQ(frames.count, 8);
    for (int i = 1; i < frames.count; i++) {
        const ww_frame_row *a = &frames.row[i - 1], *b = &frames.row[i];
        CHECK(a->source < b->source || (a->source == b->source && a->sample < b->sample));
        CHECK_EQ(b->time_us, b->sample * 1000000 + 33367);
        CHECK_EQ(b->jpeg_width, 1280);
        CHECK_EQ(b->jpeg_height, 720);
        CHECK_EQ(b->span, 0);
    }
    ww_store_close(s);
    fixture_end();
}

typedef struct face_check {
    int count;
    float last;
    int64_t ids[16];
} face_check;

static ww_status check_face(void *user, const ww_face_row *row, const float *embedding, ww_error *err)
{
    face_check *check = user;
    ww_face_row expected = fixture_face(row->frame, row->order);
    CHECK(embedding && embedding[0] > check->last); // marks rise along the reading order
    check->last = embedding[0];
    for (int i = 0; i < FIXTURE_DIM; i++)
        CHECK(embedding[i] == embedding[0] + (float)i);
    CHECK_EQ(row->embedding_dim, FIXTURE_DIM);
    CHECK(row->x == expected.x && row->y == expected.y && row->width == expected.width
          && row->height == expected.height);
    CHECK(row->score == expected.score && row->quality == expected.quality && row->track == expected.track);
    CHECK(memcmp(row->landmark, expected.landmark, sizeof row->landmark) == 0);
    CHECK(memcmp(row->portrait_box, expected.portrait_box, sizeof row->portrait_box) == 0);
    CHECK_EQ(row->portrait_width, 400);
    CHECK_EQ(row->portrait_height, 500);
    CHECK_EQ(row->person, -1);
    check->ids[check->count++] = row->id;
    return WW_OK;
}

TEST(a_face_comes_back_with_all_it_had)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = fixture_open();
    fixture_fill(s, 1, 5);
    ww_store_close(s);
    s = fixture_open();
    face_check check = {.last = -1};
    CHECK_OK(ww_store_faces(s, true, check_face, &check, &err));
    CHECK_EQ(check.count, 10);
    for (int i = 0; i < 10; i++) {
        uint8_t *jpeg = NULL;
        size_t bytes = 0;
        CHECK_OK(ww_store_portrait_jpeg(s, check.ids[i], &jpeg, &bytes, &err));
        CHECK_EQ(bytes, 300);
        CHECK(jpeg && jpeg[0] == i && jpeg[299] == i);
        free(jpeg);
    }
    uint8_t *jpeg = NULL;
    size_t bytes = 0;
    CHECK_OK(ww_store_frame_jpeg(s, 3, &jpeg, &bytes, &err));
    CHECK(bytes == 5 && memcmp(jpeg, "frame", 5) == 0);
    free(jpeg);
    CHECK_EQ(ww_store_frame_jpeg(s, 99, &jpeg, &bytes, &err), WW_ERR_NOT_FOUND);
    CHECK_EQ(ww_store_portrait_jpeg(s, 99, &jpeg, &bytes, &err), WW_ERR_NOT_FOUND);
    CHECK(!jpeg);
    ww_store_close(s);
    fixture_end();
}

TEST(a_second_frame_or_face_in_the_same_place_is_refused_and_leaves_nothing)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = fixture_open();
    fixture_fill(s, 1, 2);
    int64_t id = 0;
    ww_frame_row frame = fixture_frame(1, 1), orphan = fixture_frame(55, 1);
    CHECK_OK(ww_store_begin(s, &err));
    CHECK_EQ(ww_store_add_frame(s, &frame, "j", 1, &id, &err), WW_ERR_ARGUMENT);
    CHECK_EQ(ww_store_add_frame(s, &orphan, "j", 1, &id, &err), WW_ERR_ARGUMENT);
    CHECK_EQ(fixture_add_face(s, 1, 1, 9, 10, &id, &err), WW_ERR_ARGUMENT);
    CHECK_EQ(fixture_add_face(s, 1000, 0, 9, 10, &id, &err), WW_ERR_ARGUMENT);
    ww_face_row face = fixture_face(1, 5);
    face.embedding_dim = WW_STORE_EMBEDDING_MAX + 1;
    CHECK_EQ(ww_store_add_face(s, &face, NULL, "p", 1, &id, &err), WW_ERR_ARGUMENT);
    face.embedding_dim = 0;
    CHECK_EQ(ww_store_add_face(s, &face, NULL, "", WW_STORE_VALUE_MAX + 1, &id, &err), WW_ERR_MEMORY);
    CHECK_EQ(id, 0);
    CHECK_OK(ww_store_commit(s, &err));
    CHECK_EQ(fixture_faces(s), 4);
    ww_store_close(s);
    fixture_end();
}

TEST(deleting_a_source_takes_its_faces_along_and_no_others)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = fixture_open();
    fixture_fill(s, 2, 3);
    CHECK_OK(ww_store_mark_span(s, 1, 0, &(ww_scan_counts){.samples = 1}, &err));
    CHECK_OK(ww_store_delete_source(s, 1, &err));
    CHECK_EQ(ww_store_delete_source(s, 1, &err), WW_ERR_NOT_FOUND);
    CHECK_EQ(fixture_faces(s), 6);
    frame_list frames = {0};
    CHECK_OK(ww_store_frames(s, keep_frame, &frames, &err));
    CHECK_EQ(frames.count, 3);
    CHECK_EQ(frames.row[0].source, 2);
    uint8_t *jpeg = NULL;
    size_t bytes = 0;
    CHECK_EQ(ww_store_portrait_jpeg(s, 1, &jpeg, &bytes, &err), WW_ERR_NOT_FOUND);
    bool done = true;
    CHECK_OK(ww_store_span_done(s, 1, 0, &done, &err));
    CHECK(!done);
    ww_store_close(s);
    fixture_end();
}

typedef struct remembered_list {
    ww_remembered_row row[16];
    int count;
} remembered_list;

static ww_status keep_remembered(void *user, const ww_remembered_row *row, ww_error *err)
{
    remembered_list *list = user;
    list->row[list->count++] = *row;
    return WW_OK;
}

TEST(who_a_deleted_face_was_is_remembered_until_the_next_sorting)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = fixture_open();
    fixture_fill(s, 2, 2); // four faces a source
    CHECK_OK(ww_store_set_people(s, (int64_t[]){1, 2, 5}, (int32_t[]){3, 4, 3}, 3, &err));
    CHECK_OK(ww_store_delete_source(s, 1, &err));
    remembered_list list = {0};
    CHECK_OK(ww_store_remembered(s, keep_remembered, &list, &err));
    CHECK_EQ(list.count, 2); // faces of nobody are not, nor those that are still there
    ww_face_row first = fixture_face(1, 0);
    CHECK(list.row[0].x == first.x && list.row[0].height == first.height);
    CHECK_EQ(list.row[0].person, 3);
    CHECK_EQ(list.row[1].person, 4);
    CHECK(list.row[0].time_us <= list.row[1].time_us && list.row[0].source == list.row[1].source);
    CHECK_OK(ww_store_set_people(s, (int64_t[]){5}, (int32_t[]){3}, 1, &err));
    list.count = 0;
    CHECK_OK(ww_store_remembered(s, keep_remembered, &list, &err));
    CHECK_EQ(list.count, 0);
    ww_store_close(s);
    fixture_end();
}

typedef struct people_text {
    char text[256];
} people_text;

static ww_status write_person(void *user, const ww_person_row *row, ww_error *err)
{
    people_text *people = user;
    size_t used = strlen(people->text);
    snprintf(people->text + used, sizeof people->text - used, "%d:%s:%lld ", row->number, row->name ? row->name : "-",
             (long long)row->faces);
    return WW_OK;
}

static void check_people(ww_store *s, const char *expected)
{
    ww_error err = {0};
    people_text people = {""};
    CHECK_OK(ww_store_people(s, true, write_person, &people, &err));
    CHECK_STR(people.text, expected);
}

TEST(people_follow_the_assignment_and_names_stay)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = fixture_open();
    fixture_fill(s, 1, 3); // faces 1 .. 6
    check_people(s, "");
    CHECK_EQ(ww_store_set_name(s, 0, "nobody yet", &err), WW_ERR_NOT_FOUND);
    CHECK_OK(ww_store_set_people(s, (int64_t[]){1, 2, 3, 4, 5, 6}, (int32_t[]){0, 1, 0, 1, 0, 2}, 6, &err));
    CHECK_OK(ww_store_set_name(s, 1, "Ren\xc3\xa9 \"O'Neil\"", &err));
    check_people(s, "0:-:3 1:Ren\xc3\xa9 \"O'Neil\":2 2:-:1 ");
    CHECK_OK(ww_store_set_people(s, (int64_t[]){1, 2, 6}, (int32_t[]){3, -1, 0}, 3, &err)); // 3, 4, 5 are not mentioned
    check_people(s, "0:-:1 1:Ren\xc3\xa9 \"O'Neil\":0 3:-:1 ");
    CHECK_OK(ww_store_set_name(s, 1, NULL, &err));
    CHECK_OK(ww_store_set_people(s, NULL, NULL, 0, &err));
    check_people(s, "");
    ww_store_close(s);
    fixture_end();
}

TEST(an_assignment_writes_what_it_changes_alone)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = fixture_open();
    fixture_fill(s, 1, 2);
    CHECK_OK(ww_store_set_people(s, (int64_t[]){1, 2}, (int32_t[]){0, 1}, 2, &err));
    const sqlite3_int64 before = sqlite3_total_changes64(s->db);
    CHECK_OK(ww_store_set_people(s, (int64_t[]){2, 1}, (int32_t[]){1, 0}, 2, &err));
    CHECK_EQ(sqlite3_total_changes64(s->db) - before, 0);
    CHECK_OK(ww_store_set_people(s, (int64_t[]){1, 2}, (int32_t[]){0, 0}, 2, &err));
    CHECK_EQ(sqlite3_total_changes64(s->db) - before, 2); // the face, and the person who is gone
    check_people(s, "0:-:2 ");
    ww_store_close(s);
    fixture_end();
}

TEST(a_bad_assignment_changes_nothing)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = fixture_open();
    fixture_fill(s, 1, 2);
    CHECK_OK(ww_store_set_people(s, (int64_t[]){1, 2}, (int32_t[]){0, 0}, 2, &err));
    CHECK_EQ(ww_store_set_people(s, (int64_t[]){3, 99}, (int32_t[]){0, 1}, 2, &err), WW_ERR_NOT_FOUND);
    CHECK_EQ(ww_store_set_people(s, (int64_t[]){3}, (int32_t[]){-2}, 1, &err), WW_ERR_ARGUMENT);
    check_people(s, "0:-:2 ");
    CHECK_OK(ww_store_begin(s, &err));
    CHECK_EQ(ww_store_set_people(s, (int64_t[]){3, 99}, (int32_t[]){0, 1}, 2, &err), WW_ERR_NOT_FOUND);
    CHECK_OK(ww_store_commit(s, &err));
    check_people(s, "0:-:2 ");
    ww_store_close(s);
    fixture_end();
}

TEST(meta_values_are_kept_replaced_and_forgotten)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = fixture_open();
    char *value = NULL;
    CHECK_OK(ww_store_get_meta(s, "eps", &value, &err));
    CHECK(!value);
    CHECK_OK(ww_store_set_meta(s, "eps", "0.45", &err));
    CHECK_OK(ww_store_set_meta(s, "eps", "0.5", &err));
    ww_store_close(s);
    s = fixture_open();
    CHECK_OK(ww_store_get_meta(s, "eps", &value, &err));
    CHECK_STR(value ? value : "", "0.5");
    free(value);
    CHECK_OK(ww_store_set_meta(s, "eps", NULL, &err));
    CHECK_OK(ww_store_get_meta(s, "eps", &value, &err));
    CHECK(!value);
    ww_store_close(s);
    fixture_end();
}

static ww_status write_exported(void *user, const char *path, uint64_t hash, ww_error *err)
{
    char *text = user;
    sprintf(text + strlen(text), "%s=%llx ", path, (unsigned long long)hash);
    return WW_OK;
}

static ww_status write_exported_file(void *user, const ww_exported_row *row, ww_error *err)
{
    char *text = user;
    sprintf(text + strlen(text), "%s=%llx/%llx/%llu/%lld ", row->path, (unsigned long long)row->hash,
            (unsigned long long)row->key, (unsigned long long)row->bytes, (long long)row->changed_ns);
    return WW_OK;
}

TEST(exported_files_are_kept_as_they_were_written)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = fixture_open();
    char text[256] = "";
    CHECK_OK(ww_store_add_exported(s, "a", 1, &err));
    CHECK_OK(ww_store_add_exported(s, "a", 2, &err));
    CHECK_OK(ww_store_add_exported(s, "b", 7, &err));
    CHECK_OK(
        ww_store_set_exported_file(s, &(ww_exported_row){"a", 2, 0xf000000000000001, 5, 1700000000000000001}, &err));
    CHECK_OK(ww_store_exported_files(s, write_exported_file, text, &err));
    CHECK_STR(text, "a=2/f000000000000001/5/1700000000000000001 b=7/0/0/0 ");
    CHECK_OK(ww_store_set_exported(s, "a", 2, &err)); // what was known of it is not any more
    text[0] = 0;
    CHECK_OK(ww_store_exported_files(s, write_exported_file, text, &err));
    CHECK_STR(text, "a=2/0/0/0 b=7/0/0/0 ");
    ww_store_close(s);
    fixture_end();
}

TEST(exported_paths_hold_one_hash_or_several)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = fixture_open();
    char text[256] = "";
    CHECK_OK(ww_store_set_exported(s, "b\xff/2.jpg", 0x7000000000000002, &err));
    CHECK_OK(ww_store_set_exported(s, "a/1.jpg", 1, &err));
    CHECK_OK(ww_store_add_exported(s, "a/1.jpg", 0xf000000000000003, &err));
    CHECK_OK(ww_store_add_exported(s, "a/1.jpg", 1, &err)); // known already
    CHECK_OK(ww_store_exported(s, write_exported, text, &err));
    CHECK_STR(text, "a/1.jpg=f000000000000003 a/1.jpg=1 b\xff/2.jpg=7000000000000002 ");
    CHECK_OK(ww_store_set_exported(s, "a/1.jpg", 4, &err));
    CHECK_OK(ww_store_unset_exported(s, "b\xff/2.jpg", &err));
    CHECK_OK(ww_store_unset_exported(s, "never written", &err));
    text[0] = 0;
    CHECK_OK(ww_store_exported(s, write_exported, text, &err));
    CHECK_STR(text, "a/1.jpg=4 ");
    ww_store_close(s);
    fixture_end();
}

static ww_status stop_at_second(void *user, const ww_face_row *row, const float *embedding, ww_error *err)
{
    return ++*(int *)user == 2 ? ww_fail(err, WW_ERR_CANCELLED, "enough") : WW_OK;
}

typedef struct nested {
    ww_store *store;
    int outer, inner;
} nested;

static ww_status walk_again(void *user, const ww_face_row *row, const float *embedding, ww_error *err)
{
    nested *n = user;
    n->outer++;
    ww_status status = ww_store_set_exported(n->store, "x", (uint64_t)n->outer, err);
    return status == WW_OK ? ww_store_faces(n->store, true, fixture_count_face, &n->inner, err) : status;
}

TEST(a_walk_can_be_stopped_nested_and_written_beside)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = fixture_open();
    fixture_fill(s, 1, 3);
    int seen = 0;
    CHECK_EQ(ww_store_faces(s, true, stop_at_second, &seen, &err), WW_ERR_CANCELLED);
    CHECK_EQ(seen, 2);
    CHECK_STR(err.message, "enough");
    nested n = {.store = s};
    CHECK_OK(ww_store_faces(s, false, walk_again, &n, &err));
    CHECK_EQ(n.outer, 6);
    CHECK_EQ(n.inner, 36);
    ww_store_close(s);
    fixture_end();
}

TEST(rollback_forgets_and_commit_keeps)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = fixture_open();
    int64_t id = 0;
    fixture_fill(s, 1, 2);
    CHECK_OK(ww_store_begin(s, &err));
    CHECK_OK(fixture_add_face(s, 1, 2, 9, 10, &id, &err));
    ww_store_rollback(s);
    ww_store_rollback(s);
    CHECK_EQ(fixture_faces(s), 4);
    CHECK_OK(ww_store_begin(s, &err));
    CHECK_OK(fixture_add_face(s, 1, 2, 9, 10, &id, &err));
    ww_store_close(s); // without a commit
    s = fixture_open();
    CHECK_EQ(fixture_faces(s), 4);
    CHECK_EQ(ww_store_commit(s, &err), WW_ERR_STORE); // there is nothing to commit
    ww_store_close(s);
    fixture_end();
}

static ww_status keep_successions(void *user, uint64_t old, uint64_t hash, ww_error *err)
{
    char *text = user;
    sprintf(text + strlen(text), "%d>%d ", (int)old, (int)hash);
    return WW_OK;
}

static void check_successions(ww_store *s, const char *expected)
{
    ww_error err = {0};
    char text[128] = "";
    CHECK_OK(ww_store_successions(s, keep_successions, text, &err));
    CHECK_STR(text, expected);
}

TEST(content_that_took_the_place_of_other_content_is_one_step_away)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = fixture_open();
    CHECK_OK(ww_store_succeed(s, 1, 2, &err));
    CHECK_OK(ww_store_succeed(s, 2, 3, &err));
    CHECK_OK(ww_store_succeed(s, 7, 8, &err));
    check_successions(s, "1>3 2>3 7>8 ");
    CHECK_OK(ww_store_succeed(s, 3, 1, &err)); // the first content is back
    check_successions(s, "2>1 3>1 7>8 ");
    ww_store_close(s);
    fixture_end();
}

TEST(a_scan_puts_other_scans_and_failures_of_its_file_out_of_date)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = fixture_open();
    int64_t id = 0;
    ww_source_row row = fixture_source("a.mp4", 5);
    row.scan_key = "other options";
    CHECK_OK(ww_store_add_source(s, &row, &id, &err));
    row = fixture_source("a.mp4", 0);
    row.error = "not to be read";
    CHECK_OK(ww_store_add_source(s, &row, &id, &err));
    row.path = "b.mp4";
    CHECK_OK(ww_store_add_source(s, &row, &id, &err));
    row = fixture_source("c.mp4", 6);
    row.file = "/films/c.mp4";
    CHECK_OK(ww_store_add_source(s, &row, &id, &err));
    CHECK_OK(ww_store_delete_outdated(s, "a.mp4", 5, "detector+embedder", &err));
    source_list list = {0};
    CHECK_OK(ww_store_sources(s, keep_source, &list, &err));
    CHECK_EQ(list.count, 2);
    CHECK_STR(list.path[0], "b.mp4");
    CHECK_STR(list.path[1], "c.mp4");
    CHECK_OK(ww_store_move_source(s, id, "d.mp4", "/films/d.mp4", 0, &err));
    CHECK_EQ(ww_store_move_source(s, 99, "d.mp4", "/films/d.mp4", 0, &err), WW_ERR_NOT_FOUND);
    list.count = 0;
    CHECK_OK(ww_store_sources(s, keep_source, &list, &err));
    CHECK_STR(list.path[1], "d.mp4");
    ww_store_close(s);
    fixture_end();
}

int main(void)
{
    RUN(sources_come_back_as_they_went_in);
    RUN(spans_and_counters_add_up);
    RUN(frames_and_faces_are_read_in_order_of_time_whatever_the_order_of_writing);
    RUN(a_face_comes_back_with_all_it_had);
    RUN(a_second_frame_or_face_in_the_same_place_is_refused_and_leaves_nothing);
    RUN(deleting_a_source_takes_its_faces_along_and_no_others);
    RUN(who_a_deleted_face_was_is_remembered_until_the_next_sorting);
    RUN(people_follow_the_assignment_and_names_stay);
    RUN(an_assignment_writes_what_it_changes_alone);
    RUN(a_bad_assignment_changes_nothing);
    RUN(meta_values_are_kept_replaced_and_forgotten);
    RUN(exported_files_are_kept_as_they_were_written);
    RUN(exported_paths_hold_one_hash_or_several);
    RUN(a_walk_can_be_stopped_nested_and_written_beside);
    RUN(rollback_forgets_and_commit_keeps);
    RUN(content_that_took_the_place_of_other_content_is_one_step_away);
    RUN(a_scan_puts_other_scans_and_failures_of_its_file_out_of_date);
    return FINISH();
}
