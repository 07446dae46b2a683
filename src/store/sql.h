// SPDX-License-Identifier: MIT
// Statements, bound values and SQLite's errors turned into ours. Private to store/.
#ifndef WW_STORE_SQL_H
#define WW_STORE_SQL_H
#include "store/store.h"
#include <sqlite3.h>

// The statements that run once a row and are therefore kept prepared; their text stands in sql.c.
typedef enum ww_sql {
    WW_SQL_BEGIN,
    WW_SQL_COMMIT,
    WW_SQL_ROLLBACK,
    WW_SQL_SAVEPOINT,
    WW_SQL_RELEASE,
    WW_SQL_ROLLBACK_TO,
    WW_SQL_SET_META,
    WW_SQL_UNSET_META,
    WW_SQL_GET_META,
    WW_SQL_FIND_SOURCE,
    WW_SQL_ADD_SOURCE,
    WW_SQL_UPDATE_SOURCE,
    WW_SQL_DELETE_SOURCE,
    WW_SQL_SPAN_DONE,
    WW_SQL_ADD_SPAN,
    WW_SQL_ADD_TO_COUNTERS,
    WW_SQL_ADD_FRAME,
    WW_SQL_ADD_FRAME_PICTURE,
    WW_SQL_ADD_FACE,
    WW_SQL_ADD_EMBEDDING,
    WW_SQL_ADD_FACE_PICTURE,
    WW_SQL_ADD_PERSON,
    WW_SQL_FRAME_PICTURE,
    WW_SQL_FACE_PICTURE,
    WW_SQL_CLEAR_PEOPLE,
    WW_SQL_SET_PERSON,
    WW_SQL_ADD_PEOPLE,
    WW_SQL_DROP_PEOPLE,
    WW_SQL_SET_NAME,
    WW_SQL_ADD_EXPORTED,
    WW_SQL_UNSET_EXPORTED,
    WW_SQL_COUNT
} ww_sql;

struct ww_store {
    sqlite3 *db;
    char *path;
    int folder;          // descriptor that holds the lock on the folder
    bool in_transaction; // between begin and commit or rollback
    sqlite3_stmt *kept[WW_SQL_COUNT];
};

// Fills *err from a failed SQLite call with result code `rc`.
ww_status ww_sql_fail(ww_store *s, int rc, ww_error *err);

// Binds and runs a kept statement that returns no rows. `types` has a letter a parameter: i int64_t, d double, s string as TEXT
// (NULL: SQL NULL), p string as BLOB, b pointer and size_t as BLOB.
ww_status ww_sql_run(ww_store *s, ww_sql which, ww_error *err, const char *types, ...);
// Binds a kept statement and steps to its first row: *row is the statement, to be given to sqlite3_reset, or NULL when there is
// no row.
ww_status ww_sql_first(ww_store *s, ww_sql which, sqlite3_stmt **row, ww_error *err, const char *types, ...);
// Calls on_row for each row of `sql`, prepared anew so that walks may nest.
typedef ww_status ww_on_sql(void *user, sqlite3_stmt *row, ww_error *err);
ww_status ww_sql_walk(ww_store *s, const char *sql, ww_on_sql *on_row, void *user, ww_error *err);

// Makes what lies between all or nothing, inside a transaction or alone:
//     status = ww_sql_enter(s, err); if (status == WW_OK) status = ww_sql_leave(s, work(s), err);
ww_status ww_sql_enter(ww_store *s, ww_error *err);
ww_status ww_sql_leave(ww_store *s, ww_status status, ww_error *err);

#endif
