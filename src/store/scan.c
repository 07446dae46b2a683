// SPDX-License-Identifier: MIT
// What a scan writes: sources, spans, frames and faces.
#include "base/memory.h"
#include "store/sql.h"

#include <stdlib.h>

static ww_status find_source(ww_store *s, ww_sql which, uint64_t hash, const char *scan_key, int64_t *id, ww_error *err)
{
    sqlite3_stmt *row;
    *id = 0;
    ww_status status = ww_sql_first(s, which, WW_BIND(WW_I((int64_t)hash), WW_S(scan_key)), &row, err);
    if (row) {
        *id = sqlite3_column_int64(row, 0);
        sqlite3_reset(row);
    }
    return status;
}

ww_status ww_store_find_source(ww_store *s, uint64_t hash, const char *scan_key, int64_t *id, ww_error *err)
{
    return find_source(s, WW_SQL_FIND_SOURCE, hash, scan_key, id, err);
}

ww_status ww_store_find_whole_source(ww_store *s, uint64_t hash, const char *scan_key, int64_t *id, ww_error *err)
{
    return find_source(s, WW_SQL_FIND_WHOLE_SOURCE, hash, scan_key, id, err);
}

// The counts in the order in which all statements take them.
#define COUNTS(c)                                                                                                      \
    WW_I((c).damaged), WW_I((c).samples), WW_I((c).intermediate_frames), WW_I((c).faces_small),                        \
        WW_I((c).faces_transient)

ww_status ww_store_add_source(ww_store *s, const ww_source_row *row, int64_t *id, ww_error *err)
{
    ww_status status =
        ww_sql_run(s, WW_SQL_ADD_SOURCE,
                   WW_BIND(WW_P(row->path), WW_I((int64_t)row->hash), WW_I(row->bytes), WW_I(row->kind),
                           WW_I(row->width), WW_I(row->height), WW_I(row->duration_us), WW_S(row->scan_key),
                           WW_I(row->span_count), WW_S(row->error), COUNTS(row->counts), WW_I(row->stream_start_us)),
                   err);
    if (status != WW_OK)
        return status;
    *id = sqlite3_last_insert_rowid(s->db);
    if (row->file)
        status = ww_sql_run(s, WW_SQL_ADD_FILE, WW_BIND(WW_I(*id), WW_P(row->file), WW_I(row->track)), err);
    if (status == WW_OK && row->place > 0)
        status = ww_sql_run(s, WW_SQL_ADD_PLACE, WW_BIND(WW_I(*id), WW_I(row->place)), err);
    return status;
}

static ww_status found_one(ww_store *s, const char *what, int64_t id, ww_error *err)
{
    if (sqlite3_changes(s->db) > 0)
        return WW_OK;
    return ww_fail(err, WW_ERR_NOT_FOUND, "there is no %s %lld in the library '%s'", what, (long long)id, s->path);
}

ww_status ww_store_update_source(ww_store *s, const ww_source_row *row, ww_error *err)
{
    ww_status status = ww_sql_run(s, WW_SQL_UPDATE_SOURCE,
                                  WW_BIND(WW_P(row->path), WW_S(row->error), COUNTS(row->counts), WW_I(row->id)), err);
    return status == WW_OK ? found_one(s, "source", row->id, err) : status;
}

ww_status ww_store_delete_source(ww_store *s, int64_t id, ww_error *err)
{
    ww_status status = ww_sql_enter(s, err);
    if (status != WW_OK)
        return status;
    status = ww_sql_run(s, WW_SQL_REMEMBER_SOURCE, WW_BIND(WW_I(id)), err);
    if (status == WW_OK)
        status = ww_sql_run(s, WW_SQL_DELETE_FILES, WW_BIND(WW_I(id)), err);
    if (status == WW_OK)
        status = ww_sql_run(s, WW_SQL_DELETE_SOURCE, WW_BIND(WW_I(id)), err);
    if (status == WW_OK)
        status = found_one(s, "source", id, err);
    return ww_sql_leave(s, status, err);
}

ww_status ww_store_set_file(ww_store *s, const ww_file_row *row, ww_error *err)
{
    const ww_file_stamp *stamp = &row->stamp;
    return ww_sql_run(s, WW_SQL_SET_FILE,
                      WW_BIND(WW_P(row->path), WW_I((int64_t)row->hash), WW_I(row->photo), WW_I(row->tracks),
                              WW_I(stamp->bytes), WW_I(stamp->modified_ns), WW_I(stamp->changed_ns),
                              WW_I((int64_t)stamp->inode), WW_I(row->hashed_ns)),
                      err);
}

ww_status ww_store_file(ww_store *s, const char *path, ww_file_row *row, bool *found, ww_error *err)
{
    sqlite3_stmt *found_row;
    *row = (ww_file_row){.path = path};
    ww_status status = ww_sql_first(s, WW_SQL_GET_FILE, WW_BIND(WW_P(path)), &found_row, err);
    *found = status == WW_OK && found_row;
    if (!*found)
        return status;
    row->hash = (uint64_t)sqlite3_column_int64(found_row, 0);
    row->photo = sqlite3_column_int(found_row, 1) != 0;
    row->tracks = sqlite3_column_int(found_row, 2);
    row->stamp = (ww_file_stamp){sqlite3_column_int64(found_row, 3), sqlite3_column_int64(found_row, 4),
                                 sqlite3_column_int64(found_row, 5), (uint64_t)sqlite3_column_int64(found_row, 6)};
    row->hashed_ns = sqlite3_column_int64(found_row, 7);
    sqlite3_reset(found_row);
    return WW_OK;
}

// Deletes the sources that a statement finds, one after the other.
static ww_status delete_each(ww_store *s, ww_sql which, const ww_bind *bind, size_t count, ww_error *err)
{
    ww_status status = WW_OK;
    sqlite3_stmt *row;
    while (status == WW_OK && (status = ww_sql_first(s, which, bind, count, &row, err)) == WW_OK && row) {
        const int64_t id = sqlite3_column_int64(row, 0);
        sqlite3_reset(row);
        status = ww_store_delete_source(s, id, err);
    }
    return status;
}

ww_status ww_store_delete_outdated(ww_store *s, const char *path, uint64_t hash, const char *scan_key, ww_error *err)
{
    ww_status status = ww_sql_enter(s, err);
    if (status != WW_OK)
        return status;
    status = delete_each(s, WW_SQL_OTHER_SCAN, WW_BIND(WW_I((int64_t)hash), WW_S(scan_key)), err);
    if (status == WW_OK)
        status = delete_each(s, WW_SQL_FAILED_BEFORE, WW_BIND(WW_P(path)), err);
    return ww_sql_leave(s, status, err);
}

ww_status ww_store_set_stream_start(ww_store *s, int64_t id, int64_t start_us, ww_error *err)
{
    const ww_status status = ww_sql_run(s, WW_SQL_SET_STREAM_START, WW_BIND(WW_I(start_us), WW_I(id)), err);
    return status == WW_OK ? found_one(s, "source", id, err) : status;
}

ww_status ww_store_move_source(ww_store *s, int64_t id, const char *path, const char *file, int track, ww_error *err)
{
    ww_status status = ww_sql_enter(s, err);
    if (status != WW_OK)
        return status;
    status = ww_sql_run(s, WW_SQL_MOVE_SOURCE, WW_BIND(WW_P(path), WW_I(id)), err);
    if (status == WW_OK)
        status = found_one(s, "source", id, err);
    if (status == WW_OK)
        status = ww_sql_run(s, WW_SQL_ADD_FILE, WW_BIND(WW_I(id), WW_P(file), WW_I(track)), err);
    return ww_sql_leave(s, status, err);
}

ww_status ww_store_succeed(ww_store *s, uint64_t old, uint64_t hash, ww_error *err)
{
    const ww_bind gone = WW_I((int64_t)old), here = WW_I((int64_t)hash);
    ww_status status = ww_sql_enter(s, err);
    if (status != WW_OK)
        return status;
    status = ww_sql_run(s, WW_SQL_END_SUCCESSION, &here, 1, err);
    if (status == WW_OK)
        status = ww_sql_run(s, WW_SQL_PROLONG_SUCCESSION, (const ww_bind[]){here, gone}, 2, err);
    if (status == WW_OK)
        status = ww_sql_run(s, WW_SQL_ADD_SUCCESSION, (const ww_bind[]){gone, here}, 2, err);
    if (status == WW_OK)
        status = ww_sql_run(s, WW_SQL_PASS_ON, (const ww_bind[]){here, gone}, 2, err);
    return ww_sql_leave(s, status, err);
}

typedef struct succession_walk {
    ww_on_succession *on_row;
    void *user;
} succession_walk;

static ww_status on_succession(void *user, sqlite3_stmt *row, ww_error *err)
{
    const succession_walk *walk = user;
    return walk->on_row(walk->user, (uint64_t)sqlite3_column_int64(row, 0), (uint64_t)sqlite3_column_int64(row, 1),
                        err);
}

ww_status ww_store_successions(ww_store *s, ww_on_succession *on_row, void *user, ww_error *err)
{
    return ww_sql_walk(s, "SELECT old, new FROM succession ORDER BY old", on_succession,
                       &(succession_walk){on_row, user}, err);
}

ww_status ww_store_span_done(ww_store *s, int64_t source, int span, bool *done, ww_error *err)
{
    sqlite3_stmt *row;
    ww_status status = ww_sql_first(s, WW_SQL_SPAN_DONE, WW_BIND(WW_I(source), WW_I(span)), &row, err);
    *done = row != NULL;
    if (row)
        sqlite3_reset(row);
    return status;
}

ww_status ww_store_mark_span(ww_store *s, int64_t source, int span, const ww_scan_counts *counts, ww_error *err)
{
    ww_status status = ww_sql_enter(s, err);
    if (status != WW_OK)
        return status;
    status = ww_sql_run(s, WW_SQL_ADD_SPAN, WW_BIND(WW_I(source), WW_I(span)), err);
    if (status == WW_OK)
        status = ww_sql_run(s, WW_SQL_ADD_TO_COUNTERS, WW_BIND(COUNTS(*counts), WW_I(source)), err);
    return ww_sql_leave(s, status, err);
}

ww_status ww_store_add_counts(ww_store *s, int64_t source, const ww_scan_counts *counts, ww_error *err)
{
    return ww_sql_run(s, WW_SQL_ADD_TO_COUNTERS, WW_BIND(COUNTS(*counts), WW_I(source)), err);
}

ww_status ww_store_add_frame(ww_store *s, const ww_frame_row *row, const void *jpeg, size_t jpeg_bytes, int64_t *id,
                             ww_error *err)
{
    ww_status status = ww_sql_enter(s, err);
    if (status != WW_OK)
        return status;
    status = ww_sql_run(s, WW_SQL_ADD_FRAME,
                        WW_BIND(WW_I(row->source), WW_I(row->span), WW_I(row->sample), WW_I(row->time_us),
                                WW_I(row->jpeg_width), WW_I(row->jpeg_height)),
                        err);
    int64_t frame = sqlite3_last_insert_rowid(s->db);
    if (status == WW_OK)
        status = ww_sql_run(s, WW_SQL_ADD_FRAME_PICTURE, WW_BIND(WW_I(frame), WW_B(jpeg, jpeg_bytes)), err);
    if (status == WW_OK && row->width > 0)
        status = ww_sql_run(s, WW_SQL_ADD_FRAME_SIZE, WW_BIND(WW_I(frame), WW_I(row->width), WW_I(row->height)), err);
    status = ww_sql_leave(s, status, err);
    if (status == WW_OK)
        *id = frame;
    return status;
}

static ww_status add_face_row(ww_store *s, const ww_face_row *row, int64_t *face, ww_error *err)
{
    ww_status status = ww_sql_run(s, WW_SQL_ADD_FACE,
                                  WW_BIND(WW_I(row->frame), WW_I(row->order), WW_D(row->x), WW_D(row->y),
                                          WW_D(row->width), WW_D(row->height), WW_D(row->score), WW_D(row->quality),
                                          WW_B(row->landmark, sizeof row->landmark), WW_I(row->embedding_dim),
                                          WW_I(row->person), WW_D(row->portrait_box[0]), WW_D(row->portrait_box[1]),
                                          WW_D(row->portrait_box[2]), WW_D(row->portrait_box[3]),
                                          WW_I(row->portrait_width), WW_I(row->portrait_height), WW_I(row->track)),
                                  err);
    *face = sqlite3_last_insert_rowid(s->db);
    if (status == WW_OK && row->person >= 0)
        status = ww_sql_run(s, WW_SQL_ADD_PERSON, WW_BIND(WW_I(row->person)), err);
    return status;
}

ww_status ww_store_add_face(ww_store *s, const ww_face_row *row, const float *embedding, const void *portrait,
                            size_t portrait_bytes, int64_t *id, ww_error *err)
{
    if (row->embedding_dim < 0 || row->embedding_dim > WW_STORE_EMBEDDING_MAX || row->person < -1)
        return ww_fail(err, WW_ERR_ARGUMENT, "a face with %d floats of embedding and person %d cannot be stored",
                       row->embedding_dim, row->person);
    ww_status status = ww_sql_enter(s, err);
    if (status != WW_OK)
        return status;
    int64_t face = 0;
    status = add_face_row(s, row, &face, err);
    if (status == WW_OK)
        status = ww_sql_run(s, WW_SQL_ADD_EMBEDDING,
                            WW_BIND(WW_I(face), WW_B(embedding, (size_t)row->embedding_dim * sizeof(float))), err);
    if (status == WW_OK)
        status = ww_sql_run(s, WW_SQL_ADD_FACE_PICTURE, WW_BIND(WW_I(face), WW_B(portrait, portrait_bytes)), err);
    status = ww_sql_leave(s, status, err);
    if (status == WW_OK)
        *id = face;
    return status;
}

ww_status ww_store_set_meta(ww_store *s, const char *key, const char *value, ww_error *err)
{
    return value ? ww_sql_run(s, WW_SQL_SET_META, WW_BIND(WW_S(key), WW_S(value)), err)
                 : ww_sql_run(s, WW_SQL_UNSET_META, WW_BIND(WW_S(key)), err);
}

ww_status ww_store_get_meta(ww_store *s, const char *key, char **value, ww_error *err)
{
    sqlite3_stmt *row;
    *value = NULL;
    ww_status status = ww_sql_first(s, WW_SQL_GET_META, WW_BIND(WW_S(key)), &row, err);
    if (row) {
        const char *text = (const char *)sqlite3_column_text(row, 0);
        *value = text ? ww_try_strdup(text) : NULL;
        if (!*value)
            status = ww_sql_fail(s, SQLITE_NOMEM, err);
        sqlite3_reset(row);
    }
    return status;
}
