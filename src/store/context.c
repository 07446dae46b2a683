// SPDX-License-Identifier: MIT
// What is around the faces of footage: views of frames, colours beside faces, their embeddings in the frames in
// between.
#include "base/memory.h"
#include "store/sql.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EMPTY "" // SQLite takes a NULL pointer for NULL

ww_status ww_store_add_view(ww_store *s, int64_t frame, const uint8_t *view, size_t bytes, ww_error *err)
{
    return ww_sql_run(s, WW_SQL_ADD_VIEW, WW_BIND(WW_I(frame), WW_B(view, bytes)), err);
}

ww_status ww_store_add_chip(ww_store *s, int64_t face, const ww_light *light, const void *png, size_t bytes,
                            ww_error *err)
{
    return ww_sql_run(s, WW_SQL_ADD_CHIP, WW_BIND(WW_I(face), WW_B(light, sizeof *light), WW_B(png, bytes)), err);
}

ww_status ww_store_add_context(ww_store *s, const ww_context_row *row, ww_error *err)
{
    ww_status status = ww_sql_enter(s, err);
    if (status != WW_OK)
        return status;
    if (row->torso || row->hair)
        status =
            ww_sql_run(s, WW_SQL_ADD_COLOURS,
                       WW_BIND(WW_I(row->face),
                               WW_B(row->torso ? (const void *)row->torso : EMPTY, row->torso ? row->torso_bytes : 0),
                               WW_B(row->hair ? (const void *)row->hair : EMPTY, row->hair ? row->hair_bytes : 0)),
                       err);
    if (status == WW_OK && row->weight > 0)
        status = ww_sql_run(s, WW_SQL_ADD_INTERMEDIATE,
                            WW_BIND(WW_I(row->face), WW_D(row->weight),
                                    WW_B(row->intermediate, (size_t)row->embedding_dim * sizeof *row->intermediate)),
                            err);
    return ww_sql_leave(s, status, err);
}

typedef struct view_walk {
    ww_store *store;
    ww_on_view *on_row;
    void *user;
} view_walk;

static ww_status on_view(void *user, sqlite3_stmt *row, ww_error *err)
{
    const view_walk *walk = user;
    const int64_t frame = sqlite3_column_int64(row, 0);
    const void *view = sqlite3_column_blob(row, 1);
    const size_t bytes = (size_t)sqlite3_column_bytes(row, 1);
    return view && bytes <= WW_STORE_CONTEXT_MAX ? walk->on_row(walk->user, frame, view, bytes, err)
                                                 : ww_sql_damaged(walk->store, "the view of frame", frame, err);
}

ww_status ww_store_views(ww_store *s, ww_on_view *on_row, void *user, ww_error *err)
{
    static const char sql[] =
        "SELECT frame.id, view FROM frame CROSS JOIN frame_view ON frame_view.frame = frame.id ORDER BY source, sample";
    return ww_sql_walk(s, sql, on_view, &(view_walk){s, on_row, user}, err);
}

typedef struct context_walk {
    ww_store *store;
    ww_on_context *on_row;
    void *user;
    float intermediate[WW_STORE_EMBEDDING_MAX]; // a BLOB's bytes need not be aligned
} context_walk;

static bool read_intermediate(context_walk *walk, sqlite3_stmt *row, ww_context_row *context)
{
    const void *data = sqlite3_column_blob(row, 4);
    const size_t bytes = (size_t)sqlite3_column_bytes(row, 4);
    if (sqlite3_column_type(row, 4) == SQLITE_NULL)
        return true;
    context->weight = sqlite3_column_double(row, 3);
    context->embedding_dim = (int)(bytes / sizeof *walk->intermediate);
    context->intermediate = walk->intermediate;
    if (!(context->weight > 0) || !isfinite(context->weight) || bytes == 0 || bytes % sizeof *walk->intermediate != 0
        || bytes > sizeof walk->intermediate)
        return false;
    memcpy(walk->intermediate, data, bytes);
    for (int i = 0; i < context->embedding_dim; i++)
        if (!isfinite(walk->intermediate[i]))
            return false;
    return true;
}

static ww_status on_context(void *user, sqlite3_stmt *row, ww_error *err)
{
    context_walk *walk = user;
    ww_context_row context = {
        .face = sqlite3_column_int64(row, 0),
        .torso = sqlite3_column_blob(row, 1),
        .torso_bytes = (size_t)sqlite3_column_bytes(row, 1),
        .hair = sqlite3_column_blob(row, 2),
        .hair_bytes = (size_t)sqlite3_column_bytes(row, 2),
    };
    if (context.torso_bytes > WW_STORE_CONTEXT_MAX || context.hair_bytes > WW_STORE_CONTEXT_MAX
        || !read_intermediate(walk, row, &context))
        return ww_sql_damaged(walk->store, "the context of face", context.face, err);
    return walk->on_row(walk->user, &context, err);
}

ww_status ww_store_contexts(ww_store *s, ww_on_context *on_row, void *user, ww_error *err)
{
    static const char sql[] =
        "SELECT face.id, torso, hair, weight, embedding FROM frame CROSS JOIN face ON face.frame = frame.id"
        " LEFT JOIN face_colours ON face_colours.face = face.id LEFT JOIN face_intermediate ON face_intermediate.face "
        "= face.id"
        " WHERE torso IS NOT NULL OR weight IS NOT NULL ORDER BY source, sample, place";
    context_walk *walk = ww_try_alloc(sizeof *walk);
    if (!walk)
        return ww_fail_memory(err, "reading the library");
    walk->store = s;
    walk->on_row = on_row;
    walk->user = user;
    ww_status status = ww_sql_walk(s, sql, on_context, walk, err);
    free(walk);
    return status;
}

_Static_assert(sizeof(ww_light) == WW_LIGHT_VALUES * sizeof(float), "a light is its floats, in their order");

typedef struct light_walk {
    ww_store *store;
    ww_on_light *on_row;
    void *user;
} light_walk;

// Of a row of face and light.
static ww_status read_light(const ww_store *s, sqlite3_stmt *row, ww_light *light, ww_error *err)
{
    const void *data = sqlite3_column_blob(row, 1);
    float value[WW_LIGHT_VALUES] = {NAN};
    if (data && (size_t)sqlite3_column_bytes(row, 1) == sizeof value)
        memcpy(value, data, sizeof value);
    for (int i = 0; i < WW_LIGHT_VALUES; i++)
        if (!(value[i] >= -1 && value[i] <= 1))
            return ww_sql_damaged(s, "the light of face", sqlite3_column_int64(row, 0), err);
    memcpy(light, value, sizeof *light);
    return WW_OK;
}

ww_status ww_store_light(ww_store *s, int64_t face, ww_light *light, ww_error *err)
{
    sqlite3_stmt *row;
    *light = (ww_light){.mean = NAN};
    ww_status status = ww_sql_first(s, WW_SQL_LIGHT, WW_BIND(WW_I(face)), &row, err);
    if (!row)
        return status;
    status = read_light(s, row, light, err);
    sqlite3_reset(row);
    return status;
}

static ww_status on_light(void *user, sqlite3_stmt *row, ww_error *err)
{
    const light_walk *walk = user;
    ww_light light;
    ww_status status = read_light(walk->store, row, &light, err);
    return status == WW_OK ? walk->on_row(walk->user, sqlite3_column_int64(row, 0), &light, err) : status;
}

ww_status ww_store_lights(ww_store *s, ww_on_light *on_row, void *user, ww_error *err)
{
    static const char sql[] = "SELECT face.id, light FROM frame CROSS JOIN face ON face.frame = frame.id"
                              " CROSS JOIN face_chip ON face_chip.face = face.id ORDER BY source, sample, place";
    return ww_sql_walk(s, sql, on_light, &(light_walk){s, on_row, user}, err);
}
