// SPDX-License-Identifier: MIT
// What of a source could not be read, or only in part, in words for people: it is told again at every scan, not only at
// the first.
#include "base/number.h"
#include "store/sql.h"
#include "store/store.h"

#include <inttypes.h>

enum { WORDS_BYTES_MAX = 4096 };

ww_status ww_store_add_damage(ww_store *s, int64_t source, int span, const char *words, ww_error *err)
{
    ww_status status = ww_sql_enter(s, err);
    if (status != WW_OK)
        return status;
    return ww_sql_leave(s, ww_sql_run(s, WW_SQL_ADD_DAMAGE, WW_BIND(WW_I(source), WW_I(span), WW_S(words)), err), err);
}

typedef struct damage_walk {
    ww_status (*on_words)(void *user, const char *words, ww_error *err);
    void *user;
} damage_walk;

static ww_status on_damage(void *user, sqlite3_stmt *row, ww_error *err)
{
    const damage_walk *walk = user;
    const char *words = (const char *)sqlite3_column_text(row, 0);
    bool wanted = words && sqlite3_column_bytes(row, 0) <= WORDS_BYTES_MAX;
    return wanted ? walk->on_words(walk->user, words, err) : WW_OK;
}

ww_status ww_store_damage(ww_store *s, int64_t source,
                          ww_status (*on_words)(void *user, const char *words, ww_error *err), void *user,
                          ww_error *err)
{
    char sql[96];
    ww_format(sql, sizeof sql, "SELECT words FROM damage WHERE source = %" PRId64 " ORDER BY span", source);
    return ww_sql_walk(s, sql, on_damage, &(damage_walk){on_words, user}, err);
}
