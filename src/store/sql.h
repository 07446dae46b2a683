// SPDX-License-Identifier: MIT
// Statements, bound values and SQLite's errors turned into ours. Private to store/.
#ifndef WW_STORE_SQL_H
#define WW_STORE_SQL_H
#include "store/store.h"
#include <sqlite3.h>
#include <string.h>

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
    WW_SQL_FIND_WHOLE_SOURCE,
    WW_SQL_ADD_SOURCE,
    WW_SQL_UPDATE_SOURCE,
    WW_SQL_REMEMBER_SOURCE,
    WW_SQL_DELETE_SOURCE,
    WW_SQL_DELETE_FILES,
    WW_SQL_SET_FILE,
    WW_SQL_GET_FILE,
    WW_SQL_OTHER_SCAN,
    WW_SQL_FAILED_BEFORE,
    WW_SQL_ADD_FILE,
    WW_SQL_ADD_PLACE,
    WW_SQL_ADD_PART,
    WW_SQL_COPY_KNOWN_PICTURE,
    WW_SQL_SET_STREAM_START,
    WW_SQL_MOVE_SOURCE,
    WW_SQL_END_SUCCESSION,
    WW_SQL_PROLONG_SUCCESSION,
    WW_SQL_ADD_SUCCESSION,
    WW_SQL_PASS_ON,
    WW_SQL_SPAN_DONE,
    WW_SQL_ADD_SPAN,
    WW_SQL_ADD_TO_COUNTERS,
    WW_SQL_ADD_FRAME,
    WW_SQL_ADD_FRAME_PICTURE,
    WW_SQL_ADD_FRAME_SIZE,
    WW_SQL_ADD_DAMAGE,
    WW_SQL_ADD_FACE,
    WW_SQL_ADD_EMBEDDING,
    WW_SQL_ADD_FACE_PICTURE,
    WW_SQL_ADD_VIEW,
    WW_SQL_ADD_COLOURS,
    WW_SQL_ADD_INTERMEDIATE,
    WW_SQL_ADD_CHIP,
    WW_SQL_SET_SHOT,
    WW_SQL_LAST_SHOT,
    WW_SQL_ADD_PERSON,
    WW_SQL_FRAME_PICTURE,
    WW_SQL_FACE_PICTURE,
    WW_SQL_CHIP,
    WW_SQL_LIGHT,
    WW_SQL_EMBEDDING,
    WW_SQL_MOVE_FACE,
    WW_SQL_DROP_PERSON,
    WW_SQL_FORGET,
    WW_SQL_SET_NAME,
    WW_SQL_SET_IGNORED,
    WW_SQL_DROP_SORT_STATE,
    WW_SQL_SET_SORT_STATE,
    WW_SQL_ADD_DECISION,
    WW_SQL_KNOWN_PICTURE,
    WW_SQL_SET_KNOWN_PICTURE,
    WW_SQL_ADD_EXPORTED,
    WW_SQL_PUT_EXPORTED,
    WW_SQL_UNSET_EXPORTED,
    WW_SQL_UNSET_OTHER_EXPORTED,
    WW_SQL_COUNT
} ww_sql;

struct ww_store {
    sqlite3 *db;
    char *path;
    int folder;          // descriptor that holds the lock on the folder
    bool unlocked;       // see ww_store_is_unlocked
    bool in_transaction; // between begin and commit or rollback
    sqlite3_stmt *kept[WW_SQL_COUNT];
};

#define WW_STORE_TIME_MAX_US (INT64_C(100) * 366 * 86400 * 1000000) // a hundred years, either way

// Fills *err from a failed SQLite call with result code `rc`.
ww_status ww_sql_fail(ww_store *s, int rc, ww_error *err);

// A value for a parameter of a statement; pointers are borrowed for the call. Lists of them are written
// WW_BIND(WW_I(id), WW_S(name)).
typedef struct ww_bind {
    enum { WW_BIND_INTEGER, WW_BIND_REAL, WW_BIND_TEXT, WW_BIND_BLOB } type;
    int64_t integer;
    double real;
    const void *data;
    size_t bytes;
} ww_bind;
#define WW_I(value)                                                                                                    \
    {                                                                                                                  \
        .type = WW_BIND_INTEGER, .integer = (value)                                                                    \
    }
#define WW_D(value)                                                                                                    \
    {                                                                                                                  \
        .type = WW_BIND_REAL, .real = (value)                                                                          \
    }
#define WW_S(text)                                                                                                     \
    {                                                                                                                  \
        .type = WW_BIND_TEXT, .data = (text)                                                                           \
    } // NULL: SQL NULL
#define WW_P(path)                                                                                                     \
    {                                                                                                                  \
        .type = WW_BIND_BLOB, .data = (path), .bytes = strlen(path)                                                    \
    }
#define WW_B(pointer, size)                                                                                            \
    {                                                                                                                  \
        .type = WW_BIND_BLOB, .data = (pointer), .bytes = (size)                                                       \
    }
#define WW_BIND(...) (const ww_bind[]){__VA_ARGS__}, sizeof((const ww_bind[]){__VA_ARGS__}) / sizeof(ww_bind)

// Runs a kept statement that returns no rows. `bind` and `count`: a WW_BIND list, or NULL, 0.
ww_status ww_sql_run(ww_store *s, ww_sql which, const ww_bind *bind, size_t count, ww_error *err);
// Steps to the first row of a kept statement: *row is the statement, to be given to sqlite3_reset, or NULL when there
// is no row.
ww_status ww_sql_first(ww_store *s, ww_sql which, const ww_bind *bind, size_t count, sqlite3_stmt **row, ww_error *err);
// Calls on_row for each row of `sql`, prepared anew so that walks may nest.
typedef ww_status ww_on_sql(void *user, sqlite3_stmt *row, ww_error *err);
ww_status ww_sql_walk(ww_store *s, const char *sql, ww_on_sql *on_row, void *user, ww_error *err);

// Whether a column just asked for could not be given for want of memory: a NULL then means nothing.
static inline bool ww_sql_starved(sqlite3_stmt *row) { return sqlite3_errcode(sqlite3_db_handle(row)) == SQLITE_NOMEM; }

// WW_ERR_STORE: a value that SQLite does not check cannot be right. `what`: as "the row of source"; its id follows.
ww_status ww_sql_damaged(const ww_store *s, const char *what, int64_t id, ww_error *err);

// Whether a right library can hold these, and their sums.
bool ww_sql_are_counts(const ww_scan_counts *counts);

// Makes what lies between all or nothing, inside a transaction or alone:
//     status = ww_sql_enter(s, err); if (status == WW_OK) status = ww_sql_leave(s, work(s), err);
ww_status ww_sql_enter(ww_store *s, ww_error *err);
ww_status ww_sql_leave(ww_store *s, ww_status status, ww_error *err);

#endif
