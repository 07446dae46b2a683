// SPDX-License-Identifier: MIT
// The file itself: what is refused, in which words, and that refusing changes nothing.
#include "store_fixture.h"

#include "base/hash.h"
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>

static void write_text(const char *path, const void *text, size_t bytes)
{
    FILE *f = fopen(path, "wb");
    fwrite(text, 1, bytes, f);
    fclose(f);
}

static void sql(const char *statements)
{
    sqlite3 *db = NULL;
    CHECK_EQ(sqlite3_open(fixture_path, &db), SQLITE_OK);
    CHECK_EQ(sqlite3_exec(db, statements, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

// Opens, expects `status` and `words` in the message, and that the file has not changed.
static void check_refused(ww_status status, const char *words)
{
    ww_error err = {0};
    ww_store *s = (ww_store *)&err;
    uint64_t before = 0, after = 0;
    CHECK_OK(ww_hash_file(fixture_path, &before, NULL, &err));
    CHECK_EQ(ww_store_open(fixture_path, true, &s, &err), status);
    CHECK(!s);
    CHECK(strstr(err.message, words) && strstr(err.message, fixture_dir));
    if (!strstr(err.message, words))
        printf("# message: %s\n", err.message);
    CHECK_OK(ww_hash_file(fixture_path, &after, NULL, &err));
    CHECK(before == after);
}

TEST(an_absent_library_is_not_found_or_made)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = NULL;
    CHECK_EQ(ww_store_open(fixture_path, false, &s, &err), WW_ERR_NOT_FOUND);
    CHECK(!s && strstr(err.message, fixture_path));
    CHECK(!ww_path_exists(fixture_path));
    ww_store_close(fixture_open());
    CHECK_OK(ww_store_open(fixture_path, false, &s, &err));
    ww_store_close(s);
    CHECK_EQ(ww_store_open("/nowhere/at/all/whoswho.db", true, &s, &err), WW_ERR_NOT_FOUND);
    CHECK(strstr(err.message, "/nowhere/at/all"));
    fixture_end();
}

TEST(an_empty_file_becomes_a_library)
{
    fixture_begin();
    write_text(fixture_path, "", 0);
    ww_store *s = fixture_open();
    fixture_fill(s, 1, 1);
    ww_store_close(s);
    fixture_end();
}

TEST(text_is_refused)
{
    fixture_begin();
    char text[4096];
    memset(text, 'x', sizeof text);
    write_text(fixture_path, text, sizeof text);
    check_refused(WW_ERR_STORE, "not a library of whoswho");
    fixture_end();
}

TEST(a_database_of_another_program_is_refused)
{
    fixture_begin();
    sql("CREATE TABLE bookmarks (url TEXT); INSERT INTO bookmarks VALUES ('x')");
    check_refused(WW_ERR_STORE, "another program");
    fixture_end();
}

TEST(a_newer_library_is_refused)
{
    fixture_begin();
    ww_store_close(fixture_open());
    sql("PRAGMA user_version = 99");
    check_refused(WW_ERR_STORE, "newer whoswho");
    fixture_end();
}

TEST(a_library_without_a_version_is_refused)
{
    fixture_begin();
    ww_store_close(fixture_open());
    sql("PRAGMA user_version = 0");
    check_refused(WW_ERR_STORE, "no version");
    fixture_end();
}

TEST(a_folder_in_place_of_the_file_is_refused)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = NULL;
    CHECK_EQ(mkdir(fixture_path, 0777), 0);
    CHECK_EQ(ww_store_open(fixture_path, true, &s, &err), WW_ERR_IO);
    CHECK(!s && strstr(err.message, fixture_path));
    fixture_end();
}

static ww_status pass_shot(void *user, const ww_shot_row *row, ww_error *err) { return WW_OK; }

// Every page but the first is overwritten in turn: the walk must say so or still be right, and never crash.
TEST(damage_anywhere_is_an_error_or_harmless)
{
    enum { SOURCES = 6, FRAMES = 60, FACES = 2 * SOURCES * FRAMES, PAGE_BYTES = 4096, HEAD_BYTES = 100 }; // SQLite's
    fixture_begin();
    ww_error err = {0};
    ww_store *s = fixture_open();
    fixture_fill(s, SOURCES, FRAMES);
    CHECK_OK(ww_store_set_people(s, (int64_t[]){1, 2, 3}, (int32_t[]){0, 0, 1}, 3, &err));
    ww_store_close(s);
    uint8_t *good = NULL;
    size_t bytes = 0;
    CHECK_OK(ww_read_file(fixture_path, 1 << 24, &good, &bytes, &err));
    int refused = 0, pages = 0;
    for (size_t at = 0; at < bytes; at += PAGE_BYTES, pages++) {
        uint8_t *bad = ww_alloc(bytes);
        memcpy(bad, good, bytes);
        memset(bad + at + (at ? 0 : HEAD_BYTES), 0xa5, at ? PAGE_BYTES : PAGE_BYTES - HEAD_BYTES);
        write_text(fixture_path, bad, bytes);
        free(bad);
        int count = 0;
        ww_status status = ww_store_open(fixture_path, true, &s, &err);
        if (status == WW_OK) {
            status = ww_store_faces(s, true, fixture_count_face, &count, &err);
            uint8_t *jpeg = NULL;
            size_t jpeg_bytes = 0;
            if (status == WW_OK)
                status = ww_store_shots(s, pass_shot, NULL, &err);
            for (int64_t id = 1; status == WW_OK && id <= FACES; id++) {
                status = ww_store_portrait_jpeg(s, id, &jpeg, &jpeg_bytes, &err);
                free(jpeg);
            }
            ww_store_close(s);
        }
        CHECK(status == WW_OK || status == WW_ERR_STORE || status == WW_ERR_NOT_FOUND);
        CHECK(status != WW_ERR_STORE || strstr(err.message, fixture_path));
        refused += status != WW_OK;
    }
    CHECK(pages > 8 && refused > pages / 2);
    free(good);
    fixture_end();
}

TEST(rows_with_impossible_lengths_are_refused)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = fixture_open();
    fixture_fill(s, 1, 1);
    ww_store_close(s);
    static const char *const damage[] = {
        "UPDATE face SET landmarks = x'00'",
        "UPDATE face SET landmarks = zeroblob(40), embedding_dim = 1000000",
        "UPDATE face SET embedding_dim = -8",
        "UPDATE face SET embedding_dim = 8; UPDATE face_embedding SET embedding = x'0011'",
        "DELETE FROM face_embedding",
    };
    for (size_t i = 0; i < sizeof damage / sizeof *damage; i++) {
        sql(damage[i]);
        s = fixture_open();
        int count = 0;
        CHECK_EQ(ww_store_faces(s, true, fixture_count_face, &count, &err), WW_ERR_STORE);
        CHECK(strstr(err.message, "damaged"));
        CHECK_EQ(count, 0);
        ww_store_close(s);
    }
    fixture_end();
}

// A library is data: values that no footage can have are told, not reckoned with.
TEST(rows_with_impossible_values_are_refused)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = fixture_open();
    fixture_fill(s, 1, 1);
    ww_store_close(s);
    uint8_t *good = NULL;
    size_t bytes = 0;
    CHECK_OK(ww_read_file(fixture_path, 1 << 24, &good, &bytes, &err));
    static const char *const damage[] = {
        "UPDATE source SET duration_us = 9223372036854775807",
        "UPDATE source SET duration_us = -9223372036854775808",
        "UPDATE source SET width = -1",
        "UPDATE source SET height = 2147483647",
        "UPDATE source SET kind = 7",
        "UPDATE source SET span_count = -1",
        "UPDATE source SET span_count = 2147483647",
        "UPDATE source SET damaged = -5",
        "UPDATE frame SET time_us = -9223372036854775808",
        "UPDATE frame SET jpeg_width = -3",
        "UPDATE face SET x = 1e300",
        "UPDATE face SET width = -1",
        "UPDATE face SET score = 'nan' || 'x', x = 9e999",
        "UPDATE face SET person = -7",
        "UPDATE face SET track = -1",
        "UPDATE face SET portrait_width = -1",
        "UPDATE face SET y = 9e999",
        ("UPDATE face SET landmarks = "
         "x'0000c07f0000c07f0000c07f0000c07f0000c07f0000c07f0000c07f0000c07f0000c07f0000c07f'"),
        "UPDATE face_embedding SET embedding = x'0000807f0000807f0000807f0000807f0000807f0000807f0000807f0000807f'",
    };
    for (size_t i = 0; i < sizeof damage / sizeof *damage; i++) {
        write_text(fixture_path, good, bytes);
        sql(damage[i]);
        s = fixture_open();
        int count = 0;
        ww_status status = ww_store_sources(s, fixture_ignore_source, NULL, &err);
        if (status == WW_OK)
            status = ww_store_frames(s, fixture_ignore_frame, NULL, &err);
        if (status == WW_OK)
            status = ww_store_faces(s, true, fixture_count_face, &count, &err);
        CHECK_EQ(status, WW_ERR_STORE);
        CHECK(strstr(err.message, "damaged") != NULL);
        if (status != WW_ERR_STORE)
            printf("# not refused: %s\n", damage[i]);
        ww_store_close(s);
    }
    free(good);
    fixture_end();
}

static ww_status ignore_part(void *user, const ww_part_row *row, ww_error *err) { return WW_OK; }
static ww_status ignore_shot(void *user, const ww_shot_row *row, ww_error *err) { return WW_OK; }

// What joining libraries adds up and makes room for.
TEST(parts_and_shots_with_impossible_values_are_refused)
{
    static const char *const damage[] = {
        "UPDATE span_part SET span = -1",
        "UPDATE span_part SET span = 2147483647",
        "UPDATE span_part SET damaged = -1",
        "UPDATE span_part SET frames_looked_at = 9223372036854775807",
        "UPDATE span_part SET looks = -9223372036854775808",
        "UPDATE shot SET span = 2147483647",
        "UPDATE shot SET last_us = 9223372036854775807",
    };
    fixture_begin();
    ww_error err = {0};
    ww_store *s = fixture_open();
    fixture_fill(s, 1, 1);
    const ww_part_row part = {.beginning = (const uint8_t *)"", .counts = {.samples = 1}};
    const ww_shot_row shot = {.source = 1, .ending = (const uint8_t *)"", .ending_bytes = 0};
    CHECK_OK(ww_store_add_part(s, 1, &part, &err));
    CHECK_OK(ww_store_set_shot(s, &shot, &err));
    CHECK_OK(ww_store_parts(s, 1, ignore_part, NULL, &err));
    CHECK_OK(ww_store_shots_of(s, 1, ignore_shot, NULL, &err));
    ww_store_close(s);
    uint8_t *good = NULL;
    size_t bytes = 0;
    CHECK_OK(ww_read_file(fixture_path, 1 << 24, &good, &bytes, &err));
    for (size_t i = 0; i < sizeof damage / sizeof *damage; i++) {
        write_text(fixture_path, good, bytes);
        sql(damage[i]);
        s = fixture_open();
        ww_status status = ww_store_parts(s, 1, ignore_part, NULL, &err);
        if (status == WW_OK)
            status = ww_store_shots_of(s, 1, ignore_shot, NULL, &err);
        CHECK_EQ(status, WW_ERR_STORE);
        if (status != WW_ERR_STORE)
            printf("# not refused: %s\n", damage[i]);
        ww_store_close(s);
    }
    free(good);
    fixture_end();
}

// Nothing that somebody else put into the file is run.
TEST(a_schema_that_is_not_ours_is_refused)
{
    static const char *const foreign[] = {
        ("ALTER TABLE person RENAME TO hidden; CREATE VIEW person AS WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT "
         "n + 1 FROM r)"
         " SELECT n AS number, NULL AS name, 0 AS ignored FROM r"),
        "CREATE TRIGGER t AFTER INSERT ON person BEGIN DELETE FROM face; END",
        "CREATE TRIGGER t AFTER UPDATE ON face BEGIN UPDATE person SET name = 'x'; END",
        "CREATE INDEX strange ON face (hex(zeroblob(1000)) || x)",
        "DROP TABLE exported",
        "DROP TABLE meta; CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL CHECK (length(value) < 3)) "
        "WITHOUT ROWID",
        "ALTER TABLE person ADD COLUMN twice AS (number * 2)",
        "DROP INDEX source_content",
    };
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
        fixture_begin();
        ww_store_close(fixture_open());
        sql("PRAGMA journal_mode = DELETE");
        sql(foreign[i]);
        check_refused(WW_ERR_STORE, "tampered");
        fixture_end();
    }
    fixture_begin(); // tables of the user's own do no harm
    ww_store_close(fixture_open());
    sql("CREATE TABLE notes (text); CREATE INDEX notes_text ON notes (text); ANALYZE");
    ww_store_close(fixture_open());
    fixture_end();
}

TEST(a_fifo_in_place_of_the_file_does_not_hang)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = NULL;
    CHECK_EQ(mkfifo(fixture_path, 0600), 0);
    CHECK_EQ(ww_store_open(fixture_path, true, &s, &err), WW_ERR_IO);
    CHECK(!s && strstr(err.message, "not a regular file"));
    CHECK_EQ(ww_store_open(fixture_path, false, &s, &err), WW_ERR_IO);
    fixture_end();
}

TEST(odd_names_of_folders_are_only_names)
{
    static const char *const names[] = {
        "a b", "it's \"quoted\"", "\xc3\xa9t\xc3\xa9", "\xff\xfe bytes", "file:x?mode=memory", "%41", ":memory:"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        fixture_begin();
        snprintf(fixture_path, sizeof fixture_path, "%s/%s", fixture_dir, names[i]);
        CHECK_EQ(mkdir(fixture_path, 0777), 0);
        strcat(fixture_path, "/whoswho.db");
        ww_store *s = fixture_open();
        fixture_fill(s, 1, 1);
        ww_store_close(s);
        CHECK(ww_path_exists(fixture_path));
        fixture_end();
    }
}

TEST(a_bare_name_means_this_folder)
{
    fixture_begin();
    char old[4096];
    CHECK(getcwd(old, sizeof old) && chdir(fixture_dir) == 0);
    ww_error err = {0};
    ww_store *s = NULL;
    CHECK_OK(ww_store_open(":memory:", true, &s, &err));
    ww_store_close(s);
    CHECK(ww_path_exists(":memory:"));
    CHECK_EQ(chdir(old), 0);
    fixture_end();
}

// As a user who may not write (root may always): the parent checks what the child saw.
static int open_unprivileged(void)
{
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
        return 99;
    ww_error err = {0};
    ww_store *s = NULL;
    ww_status status = ww_store_open(fixture_path, true, &s, &err);
    ww_store_close(s);
    return status == WW_OK ? 0 : strstr(err.message, fixture_path) || strstr(err.message, fixture_dir) ? -status : 98;
}

static int in_child(int (*work)(void))
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0)
        _exit(work());
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 97;
}

static int read_unprivileged(void)
{
    ww_error err = {0};
    ww_store *s = NULL;
    int count = 0;
    int64_t id;
    if (geteuid() == 0 && setuid(65534) != 0)
        return 98;
    if (ww_store_open(fixture_path, false, &s, &err) != WW_OK
        || ww_store_faces(s, true, fixture_count_face, &count, &err) != WW_OK || count == 0)
        return 1;
    ww_source_row row = fixture_source("x", 1);
    return ww_store_add_source(s, &row, &id, &err) == WW_ERR_IO && strstr(err.message, "cannot be written") ? 0 : 2;
}

TEST(a_library_on_a_read_only_medium_is_read)
{
    fixture_begin();
    ww_store *s = fixture_open();
    fixture_fill(s, 1, 1);
    ww_store_close(s);
    CHECK_EQ(chmod(fixture_path, 0444), 0);
    CHECK_EQ(chmod(fixture_dir, 0555), 0);
    CHECK_EQ(in_child(read_unprivileged), 0);
    CHECK_EQ(chmod(fixture_dir, 0755), 0);
    fixture_end();
}

// The name of a journal of the library, good for one call.
static const char *beside(const char *suffix)
{
    static char name[600];
    snprintf(name, sizeof name, "%s%s", fixture_path, suffix);
    return name;
}

TEST(what_has_the_name_of_a_journal_is_left_alone)
{
    static const char *const suffixes[] = {"-journal", "-wal", "-shm"};
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
        for (int kind = 0; kind < 4; kind++) {
            ww_error err = {0};
            ww_store *s = NULL;
            struct stat before, after;
            fixture_begin();
            if (kind < 3)
                ww_store_close(fixture_open());
            if (kind == 0)
                CHECK_EQ(mkfifo(beside(suffixes[i]), 0600), 0);
            else if (kind == 1)
                CHECK_EQ(symlink("elsewhere", beside(suffixes[i])), 0);
            else if (kind == 2)
                CHECK_EQ(mkdir(beside(suffixes[i]), 0700), 0);
            else
                CHECK_OK(ww_write_file(beside(suffixes[i]), "the user's", 10, &err)); // and no library there
            CHECK_EQ(lstat(beside(suffixes[i]), &before), 0);
            CHECK_EQ(ww_store_open(fixture_path, true, &s, &err), WW_ERR_IO);
            CHECK(strstr(err.message, suffixes[i]) != NULL);
            CHECK(lstat(beside(suffixes[i]), &after) == 0 && after.st_ino == before.st_ino
                  && after.st_size == before.st_size);
            fixture_end();
        }
}

TEST(no_library_is_made_behind_a_link)
{
    ww_error err = {0};
    ww_store *s = NULL;
    fixture_begin();
    CHECK_EQ(symlink("elsewhere.db", fixture_path), 0);
    CHECK_EQ(ww_store_open(fixture_path, true, &s, &err), WW_ERR_IO);
    CHECK(strstr(err.message, "symbolic link") != NULL);
    struct stat st;
    CHECK(stat(fixture_path, &st) != 0);
    // Nor is one opened that is there: it is the library of another folder.
    CHECK_EQ(unlink(fixture_path), 0);
    ww_store_close(fixture_open());
    char *there = ww_strf("%s.moved", fixture_path);
    CHECK_EQ(rename(fixture_path, there), 0);
    CHECK_EQ(symlink(there, fixture_path), 0);
    CHECK_EQ(ww_store_open(fixture_path, true, &s, &err), WW_ERR_IO);
    CHECK_EQ(ww_store_open(fixture_path, false, &s, &err), WW_ERR_IO);
    CHECK(strstr(err.message, "symbolic link") != NULL);
    CHECK_EQ(unlink(there), 0);
    free(there);
    fixture_end();
}

TEST(a_library_that_cannot_be_written_says_so)
{
    fixture_begin();
    ww_store_close(fixture_open());
    CHECK_EQ(chmod(fixture_path, 0444), 0);
    CHECK_EQ(chmod(fixture_dir, 0555), 0);
    CHECK_EQ(in_child(open_unprivileged), -WW_ERR_IO);
    CHECK_EQ(chmod(fixture_path, 0), 0);
    CHECK_EQ(in_child(open_unprivileged), -WW_ERR_IO);
    CHECK_EQ(chmod(fixture_dir, 0755), 0);
    CHECK_EQ(unlink(fixture_path), 0);
    CHECK_EQ(chmod(fixture_dir, 0555), 0);
    CHECK_EQ(in_child(open_unprivileged), -WW_ERR_IO); // no file yet, and none can be made
    CHECK_EQ(chmod(fixture_dir, 0755), 0);
    fixture_end();
}

static int open_second(void)
{
    ww_error err = {0};
    ww_store *s = NULL;
    ww_status status = ww_store_open(fixture_path, true, &s, &err);
    return status == WW_ERR_STORE && !s && strstr(err.message, "another whoswho is at work") ? 0 : 1;
}

TEST(a_second_program_in_the_same_folder_is_refused)
{
    fixture_begin();
    ww_store *s = fixture_open();
    CHECK_EQ(in_child(open_second), 0);
    CHECK_EQ(open_second(), 0); // and a second store in the same program
    fixture_fill(s, 1, 1);      // the first goes on
    ww_store_close(s);
    s = fixture_open();
    CHECK_EQ(fixture_faces(s), 2);
    ww_store_close(s);
    fixture_end();
}

TEST(a_writer_of_another_kind_is_waited_for_and_then_named)
{
    fixture_begin();
    ww_store_close(fixture_open());
    sqlite3 *db = NULL;
    CHECK_EQ(sqlite3_open(fixture_path, &db), SQLITE_OK);
    CHECK_EQ(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    ww_error err = {0};
    ww_store *s = fixture_open(); // reading is fine meanwhile
    CHECK_EQ(fixture_faces(s), 0);
    CHECK_EQ(ww_store_begin(s, &err), WW_ERR_STORE);
    CHECK(strstr(err.message, "in use by another program"));
    CHECK_EQ(sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    CHECK_OK(ww_store_begin(s, &err));
    CHECK_OK(ww_store_commit(s, &err));
    ww_store_close(s);
    fixture_end();
}

// SQLite counts the sorts of every statement; this listens in on the statements the store really runs.
static int statements_run, sorts;

static int on_statement(unsigned event, void *user, void *statement, void *time)
{
    statements_run++;
    sorts += sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_SORT, 0);
    return 0;
}

static int listen_in(sqlite3 *db, const char **message, const struct sqlite3_api_routines *api)
{
    return sqlite3_trace_v2(db, SQLITE_TRACE_PROFILE, on_statement, NULL);
}

static ww_status count_frame(void *user, const ww_frame_row *row, ww_error *err)
{
    ++*(int *)user;
    return WW_OK;
}

static ww_status count_exported(void *user, const char *path, uint64_t hash, ww_error *err)
{
    ++*(int *)user;
    return WW_OK;
}

TEST(reading_never_sorts)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = fixture_open();
    fixture_fill(s, 3, 20);
    CHECK_OK(ww_store_set_exported(s, "b", 1, &err));
    CHECK_OK(ww_store_set_exported(s, "a", 1, &err));
    ww_store_close(s);
    sqlite3_auto_extension((void (*)(void))listen_in);
    s = fixture_open();
    sqlite3_cancel_auto_extension((void (*)(void))listen_in);
    statements_run = sorts = 0; // opening compares the tables with ours
    int rows = 0;
    CHECK_OK(ww_store_frames(s, count_frame, &rows, &err));
    CHECK_OK(ww_store_faces(s, true, fixture_count_face, &rows, &err));
    CHECK_OK(ww_store_faces(s, false, fixture_count_face, &rows, &err));
    CHECK_OK(ww_store_exported(s, count_exported, &rows, &err));
    CHECK_EQ(rows, 60 + 120 + 120 + 2);
    CHECK_EQ(statements_run, 4);
    CHECK_EQ(sorts, 0);
    ww_store_close(s);
    fixture_end();
}

int main(void)
{
    RUN(an_absent_library_is_not_found_or_made);
    RUN(an_empty_file_becomes_a_library);
    RUN(text_is_refused);
    RUN(a_database_of_another_program_is_refused);
    RUN(a_newer_library_is_refused);
    RUN(a_library_without_a_version_is_refused);
    RUN(a_folder_in_place_of_the_file_is_refused);
    RUN(damage_anywhere_is_an_error_or_harmless);
    RUN(rows_with_impossible_lengths_are_refused);
    RUN(rows_with_impossible_values_are_refused);
    RUN(parts_and_shots_with_impossible_values_are_refused);
    RUN(a_schema_that_is_not_ours_is_refused);
    RUN(a_fifo_in_place_of_the_file_does_not_hang);
    RUN(odd_names_of_folders_are_only_names);
    RUN(a_bare_name_means_this_folder);
    RUN(a_library_on_a_read_only_medium_is_read);
    RUN(what_has_the_name_of_a_journal_is_left_alone);
    RUN(no_library_is_made_behind_a_link);
    RUN(a_library_that_cannot_be_written_says_so);
    RUN(a_second_program_in_the_same_folder_is_refused);
    RUN(a_writer_of_another_kind_is_waited_for_and_then_named);
    RUN(reading_never_sorts);
    return FINISH();
}
