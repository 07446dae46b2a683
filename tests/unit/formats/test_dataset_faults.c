// SPDX-License-Identifier: MIT
// An export that is stopped anywhere is completed by the next one, whatever happened to the people in between: the tree
// is then the one that a first export would have made, with nothing forgotten in it.
#include "dataset_fixture.h"
#include "formats/check.h"

#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

typedef struct stopper {
    int64_t at;
    bool kill;
} stopper;

static int stop_at(void *user, int64_t done, int64_t total)
{
    const stopper *stop = user;
    if (done != stop->at)
        return 0;
    if (stop->kill)
        kill(getpid(), SIGKILL);
    return 1;
}

static void in_killed_child(int64_t at)
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        ww_store *s = fixture_open();
        ww_folders_counts counts;
        stopper stop = {at, true};
        ww_folders_write(s, &(ww_folders_options){fixture_dir, stop_at, &stop}, &counts, NULL);
        _exit(0);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    CHECK(WIFSIGNALED(status));
}

// With the library of `shift` people exported before (or nothing, at -1): kill an export of people 1 at file `at`, go
// on with people 2.
static void kill_and_go_on(int before, int64_t at, const char *expected)
{
    fixture_begin();
    ww_store *s = fixture_library();
    if (before >= 0) {
        fixture_people(s, before);
        fixture_export(s, fixture_dir);
    }
    fixture_people(s, 1);
    ww_store_close(s);
    in_killed_child(at);
    s = fixture_open();
    fixture_people(s, 2);
    fixture_export(s, fixture_dir);
    char *tree = fixture_tree(fixture_dir, false);
    CHECK_STR(tree, expected);
    free(tree);
    ww_store_close(s);
    fixture_end();
}

static char *expected_tree(void)
{
    fixture_begin();
    ww_store *s = fixture_library();
    fixture_people(s, 2);
    char *tree = fixture_fresh_tree(s);
    fixture_end();
    return tree;
}

#define FILES (2 * FIXTURE_FACES + 2 * FIXTURE_FRAMES + 3 + 3)

TEST(a_kill_at_any_file_is_made_good_by_the_next_export)
{
    char *expected = expected_tree();
    for (int64_t at = 1; at <= FILES; at += 3) {
        kill_and_go_on(-1, at, expected);
        kill_and_go_on(0, at, expected);
    }
    free(expected);
}

TEST(a_kill_at_any_moment_is_made_good_by_the_next_export)
{
    char *expected = expected_tree();
    fixture_begin();
    ww_store *s = fixture_library();
    for (int i = 0; i < 40; i++) { // one library all along: what one kill leaves, the next has to bear
        fixture_people(s, i % 2);
        ww_store_close(s);
        fflush(stdout);
        pid_t pid = fork();
        if (pid == 0) {
            ww_folders_counts counts;
            ww_folders_write(fixture_open(), &(ww_folders_options){fixture_dir, NULL, NULL}, &counts, NULL);
            _exit(0);
        }
        nanosleep(&(struct timespec){.tv_nsec = i * 500000L}, NULL);
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        s = fixture_open();
    }
    fixture_people(s, 2);
    fixture_export(s, fixture_dir);
    char *tree = fixture_tree(fixture_dir, false);
    CHECK_STR(tree, expected);
    free(tree);
    free(expected);
    ww_store_close(s);
    fixture_end();
}

TEST(a_half_written_file_is_cleared_away)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = fixture_library();
    fixture_export(s, fixture_dir);
    fixture_write("Face_0/.whoswho-0123456789abcdef.tmp", "half of a file");
    // as a killed export leaves it
    CHECK_OK(ww_store_set_meta(s, "export.temporary", ".whoswho-0123456789abcdef.tmp", &err));
    CHECK_OK(ww_store_set_name(s, 0, "Ada", &err)); // nothing more is written to Face_0
    fixture_export(s, fixture_dir);
    CHECK(fixture_exists("Ada") && !fixture_exists("Face_0"));
    ww_store_close(s);
    fixture_end();
}

TEST(a_caller_can_stop_and_go_on)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = fixture_library();
    ww_folders_counts counts;
    stopper stop = {10, false};
    CHECK_EQ(ww_folders_write(s, &(ww_folders_options){fixture_dir, stop_at, &stop}, &counts, &err), WW_ERR_CANCELLED);
    CHECK(counts.files_written >= 10 && counts.files_written < FILES);
    fixture_export(s, fixture_dir);
    fixture_check_as_fresh(s, fixture_dir);
    fixture_end();
}

typedef struct question {
    int64_t asked, no_at;
} question;

static int answer(void *user, int64_t done, int64_t total)
{
    question *q = user;
    (void)done;
    (void)total;
    return ++q->asked == q->no_at;
}

// Also while faces.csv and the page are made, which are long in a large library. One no is enough.
TEST(a_stop_is_heard_whenever_it_is_asked_for)
{
    ww_error err = {0};
    ww_folders_counts counts;
    question all = {.no_at = -1};
    for (int64_t at = 0; at <= all.asked; at += 1 + at / 20) {
        fixture_begin();
        ww_store *s = fixture_library();
        question q = {.no_at = at};
        const ww_status status = ww_folders_write(s, &(ww_folders_options){fixture_dir, answer, &q}, &counts, &err);
        CHECK_EQ(status, at == 0 ? WW_OK : WW_ERR_CANCELLED);
        if (at == 0) {
            all = q;
            const int people = 3, sources = 3, photos = 1;
            CHECK(q.asked > FILES + people + sources + photos); // once for each file, and for each part of the page
            ww_store_close(s);
        } else {
            CHECK(!fixture_exists("index.html") || at == all.asked);
            fixture_export(s, fixture_dir);
            fixture_check_as_fresh(s, fixture_dir);
        }
        fixture_end();
    }
}

typedef struct totals {
    int64_t last, total;
    bool steady;
} totals;

static int watch(void *user, int64_t done, int64_t total)
{
    totals *t = user;
    t->steady = t->steady && (done == t->last || done == t->last + 1) && (t->total == 0 || t->total == total);
    t->last = done;
    t->total = total;
    return 0;
}

TEST(progress_counts_every_file_once)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = fixture_library();
    ww_folders_counts counts;
    for (int i = 0; i < 2; i++) { // writing, and keeping
        totals t = {.steady = true};
        CHECK_OK(ww_folders_write(s, &(ww_folders_options){fixture_dir, watch, &t}, &counts, &err));
        CHECK(t.steady);
        CHECK_EQ(t.last, FILES);
        CHECK_EQ(t.total, FILES);
    }
    ww_store_close(s);
    fixture_end();
}

// The kernel refuses to let files grow beyond 1000 bytes: pictures are larger, labels smaller.
static int export_without_room(void)
{
    ww_error err = {0};
    ww_folders_counts counts;
    ww_store *s = fixture_open();
    signal(SIGXFSZ, SIG_IGN);
    char elsewhere[512];
    snprintf(elsewhere, sizeof elsewhere, "%s", fixture_path("out"));
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){1000, 1000});
    ww_status status = ww_folders_write(s, &(ww_folders_options){.dir = elsewhere}, &counts, &err);
    return status == WW_ERR_IO && strstr(err.message, fixture_dir) ? 0 : 1;
}

TEST(no_room_is_an_error_that_leaves_no_half_files)
{
    fixture_begin();
    ww_store *s = fixture_library();
    ww_store_close(s);
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0)
        _exit(export_without_room());
    int status = 0;
    waitpid(pid, &status, 0);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    s = fixture_open();
    fixture_export(s, fixture_path("out"));
    fixture_check_as_fresh(s, fixture_path("out"));
    fixture_end();
}

TEST(a_file_in_place_of_a_folder_is_named)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = fixture_library();
    ww_folders_counts counts;
    fixture_write("Montage", "a file of this name");
    CHECK_EQ(ww_folders_write(s, &(ww_folders_options){.dir = fixture_dir}, &counts, &err), WW_ERR_IO);
    CHECK(strstr(err.message, "Montage"));
    fixture_check_text("Montage", "a file of this name");
    CHECK_EQ(unlink(fixture_path("Montage")), 0);
    // the others were written before
    CHECK_EQ(counts.files_written + fixture_export(s, fixture_dir).files_written, FILES);
    ww_store_close(s);
    fixture_end();
}

// Room for the file and for a part of its boxes.
static int check_with_little_memory(void)
{
    enum { ROOM_BYTES = 48 << 20 };
    ww_error err = {0};
    ww_dataset_check_result result = WW_DATASET_CHECK_RESULT_INIT;
    unsigned long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    const int got = f ? fscanf(f, "%lu", &pages) : 0;
    if (f)
        fclose(f);
    const rlim_t limit = pages * (rlim_t)sysconf(_SC_PAGESIZE) + ROOM_BYTES;
    if (got != 1 || setrlimit(RLIMIT_AS, &(struct rlimit){limit, limit}) != 0)
        return 2;
    return ww_check_dataset(fixture_path("yolo"), NULL, NULL, NULL, &result, &err) == WW_ERR_MEMORY ? 0 : 1;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1 // and address space not our own
#elif defined(__has_feature)
#define SANITIZED (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#else
#define SANITIZED 0
#endif

TEST(a_label_of_many_boxes_is_no_reason_to_abort)
{
    if (SANITIZED)
        return;
    enum { LINES = 1300000 }; // just below the size of a label that is read
    ww_buffer label = {0};
    fixture_begin();
    for (int i = 0; i < LINES; i++)
        ww_buffer_text(&label, "0 .5 .5 1 1\n");
    CHECK_EQ(mkdir(fixture_path("yolo"), 0777) + mkdir(fixture_path("yolo/images"), 0777)
                 + mkdir(fixture_path("yolo/labels"), 0777) + mkdir(fixture_path("yolo/images/train"), 0777),
             0);
    CHECK_EQ(mkdir(fixture_path("yolo/labels/train"), 0777), 0);
    fixture_write("yolo/data.yaml", "nc: 1\n");
    fixture_write("yolo/images/train/a.jpg", "no picture");
    fixture_write("yolo/labels/train/a.txt", label.data);
    ww_buffer_free(&label);
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0)
        _exit(check_with_little_memory());
    int status = 0;
    waitpid(pid, &status, 0);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    fixture_end();
}

int main(void)
{
    RUN(a_kill_at_any_file_is_made_good_by_the_next_export);
    RUN(a_kill_at_any_moment_is_made_good_by_the_next_export);
    RUN(a_half_written_file_is_cleared_away);
    RUN(a_caller_can_stop_and_go_on);
    RUN(a_stop_is_heard_whenever_it_is_asked_for);
    RUN(progress_counts_every_file_once);
    RUN(no_room_is_an_error_that_leaves_no_half_files);
    RUN(a_file_in_place_of_a_folder_is_named);
    RUN(a_label_of_many_boxes_is_no_reason_to_abort);
    return FINISH();
}
