// SPDX-License-Identifier: MIT
// In the manner of SQLite's own tests: the Nth operation on the disk fails, for every N; the process dies at any point;
// the disk is full. Whatever happens, what was committed is there afterwards, whole, and what was not is not.
#include "store_fixture.h"

#include <errno.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>

// --- a VFS that fails on demand: the default one with some of its methods replaced
static struct {
    long countdown; // the operation that fails, from 1; 0: none
    bool lasting;   // and all that follow
    int code;       // what the failing one returns
    bool fired;
} fault;
typedef struct methods { // SQLite has a table of methods a kind of file (with locks, without); each gets a faulty twin
    sqlite3_io_methods faulty; // first, so that a file's table is found from its methods
    const sqlite3_io_methods *real;
} methods;
static methods twins[4];
static sqlite3_vfs *real_vfs, faulty_vfs;
static bool faults_kill;

static const sqlite3_io_methods *real_of(sqlite3_file *f) { return ((const methods *)(const void *)f->pMethods)->real; }

static bool fails_now(void)
{
    if (fault.fired)
        return fault.lasting;
    if (fault.countdown > 0 && --fault.countdown == 0)
        fault.fired = true;
    return fault.fired;
}

static int faulty_write(sqlite3_file *f, const void *data, int bytes, sqlite3_int64 at)
{
    if (!fails_now())
        return real_of(f)->xWrite(f, data, bytes, at);
    if (faults_kill) {
        real_of(f)->xWrite(f, data, bytes / 2, at); // torn
        kill(getpid(), SIGKILL);
    }
    return fault.code;
}

static int faulty_sync(sqlite3_file *f, int flags) { return fails_now() ? fault.code : real_of(f)->xSync(f, flags); }

static int faulty_truncate(sqlite3_file *f, sqlite3_int64 bytes)
{
    return fails_now() ? fault.code : real_of(f)->xTruncate(f, bytes);
}

static int faulty_shm_map(sqlite3_file *f, int region, int bytes, int extend, void volatile **at)
{
    return extend && fails_now() ? fault.code : real_of(f)->xShmMap(f, region, bytes, extend, at);
}

static int faulty_open(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *f, int flags, int *out_flags)
{
    int rc = real_vfs->xOpen(real_vfs, name, f, flags, out_flags);
    if (rc != SQLITE_OK || !f->pMethods)
        return rc;
    methods *twin = twins;
    while (twin->real && twin->real != f->pMethods)
        twin++;
    twin->real = f->pMethods;
    twin->faulty = *f->pMethods;
    twin->faulty.xWrite = faulty_write;
    twin->faulty.xSync = faulty_sync;
    twin->faulty.xTruncate = faulty_truncate;
    twin->faulty.xShmMap = faulty_shm_map;
    f->pMethods = &twin->faulty;
    return rc;
}

static void install_faulty_vfs(void)
{
    real_vfs = sqlite3_vfs_find(NULL);
    faulty_vfs = *real_vfs;
    faulty_vfs.zName = "faulty";
    faulty_vfs.xOpen = faulty_open;
    sqlite3_vfs_register(&faulty_vfs, 1);
}

static void arm(long countdown, bool lasting, int code)
{
    fault.countdown = countdown;
    fault.lasting = lasting;
    fault.code = code;
    fault.fired = false;
}

static void disarm(void) { arm(0, false, 0); }

// --- done while operations fail: three transactions, each a source with two faces and pictures on several pages
#define ROUNDS 3
#define FACES_A_ROUND 2

static ww_status one_round(ww_store *s, int round, ww_error *err)
{
    int64_t source = 0, frame = 0, face = 0;
    ww_source_row row = fixture_source("clip", 100 + (uint64_t)round);
    ww_status status = ww_store_begin(s, err);
    if (status == WW_OK)
        status = ww_store_add_source(s, &row, &source, err);
    ww_frame_row frame_row = fixture_frame(source, round);
    static const char jpeg[20000] = "jpeg";
    if (status == WW_OK)
        status = ww_store_add_frame(s, &frame_row, jpeg, sizeof jpeg, &frame, err);
    for (int i = 0; status == WW_OK && i < FACES_A_ROUND; i++)
        status = fixture_add_face(s, frame, i, i, 9000, &face, err);
    if (status == WW_OK)
        status = ww_store_set_people(s, &face, (int32_t[]){round}, 1, err);
    if (status == WW_OK)
        status = ww_store_commit(s, err);
    else
        ww_store_rollback(s);
    return status;
}

static void check_integrity(int faces)
{
    ww_store *s = fixture_open();
    CHECK_EQ(fixture_faces(s), faces);
    ww_store_close(s);
    sqlite3 *db = NULL;
    sqlite3_stmt *check = NULL;
    CHECK_EQ(sqlite3_open(fixture_path, &db), SQLITE_OK);
    CHECK_EQ(sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &check, NULL), SQLITE_OK);
    CHECK_EQ(sqlite3_step(check), SQLITE_ROW);
    CHECK_STR((const char *)sqlite3_column_text(check, 0), "ok");
    sqlite3_finalize(check);
    CHECK_EQ(sqlite3_prepare_v2(db, "PRAGMA foreign_key_check", -1, &check, NULL), SQLITE_OK);
    CHECK_EQ(sqlite3_step(check), SQLITE_DONE);
    sqlite3_finalize(check);
    sqlite3_close(db);
}

static void check_status(ww_status status, int code)
{
    CHECK(status == (code == SQLITE_FULL ? WW_ERR_NO_SPACE : WW_ERR_IO));
}

// Everything from opening a new library to closing it, with the Nth operation failing. Returns false when N is beyond
// the last operation.
static bool survive(long n, bool lasting, int code)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = NULL;
    arm(n, lasting, code);
    int committed = 0;
    ww_status status = ww_store_open(fixture_path, true, &s, &err);
    if (status != WW_OK)
        check_status(status, code);
    for (int round = 0; s && round < ROUNDS; round++) {
        status = one_round(s, round, &err);
        committed += status == WW_OK;
        if (status != WW_OK)
            check_status(status, code);
    }
    ww_store_close(s);
    bool fired = fault.fired;
    disarm();
    check_integrity(committed * FACES_A_ROUND);
    fixture_end();
    return fired;
}

static void survive_all(bool lasting, int code)
{
    long n = 1;
    while (survive(n, lasting, code) && n < 1000)
        n++;
    printf("# %ld operations failed in turn\n", n - 1);
    CHECK(n > 50 && n < 1000);
}

TEST(one_failing_write_loses_nothing_committed) { survive_all(false, SQLITE_IOERR_WRITE); }
TEST(a_disk_that_stops_working_loses_nothing_committed) { survive_all(true, SQLITE_IOERR_WRITE); }
TEST(a_disk_that_is_full_for_a_moment_loses_nothing_committed) { survive_all(false, SQLITE_FULL); }
TEST(a_disk_that_is_full_loses_nothing_committed) { survive_all(true, SQLITE_FULL); }

// --- a process that dies
// The child says through a pipe how many rounds it committed and is killed by its own hand in the middle of a write.
static void die_at(long n, int report)
{
    ww_error err = {0};
    ww_store *s = NULL;
    if (ww_store_open(fixture_path, true, &s, &err) != WW_OK)
        _exit(1);
    arm(n, true, SQLITE_IOERR_WRITE);
    for (int round = 0; round < ROUNDS; round++)
        if (one_round(s, round, &err) == WW_OK && write(report, "c", 1) != 1)
            _exit(1);
    _exit(0); // without closing
}

TEST(a_kill_at_any_write_leaves_the_last_commit)
{
    bool killed = true;
    long n = 1;
    for (; killed && n < 1000; n++) {
        fixture_begin();
        int ends[2];
        CHECK_EQ(pipe(ends), 0);
        fflush(stdout);
        pid_t pid = fork();
        if (pid == 0) {
            faults_kill = true;
            die_at(n, ends[1]);
        }
        close(ends[1]);
        int status = 0, committed = 0;
        for (char c; read(ends[0], &c, 1) == 1;)
            committed++;
        close(ends[0]);
        waitpid(pid, &status, 0);
        killed = WIFSIGNALED(status);
        CHECK(killed || WEXITSTATUS(status) == 0);
        CHECK(committed == ROUNDS || killed);
        check_integrity(committed * FACES_A_ROUND);
        fixture_end();
    }
    CHECK(n > 40 && n < 1000);
}

// --- a real full disk: the kernel refuses to let files grow
static int grow_until_refused(void)
{
    ww_error err = {0};
    ww_store *s = NULL;
    signal(SIGXFSZ, SIG_IGN);
    ww_status status = ww_store_open(fixture_path, true, &s, &err);
    if (status != WW_OK || one_round(s, 0, &err) != WW_OK)
        return 90;
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){400 << 10, 400 << 10});
    int committed = 1;
    while (committed < 50 && (status = one_round(s, committed, &err)) == WW_OK)
        committed++;
    bool named = strstr(err.message, fixture_path) != NULL;
    bool again = one_round(s, 60, &err) != WW_OK; // a second try fails as cleanly
    ww_store_close(s);
    return status == WW_ERR_IO && named && again ? committed : 91; // EFBIG is not ENOSPC
}

TEST(files_that_may_not_grow_leave_the_last_commit)
{
    fixture_begin();
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0)
        _exit(grow_until_refused());
    int status = 0;
    waitpid(pid, &status, 0);
    CHECK(WIFEXITED(status));
    int committed = WEXITSTATUS(status);
    CHECK(committed >= 2 && committed < 50);
    check_integrity(committed * FACES_A_ROUND);
    fixture_end();
}

// What is written after SQLite has undone a transaction must not slip in as commits of its own.
TEST(an_undone_transaction_takes_no_more_writes)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = fixture_open();
    fixture_fill(s, 1, 1);
    int64_t id = 0;
    ww_status status = WW_OK;
    CHECK_OK(ww_store_begin(s, &err));
    arm(1, true, SQLITE_FULL);
    static char big[40 << 20]; // more than the cache holds, so that it is written before the commit
    ww_frame_row frame = fixture_frame(1, 500);
    status = ww_store_add_frame(s, &frame, big, sizeof big, &id, &err);
    CHECK_EQ(status, WW_ERR_NO_SPACE);
    disarm();
    status = fixture_add_face(s, 1, 7, 1, 10, &id, &err);
    CHECK(status == WW_ERR_STORE || status == WW_OK);
    if (status == WW_OK) // the transaction still stands, and with it the order to commit or not
        ww_store_rollback(s);
    CHECK_EQ(fixture_faces(s), 2);
    ww_store_rollback(s);
    CHECK_OK(ww_store_begin(s, &err));
    CHECK_OK(fixture_add_face(s, 1, 7, 1, 10, &id, &err));
    CHECK_OK(ww_store_commit(s, &err));
    ww_store_close(s);
    check_integrity(3);
    fixture_end();
}

int main(void)
{
    install_faulty_vfs();
    RUN(one_failing_write_loses_nothing_committed);
    RUN(a_disk_that_stops_working_loses_nothing_committed);
    RUN(a_disk_that_is_full_for_a_moment_loses_nothing_committed);
    RUN(a_disk_that_is_full_loses_nothing_committed);
    RUN(a_kill_at_any_write_leaves_the_last_commit);
    RUN(files_that_may_not_grow_leave_the_last_commit);
    RUN(an_undone_transaction_takes_no_more_writes);
    return FINISH();
}
