// SPDX-License-Identifier: MIT
// The walks. Their orders follow the UNIQUE indexes of the schema, so nothing is ever sorted, however large the
// library. The file may have been damaged or made by somebody else: what SQLite does not check (lengths of BLOBs) is
// checked here.
#include "base/memory.h"
#include "base/number.h"
#include "store/sql.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "floats in the library are little-endian");

#define COLUMN_I64(row, i) sqlite3_column_int64(row, i)
#define COLUMN_INT(row, i) sqlite3_column_int(row, i)
#define COLUMN_REAL(row, i) sqlite3_column_double(row, i)
#define COLUMN_TEXT(row, i) ((const char *)sqlite3_column_text(row, i))

// Bounds of what a right library can hold. Far beyond any footage, and small enough to reckon with.
#define PIXELS_MAX 1e6 // of a side, and of a coordinate either way
#define COUNT_MAX (INT64_C(1) << 48)

static bool within(double value, double least, double most) { return value >= least && value <= most; } // not NaN
static bool counts(int64_t value) { return value >= 0 && value <= COUNT_MAX; }

bool ww_sql_are_counts(const ww_scan_counts *c)
{
    return counts(c->damaged) && counts(c->samples) && counts(c->intermediate_frames) && counts(c->faces_small)
           && counts(c->faces_transient);
}

static bool is_time(int64_t us) { return us >= -WW_STORE_TIME_MAX_US && us <= WW_STORE_TIME_MAX_US; }

typedef struct source_walk {
    ww_store *store;
    ww_on_source *on_row;
    void *user;
} source_walk;

static ww_status on_source(void *user, sqlite3_stmt *row, ww_error *err)
{
    const source_walk *walk = user;
    ww_source_row source = {
        .id = COLUMN_I64(row, 0),
        .path = COLUMN_TEXT(row, 1), // a BLOB is handed out as it is, with a zero after it
        .hash = (uint64_t)COLUMN_I64(row, 2),
        .bytes = COLUMN_I64(row, 3),
        .kind = COLUMN_INT(row, 4),
        .width = COLUMN_INT(row, 5),
        .height = COLUMN_INT(row, 6),
        .duration_us = COLUMN_I64(row, 7),
        .scan_key = COLUMN_TEXT(row, 8),
        .span_count = COLUMN_INT(row, 9),
        .error = COLUMN_TEXT(row, 10),
        .counts = {.damaged = COLUMN_I64(row, 11),
                   .samples = COLUMN_I64(row, 12),
                   .intermediate_frames = COLUMN_I64(row, 13),
                   .faces_small = COLUMN_I64(row, 14),
                   .faces_transient = COLUMN_I64(row, 15)},
        .spans_done = COLUMN_INT(row, 16),
        .file = COLUMN_TEXT(row, 17),
        .track = COLUMN_INT(row, 18),
        .place = COLUMN_I64(row, 19),
        .stream_start_us = COLUMN_I64(row, 20),
    };
    if (ww_sql_starved(row) || !source.path || !source.scan_key)
        return ww_fail_memory(err, "a file's row of the library");
    bool sound = source.kind >= 0 && source.kind <= 1 && within(source.width, 0, PIXELS_MAX)
                 && within(source.height, 0, PIXELS_MAX) && is_time(source.duration_us) && source.span_count >= 0
                 && (source.stream_start_us == WW_STORE_START_UNKNOWN || is_time(source.stream_start_us))
                 && source.span_count <= WW_STORE_SPANS_MAX && source.spans_done <= source.span_count
                 && counts(source.bytes) && ww_sql_are_counts(&source.counts);
    return sound ? walk->on_row(walk->user, &source, err)
                 : ww_sql_damaged(walk->store, "the row of source", source.id, err);
}

#define SOURCES                                                                                                        \
    "SELECT id, source.path, hash, bytes, kind, width, height, duration_us, scan_key, span_count, error, damaged,"     \
    " frames_looked_at, looks, faces_small, faces_fleeting, (SELECT count(*) FROM span WHERE span.source = "           \
    "source.id), source_file.path, ifnull(track, 0), ifnull(place, 0), ifnull(stream_start_us, -1) FROM source LEFT "  \
    "JOIN source_file"                                                                                                 \
    " ON source_file.source = source.id LEFT JOIN source_place ON source_place.source = source.id"

ww_status ww_store_sources(ww_store *s, ww_on_source *on_row, void *user, ww_error *err)
{
    return ww_sql_walk(s, SOURCES " ORDER BY id", on_source, &(source_walk){s, on_row, user}, err);
}

ww_status ww_store_source(ww_store *s, int64_t id, ww_on_source *on_row, void *user, ww_error *err)
{
    char sql[sizeof SOURCES + 48];
    ww_format(sql, sizeof sql, SOURCES " WHERE id = %" PRId64, id);
    return ww_sql_walk(s, sql, on_source, &(source_walk){s, on_row, user}, err);
}

typedef struct frame_walk {
    ww_store *store;
    ww_on_frame *on_row;
    void *user;
} frame_walk;

static ww_status on_frame(void *user, sqlite3_stmt *row, ww_error *err)
{
    const frame_walk *walk = user;
    ww_frame_row frame = {
        .id = COLUMN_I64(row, 0),
        .source = COLUMN_I64(row, 1),
        .span = COLUMN_INT(row, 2),
        .sample = COLUMN_I64(row, 3),
        .time_us = COLUMN_I64(row, 4),
        .jpeg_width = COLUMN_INT(row, 5),
        .jpeg_height = COLUMN_INT(row, 6),
        .width = COLUMN_INT(row, 7),
        .height = COLUMN_INT(row, 8),
    };
    bool sound = within(frame.width, 0, PIXELS_MAX) && within(frame.height, 0, PIXELS_MAX) && frame.span >= 0
                 && is_time(frame.time_us) && within(frame.jpeg_width, 0, PIXELS_MAX)
                 && within(frame.jpeg_height, 0, PIXELS_MAX);
    return sound ? walk->on_row(walk->user, &frame, err)
                 : ww_sql_damaged(walk->store, "the row of frame", frame.id, err);
}

ww_status ww_store_frames(ww_store *s, ww_on_frame *on_row, void *user, ww_error *err)
{
    static const char sql[] =
        "SELECT id, source, span, sample, time_us, jpeg_width, jpeg_height, ifnull(width, 0), ifnull(height, 0)"
        " FROM frame LEFT JOIN frame_size ON frame_size.frame = frame.id ORDER BY source, sample";
    return ww_sql_walk(s, sql, on_frame, &(frame_walk){s, on_row, user}, err);
}

typedef struct face_walk {
    ww_store *store;
    ww_on_face *on_row;
    void *user;
    bool with_embeddings;
    float embedding[WW_STORE_EMBEDDING_MAX]; // a BLOB's bytes need not be aligned
} face_walk;

static bool all_finite(const float *value, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!isfinite(value[i]))
            return false;
    return true;
}

static bool is_box(double x, double y, double width, double height)
{
    return within(x, -PIXELS_MAX, PIXELS_MAX) && within(y, -PIXELS_MAX, PIXELS_MAX) && within(width, 0, PIXELS_MAX)
           && within(height, 0, PIXELS_MAX);
}

static bool is_sound(const ww_face_row *f)
{
    const double *p = f->portrait_box;
    return f->order >= 0 && is_box(f->x, f->y, f->width, f->height) && is_box(p[0], p[1], p[2], p[3])
           && within(f->portrait_width, 0, PIXELS_MAX) && within(f->portrait_height, 0, PIXELS_MAX)
           && isfinite(f->score) && isfinite(f->quality) && f->person >= -1 && f->former >= -1 && f->track >= 0;
}

static ww_status read_embedding(face_walk *walk, sqlite3_stmt *row, int column, const ww_face_row *face, ww_error *err)
{
    const void *data = sqlite3_column_blob(row, column);
    size_t bytes = (size_t)sqlite3_column_bytes(row, column);
    if (ww_sql_starved(row))
        return ww_fail_memory(err, "a face's embedding");
    if (face->embedding_dim < 0 || bytes != (size_t)face->embedding_dim * sizeof(float)
        || bytes > sizeof walk->embedding)
        return ww_sql_damaged(walk->store, "the embedding of face", face->id, err);
    if (bytes)
        memcpy(walk->embedding, data, bytes);
    return all_finite(walk->embedding, (size_t)face->embedding_dim)
               ? WW_OK
               : ww_sql_damaged(walk->store, "the embedding of face", face->id, err);
}

static ww_status on_face(void *user, sqlite3_stmt *row, ww_error *err)
{
    face_walk *walk = user;
    ww_face_row face = {
        .id = COLUMN_I64(row, 0),
        .frame = COLUMN_I64(row, 1),
        .order = COLUMN_INT(row, 2),
        .x = COLUMN_REAL(row, 3),
        .y = COLUMN_REAL(row, 4),
        .width = COLUMN_REAL(row, 5),
        .height = COLUMN_REAL(row, 6),
        .score = COLUMN_REAL(row, 7),
        .quality = COLUMN_REAL(row, 8),
        .embedding_dim = COLUMN_INT(row, 9),
        .person = COLUMN_INT(row, 10),
        .portrait_box = {COLUMN_REAL(row, 11), COLUMN_REAL(row, 12), COLUMN_REAL(row, 13), COLUMN_REAL(row, 14)},
        .portrait_width = COLUMN_INT(row, 15),
        .portrait_height = COLUMN_INT(row, 16),
        .track = COLUMN_I64(row, 17),
        .former = COLUMN_INT(row, 18),
    };
    const void *landmarks = sqlite3_column_blob(row, 19);
    if (ww_sql_starved(row))
        return ww_fail_memory(err, "a face's row of the library");
    if (!landmarks || (size_t)sqlite3_column_bytes(row, 19) != sizeof face.landmark)
        return ww_sql_damaged(walk->store, "the landmarks of face", face.id, err);
    memcpy(face.landmark, landmarks, sizeof face.landmark);
    if (!is_sound(&face))
        return ww_sql_damaged(walk->store, "the box, score or person of face", face.id, err);
    if (!all_finite(face.landmark, sizeof face.landmark / sizeof *face.landmark))
        return ww_sql_damaged(walk->store, "the landmarks of face", face.id, err);
    ww_status status = walk->with_embeddings ? read_embedding(walk, row, 20, &face, err) : WW_OK;
    if (status != WW_OK)
        return status;
    return walk->on_row(walk->user, &face, walk->with_embeddings ? walk->embedding : NULL, err);
}

#define FACE_COLUMNS                                                                                                   \
    "face.id, face.frame, place, x, y, width, height, score, quality, embedding_dim, ifnull(person, -1),"              \
    " portrait_x, portrait_y, portrait_w, portrait_h, portrait_width, portrait_height, track, ifnull(former, -1), "    \
    "landmarks"
// CROSS JOIN: frames outside, faces inside, whatever the planner believes; this is what makes the order come for free.
#define FACES_IN_ORDER "FROM frame CROSS JOIN face ON face.frame = frame.id"

ww_status ww_store_faces(ww_store *s, bool with_embeddings, ww_on_face *on_row, void *user, ww_error *err)
{
    static const char plain[] = "SELECT " FACE_COLUMNS " " FACES_IN_ORDER " ORDER BY source, sample, place";
    static const char embedded[] =
        "SELECT " FACE_COLUMNS ", embedding " FACES_IN_ORDER
        " LEFT JOIN face_embedding ON face_embedding.face = face.id ORDER BY source, sample, place";
    face_walk *walk = ww_try_alloc(sizeof *walk);
    if (!walk)
        return ww_fail_memory(err, "reading the faces of the library");
    walk->store = s;
    walk->on_row = on_row;
    walk->user = user;
    walk->with_embeddings = with_embeddings;
    ww_status status = ww_sql_walk(s, with_embeddings ? embedded : plain, on_face, walk, err);
    free(walk);
    return status;
}

typedef struct remembered_walk {
    ww_store *store;
    ww_on_remembered *on_row;
    void *user;
} remembered_walk;

static ww_status on_remembered(void *user, sqlite3_stmt *row, ww_error *err)
{
    const remembered_walk *walk = user;
    ww_remembered_row face = {
        .source = (uint64_t)COLUMN_I64(row, 0),
        .time_us = COLUMN_I64(row, 1),
        .x = COLUMN_REAL(row, 2),
        .y = COLUMN_REAL(row, 3),
        .width = COLUMN_REAL(row, 4),
        .height = COLUMN_REAL(row, 5),
        .person = COLUMN_INT(row, 6),
    };
    bool sound = is_time(face.time_us) && is_box(face.x, face.y, face.width, face.height) && face.person >= 0;
    return sound ? walk->on_row(walk->user, &face, err)
                 : ww_sql_damaged(walk->store, "the remembered face of person", face.person, err);
}

ww_status ww_store_remembered(ww_store *s, ww_on_remembered *on_row, void *user, ww_error *err)
{
    static const char sql[] =
        "SELECT source, time_us, x, y, width, height, person FROM remembered ORDER BY source, time_us, rowid";
    return ww_sql_walk(s, sql, on_remembered, &(remembered_walk){s, on_row, user}, err);
}

typedef struct person_walk {
    ww_on_person *on_row;
    void *user;
} person_walk;

static ww_status on_person(void *user, sqlite3_stmt *row, ww_error *err)
{
    const person_walk *walk = user;
    ww_person_row person = {.number = COLUMN_INT(row, 0),
                            .name = COLUMN_TEXT(row, 1),
                            .faces = COLUMN_I64(row, 2),
                            .ignored = COLUMN_INT(row, 3) != 0};
    if (ww_sql_starved(row))
        return ww_fail_memory(err, "a person's name");
    return walk->on_row(walk->user, &person, err);
}

ww_status ww_store_people(ww_store *s, bool with_faces, ww_on_person *on_row, void *user, ww_error *err)
{
    static const char alone[] = "SELECT number, name, 0, ignored FROM person ORDER BY number";
    static const char counted[] =
        "SELECT number, name, ifnull(faces, 0), ignored FROM person"
        " LEFT JOIN (SELECT person, count(*) AS faces FROM face WHERE person IS NOT NULL GROUP BY person)"
        " ON person = number ORDER BY number";
    return ww_sql_walk(s, with_faces ? counted : alone, on_person, &(person_walk){on_row, user}, err);
}

ww_status ww_store_embedding(ww_store *s, int64_t face, float *embedding, int *dim, ww_error *err)
{
    sqlite3_stmt *row;
    *dim = 0;
    ww_status status = ww_sql_first(s, WW_SQL_EMBEDDING, WW_BIND(WW_I(face)), &row, err);
    if (status != WW_OK)
        return status;
    if (!row)
        return ww_fail(err, WW_ERR_NOT_FOUND, "there is no face %lld in the library '%s'", (long long)face, s->path);
    const void *data = sqlite3_column_blob(row, 0);
    const size_t bytes = (size_t)sqlite3_column_bytes(row, 0), values = bytes / sizeof *embedding;
    if (ww_sql_starved(row))
        status = ww_fail_memory(err, "a face's embedding");
    else if (bytes % sizeof *embedding != 0 || values > WW_STORE_EMBEDDING_MAX)
        status = ww_sql_damaged(s, "the embedding of face", face, err);
    else if (bytes)
        memcpy(embedding, data, bytes);
    sqlite3_reset(row);
    if (status == WW_OK && !all_finite(embedding, values))
        status = ww_sql_damaged(s, "the embedding of face", face, err);
    *dim = (int)values;
    return status;
}

static ww_status picture(ww_store *s, ww_sql which, const char *what, int64_t id, uint8_t **jpeg, size_t *bytes,
                         ww_error *err)
{
    sqlite3_stmt *row;
    *jpeg = NULL;
    *bytes = 0;
    ww_status status = ww_sql_first(s, which, WW_BIND(WW_I(id)), &row, err);
    if (status != WW_OK)
        return status;
    if (!row)
        return ww_fail(err, WW_ERR_NOT_FOUND, "there is no picture of %s %lld in the library '%s'", what, (long long)id,
                       s->path);
    const void *data = sqlite3_column_blob(row, 0);
    size_t size = (size_t)sqlite3_column_bytes(row, 0);
    *jpeg = ww_alloc_array(size, 1, WW_STORE_VALUE_MAX);
    if (!*jpeg || (!data && size))
        status = ww_fail_memory(err, "the picture of %s %lld (%zu bytes)", what, (long long)id, size);
    else if (size)
        memcpy(*jpeg, data, size);
    *bytes = size;
    sqlite3_reset(row);
    return status;
}

ww_status ww_store_frame_jpeg(ww_store *s, int64_t frame, uint8_t **jpeg, size_t *bytes, ww_error *err)
{
    return picture(s, WW_SQL_FRAME_PICTURE, "frame", frame, jpeg, bytes, err);
}

ww_status ww_store_portrait_jpeg(ww_store *s, int64_t face, uint8_t **jpeg, size_t *bytes, ww_error *err)
{
    return picture(s, WW_SQL_FACE_PICTURE, "face", face, jpeg, bytes, err);
}

ww_status ww_store_chip(ww_store *s, int64_t face, uint8_t **png, size_t *bytes, ww_error *err)
{
    return picture(s, WW_SQL_CHIP, "chip of face", face, png, bytes, err);
}
