// SPDX-License-Identifier: MIT
// A library that somebody has tampered with: the input is a list of edits to the rows of a sound one. Whatever they
// are, each command comes to its end, with success or with a message, and nothing outside the library's folder is
// touched.
//
// An edit is five bytes (table, column, row, kind of value, length of the value) and the value.
#include "base/files.h"
#include "base/memory.h"
#include "image/image.h"
#include "library/library.h"
#include "must.h"
#include "scratch.h"
#include "store/store.h"
#include "video/shot.h"

#include <sqlite3.h>
#include <sys/stat.h>

enum { SOURCES = 2, FRAMES = 5, FACES = 2, DIM = 8, EDITS_MAX = 64, HEAD_BYTES = 5, COLUMNS_MAX = 20 };
enum { VALUE_SMALL, VALUE_INTEGER, VALUE_REAL, VALUE_TEXT, VALUE_BLOB, VALUE_NULL, VALUE_DELETE, VALUE_KINDS };

static const struct {
    const char *name, *column[COLUMNS_MAX];
} tables[] = {
    {"meta", {"key", "value"}},
    {"source",
     {"id", "path", "hash", "bytes", "kind", "width", "height", "duration_us", "scan_key", "span_count", "error",
      "damaged", "frames_looked_at", "looks", "faces_small", "faces_fleeting"}},
    {"span", {"source", "span"}},
    {"frame", {"id", "source", "span", "sample", "time_us", "jpeg_width", "jpeg_height"}},
    {"frame_picture", {"frame", "jpeg"}},
    {"frame_size", {"frame", "width", "height"}},
    {"frame_view", {"frame", "view"}},
    {"face",
     {"id",
      "frame",
      "place",
      "x",
      "y",
      "width",
      "height",
      "score",
      "quality",
      "landmarks",
      "embedding_dim",
      "person",
      "portrait_x",
      "portrait_y",
      "portrait_w",
      "portrait_h",
      "portrait_width",
      "portrait_height",
      "was",
      "former"}},
    {"face_embedding", {"face", "embedding"}},
    {"face_colours", {"face", "torso", "hair"}},
    {"face_intermediate", {"face", "weight", "embedding"}},
    {"face_picture", {"face", "jpeg"}},
    {"person", {"number", "name", "ignored"}},
    {"exported", {"path", "hash", "key", "bytes", "changed_ns"}},
    {"journal", {"seq", "batch", "time_s", "kind", "text", "words", "sides"}},
    {"remembered", {"source", "time_us", "x", "y", "width", "height", "person"}},
    {"source_file", {"source", "path", "track"}},
    {"file_content", {"path", "hash", "photo", "tracks", "bytes", "modified_ns", "changed_ns", "inode", "hashed_ns"}},
    {"succession", {"old", "new"}},
    {"sort_state",
     {"digest", "journal", "threshold", "duplicates", "same", "different", "false_merge", "false_split", "clusters",
      "joins"}},
    {"damage", {"source", "span", "words"}},
    {"shot", {"source", "first_us", "last_us", "span", "ending"}},
    {"face_chip", {"face", "light", "png"}},
    {"known_picture", {"hash", "models", "found", "embedding"}},
    {"source_place", {"source", "place"}},
    {"span_part",
     {"source", "span", "beginning", "damaged", "frames_looked_at", "looks", "faces_small", "faces_fleeting"}},
};
enum { TABLES = sizeof tables / sizeof *tables };

static char dir[SCRATCH_BYTES + 16], database[SCRATCH_BYTES + 32], victim[SCRATCH_BYTES + 16];
static char joined[SCRATCH_BYTES + 16], joined_database[SCRATCH_BYTES + 32];
static uint8_t *sound;
static size_t sound_bytes;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put_file(const char *path, const void *data, size_t bytes)
{
    FILE *f = fopen(path, "wb");
    MUST(f && fwrite(data, 1, bytes, f) == bytes && fclose(f) == 0);
}

// --- the sound library

static void add_frame(ww_store *s, int64_t source, int sample, const uint8_t *jpeg, size_t bytes)
{
    int64_t frame = 0, id = 0;
    ww_frame_row row = {
        .source = source, .sample = sample, .time_us = sample * 1000000, .jpeg_width = 64, .jpeg_height = 64};
    MUST(ww_store_add_frame(s, &row, jpeg, bytes, &frame, NULL) == WW_OK);
    for (int i = 0; i < FACES; i++) {
        float embedding[DIM] = {i ? 1 : 0, i ? 0 : 1, 0.1f * (float)(sample % 2)};
        ww_face_row face = {.frame = frame,
                            .order = i,
                            .x = 100 * i,
                            .width = 64,
                            .height = 64,
                            .score = 0.9,
                            .quality = 0.8,
                            .embedding_dim = DIM,
                            .person = -1,
                            .track = source * 10 + i + 1,
                            .portrait_box = {8, 8, 40, 40},
                            .portrait_width = 64,
                            .portrait_height = 64};
        MUST(ww_store_add_face(s, &face, embedding, jpeg, bytes, &id, NULL) == WW_OK);
        MUST(ww_store_add_chip(s, id, &(ww_light){.mean = 0.5f}, jpeg, bytes, NULL) == WW_OK);
    }
}

static void fill(ww_store *s)
{
    uint8_t *jpeg = NULL;
    size_t bytes = 0;
    ww_image image = {0};
    MUST(ww_image_alloc(&image, WW_PIXELS_YUV420, 64, 64, NULL) == WW_OK);
    for (int p = 0; p < 3; p++)
        for (int y = 0; y < image.plane[p].height; y++)
            memset(image.plane[p].data + y * image.plane[p].stride, 128, (size_t)image.plane[p].width);
    MUST(ww_jpeg_encode(&image, WW_JPEG_QUALITY, &jpeg, &bytes, NULL) == WW_OK);
    MUST(ww_store_begin(s, NULL) == WW_OK);
    for (int i = 0; i < SOURCES; i++) {
        int64_t id = 0;
        ww_source_row row = {.path = i ? "b.mp4" : "a.mp4",
                             .file = i ? "/films/b.mp4" : "/films/a.mp4",
                             .hash = (uint64_t)i + 1,
                             .width = 640,
                             .height = 360,
                             .duration_us = 9000000,
                             .scan_key = "embedder=0000000000000000 k",
                             .span_count = 1,
                             .place = i + 1};
        MUST(ww_store_add_source(s, &row, &id, NULL) == WW_OK);
        for (int sample = 0; sample < FRAMES; sample++)
            add_frame(s, id, sample, jpeg, bytes);
        const ww_scan_counts counts = {.samples = FRAMES};
        const uint8_t beginning[WW_SHOT_BYTES] = {0};
        const ww_shot_row shot = {.source = id, .last_us = 9000000, .ending = beginning, .ending_bytes = WW_SHOT_BYTES};
        const ww_part_row part = {.beginning = beginning, .beginning_bytes = WW_SHOT_BYTES, .counts = counts};
        MUST(ww_store_mark_span(s, id, 0, &counts, NULL) == WW_OK);
        MUST(ww_store_set_shot(s, &shot, NULL) == WW_OK);
        MUST(ww_store_add_part(s, id, &part, NULL) == WW_OK);
    }
    MUST(ww_store_succeed(s, 77, 1, NULL) == WW_OK);
    MUST(ww_store_set_meta(s, "shards", "00000000000000aa 2 1/1 done\n", NULL) == WW_OK);
    MUST(ww_store_add_damage(s, 1, 0, "a.mp4: damaged", NULL) == WW_OK);
    MUST(ww_store_commit(s, NULL) == WW_OK);
    free(jpeg);
    ww_image_free(&image);
}

static void make_sound_library(void)
{
    ww_store *s = NULL;
    ww_library *l = NULL;
    const char *top = scratch_folder_in_memory();
    snprintf(dir, sizeof dir, "%s/out", top);
    snprintf(database, sizeof database, "%s/whoswho.db", dir);
    snprintf(joined, sizeof joined, "%s/joined", top);
    snprintf(joined_database, sizeof joined_database, "%s/whoswho.db", joined);
    snprintf(victim, sizeof victim, "%s/victim.jpg", top);
    put_file(victim, "the user's", 10);
    MUST(mkdir(dir, 0777) == 0);
    MUST(ww_store_open(database, true, &s, NULL) == WW_OK);
    fill(s);
    ww_store_close(s);
    const char *who[] = {"0"};
    ww_decision decision = WW_DECISION_INIT;
    decision.kind = WW_DECISION_NAME;
    decision.who = who;
    decision.count = 1;
    decision.text = "Ada";
    MUST(ww_library_open(dir, 0, NULL, &l, NULL) == WW_OK);
    MUST(ww_library_resort(l, NULL, NULL, NULL) == WW_OK);
    MUST(ww_library_decide(l, &decision, NULL, NULL) == WW_OK);
    MUST(ww_library_resort(l, NULL, NULL, NULL) == WW_OK);
    ww_library_close(l);
    MUST(ww_read_file(database, 1 << 24, &sound, &sound_bytes, NULL) == WW_OK);
}

// --- edits

static void bind_value(sqlite3_stmt *statement, int kind, const uint8_t *value, size_t bytes)
{
    int64_t integer = 0;
    double real = 0;
    memcpy(&integer, value, bytes < sizeof integer ? bytes : sizeof integer);
    memcpy(&real, value, bytes < sizeof real ? bytes : sizeof real);
    switch (kind) {
    case VALUE_SMALL: sqlite3_bind_int(statement, 1, bytes ? (int8_t)value[0] : 0); break;
    case VALUE_INTEGER: sqlite3_bind_int64(statement, 1, integer); break;
    case VALUE_REAL: sqlite3_bind_double(statement, 1, real); break;
    case VALUE_TEXT: sqlite3_bind_text(statement, 1, (const char *)value, (int)bytes, SQLITE_TRANSIENT); break;
    case VALUE_BLOB: sqlite3_bind_blob(statement, 1, value, (int)bytes, SQLITE_TRANSIENT); break;
    default: sqlite3_bind_null(statement, 1);
    }
}

// What breaks a constraint of the schema is not done.
static void edit(sqlite3 *db, const uint8_t *head, const uint8_t *value, size_t bytes)
{
    const char *table = tables[head[0] % TABLES].name, *const *column = tables[head[0] % TABLES].column;
    int columns = 0, kind = head[3] % VALUE_KINDS;
    while (columns < COLUMNS_MAX && column[columns])
        columns++;
    const char *name = column[head[1] % columns];
    char where[160], sql[320];
    snprintf(where, sizeof where, "%s = (SELECT %s FROM %s LIMIT 1 OFFSET %d)", column[0], column[0], table,
             head[2] % 24);
    if (kind == VALUE_DELETE)
        snprintf(sql, sizeof sql, "DELETE FROM %s WHERE %s AND ?1 IS NULL", table, where);
    else
        snprintf(sql, sizeof sql, "UPDATE %s SET %s = ?1 WHERE %s", table, name, where);
    sqlite3_stmt *statement = NULL;
    MUST(sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK);
    bind_value(statement, kind, value, bytes);
    sqlite3_step(statement);
    sqlite3_finalize(statement);
}

static void edit_all(const uint8_t *data, size_t size)
{
    sqlite3 *db = NULL;
    MUST(sqlite3_open(database, &db) == SQLITE_OK);
    sqlite3_exec(db, "PRAGMA synchronous = OFF; BEGIN", NULL, NULL, NULL);
    for (int i = 0; i < EDITS_MAX && size >= HEAD_BYTES; i++) {
        const size_t bytes = data[4] < size - HEAD_BYTES ? data[4] : size - HEAD_BYTES;
        edit(db, data, data + HEAD_BYTES, bytes);
        data += HEAD_BYTES + bytes;
        size -= HEAD_BYTES + bytes;
    }
    sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    sqlite3_close(db);
}

// --- what is done with it

static void judge(ww_status status, const ww_error *err) { MUST(status == WW_OK || err->message[0] != 0); }

static int hear_entry(void *user, const ww_log_entry *entry)
{
    MUST(entry->words && entry->kind_name);
    return *(const int *)user;
}

static int hear_person(void *user, const ww_person *person)
{
    MUST(person->folder && !strchr(person->folder, '/') && strcmp(person->folder, "..") != 0);
    return *(const int *)user;
}

static int hear_line(void *user, const char *line)
{
    MUST(line);
    return *(const int *)user;
}

// Alone, into a library that is not kept.
static void join(void)
{
    ww_error err = {0};
    const char *const dirs[] = {dir};
    judge(ww_library_join(dirs, 1, joined, NULL, NULL, &err), &err);
    unlink(joined_database);
    rmdir(joined);
}

static void use(void)
{
    ww_library *l = NULL;
    ww_error err = {0};
    join();
    int go_on = 0;
    ww_status status = ww_library_open(dir, 0, NULL, &l, &err);
    judge(status, &err);
    if (status != WW_OK)
        return;
    judge(ww_library_people(l, hear_person, &go_on, &err), &err);
    judge(ww_library_log(l, hear_entry, &go_on, &err), &err);
    judge(ww_library_sync(l, 1, hear_line, &go_on, NULL, &err), &err);
    judge(ww_library_resort(l, NULL, NULL, &err), &err);
    judge(ww_library_forget(l, NULL, 0, 1, hear_line, &go_on, NULL, &err), &err);
    ww_library_close(l);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct stat s;
    char extra[sizeof database + 8];
    if (!sound)
        make_sound_library();
    for (int i = 0; i < 2; i++) {
        snprintf(extra, sizeof extra, "%s%s", database, i ? "-wal" : "-shm");
        unlink(extra);
    }
    put_file(database, sound, sound_bytes);
    edit_all(data, size);
    use();
    MUST(stat(victim, &s) == 0 && s.st_size == 10);
    return 0;
}
