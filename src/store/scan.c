// SPDX-License-Identifier: MIT
// What a scan writes: sources, spans, frames and faces.
#include "base/memory.h"
#include "store/sql.h"

#include <stdlib.h>

ww_status ww_store_find_source(ww_store *s, uint64_t hash, const char *scan_key, int64_t *id, ww_error *err)
{
    sqlite3_stmt *row;
    *id = 0;
    ww_status status = ww_sql_first(s, WW_SQL_FIND_SOURCE, &row, err, "is", (int64_t)hash, scan_key);
    if (row) {
        *id = sqlite3_column_int64(row, 0);
        sqlite3_reset(row);
    }
    return status;
}

ww_status ww_store_add_source(ww_store *s, const ww_source_row *row, int64_t *id, ww_error *err)
{
    ww_status status = ww_sql_run(s, WW_SQL_ADD_SOURCE, err, "piiiiiisisii", row->path, (int64_t)row->hash, row->bytes,
                                  (int64_t)row->kind, (int64_t)row->width, (int64_t)row->height, row->duration_us, row->scan_key,
                                  (int64_t)row->span_count, row->error, row->damaged, row->frames_looked_at);
    if (status == WW_OK)
        *id = sqlite3_last_insert_rowid(s->db);
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
    ww_status status =
        ww_sql_run(s, WW_SQL_UPDATE_SOURCE, err, "psiii", row->path, row->error, row->damaged, row->frames_looked_at, row->id);
    return status == WW_OK ? found_one(s, "source", row->id, err) : status;
}

ww_status ww_store_delete_source(ww_store *s, int64_t id, ww_error *err)
{
    ww_status status = ww_sql_run(s, WW_SQL_DELETE_SOURCE, err, "i", id);
    return status == WW_OK ? found_one(s, "source", id, err) : status;
}

ww_status ww_store_span_done(ww_store *s, int64_t source, int span, bool *done, ww_error *err)
{
    sqlite3_stmt *row;
    ww_status status = ww_sql_first(s, WW_SQL_SPAN_DONE, &row, err, "ii", source, (int64_t)span);
    *done = row != NULL;
    if (row)
        sqlite3_reset(row);
    return status;
}

ww_status ww_store_mark_span(ww_store *s, int64_t source, int span, int64_t frames_looked_at, int64_t damaged, ww_error *err)
{
    ww_status status = ww_sql_enter(s, err);
    if (status != WW_OK)
        return status;
    status = ww_sql_run(s, WW_SQL_ADD_SPAN, err, "ii", source, (int64_t)span);
    if (status == WW_OK)
        status = ww_sql_run(s, WW_SQL_ADD_TO_COUNTERS, err, "iii", frames_looked_at, damaged, source);
    return ww_sql_leave(s, status, err);
}

ww_status ww_store_add_frame(ww_store *s, const ww_frame_row *row, const void *jpeg, size_t jpeg_bytes, int64_t *id,
                             ww_error *err)
{
    ww_status status = ww_sql_enter(s, err);
    if (status != WW_OK)
        return status;
    status = ww_sql_run(s, WW_SQL_ADD_FRAME, err, "iiiiii", row->source, (int64_t)row->span, row->sample, row->time_us,
                        (int64_t)row->jpeg_width, (int64_t)row->jpeg_height);
    int64_t frame = sqlite3_last_insert_rowid(s->db);
    if (status == WW_OK)
        status = ww_sql_run(s, WW_SQL_ADD_FRAME_PICTURE, err, "ib", frame, jpeg, jpeg_bytes);
    status = ww_sql_leave(s, status, err);
    if (status == WW_OK)
        *id = frame;
    return status;
}

static ww_status add_face_row(ww_store *s, const ww_face_row *row, int64_t *face, ww_error *err)
{
    ww_status status =
        ww_sql_run(s, WW_SQL_ADD_FACE, err, "iiddddddbiiddddii", row->frame, (int64_t)row->order, row->x, row->y, row->width,
                   row->height, row->score, row->quality, row->landmark, sizeof row->landmark, (int64_t)row->embedding_dim,
                   (int64_t)row->person, row->portrait_box[0], row->portrait_box[1], row->portrait_box[2], row->portrait_box[3],
                   (int64_t)row->portrait_width, (int64_t)row->portrait_height);
    *face = sqlite3_last_insert_rowid(s->db);
    if (status == WW_OK && row->person >= 0)
        status = ww_sql_run(s, WW_SQL_ADD_PERSON, err, "i", (int64_t)row->person);
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
        status = ww_sql_run(s, WW_SQL_ADD_EMBEDDING, err, "ib", face, embedding, (size_t)row->embedding_dim * sizeof(float));
    if (status == WW_OK)
        status = ww_sql_run(s, WW_SQL_ADD_FACE_PICTURE, err, "ib", face, portrait, portrait_bytes);
    status = ww_sql_leave(s, status, err);
    if (status == WW_OK)
        *id = face;
    return status;
}

ww_status ww_store_set_meta(ww_store *s, const char *key, const char *value, ww_error *err)
{
    return value ? ww_sql_run(s, WW_SQL_SET_META, err, "ss", key, value) : ww_sql_run(s, WW_SQL_UNSET_META, err, "s", key);
}

ww_status ww_store_get_meta(ww_store *s, const char *key, char **value, ww_error *err)
{
    sqlite3_stmt *row;
    *value = NULL;
    ww_status status = ww_sql_first(s, WW_SQL_GET_META, &row, err, "s", key);
    if (row) {
        const char *text = (const char *)sqlite3_column_text(row, 0);
        if (text)
            *value = ww_strdup(text);
        else
            status = ww_sql_fail(s, SQLITE_NOMEM, err);
        sqlite3_reset(row);
    }
    return status;
}
