// SPDX-License-Identifier: MIT
// What the last sort leaves for the next one.
#include "base/memory.h"
#include "store/sql.h"

static ww_status replace(ww_store *s, const ww_sort_state_row *row, ww_error *err)
{
    ww_status status = ww_sql_run(s, WW_SQL_DROP_SORT_STATE, NULL, 0, err);
    if (status != WW_OK || !row)
        return status;
    return ww_sql_run(s, WW_SQL_SET_SORT_STATE,
                      WW_BIND(WW_I((int64_t)row->digest), WW_I(row->journal), WW_D(row->threshold),
                              WW_I(row->duplicates), WW_I(row->same), WW_I(row->different), WW_D(row->false_merge),
                              WW_D(row->false_split), WW_B(row->bytes ? row->clusters : "", row->bytes),
                              WW_B(row->bytes ? row->joins : "", row->bytes)),
                      err);
}

ww_status ww_store_set_sort_state(ww_store *s, const ww_sort_state_row *row, ww_error *err)
{
    ww_status status = ww_sql_enter(s, err);
    return status == WW_OK ? ww_sql_leave(s, replace(s, row, err), err) : status;
}

typedef struct walk {
    ww_on_sort_state *on_row;
    void *user;
} walk;

static ww_status on_state(void *user, sqlite3_stmt *row, ww_error *err)
{
    const walk *w = user;
    const ww_sort_state_row state = {.digest = (uint64_t)sqlite3_column_int64(row, 0),
                                     .journal = sqlite3_column_int64(row, 1),
                                     .threshold = sqlite3_column_double(row, 2),
                                     .duplicates = sqlite3_column_int64(row, 3),
                                     .same = sqlite3_column_int64(row, 4),
                                     .different = sqlite3_column_int64(row, 5),
                                     .false_merge = sqlite3_column_double(row, 6),
                                     .false_split = sqlite3_column_double(row, 7),
                                     .clusters = sqlite3_column_blob(row, 8),
                                     .joins = sqlite3_column_blob(row, 9),
                                     .bytes = (size_t)sqlite3_column_bytes(row, 8)};
    if (ww_sql_starved(row))
        return ww_fail_memory(err, "the last sort of the library");
    if (state.bytes != (size_t)sqlite3_column_bytes(row, 9))
        return WW_OK; // of no use: as if there were none
    return w->on_row(w->user, &state, err);
}

ww_status ww_store_sort_state(ww_store *s, ww_on_sort_state *on_row, void *user, ww_error *err)
{
    return ww_sql_walk(s,
                       "SELECT digest, journal, threshold, duplicates, same, different, false_merge, false_split,"
                       " clusters, joins FROM sort_state LIMIT 1",
                       on_state, &(walk){on_row, user}, err);
}
