// SPDX-License-Identifier: MIT
// Opening: lock the folder, open the file, make sure it is ours before anything in it is changed, bring it up to date.
#include "base/buffer.h"
#include "base/files.h"
#include "base/memory.h"
#include "store/schema.h"
#include "store/sql.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LOCK_TRIES 20 // a program that was just killed may need a moment to let go
#define LOCK_WAIT_MS 100
#define BUSY_WAIT_MS 2000 // for another program that reads the file, such as the sqlite3 shell

static const char settings[] = "PRAGMA synchronous = NORMAL;" // see store.h on what this promises
                               "PRAGMA foreign_keys = ON;"
                               "PRAGMA trusted_schema = OFF;"
                               "PRAGMA cache_size = -16000;" // KiB
                               // its temporary files would lie in /var/tmp, outside the folder, with what is in here
                               "PRAGMA temp_store = MEMORY;";

static char *folder_of(const char *path)
{
    const char *base = ww_path_base(path);
    return base == path ? ww_strdup(".") : ww_strndup(path, (size_t)(base - path));
}

// File systems that know no flock (some network shares) are used without: SQLite's own locks still keep the file whole.
static ww_status lock_folder(ww_store *s, ww_error *err)
{
    ww_status status = WW_OK;
    char *folder = folder_of(s->path);
    s->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (s->folder < 0) {
        status = ww_fail_errno(err, errno, "cannot open the folder '%s'", folder);
        goto done;
    }
    int tries = 0, locked;
    while ((locked = flock(s->folder, LOCK_EX | LOCK_NB)) != 0 && errno == EWOULDBLOCK && ++tries < LOCK_TRIES)
        nanosleep(&(struct timespec){.tv_nsec = LOCK_WAIT_MS * 1000000L}, NULL);
    if (locked != 0 && errno == EWOULDBLOCK)
        status = ww_fail(err, WW_ERR_STORE,
                         "another whoswho is at work in the folder '%s'; wait until it has finished, or choose another "
                         "folder with -o",
                         folder);
done:
    free(folder);
    return status;
}

static ww_status run(ww_store *s, const char *sql, ww_error *err)
{
    int rc = sqlite3_exec(s->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? WW_OK : ww_sql_fail(s, rc, err);
}

static ww_status number_of(ww_store *s, const char *sql, int64_t *number, ww_error *err)
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(s->db, sql, -1, &statement, NULL);
    if (rc == SQLITE_OK && (rc = sqlite3_step(statement)) == SQLITE_ROW) {
        *number = sqlite3_column_int64(statement, 0);
        rc = SQLITE_OK;
    }
    ww_status status = rc == SQLITE_OK ? WW_OK : ww_sql_fail(s, rc, err);
    sqlite3_finalize(statement);
    return status;
}

// "file:NAME?QUERY", with what has a meaning in a URI escaped.
static char *uri_of(const char *name, const char *query)
{
    ww_buffer uri = {0};
    ww_buffer_text(&uri, "file:");
    for (; *name; name++) {
        if (strchr("%?#", *name))
            ww_buffer_format(&uri, "%%%02X", (unsigned char)*name);
        else
            ww_buffer_add(&uri, name, 1);
    }
    ww_buffer_format(&uri, "?%s", query);
    return ww_buffer_take(&uri);
}

// *version: of the schema in the file, 0 when it is still empty. Only reads.
static ww_status identify(ww_store *s, int *version, ww_error *err)
{
    int64_t application = 0, user_version = 0, tables = 0;
    ww_status status = number_of(s, "SELECT count(*) FROM sqlite_schema", &tables, err);
    if (status == WW_OK)
        status = number_of(s, "PRAGMA application_id", &application, err);
    if (status == WW_OK)
        status = number_of(s, "PRAGMA user_version", &user_version, err);
    if (status != WW_OK)
        return status;
    bool empty = application == 0 && user_version == 0 && tables == 0;
    if (!empty && application != WW_STORE_APPLICATION_ID)
        return ww_fail(err, WW_ERR_STORE,
                       "'%s' is a database of another program; move it away or choose another folder with -o", s->path);
    if (user_version > WW_STORE_VERSION)
        return ww_fail(
            err, WW_ERR_STORE,
            "the library '%s' was made by a newer whoswho (its version is %lld, this program knows %d); update "
            "whoswho, or choose another folder with -o",
            s->path, (long long)user_version, WW_STORE_VERSION);
    if (!empty && user_version < 1)
        return ww_fail(err, WW_ERR_STORE, "the library '%s' is damaged (it has no version); move it away and run again",
                       s->path);
    *version = (int)user_version;
    return WW_OK;
}

static ww_status migrate(ww_store *s, int version, ww_error *err)
{
    if (version == ww_schema_steps)
        return WW_OK;
    char *stamp =
        ww_strf("PRAGMA application_id = %d; PRAGMA user_version = %d", WW_STORE_APPLICATION_ID, ww_schema_steps);
    ww_status status = ww_store_begin(s, err);
    for (int v = version; status == WW_OK && v < ww_schema_steps; v++)
        status = run(s, ww_schema_step[v], err);
    if (status == WW_OK)
        status = run(s, stamp, err);
    free(stamp);
    return ww_store_end(s, status, err);
}

// What a file made by somebody else could make SQLite do is switched off before anything is read from it.
static void harden(sqlite3 *db)
{
    static const struct {
        int option, value;
    } config[] = {{SQLITE_DBCONFIG_DEFENSIVE, 1},
                  {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
                  {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
                  {SQLITE_DBCONFIG_ENABLE_VIEW, 0}};
    for (size_t i = 0; i < sizeof config / sizeof *config; i++)
        sqlite3_db_config(db, config[i].option, config[i].value, NULL);
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, (int)WW_STORE_VALUE_MAX);
    sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
}

// `query`: for SQLite's URI, such as "immutable=1"; NULL: a plain file.
static ww_status open_file(ww_store *s, int flags, const char *vfs, const char *query, ww_error *err)
{
    // SQLite gives meaning to some names (":memory:", "file:..."); with a folder in front a name is only a name.
    char *name = strchr(s->path, '/') ? ww_strdup(s->path) : ww_path_join(".", s->path);
    if (query) {
        char *uri = uri_of(name, query);
        free(name);
        name = uri;
    }
    sqlite3_close(s->db);
    int rc = sqlite3_open_v2(name, &s->db, flags | SQLITE_OPEN_NOMUTEX | (query ? SQLITE_OPEN_URI : 0), vfs);
    free(name);
    if (!s->db)
        return ww_fail(err, WW_ERR_MEMORY, "no memory left to open the library '%s'", s->path);
    sqlite3_extended_result_codes(s->db, 1);
    sqlite3_busy_timeout(s->db, BUSY_WAIT_MS);
    harden(s->db);
    return rc == SQLITE_OK ? WW_OK : ww_sql_fail(s, rc, err);
}

// The write-ahead log wants shared memory and locks, which some network and FUSE drives do not have. One program at a
// time works in a folder anyway (lock_folder): then the file is held alone, which needs no shared memory, and if need
// be without locks, and with a rollback journal. Each way is tried from the beginning: what is there already may be a
// file with a write-ahead log, made elsewhere, that cannot even be read the usual way.
typedef struct way {
    const char *vfs, *before, *journal;
    bool locks;
} way;

#define WAY_EXCLUSIVE "PRAGMA locking_mode = EXCLUSIVE"
#define WAY_WAL "PRAGMA journal_mode = WAL; SELECT count(*) FROM sqlite_schema"
#define WAY_ROLLBACK "PRAGMA journal_mode = DELETE; SELECT count(*) FROM sqlite_schema"

static const way ways[] = {{NULL, "", WAY_WAL, true},
                           {NULL, WAY_EXCLUSIVE, WAY_WAL, true},
                           {NULL, WAY_EXCLUSIVE, WAY_ROLLBACK, true},
                           {"unix-none", WAY_EXCLUSIVE, WAY_ROLLBACK, false}};

// Whether the drive knows locks at all. To be asked while SQLite does not have the file open: with any descriptor that
// is closed the process loses its locks of the file.
static bool has_locks(const char *path, bool create)
{
    const int fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK | (create ? O_CREAT : 0), 0644);
    struct flock byte = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_len = 1};
    const bool none = fd >= 0 && fcntl(fd, F_SETLK, &byte) != 0 && errno != EACCES && errno != EAGAIN;
    if (fd >= 0)
        close(fd);
    return !none;
}

static ww_status open_in(ww_store *s, const way *w, int flags, int *version, ww_error *err)
{
    ww_status status = open_file(s, flags, w->vfs, NULL, err);
    if (status == WW_OK)
        status = run(s, w->before, err);
    if (status == WW_OK)
        status = identify(s, version, err);
    if (status == WW_OK)
        status = ww_store_verify_schema(s, *version, err);
    return status == WW_OK ? run(s, w->journal, err) : status;
}

// Whether another way may do: what went wrong is the drive's, not the file's.
static bool is_of_drive(const ww_store *s)
{
    const int code = sqlite3_errcode(s->db) & 0xff;
    return code == SQLITE_IOERR || code == SQLITE_CANTOPEN || code == SQLITE_PROTOCOL;
}

static ww_status open_for_writing(ww_store *s, bool create, ww_error *err)
{
    const int flags = SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0);
    const bool locks = has_locks(s->path, create);
    int version = 0;
    ww_status status = WW_ERR_STORE;
    bool again = true;
    for (size_t i = 0; i < sizeof ways / sizeof *ways && again; i++) {
        if (ways[i].locks != locks)
            continue;
        status = open_in(s, &ways[i], flags, &version, err);
        again = status != WW_OK && is_of_drive(s);
    }
    s->unlocked = !locks;
    if (status == WW_OK)
        status = run(s, settings, err);
    return status == WW_OK ? migrate(s, version, err) : status;
}

static bool has_bytes(const char *path, const char *suffix)
{
    struct stat st;
    char *name = ww_strf("%s%s", path, suffix);
    bool has = stat(name, &st) == 0 && st.st_size > 0;
    free(name);
    return has;
}

bool ww_store_is_unlocked(const ww_store *s) { return s->unlocked; }

// On a read-only medium: everything can be read, and what would write says why it does not.
static ww_status open_for_reading(ww_store *s, ww_error *err)
{
    int version = 0;
    if (has_bytes(s->path, "-journal"))
        return ww_fail(err, WW_ERR_IO,
                       "the library '%s' cannot be written here and has changes that are not merged yet; copy its "
                       "folder to where it can",
                       s->path);
    const bool log = has_bytes(s->path, "-wal"); // is read too, by an index in memory
    ww_status status = open_file(s, SQLITE_OPEN_READONLY, log ? "unix-none" : NULL, log ? NULL : "immutable=1", err);
    if (status == WW_OK && log)
        status = run(s, WAY_EXCLUSIVE, err);
    if (status == WW_OK)
        status = identify(s, &version, err);
    if (status == WW_OK)
        status = ww_store_verify_schema(s, version, err);
    if (status == WW_OK && version != WW_STORE_VERSION)
        status = ww_fail(err, WW_ERR_STORE,
                         "the library '%s' was made by an older whoswho and cannot be brought up to date here; copy "
                         "its folder to where it can be written",
                         s->path);
    return status;
}

// What lies where SQLite keeps its journals. Only a file of a library that is there is a journal: SQLite would wait for
// a FIFO, and remove what else has the name.
static ww_status look_at_journals(const char *path, bool there, ww_error *err)
{
    static const char *const suffixes[] = {"-journal", "-wal", "-shm"};
    ww_status status = WW_OK;
    for (size_t i = 0; status == WW_OK && i < sizeof suffixes / sizeof *suffixes; i++) {
        struct stat st;
        char *name = ww_strf("%s%s", path, suffixes[i]);
        const bool any = lstat(name, &st) == 0;
        if (any && !S_ISREG(st.st_mode))
            status = ww_fail(err, WW_ERR_IO,
                             "'%s' is not a regular file, and a library's journal has that name; move it away", name);
        else if (any && !there)
            status =
                ww_fail(err, WW_ERR_IO, "'%s' is there without its library '%s': restore that, or move the file away",
                        name, ww_path_base(path));
        free(name);
    }
    return status;
}

// Whether the file is there; a FIFO or a device in its place is an error, not a wait, and a link is not followed: what
// it leads to is the library of another folder, or none.
static ww_status look_at_file(const char *path, bool create, bool *writable, ww_error *err)
{
    struct stat st;
    *writable = true;
    const bool there = lstat(path, &st) == 0;
    const int why = there ? 0 : errno;
    const ww_status status = there || create ? look_at_journals(path, there, err) : WW_OK;
    if (status != WW_OK)
        return status;
    if (!there) {
        errno = why;
        if (errno != ENOENT)
            return ww_fail_errno(err, errno, "cannot look at the library '%s'", path);
        return create ? WW_OK
                      : ww_fail(err, WW_ERR_NOT_FOUND,
                                "there is no library '%s'; scan some footage into this folder first", path);
    }
    if (S_ISLNK(st.st_mode))
        return ww_fail(err, WW_ERR_IO,
                       "'%s' is a symbolic link, which is not followed; name the folder it leads to, or move it away",
                       path);
    if (!S_ISREG(st.st_mode))
        return ww_fail(err, WW_ERR_IO, "'%s' is not a regular file; move it away or choose another folder with -o",
                       path);
    char *folder = folder_of(path);
    *writable = access(path, W_OK) == 0 && access(folder, W_OK) == 0;
    free(folder);
    return *writable || !create
               ? WW_OK
               : ww_fail_errno(err, errno,
                               "the library '%s' cannot be written; check the permissions of the file and its folder",
                               path);
}

ww_status ww_store_open(const char *path, bool create, ww_store **store, ww_error *err)
{
    bool writable;
    *store = NULL;
    ww_status status = look_at_file(path, create, &writable, err);
    if (status != WW_OK)
        return status;
    ww_store *s = ww_alloc(sizeof *s);
    s->path = ww_strdup(path);
    status = lock_folder(s, err);
    if (status == WW_OK)
        status = writable ? open_for_writing(s, create, err) : open_for_reading(s, err);
    if (status == WW_OK)
        *store = s;
    else
        ww_store_close(s);
    return status;
}

ww_status ww_store_set_erasing(ww_store *s, bool on, ww_error *err)
{
    return run(s, on ? "PRAGMA secure_delete = ON" : "PRAGMA secure_delete = OFF; PRAGMA wal_checkpoint(TRUNCATE)",
               err);
}

ww_status ww_store_exported_of(const char *path, ww_on_exported *on_row, void *user, ww_error *err)
{
    bool writable;
    int version = 0;
    ww_status status = look_at_file(path, false, &writable, err);
    if (status != WW_OK)
        return status;
    ww_store *s = ww_alloc(sizeof *s);
    s->path = ww_strdup(path);
    s->folder = -1;
    status = open_file(s, SQLITE_OPEN_READONLY, NULL, "immutable=1", err);
    if (status == WW_OK)
        status = identify(s, &version, err);
    if (status == WW_OK)
        status = ww_store_verify_schema(s, version, err);
    if (status == WW_OK && version > 0)
        status = ww_store_exported(s, on_row, user, err);
    ww_store_close(s);
    return status;
}

void ww_store_close(ww_store *s)
{
    if (!s)
        return;
    ww_store_rollback(s);
    for (int i = 0; i < WW_SQL_COUNT; i++)
        sqlite3_finalize(s->kept[i]);
    sqlite3_close(s->db);
    if (s->folder >= 0)
        close(s->folder);
    free(s->path);
    free(s);
}

ww_status ww_store_begin(ww_store *s, ww_error *err)
{
    ww_status status = ww_sql_run(s, WW_SQL_BEGIN, NULL, 0, err);
    s->in_transaction = s->in_transaction || status == WW_OK;
    return status;
}

ww_status ww_store_commit(ww_store *s, ww_error *err)
{
    ww_status status = ww_sql_run(s, WW_SQL_COMMIT, NULL, 0, err);
    if (status == WW_OK)
        s->in_transaction = false;
    else
        ww_store_rollback(s);
    return status;
}

void ww_store_rollback(ww_store *s)
{
    if (s->in_transaction && !sqlite3_get_autocommit(s->db))
        ww_sql_run(s, WW_SQL_ROLLBACK, NULL, 0, NULL);
    s->in_transaction = false;
}

ww_status ww_store_end(ww_store *s, ww_status status, ww_error *err)
{
    if (status == WW_OK)
        return ww_store_commit(s, err);
    ww_store_rollback(s);
    return status;
}
