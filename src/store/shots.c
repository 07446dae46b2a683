// SPDX-License-Identifier: MIT
// Shots of footage. Spans are stored one after the other, so a shot that goes on in the next span is written again.
#include "base/memory.h"
#include "base/number.h"
#include "store/sql.h"

#include <inttypes.h>

#define EMPTY "" // SQLite takes a NULL pointer for NULL

ww_status ww_store_set_shot(ww_store *s, const ww_shot_row *row, ww_error *err)
{
    return ww_sql_run(s, WW_SQL_SET_SHOT,
                      WW_BIND(WW_I(row->source), WW_I(row->first_us), WW_I(row->last_us), WW_I(row->span),
                              WW_B(row->ending ? (const void *)row->ending : EMPTY, row->ending_bytes)),
                      err);
}

typedef struct shot_walk {
    ww_store *store;
    ww_on_shot *on_row;
    void *user;
} shot_walk;

static ww_status on_shot(void *user, sqlite3_stmt *row, ww_error *err)
{
    const shot_walk *walk = user;
    const ww_shot_row shot = {.source = sqlite3_column_int64(row, 0),
                              .first_us = sqlite3_column_int64(row, 1),
                              .last_us = sqlite3_column_int64(row, 2),
                              .span = sqlite3_column_int(row, 3),
                              .ending = sqlite3_column_blob(row, 4),
                              .ending_bytes = (size_t)sqlite3_column_bytes(row, 4)};
    if (ww_sql_starved(row))
        return ww_fail_memory(err, "a shot of the library");
    if (shot.first_us < -WW_STORE_TIME_MAX_US || shot.first_us > shot.last_us || shot.last_us > WW_STORE_TIME_MAX_US
        || shot.span < 0 || shot.span > WW_STORE_SPANS_MAX || shot.ending_bytes > WW_STORE_CONTEXT_MAX)
        return ww_sql_damaged(walk->store, "a shot of source", shot.source, err);
    return walk->on_row(walk->user, &shot, err);
}

ww_status ww_store_shots(ww_store *s, ww_on_shot *on_row, void *user, ww_error *err)
{
    return ww_sql_walk(s, "SELECT source, first_us, last_us, span, ending FROM shot ORDER BY source, first_us", on_shot,
                       &(shot_walk){s, on_row, user}, err);
}

ww_status ww_store_shots_of(ww_store *s, int64_t source, ww_on_shot *on_row, void *user, ww_error *err)
{
    char sql[128];
    ww_format(sql, sizeof sql,
              "SELECT source, first_us, last_us, span, ending FROM shot WHERE source = %" PRId64 " ORDER BY first_us",
              source);
    return ww_sql_walk(s, sql, on_shot, &(shot_walk){s, on_row, user}, err);
}

ww_status ww_store_last_shot(ww_store *s, int64_t source, ww_on_shot *on_row, void *user, ww_error *err)
{
    sqlite3_stmt *row = NULL;
    ww_status status = ww_sql_first(s, WW_SQL_LAST_SHOT, WW_BIND(WW_I(source)), &row, err);
    if (status == WW_OK && row)
        status = on_shot(&(shot_walk){s, on_row, user}, row, err);
    if (row)
        sqlite3_reset(row);
    return status;
}
