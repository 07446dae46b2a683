// SPDX-License-Identifier: MIT
#include "store/sql.h"

#include <errno.h>
#include <string.h>

static const char *const sql_text[WW_SQL_COUNT] = {
    [WW_SQL_BEGIN] = "BEGIN IMMEDIATE",
    [WW_SQL_COMMIT] = "COMMIT",
    [WW_SQL_ROLLBACK] = "ROLLBACK",
    [WW_SQL_SAVEPOINT] = "SAVEPOINT one_call",
    [WW_SQL_RELEASE] = "RELEASE one_call",
    [WW_SQL_ROLLBACK_TO] = "ROLLBACK TO one_call",
    [WW_SQL_SET_META] = "INSERT OR REPLACE INTO meta VALUES (?, ?)",
    [WW_SQL_UNSET_META] = "DELETE FROM meta WHERE key = ?",
    [WW_SQL_GET_META] = "SELECT value FROM meta WHERE key = ?",
    [WW_SQL_FIND_SOURCE] =
        "SELECT id FROM source WHERE hash = ? AND scan_key = ? AND error IS NULL ORDER BY id LIMIT 1",
    [WW_SQL_FIND_WHOLE_SOURCE] =
        ("SELECT id FROM source WHERE hash = ? AND scan_key = ? AND error IS NULL"
         " AND span_count = (SELECT count(*) FROM span WHERE span.source = source.id) ORDER BY id LIMIT 1"),
    [WW_SQL_ADD_SOURCE] =
        ("INSERT INTO source (path, hash, bytes, kind, width, height, duration_us, scan_key, span_count, error,"
         " damaged, frames_looked_at, looks, faces_small, faces_fleeting, stream_start_us)"
         " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, nullif(?, -1))"),
    [WW_SQL_UPDATE_SOURCE] =
        ("UPDATE source SET path = ?, error = ?, damaged = ?, frames_looked_at = ?, looks = ?, faces_small = ?,"
         " faces_fleeting = ? WHERE id = ?"),
    [WW_SQL_REMEMBER_SOURCE] = ("INSERT INTO remembered SELECT hash, time_us, x, y, face.width, face.height, person"
                                " FROM source JOIN frame ON frame.source = source.id JOIN face ON face.frame = frame.id"
                                " WHERE source.id = ? AND person IS NOT NULL"),
    [WW_SQL_DELETE_FILES] = ("DELETE FROM file_content WHERE path = (SELECT path FROM source_file WHERE source = ?1)"
                             " OR hash = (SELECT hash FROM source WHERE id = ?1)"),
    [WW_SQL_SET_FILE] = "INSERT OR REPLACE INTO file_content VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [WW_SQL_GET_FILE] = ("SELECT hash, photo, tracks, bytes, modified_ns, changed_ns, inode, hashed_ns"
                         " FROM file_content WHERE path = ?"),
    [WW_SQL_DELETE_SOURCE] = "DELETE FROM source WHERE id = ?",
    [WW_SQL_OTHER_SCAN] = "SELECT id FROM source WHERE hash = ? AND scan_key <> ? AND error IS NULL LIMIT 1",
    [WW_SQL_FAILED_BEFORE] = "SELECT id FROM source WHERE path = ? AND error IS NOT NULL LIMIT 1",
    [WW_SQL_ADD_FILE] = "INSERT OR REPLACE INTO source_file VALUES (?, ?, ?)",
    [WW_SQL_ADD_PLACE] = "INSERT INTO source_place VALUES (?, ?)",
    [WW_SQL_ADD_PART] = "INSERT INTO span_part VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    [WW_SQL_COPY_KNOWN_PICTURE] = "INSERT OR IGNORE INTO known_picture VALUES (?, ?, ?, ?)",
    [WW_SQL_SET_STREAM_START] = ("UPDATE source SET stream_start_us = min(?1, ifnull("
                                 "(SELECT min(time_us) FROM frame WHERE source = ?2), ?1)) WHERE id = ?2"),
    [WW_SQL_MOVE_SOURCE] = "UPDATE source SET path = ? WHERE id = ?",
    [WW_SQL_END_SUCCESSION] = "DELETE FROM succession WHERE old = ?",
    [WW_SQL_PROLONG_SUCCESSION] = "UPDATE succession SET new = ? WHERE new = ?",
    [WW_SQL_ADD_SUCCESSION] = "INSERT OR REPLACE INTO succession VALUES (?, ?)",
    [WW_SQL_PASS_ON] = "UPDATE remembered SET source = ? WHERE source = ?",
    [WW_SQL_SPAN_DONE] = "SELECT 1 FROM span WHERE source = ? AND span = ?",
    [WW_SQL_ADD_SPAN] = "INSERT INTO span VALUES (?, ?)",
    [WW_SQL_ADD_TO_COUNTERS] =
        ("UPDATE source SET damaged = damaged + ?, frames_looked_at = frames_looked_at + ?, looks = looks + ?,"
         " faces_small = faces_small + ?, faces_fleeting = faces_fleeting + ? WHERE id = ?"),
    [WW_SQL_ADD_FRAME] =
        "INSERT INTO frame (source, span, sample, time_us, jpeg_width, jpeg_height) VALUES (?, ?, ?, ?, ?, ?)",
    [WW_SQL_ADD_FRAME_PICTURE] = "INSERT INTO frame_picture VALUES (?, ?)",
    [WW_SQL_ADD_FRAME_SIZE] = "INSERT INTO frame_size VALUES (?, ?, ?)",
    [WW_SQL_ADD_DAMAGE] = "INSERT OR REPLACE INTO damage VALUES (?, ?, ?)",
    [WW_SQL_ADD_FACE] =
        ("INSERT INTO face (frame, place, x, y, width, height, score, quality, landmarks, embedding_dim, person,"
         " portrait_x, portrait_y, portrait_w, portrait_h, portrait_width, portrait_height, track)"
         " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, nullif(?, -1), ?, ?, ?, ?, ?, ?, ?)"),
    [WW_SQL_ADD_EMBEDDING] = "INSERT INTO face_embedding VALUES (?, ?)",
    [WW_SQL_ADD_FACE_PICTURE] = "INSERT INTO face_picture VALUES (?, ?)",
    [WW_SQL_ADD_VIEW] = "INSERT INTO frame_view VALUES (?, ?)",
    [WW_SQL_ADD_COLOURS] = "INSERT INTO face_colours VALUES (?, ?, ?)",
    [WW_SQL_ADD_INTERMEDIATE] = "INSERT INTO face_intermediate VALUES (?, ?, ?)",
    [WW_SQL_ADD_CHIP] = "INSERT INTO face_chip VALUES (?, ?, ?)",
    [WW_SQL_SET_SHOT] = "INSERT OR REPLACE INTO shot VALUES (?, ?, ?, ?, ?)",
    [WW_SQL_LAST_SHOT] =
        "SELECT source, first_us, last_us, span, ending FROM shot WHERE source = ? ORDER BY first_us DESC LIMIT 1",
    [WW_SQL_ADD_PERSON] = "INSERT OR IGNORE INTO person (number) VALUES (?)",
    [WW_SQL_FRAME_PICTURE] = "SELECT jpeg FROM frame_picture WHERE frame = ?",
    [WW_SQL_EMBEDDING] = "SELECT embedding FROM face_embedding WHERE face = ?",
    [WW_SQL_FACE_PICTURE] = "SELECT jpeg FROM face_picture WHERE face = ?",
    [WW_SQL_LIGHT] = "SELECT face, light FROM face_chip WHERE face = ?",
    [WW_SQL_CHIP] = "SELECT png FROM face_chip WHERE face = ?",
    [WW_SQL_MOVE_FACE] =
        ("UPDATE face SET was = person, person = nullif(?1, -1),"
         " former = CASE WHEN person IS NULL OR person = ?1 THEN former ELSE person END WHERE id = ?2"),
    [WW_SQL_DROP_PERSON] = "DELETE FROM person WHERE name IS NULL AND number = ?",
    [WW_SQL_FORGET] = "DELETE FROM remembered",
    [WW_SQL_SET_NAME] = "UPDATE person SET name = ? WHERE number = ?",
    [WW_SQL_SET_IGNORED] = "UPDATE person SET ignored = ? WHERE number = ?",
    [WW_SQL_DROP_SORT_STATE] = "DELETE FROM sort_state",
    [WW_SQL_SET_SORT_STATE] = "INSERT INTO sort_state VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [WW_SQL_ADD_DECISION] =
        ("INSERT INTO journal (batch, time_s, kind, text, words, sides) VALUES (ifnull(nullif(?, 0), ifnull("
         "(SELECT seq FROM sqlite_sequence WHERE name = 'journal'), 0) + 1), ?, ?, ?, ?, ?)"),
    [WW_SQL_KNOWN_PICTURE] = "SELECT found, embedding FROM known_picture WHERE hash = ? AND models = ?",
    [WW_SQL_SET_KNOWN_PICTURE] = "INSERT OR REPLACE INTO known_picture VALUES (?, ?, ?, ?)",
    [WW_SQL_ADD_EXPORTED] = "INSERT OR IGNORE INTO exported (path, hash) VALUES (?, ?)",
    [WW_SQL_PUT_EXPORTED] =
        "INSERT OR REPLACE INTO exported (path, hash, key, bytes, changed_ns) VALUES (?, ?, ?, ?, ?)",
    [WW_SQL_UNSET_EXPORTED] = "DELETE FROM exported WHERE path = ?",
    [WW_SQL_UNSET_OTHER_EXPORTED] = "DELETE FROM exported WHERE path = ? AND hash <> ?",
};

ww_status ww_sql_damaged(const ww_store *s, const char *what, int64_t id, ww_error *err)
{
    return ww_fail(err, WW_ERR_STORE,
                   "the library '%s' is damaged: %s %lld cannot be right; move it away and scan again", s->path, what,
                   (long long)id);
}

static bool disk_is_full(sqlite3 *db, int rc)
{
    int errnum = sqlite3_system_errno(db);
    return (rc & 0xff) == SQLITE_FULL || ((rc & 0xff) == SQLITE_IOERR && (errnum == ENOSPC || errnum == EDQUOT));
}

static ww_status fail_io(ww_store *s, int rc, ww_error *err)
{
    int errnum = sqlite3_system_errno(s->db);
    if (errnum)
        return ww_fail(err, WW_ERR_IO, "cannot read or write the library '%s': %s", s->path, strerror(errnum));
    return ww_fail(err, WW_ERR_IO, "cannot read or write the library '%s': %s", s->path, sqlite3_errstr(rc));
}

ww_status ww_sql_fail(ww_store *s, int rc, ww_error *err)
{
    if (rc == SQLITE_IOERR_NOMEM)
        rc = SQLITE_NOMEM;
    if (disk_is_full(s->db, rc))
        return ww_fail(
            err, WW_ERR_NO_SPACE,
            "no space left on the disk for the library '%s'; free some and run again, what was saved is kept", s->path);
    switch (rc & 0xff) {
    case SQLITE_NOTADB:
        return ww_fail(err, WW_ERR_STORE,
                       "'%s' is not a library of whoswho; move it away or choose another folder with -o", s->path);
    case SQLITE_CORRUPT:
        return ww_fail(err, WW_ERR_STORE,
                       "the library '%s' is damaged (%s); move it away and run again, or restore a copy", s->path,
                       sqlite3_errmsg(s->db));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ww_fail(err, WW_ERR_STORE, "the library '%s' is in use by another program; wait until it has finished",
                       s->path);
    case SQLITE_NOMEM: return ww_fail_memory(err, "the library '%s'", s->path);
    case SQLITE_TOOBIG:
        return ww_fail(err, WW_ERR_MEMORY, "a value of more than %zu bytes is too large for the library '%s'",
                       WW_STORE_VALUE_MAX, s->path);
    case SQLITE_CONSTRAINT:
        return ww_fail(err, WW_ERR_ARGUMENT, "the library '%s' does not take this row: %s", s->path,
                       sqlite3_errmsg(s->db));
    case SQLITE_READONLY:
        return ww_fail(err, WW_ERR_IO,
                       "the library '%s' cannot be written; check the permissions of the file and its folder", s->path);
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM: return fail_io(s, rc, err);
    default: return ww_fail(err, WW_ERR_STORE, "the library '%s' does not work: %s", s->path, sqlite3_errmsg(s->db));
    }
}

static int bind_all(sqlite3_stmt *statement, const ww_bind *bind, size_t count)
{
    int rc = SQLITE_OK;
    for (int i = 1; rc == SQLITE_OK && i <= (int)count; i++, bind++) {
        switch (bind->type) {
        case WW_BIND_INTEGER: rc = sqlite3_bind_int64(statement, i, bind->integer); break;
        case WW_BIND_REAL: rc = sqlite3_bind_double(statement, i, bind->real); break;
        case WW_BIND_TEXT: rc = sqlite3_bind_text(statement, i, bind->data, -1, SQLITE_STATIC); break;
        case WW_BIND_BLOB: // no bytes are an empty BLOB, not NULL
            rc = sqlite3_bind_blob64(statement, i, bind->data ? bind->data : "", bind->bytes, SQLITE_STATIC);
            break;
        }
    }
    return rc;
}

// SQLite itself undoes a transaction on some errors. What the caller then goes on to write would each be committed
// alone.
static ww_status check_transaction(ww_store *s, ww_sql which, ww_error *err)
{
    if (which != WW_SQL_ROLLBACK && s->in_transaction && sqlite3_get_autocommit(s->db))
        return ww_fail(err, WW_ERR_STORE,
                       "the library '%s': an earlier error undid the transaction; roll back and begin again", s->path);
    return WW_OK;
}

static ww_status start(ww_store *s, ww_sql which, const ww_bind *bind, size_t count, ww_error *err)
{
    ww_status status = check_transaction(s, which, err);
    if (status != WW_OK)
        return status;
    int rc = SQLITE_OK;
    if (!s->kept[which])
        rc = sqlite3_prepare_v3(s->db, sql_text[which], -1, SQLITE_PREPARE_PERSISTENT, &s->kept[which], NULL);
    if (rc == SQLITE_OK)
        rc = bind_all(s->kept[which], bind, count);
    return rc == SQLITE_OK ? WW_OK : ww_sql_fail(s, rc, err);
}

ww_status ww_sql_run(ww_store *s, ww_sql which, const ww_bind *bind, size_t count, ww_error *err)
{
    ww_status status = start(s, which, bind, count, err);
    if (status != WW_OK)
        return status;
    int rc = sqlite3_step(s->kept[which]);
    if (rc != SQLITE_DONE)
        status = ww_sql_fail(s, rc, err);
    sqlite3_reset(s->kept[which]);
    sqlite3_clear_bindings(s->kept[which]); // the values were borrowed
    return status;
}

ww_status ww_sql_first(ww_store *s, ww_sql which, const ww_bind *bind, size_t count, sqlite3_stmt **row, ww_error *err)
{
    *row = NULL;
    ww_status status = start(s, which, bind, count, err);
    if (status != WW_OK)
        return status;
    int rc = sqlite3_step(s->kept[which]);
    if (rc == SQLITE_ROW) {
        *row = s->kept[which];
        return WW_OK;
    }
    if (rc != SQLITE_DONE)
        status = ww_sql_fail(s, rc, err);
    sqlite3_reset(s->kept[which]);
    return status;
}

ww_status ww_sql_walk(ww_store *s, const char *sql, ww_on_sql *on_row, void *user, ww_error *err)
{
    sqlite3_stmt *statement = NULL;
    ww_status status = WW_OK;
    int rc = sqlite3_prepare_v2(s->db, sql, -1, &statement, NULL);
    if (rc != SQLITE_OK)
        return ww_sql_fail(s, rc, err);
    while (status == WW_OK && (rc = sqlite3_step(statement)) == SQLITE_ROW)
        status = on_row(user, statement, err);
    if (status == WW_OK && rc != SQLITE_DONE)
        status = ww_sql_fail(s, rc, err);
    sqlite3_finalize(statement);
    return status;
}

ww_status ww_sql_enter(ww_store *s, ww_error *err) { return ww_sql_run(s, WW_SQL_SAVEPOINT, NULL, 0, err); }

ww_status ww_sql_leave(ww_store *s, ww_status status, ww_error *err)
{
    if (status == WW_OK)
        status = ww_sql_run(s, WW_SQL_RELEASE, NULL, 0, err);
    if (status != WW_OK && !sqlite3_get_autocommit(s->db)) { // else SQLite has undone everything already
        ww_sql_run(s, WW_SQL_ROLLBACK_TO, NULL, 0, NULL);
        ww_sql_run(s, WW_SQL_RELEASE, NULL, 0, NULL);
    }
    return status;
}
