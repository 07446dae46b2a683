// SPDX-License-Identifier: MIT
// The journal of what the user decided, and what was found in the pictures of known people.
#include "base/memory.h"
#include "store/sql.h"

#include <stdlib.h>
#include <string.h>

ww_status ww_store_add_decision(ww_store *s, const ww_journal_row *row, int64_t *seq, ww_error *err)
{
    ww_status status = ww_sql_run(s, WW_SQL_ADD_DECISION,
                                  WW_BIND(WW_I(row->batch), WW_I(row->time_s), WW_S(row->kind), WW_S(row->text),
                                          WW_S(row->words), WW_B(row->operands, row->operands_bytes)),
                                  err);
    if (status == WW_OK)
        *seq = sqlite3_last_insert_rowid(s->db);
    return status;
}

typedef struct decision_walk {
    ww_on_decision *on_row;
    void *user;
} decision_walk;

static ww_status on_decision(void *user, sqlite3_stmt *row, ww_error *err)
{
    const decision_walk *walk = user;
    ww_journal_row decision = {
        .seq = sqlite3_column_int64(row, 0),
        .batch = sqlite3_column_int64(row, 1),
        .time_s = sqlite3_column_int64(row, 2),
        .kind = (const char *)sqlite3_column_text(row, 3),
        .text = (const char *)sqlite3_column_text(row, 4),
        .words = (const char *)sqlite3_column_text(row, 5),
        .operands = sqlite3_column_blob(row, 6),
        .operands_bytes = (size_t)sqlite3_column_bytes(row, 6),
    };
    if (ww_sql_starved(row) || !decision.kind || !decision.words)
        return ww_fail_memory(err, "an entry of the library's journal");
    return walk->on_row(walk->user, &decision, err);
}

ww_status ww_store_decisions(ww_store *s, ww_on_decision *on_row, void *user, ww_error *err)
{
    return ww_sql_walk(s, "SELECT seq, batch, time_s, kind, text, words, sides FROM journal ORDER BY seq", on_decision,
                       &(decision_walk){on_row, user}, err);
}

static ww_status on_seq(void *user, sqlite3_stmt *row, ww_error *err)
{
    (void)err;
    *(int64_t *)user = sqlite3_column_int64(row, 0);
    return WW_OK;
}

ww_status ww_store_last_decision(ww_store *s, int64_t *seq, ww_error *err)
{
    *seq = 0;
    return ww_sql_walk(s, "SELECT ifnull(max(seq), 0) FROM journal", on_seq, seq, err);
}

ww_status ww_store_known_picture(ww_store *s, uint64_t hash, const char *models, char **found, float **embedding,
                                 size_t *dim, ww_error *err)
{
    sqlite3_stmt *row;
    *found = NULL;
    *embedding = NULL;
    *dim = 0;
    ww_status status = ww_sql_first(s, WW_SQL_KNOWN_PICTURE, WW_BIND(WW_I((int64_t)hash), WW_S(models)), &row, err);
    if (status != WW_OK || !row)
        return status;
    const char *text = (const char *)sqlite3_column_text(row, 0);
    const void *data = sqlite3_column_blob(row, 1);
    size_t bytes = (size_t)sqlite3_column_bytes(row, 1);
    float *copy = ww_alloc_array(bytes, 1, WW_STORE_EMBEDDING_MAX * sizeof *copy);
    char *word = text ? ww_try_strdup(text) : NULL;
    bool starved = ww_sql_starved(row) || (text && !word) || (!copy && bytes <= WW_STORE_EMBEDDING_MAX * sizeof *copy);
    if (starved || !text || !copy || bytes % sizeof *copy != 0) {
        status =
            starved ? ww_fail_memory(err, "a known picture's row of the library")
                    : ww_fail(err, WW_ERR_STORE,
                              "the library '%s' is damaged in its table of known pictures; move it away and scan again",
                              s->path);
        free(word);
        free(copy);
    } else {
        if (bytes)
            memcpy(copy, data, bytes);
        *found = word;
        *embedding = copy;
        *dim = bytes / sizeof *copy;
    }
    sqlite3_reset(row);
    return status;
}

ww_status ww_store_set_known_picture(ww_store *s, uint64_t hash, const char *models, const char *found,
                                     const float *embedding, size_t dim, ww_error *err)
{
    return ww_sql_run(s, WW_SQL_SET_KNOWN_PICTURE,
                      WW_BIND(WW_I((int64_t)hash), WW_S(models), WW_S(found), WW_B(embedding, dim * sizeof *embedding)),
                      err);
}
