// SPDX-License-Identifier: MIT
// The journal, the pictures of known people, who a face formerly was; and libraries from before there were any of
// these.
#include "store/schema.h"
#include "store_fixture.h"

#include <sqlite3.h>

typedef struct entry_list {
    ww_journal_row row[8];
    char text[8][32], words[8][32], operands[8][32];
    int count;
} entry_list;

static ww_status keep_entry(void *user, const ww_journal_row *row, ww_error *err)
{
    entry_list *list = user;
    int i = list->count++;
    list->row[i] = *row;
    snprintf(list->text[i], sizeof list->text[i], "%s %s", row->kind, row->text ? row->text : "(none)");
    snprintf(list->words[i], sizeof list->words[i], "%s", row->words);
    memcpy(list->operands[i], row->operands_bytes ? row->operands : "", row->operands_bytes);
    return WW_OK;
}

TEST(the_journal_grows_in_order_and_knows_its_batches)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = fixture_open();
    ww_journal_row first = {.time_s = 1700000000,
                            .kind = "name",
                            .text = "Ad\xc3\xa4 \"'",
                            .words = "w1",
                            .operands = "a\0b",
                            .operands_bytes = 3};
    ww_journal_row second = {.time_s = 1700000001, .kind = "merge", .words = "w2"};
    int64_t seq = 0;
    CHECK_OK(ww_store_begin(s, &err));
    CHECK_OK(ww_store_add_decision(s, &first, &seq, &err));
    CHECK_EQ(seq, 1);
    second.batch = seq;
    CHECK_OK(ww_store_add_decision(s, &second, &seq, &err));
    CHECK_OK(ww_store_commit(s, &err));
    CHECK_OK(ww_store_begin(s, &err));
    CHECK_OK(ww_store_add_decision(s, &first, &seq, &err));
    ww_store_rollback(s);
    CHECK_OK(ww_store_add_decision(s, &first, &seq, &err)); // a transaction of its own
    ww_store_close(s);
    s = fixture_open();
    entry_list list = {0};
    CHECK_OK(ww_store_decisions(s, keep_entry, &list, &err));
    CHECK_EQ(list.count, 3);
    for (int i = 0; i < 3; i++)
        CHECK_EQ(list.row[i].seq, i + 1);
    CHECK_EQ(list.row[0].batch, 1);
    CHECK_EQ(list.row[1].batch, 1);
    CHECK_EQ(list.row[2].batch, 3);
    CHECK_EQ(list.row[0].time_s, 1700000000);
    CHECK_STR(list.text[0], "name Ad\xc3\xa4 \"'");
    CHECK_STR(list.text[1], "merge (none)");
    CHECK_STR(list.words[1], "w2");
    CHECK(list.row[0].operands_bytes == 3 && memcmp(list.operands[0], "a\0b", 3) == 0);
    CHECK_EQ(list.row[1].operands_bytes, 0);
    ww_store_close(s);
    fixture_end();
}

TEST(known_pictures_are_kept_for_the_models_that_looked)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = fixture_open();
    const float vector[] = {0.5f, -1, 3};
    char *found = NULL;
    float *embedding = NULL;
    size_t dim = 7;
    CHECK_OK(ww_store_known_picture(s, 0xfedcba9876543210u, "a", &found, &embedding, &dim, &err));
    CHECK(!found && !embedding && dim == 0);
    CHECK_OK(ww_store_set_known_picture(s, 0xfedcba9876543210u, "a", "face", vector, 3, &err));
    CHECK_OK(ww_store_set_known_picture(s, 0xfedcba9876543210u, "b", "none", NULL, 0, &err));
    CHECK_OK(ww_store_known_picture(s, 0xfedcba9876543210u, "a", &found, &embedding, &dim, &err));
    CHECK_STR(found, "face");
    CHECK(dim == 3 && memcmp(embedding, vector, sizeof vector) == 0);
    free(found);
    free(embedding);
    CHECK_OK(ww_store_known_picture(s, 0xfedcba9876543210u, "b", &found, &embedding, &dim, &err));
    CHECK_STR(found, "none");
    CHECK_EQ(dim, 0);
    free(found);
    free(embedding);
    ww_store_close(s);
    fixture_end();
}

static ww_status write_former(void *user, const ww_face_row *row, const float *embedding, ww_error *err)
{
    char *text = user;
    sprintf(text + strlen(text), "%d<%d ", row->person, row->former);
    return WW_OK;
}

static void check_former(ww_store *s, const char *expected)
{
    ww_error err = {0};
    char text[128] = "";
    CHECK_OK(ww_store_faces(s, false, write_former, text, &err));
    CHECK_STR(text, expected);
}

// A number that a face had before the present one is remembered over any number of sortings that leave the face where
// it is.
TEST(a_face_remembers_who_it_formerly_was)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = fixture_open();
    fixture_fill(s, 1, 2); // faces 1 .. 4
    const int64_t faces[] = {1, 2, 3, 4};
    CHECK_OK(ww_store_set_people(s, faces, (int32_t[]){0, 0, 1, -1}, 4, &err));
    check_former(s, "0<-1 0<-1 1<-1 -1<-1 ");
    for (int again = 0; again < 3; again++) {
        CHECK_OK(ww_store_set_people(s, faces, (int32_t[]){0, 0, 0, 2}, 4, &err)); // merged
        check_former(s, "0<-1 0<-1 0<1 2<-1 ");
    }
    CHECK_OK(ww_store_set_people(s, faces, (int32_t[]){0, 0, 1, -1}, 4, &err));
    check_former(s, "0<-1 0<-1 1<0 -1<2 ");
    ww_store_close(s);
    fixture_end();
}

static ww_status write_person(void *user, const ww_person_row *row, ww_error *err)
{
    char *text = user;
    sprintf(text + strlen(text), "%d:%s:%d ", row->number, row->name ? row->name : "-", row->ignored);
    return WW_OK;
}

TEST(a_library_of_the_first_version_is_brought_up_to_date)
{
    fixture_begin();
    ww_error err = {0};
    sqlite3 *db = NULL;
    char *stamp = ww_strf("PRAGMA application_id = %d; PRAGMA user_version = 1;", WW_STORE_APPLICATION_ID);
    static const char rows[] =
        "INSERT INTO source VALUES (1, X'61', 5, 9, 0, 640, 480, 1000000, 'k', 1, NULL, 0, 1);"
        "INSERT INTO frame VALUES (1, 1, 0, 0, 0, 640, 480);"
        "INSERT INTO face VALUES (1, 1, 0, 1, 2, 30, 40, 0.9, 0.5, zeroblob(40), 0, 3, 1, 2, 3, 4, 400, 500);"
        "INSERT INTO person VALUES (3, 'Ada');";
    CHECK_EQ(sqlite3_open(fixture_path, &db), SQLITE_OK);
    CHECK_EQ(sqlite3_exec(db, ww_schema_step[0], NULL, NULL, NULL), SQLITE_OK);
    CHECK_EQ(sqlite3_exec(db, rows, NULL, NULL, NULL), SQLITE_OK);
    CHECK_EQ(sqlite3_exec(db, stamp, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    free(stamp);
    ww_store *s = fixture_open();
    char people[64] = "";
    entry_list list = {0};
    CHECK_OK(ww_store_people(s, true, write_person, people, &err));
    CHECK_STR(people, "3:Ada:0 ");
    check_former(s, "3<-1 ");
    CHECK_OK(ww_store_decisions(s, keep_entry, &list, &err));
    CHECK_EQ(list.count, 0);
    CHECK_OK(ww_store_set_ignored(s, 3, true, &err));
    CHECK_EQ(ww_store_set_ignored(s, 4, true, &err), WW_ERR_NOT_FOUND);
    people[0] = 0;
    CHECK_OK(ww_store_people(s, true, write_person, people, &err));
    CHECK_STR(people, "3:Ada:1 ");
    ww_store_close(s);
    fixture_end();
}

static ww_status write_path(void *user, const char *path, uint64_t hash, ww_error *err)
{
    char *text = user;
    sprintf(text + strlen(text), "%s=%llu ", path, (unsigned long long)hash);
    return WW_OK;
}

TEST(a_library_of_any_older_version_is_brought_up_to_date_and_keeps_its_rows)
{
    static const char row[] = "INSERT INTO source (id, path, hash, bytes, kind, width, height, duration_us, scan_key,"
                              " span_count, error, damaged, frames_looked_at) VALUES"
                              " (1, X'61', 5, 9, 0, 640, 480, 1000000, 'k', 1, NULL, 0, 1);"
                              "INSERT INTO exported (path, hash) VALUES (X'62', 7);";
    for (int version = 1; version < ww_schema_steps; version++) {
        fixture_begin();
        ww_error err = {0};
        sqlite3 *db = NULL;
        char *stamp =
                 ww_strf("PRAGMA application_id = %d; PRAGMA user_version = %d;", WW_STORE_APPLICATION_ID, version),
             exported[64] = "";
        CHECK_EQ(sqlite3_open(fixture_path, &db), SQLITE_OK);
        for (int step = 0; step < version; step++)
            CHECK_EQ(sqlite3_exec(db, ww_schema_step[step], NULL, NULL, NULL), SQLITE_OK);
        CHECK_EQ(sqlite3_exec(db, row, NULL, NULL, NULL), SQLITE_OK);
        CHECK_EQ(sqlite3_exec(db, stamp, NULL, NULL, NULL), SQLITE_OK);
        sqlite3_close(db);
        free(stamp);
        for (int again = 0; again < 2; again++) { // the second time it is of this version
            ww_store *s = fixture_open();
            exported[0] = 0;
            CHECK_OK(ww_store_exported(s, write_path, exported, &err));
            CHECK_STR(exported, "b=7 ");
            CHECK_OK(ww_store_set_exported_file(s, &(ww_exported_row){"b", 7, 1, 2, 3}, &err));
            CHECK_OK(ww_store_set_file(s, &(ww_file_row){.path = "/a", .hash = 5}, &err));
            ww_store_close(s);
        }
        fixture_end();
    }
}

int main(void)
{
    RUN(the_journal_grows_in_order_and_knows_its_batches);
    RUN(known_pictures_are_kept_for_the_models_that_looked);
    RUN(a_face_remembers_who_it_formerly_was);
    RUN(a_library_of_the_first_version_is_brought_up_to_date);
    RUN(a_library_of_any_older_version_is_brought_up_to_date_and_keeps_its_rows);
    return FINISH();
}
