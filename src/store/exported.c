// SPDX-License-Identifier: MIT
// The record of what the export wrote.
#include "store/sql.h"

ww_status ww_store_add_exported(ww_store *s, const char *path, uint64_t hash, ww_error *err)
{
    return ww_sql_run(s, WW_SQL_ADD_EXPORTED, WW_BIND(WW_P(path), WW_I((int64_t)hash)), err);
}

ww_status ww_store_unset_exported(ww_store *s, const char *path, ww_error *err)
{
    return ww_sql_run(s, WW_SQL_UNSET_EXPORTED, WW_BIND(WW_P(path)), err);
}

ww_status ww_store_set_exported(ww_store *s, const char *path, uint64_t hash, ww_error *err)
{
    ww_status status = ww_sql_enter(s, err);
    if (status != WW_OK)
        return status;
    status = ww_store_unset_exported(s, path, err);
    if (status == WW_OK)
        status = ww_store_add_exported(s, path, hash, err);
    return ww_sql_leave(s, status, err);
}

ww_status ww_store_set_exported_file(ww_store *s, const ww_exported_row *row, ww_error *err)
{
    const int64_t hash = (int64_t)row->hash;
    ww_status status = ww_sql_enter(s, err);
    if (status != WW_OK)
        return status;
    status = ww_sql_run(s, WW_SQL_UNSET_OTHER_EXPORTED, WW_BIND(WW_P(row->path), WW_I(hash)), err);
    if (status == WW_OK)
        status = ww_sql_run(s, WW_SQL_PUT_EXPORTED,
                            WW_BIND(WW_P(row->path), WW_I(hash), WW_I((int64_t)row->key), WW_I((int64_t)row->bytes),
                                    WW_I(row->changed_ns)),
                            err);
    return ww_sql_leave(s, status, err);
}

static const char *path_of(sqlite3_stmt *row, ww_error *err)
{
    const char *path = (const char *)sqlite3_column_text(row, 0); // a BLOB is handed out as it is, with a zero after it
    if (!path)
        ww_fail_memory(err, "the library's list of exported files");
    return path;
}

typedef struct exported_walk {
    ww_on_exported *on_row;
    void *user;
} exported_walk;

static ww_status on_exported(void *user, sqlite3_stmt *row, ww_error *err)
{
    const exported_walk *walk = user;
    const char *path = path_of(row, err);
    return path ? walk->on_row(walk->user, path, (uint64_t)sqlite3_column_int64(row, 1), err) : WW_ERR_MEMORY;
}

ww_status ww_store_exported(ww_store *s, ww_on_exported *on_row, void *user, ww_error *err)
{
    return ww_sql_walk(s, "SELECT path, hash FROM exported ORDER BY path, hash", on_exported,
                       &(exported_walk){on_row, user}, err);
}

typedef struct exported_file_walk {
    ww_on_exported_file *on_row;
    void *user;
} exported_file_walk;

static ww_status on_exported_file(void *user, sqlite3_stmt *row, ww_error *err)
{
    const exported_file_walk *walk = user;
    const ww_exported_row file = {.path = path_of(row, err),
                                  .hash = (uint64_t)sqlite3_column_int64(row, 1),
                                  .key = (uint64_t)sqlite3_column_int64(row, 2),
                                  .bytes = (uint64_t)sqlite3_column_int64(row, 3),
                                  .changed_ns = sqlite3_column_int64(row, 4)};
    return file.path ? walk->on_row(walk->user, &file, err) : WW_ERR_MEMORY;
}

ww_status ww_store_exported_files(ww_store *s, ww_on_exported_file *on_row, void *user, ww_error *err)
{
    return ww_sql_walk(s, "SELECT path, hash, key, bytes, changed_ns FROM exported ORDER BY path, hash",
                       on_exported_file, &(exported_file_walk){on_row, user}, err);
}
