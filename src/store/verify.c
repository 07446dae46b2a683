// SPDX-License-Identifier: MIT
// A library is data that may have been made by somebody else: its tables must be the ones we make, word for word. A
// view in the place of a table, a trigger, an index over an expression would run what its author wants.
#include "store/schema.h"
#include "store/sql.h"

#include <stdlib.h>
#include <string.h>

static ww_status tampered(const ww_store *s, const char *what, const char *name, ww_error *err)
{
    return ww_fail(err, WW_ERR_STORE,
                   "the library '%s' is damaged or was tampered with (%s '%s'); move it away, or restore a copy",
                   s->path, what, name);
}

// An empty library of this version, in memory.
static int make_reference(int version, sqlite3 **reference)
{
    int rc =
        sqlite3_open_v2(":memory:", reference, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    for (int v = 0; rc == SQLITE_OK && v < version; v++)
        rc = sqlite3_exec(*reference, ww_schema_step[v], NULL, NULL, NULL);
    return rc;
}

static const char *text(sqlite3_stmt *row, int column)
{
    const char *t = (const char *)sqlite3_column_text(row, column);
    return t ? t : "";
}

// Every object of the reference must be in the file as it is there.
static ww_status find_ours(ww_store *s, sqlite3 *reference, ww_error *err)
{
    static const char all[] = "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL";
    static const char one[] = "SELECT type, tbl_name, sql FROM sqlite_schema WHERE name = ?";
    sqlite3_stmt *wanted = NULL, *found = NULL;
    ww_status status = WW_OK;
    int rc = sqlite3_prepare_v2(reference, all, -1, &wanted, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_prepare_v2(s->db, one, -1, &found, NULL);
    while (rc == SQLITE_OK && status == WW_OK && (rc = sqlite3_step(wanted)) == SQLITE_ROW) {
        rc = sqlite3_bind_text(found, 1, text(wanted, 1), -1, SQLITE_STATIC);
        int step = rc == SQLITE_OK ? sqlite3_step(found) : rc;
        bool same = step == SQLITE_ROW && strcmp(text(wanted, 0), text(found, 0)) == 0
                    && strcmp(text(wanted, 2), text(found, 1)) == 0 && strcmp(text(wanted, 3), text(found, 2)) == 0;
        if (step != SQLITE_ROW && step != SQLITE_DONE)
            status = ww_sql_fail(s, step, err);
        else if (!same)
            status = tampered(s, "not as it should be:", text(wanted, 1), err);
        sqlite3_reset(found);
    }
    if (status == WW_OK && rc != SQLITE_DONE)
        status = ww_sql_fail(s, rc, err);
    sqlite3_finalize(found);
    sqlite3_finalize(wanted);
    return status;
}

static bool has_table(sqlite3 *db, const char *name)
{
    sqlite3_stmt *row = NULL;
    bool found =
        sqlite3_prepare_v2(db, "SELECT 1 FROM sqlite_schema WHERE name = ? AND sql IS NOT NULL", -1, &row, NULL)
            == SQLITE_OK
        && sqlite3_bind_text(row, 1, name, -1, SQLITE_STATIC) == SQLITE_OK && sqlite3_step(row) == SQLITE_ROW;
    sqlite3_finalize(row);
    return found;
}

// Nothing else may hang on our tables: no trigger, no further index.
static ww_status find_strange(ww_store *s, sqlite3 *reference, ww_error *err)
{
    static const char all[] =
        "SELECT type, name, tbl_name FROM sqlite_schema WHERE sql IS NOT NULL AND type IN ('index', 'trigger')";
    sqlite3_stmt *row = NULL;
    ww_status status = WW_OK;
    int rc = sqlite3_prepare_v2(s->db, all, -1, &row, NULL);
    while (rc == SQLITE_OK && status == WW_OK && (rc = sqlite3_step(row)) == SQLITE_ROW) {
        rc = SQLITE_OK;
        if (has_table(reference, text(row, 2)) && !has_table(reference, text(row, 1)))
            status = tampered(s, text(row, 0), text(row, 1), err);
    }
    if (status == WW_OK && rc != SQLITE_DONE)
        status = ww_sql_fail(s, rc, err);
    sqlite3_finalize(row);
    return status;
}

ww_status ww_store_verify_schema(ww_store *s, int version, ww_error *err)
{
    if (version == 0)
        return WW_OK; // a new file
    sqlite3 *reference = NULL;
    int rc = make_reference(version, &reference);
    ww_status status =
        rc == SQLITE_OK ? WW_OK : ww_fail(err, WW_ERR_MEMORY, "no memory left to open the library '%s'", s->path);
    if (status == WW_OK)
        status = find_ours(s, reference, err);
    if (status == WW_OK)
        status = find_strange(s, reference, err);
    sqlite3_close(reference);
    return status;
}
