// SPDX-License-Identifier: MIT
// Libraries that hold a share of the footage, and rows that go from one library into another. Frames and faces are
// numbered anew, in the order in which one scan would have stored them: by span, sample and place.
#include "base/memory.h"
#include "base/number.h"
#include "store/sql.h"

#include <inttypes.h>

#define COLUMN_I64(row, i) sqlite3_column_int64(row, i)
#define COLUMN_REAL(row, i) sqlite3_column_double(row, i)

ww_status ww_store_add_part(ww_store *s, int64_t source, const ww_part_row *row, ww_error *err)
{
    const ww_scan_counts *c = &row->counts;
    return ww_sql_run(s, WW_SQL_ADD_PART,
                      WW_BIND(WW_I(source), WW_I(row->span), WW_B(row->beginning, row->beginning_bytes),
                              WW_I(c->damaged), WW_I(c->samples), WW_I(c->intermediate_frames), WW_I(c->faces_small),
                              WW_I(c->faces_transient)),
                      err);
}

typedef struct part_walk {
    ww_store *store;
    int64_t source;
    ww_on_part *on_row;
    void *user;
} part_walk;

static ww_status on_part(void *user, sqlite3_stmt *row, ww_error *err)
{
    const part_walk *walk = user;
    const ww_part_row part = {.span = sqlite3_column_int(row, 0),
                              .beginning = sqlite3_column_blob(row, 1),
                              .beginning_bytes = (size_t)sqlite3_column_bytes(row, 1),
                              .counts = {.damaged = COLUMN_I64(row, 2),
                                         .samples = COLUMN_I64(row, 3),
                                         .intermediate_frames = COLUMN_I64(row, 4),
                                         .faces_small = COLUMN_I64(row, 5),
                                         .faces_transient = COLUMN_I64(row, 6)}};
    if (ww_sql_starved(row))
        return ww_fail_memory(err, "a span's row of the library");
    if (part.span < 0 || part.span > WW_STORE_SPANS_MAX || part.beginning_bytes > WW_STORE_CONTEXT_MAX
        || !ww_sql_are_counts(&part.counts))
        return ww_sql_damaged(walk->store, "a span of source", walk->source, err);
    return walk->on_row(walk->user, &part, err);
}

ww_status ww_store_parts(ww_store *s, int64_t source, ww_on_part *on_row, void *user, ww_error *err)
{
    char sql[192];
    ww_format(sql, sizeof sql,
              "SELECT span, beginning, damaged, frames_looked_at, looks, faces_small, faces_fleeting FROM span_part"
              " WHERE source = %" PRId64 " ORDER BY span",
              source);
    return ww_sql_walk(s, sql, on_part, &(part_walk){s, source, on_row, user}, err);
}

typedef struct span_walk {
    ww_on_span *on_span;
    void *user;
} span_walk;

static ww_status on_span(void *user, sqlite3_stmt *row, ww_error *err)
{
    const span_walk *walk = user;
    return walk->on_span(walk->user, sqlite3_column_int(row, 0), err);
}

ww_status ww_store_spans(ww_store *s, int64_t source, ww_on_span *each, void *user, ww_error *err)
{
    char sql[96];
    ww_format(sql, sizeof sql, "SELECT span FROM span WHERE source = %" PRId64 " ORDER BY span", source);
    return ww_sql_walk(s, sql, on_span, &(span_walk){each, user}, err);
}

// --- copying ---------------------------------------------------------------------------------------------------------

typedef struct copying {
    ww_store *to, *from;
    int64_t source; // in `to`
    int64_t frame;  // in `to`, whose faces are being copied
    int64_t *faces;
} copying;

// A column as it is; NULL and no bytes are an empty BLOB.
#define COLUMN_BLOB(row, i)                                                                                            \
    {                                                                                                                  \
        .type = WW_BIND_BLOB, .data = sqlite3_column_blob(row, i), .bytes = (size_t)sqlite3_column_bytes(row, i)       \
    }
static bool is_null(sqlite3_stmt *row, int column) { return sqlite3_column_type(row, column) == SQLITE_NULL; }

static ww_status add_face(copying *c, sqlite3_stmt *row, ww_error *err)
{
    return ww_sql_run(c->to, WW_SQL_ADD_FACE,
                      WW_BIND(WW_I(c->frame), WW_I(COLUMN_I64(row, 0)), WW_D(COLUMN_REAL(row, 1)),
                              WW_D(COLUMN_REAL(row, 2)), WW_D(COLUMN_REAL(row, 3)), WW_D(COLUMN_REAL(row, 4)),
                              WW_D(COLUMN_REAL(row, 5)), WW_D(COLUMN_REAL(row, 6)), COLUMN_BLOB(row, 7),
                              WW_I(COLUMN_I64(row, 8)), WW_I(-1), WW_D(COLUMN_REAL(row, 9)), WW_D(COLUMN_REAL(row, 10)),
                              WW_D(COLUMN_REAL(row, 11)), WW_D(COLUMN_REAL(row, 12)), WW_I(COLUMN_I64(row, 13)),
                              WW_I(COLUMN_I64(row, 14)), WW_I(COLUMN_I64(row, 15))),
                      err);
}

static ww_status on_face(void *user, sqlite3_stmt *row, ww_error *err)
{
    copying *c = user;
    ww_status status = add_face(c, row, err);
    const int64_t face = sqlite3_last_insert_rowid(c->to->db);
    if (status == WW_OK)
        status = ww_sql_run(c->to, WW_SQL_ADD_EMBEDDING, WW_BIND(WW_I(face), COLUMN_BLOB(row, 16)), err);
    if (status == WW_OK)
        status = ww_sql_run(c->to, WW_SQL_ADD_FACE_PICTURE, WW_BIND(WW_I(face), COLUMN_BLOB(row, 17)), err);
    if (status == WW_OK && !is_null(row, 18))
        status =
            ww_sql_run(c->to, WW_SQL_ADD_COLOURS, WW_BIND(WW_I(face), COLUMN_BLOB(row, 18), COLUMN_BLOB(row, 19)), err);
    if (status == WW_OK && !is_null(row, 21))
        status = ww_sql_run(c->to, WW_SQL_ADD_INTERMEDIATE,
                            WW_BIND(WW_I(face), WW_D(COLUMN_REAL(row, 20)), COLUMN_BLOB(row, 21)), err);
    if (status == WW_OK && !is_null(row, 23))
        status =
            ww_sql_run(c->to, WW_SQL_ADD_CHIP, WW_BIND(WW_I(face), COLUMN_BLOB(row, 22), COLUMN_BLOB(row, 23)), err);
    if (status == WW_OK && ww_sql_starved(row))
        status = ww_fail_memory(err, "a face's row of the library");
    *c->faces += status == WW_OK;
    return status;
}

static ww_status copy_faces(copying *c, int64_t frame, ww_error *err)
{
    char sql[768];
    ww_format(sql, sizeof sql,
              "SELECT place, x, y, width, height, score, quality, landmarks, embedding_dim, portrait_x, portrait_y,"
              " portrait_w, portrait_h, portrait_width, portrait_height, track, face_embedding.embedding, jpeg, torso,"
              " hair, weight, face_intermediate.embedding, light, png FROM face"
              " LEFT JOIN face_embedding ON face_embedding.face = face.id"
              " LEFT JOIN face_picture ON face_picture.face = face.id"
              " LEFT JOIN face_colours ON face_colours.face = face.id"
              " LEFT JOIN face_intermediate ON face_intermediate.face = face.id"
              " LEFT JOIN face_chip ON face_chip.face = face.id"
              " WHERE frame = %" PRId64 " ORDER BY place",
              frame);
    return ww_sql_walk(c->from, sql, on_face, c, err);
}

static ww_status on_frame(void *user, sqlite3_stmt *row, ww_error *err)
{
    copying *c = user;
    ww_status status = ww_sql_run(c->to, WW_SQL_ADD_FRAME,
                                  WW_BIND(WW_I(c->source), WW_I(COLUMN_I64(row, 1)), WW_I(COLUMN_I64(row, 2)),
                                          WW_I(COLUMN_I64(row, 3)), WW_I(COLUMN_I64(row, 4)), WW_I(COLUMN_I64(row, 5))),
                                  err);
    c->frame = sqlite3_last_insert_rowid(c->to->db);
    if (status == WW_OK)
        status = ww_sql_run(c->to, WW_SQL_ADD_FRAME_PICTURE, WW_BIND(WW_I(c->frame), COLUMN_BLOB(row, 6)), err);
    if (status == WW_OK && !is_null(row, 7))
        status = ww_sql_run(c->to, WW_SQL_ADD_FRAME_SIZE,
                            WW_BIND(WW_I(c->frame), WW_I(COLUMN_I64(row, 7)), WW_I(COLUMN_I64(row, 8))), err);
    if (status == WW_OK && !is_null(row, 9))
        status = ww_sql_run(c->to, WW_SQL_ADD_VIEW, WW_BIND(WW_I(c->frame), COLUMN_BLOB(row, 9)), err);
    if (status == WW_OK && ww_sql_starved(row))
        status = ww_fail_memory(err, "a frame's row of the library");
    return status == WW_OK ? copy_faces(c, COLUMN_I64(row, 0), err) : status;
}

static ww_status on_damage(void *user, sqlite3_stmt *row, ww_error *err)
{
    copying *c = user;
    return ww_sql_run(c->to, WW_SQL_ADD_DAMAGE,
                      WW_BIND(WW_I(c->source), WW_I(COLUMN_I64(row, 0)), WW_S(sqlite3_column_text(row, 1))), err);
}

static ww_status copy_damage(copying *c, int64_t from_source, int first, int last, ww_error *err)
{
    char sql[160];
    ww_format(sql, sizeof sql,
              "SELECT span, words FROM damage WHERE source = %" PRId64 " AND span BETWEEN %d AND %d ORDER BY span",
              from_source, first, last);
    return ww_sql_walk(c->from, sql, on_damage, c, err);
}

ww_status ww_store_copy_spans(ww_store *to, int64_t to_source, ww_store *from, int64_t from_source, int first, int last,
                              int64_t *faces, ww_error *err)
{
    char sql[448];
    copying c = {.to = to, .from = from, .source = to_source, .faces = faces};
    ww_status status = ww_sql_enter(to, err);
    if (status != WW_OK)
        return status;
    ww_format(sql, sizeof sql,
              "SELECT id, span, sample, time_us, jpeg_width, jpeg_height, jpeg, width, height, view FROM frame"
              " LEFT JOIN frame_picture ON frame_picture.frame = frame.id"
              " LEFT JOIN frame_size ON frame_size.frame = frame.id"
              " LEFT JOIN frame_view ON frame_view.frame = frame.id"
              " WHERE source = %" PRId64 " AND span BETWEEN %d AND %d ORDER BY sample",
              from_source, first, last);
    for (int span = first; span <= last && status == WW_OK; span++)
        status = ww_sql_run(to, WW_SQL_ADD_SPAN, WW_BIND(WW_I(to_source), WW_I(span)), err);
    if (status == WW_OK)
        status = ww_sql_walk(from, sql, on_frame, &c, err);
    if (status == WW_OK)
        status = copy_damage(&c, from_source, first, last, err);
    return ww_sql_leave(to, status, err);
}

ww_status ww_store_copy_file_damage(ww_store *to, int64_t to_source, ww_store *from, int64_t from_source, ww_error *err)
{
    return copy_damage(&(copying){.to = to, .from = from, .source = to_source}, from_source, -1, -1, err);
}

static ww_status on_known_picture(void *user, sqlite3_stmt *row, ww_error *err)
{
    copying *c = user;
    return ww_sql_run(c->to, WW_SQL_COPY_KNOWN_PICTURE,
                      WW_BIND(WW_I(COLUMN_I64(row, 0)), WW_S(sqlite3_column_text(row, 1)),
                              WW_S(sqlite3_column_text(row, 2)), COLUMN_BLOB(row, 3)),
                      err);
}

ww_status ww_store_copy_known_pictures(ww_store *to, ww_store *from, ww_error *err)
{
    return ww_sql_walk(from, "SELECT hash, models, found, embedding FROM known_picture ORDER BY hash, models",
                       on_known_picture, &(copying){.to = to, .from = from}, err);
}
