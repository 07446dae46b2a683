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

typedef struct exported_walk {
    ww_on_exported *on_row;
    void *user;
} exported_walk;

static ww_status on_exported(void *user, sqlite3_stmt *row, ww_error *err)
{
    const exported_walk *walk = user;
    const char *path = (const char *)sqlite3_column_text(row, 0); // a BLOB is handed out as it is, with a zero after it
    if (!path)
        return ww_fail_memory(err, "the library's list of exported files");
    return walk->on_row(walk->user, path, (uint64_t)sqlite3_column_int64(row, 1), err);
}

ww_status ww_store_exported(ww_store *s, ww_on_exported *on_row, void *user, ww_error *err)
{
    return ww_sql_walk(s, "SELECT path, hash FROM exported ORDER BY path, hash", on_exported,
                       &(exported_walk){on_row, user}, err);
}
