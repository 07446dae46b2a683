// SPDX-License-Identifier: MIT
// The new library is made in a folder ".whoswho-join" inside `out`, and its file gets its place in the end: whatever
// happens before, `out` holds no library, and the next join begins anew.
#include "join/join.h"
#include "base/clock.h"
#include "base/files.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define WORK_FOLDER ".whoswho-join"

static const char *const store_files[] = {WW_STORE_FILE, WW_STORE_FILE "-wal", WW_STORE_FILE "-shm",
                                          WW_STORE_FILE "-journal"};

typedef struct place { // where the new library goes
    const char *out;
    bool made; // by this call
    bool ours; // nobody else is at work there
    int out_fd, work_fd;
    char *work;
} place;

static void clean(const place *p)
{
    for (size_t i = 0; p->ours && i < sizeof store_files / sizeof *store_files; i++)
        unlinkat(p->work_fd, store_files[i], 0);
}

// What a join that was killed left behind is removed, but not under the hands of one that is at work.
static ww_status clear_work(place *p, ww_error *err)
{
    p->ours = flock(p->work_fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
    clean(p);
    flock(p->work_fd, LOCK_UN); // the store takes it
    return p->ours ? WW_OK
                   : ww_fail(err, WW_ERR_STORE,
                             "another whoswho joins libraries in '%s'; wait until it has finished, or choose another "
                             "folder with -o",
                             p->out);
}

static ww_status open_place(place *p, ww_error *err)
{
    p->made = !ww_path_exists(p->out);
    ww_status status = ww_make_dirs(p->out, err);
    if (status != WW_OK)
        return status;
    p->work = ww_path_join(p->out, WORK_FOLDER);
    p->out_fd = open(p->out, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (p->out_fd < 0)
        return ww_fail_errno(err, errno, "cannot open the folder '%s'", p->out);
    struct stat there;
    if (fstatat(p->out_fd, WW_STORE_FILE, &there, AT_SYMLINK_NOFOLLOW) == 0)
        return ww_fail(
            err, WW_ERR_ARGUMENT,
            "'%s' holds a library already; choose a new folder with -o, and name this one among those to join", p->out);
    if (mkdirat(p->out_fd, WORK_FOLDER, 0777) != 0 && errno != EEXIST)
        return ww_fail_errno(err, errno, "cannot make the folder '%s'", p->work);
    p->work_fd = openat(p->out_fd, WORK_FOLDER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return p->work_fd < 0 ? ww_fail_errno(err, errno, "cannot open the folder '%s'", p->work) : clear_work(p, err);
}

static void close_place(place *p)
{
    if (p->work_fd >= 0) {
        close(p->work_fd);
        unlinkat(p->out_fd, WORK_FOLDER, AT_REMOVEDIR);
    }
    if (p->out_fd >= 0)
        close(p->out_fd);
    if (p->made)
        rmdir(p->out); // if nothing came of it
    free(p->work);
}

// The file is on the disk before it gets its name; a file that came there meanwhile stays.
static ww_status put_in_place(const place *p, ww_error *err)
{
    int fd = openat(p->work_fd, WW_STORE_FILE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || fsync(fd) != 0) {
        ww_status status = ww_fail_errno(err, errno, "cannot write the library in '%s'", p->work);
        if (fd >= 0)
            close(fd);
        return status;
    }
    close(fd);
    struct stat there;
    if (fstatat(p->work_fd, store_files[1], &there, AT_SYMLINK_NOFOLLOW) == 0)
        return ww_fail(err, WW_ERR_IO, "the library in '%s' has changes that are not merged; join again", p->work);
    if (fstatat(p->out_fd, WW_STORE_FILE, &there, AT_SYMLINK_NOFOLLOW) == 0)
        return ww_fail(err, WW_ERR_ARGUMENT, "another library came into '%s' meanwhile", p->out);
    if (renameat(p->work_fd, WW_STORE_FILE, p->out_fd, WW_STORE_FILE) != 0)
        return ww_fail_errno(err, errno, "cannot put the library into '%s'", p->out);
    fsync(p->out_fd);
    return WW_OK;
}

// --- the libraries ---------------------------------------------------------------------------------------------------

// A folder that is named twice is one library.
static ww_status list_libraries(ww_join *j, const char *const *dirs, size_t count, ww_error *err)
{
    struct stat *met = ww_try_array(count, sizeof *met);
    j->library = ww_try_array(count, sizeof *j->library);
    ww_status status = met && j->library ? WW_OK : ww_fail_memory(err, "the list of libraries");
    for (size_t i = 0; i < count && status == WW_OK; i++) {
        bool again = false;
        if (stat(dirs[i], &met[j->count]) != 0) {
            status = ww_fail_errno(err, errno, "cannot look at the folder '%s'", dirs[i]);
            break;
        }
        for (size_t k = 0; k < j->count; k++)
            again = again || (met[k].st_dev == met[j->count].st_dev && met[k].st_ino == met[j->count].st_ino);
        if (!again)
            j->library[j->count++].dir = ww_strdup(dirs[i]);
    }
    j->opened = j->count;
    free(met);
    return status;
}

static void join_free(ww_join *j)
{
    for (size_t i = 0; i < j->count; i++) {
        free(j->library[i].dir);
        free(j->library[i].held);
        ww_vector_free(&j->library[i].shards);
        ww_vector_free(&j->library[i].seq);
        ww_journal_free(&j->library[i].journal);
    }
    for (size_t i = 0; i < j->source.count; i++) {
        free(j->source.item[i].path);
        free(j->source.item[i].file);
    }
    for (size_t i = 0; i < sizeof j->meta / sizeof *j->meta; i++)
        free(j->meta[i]);
    ww_vector_free(&j->source);
    ww_vector_free(&j->group);
    ww_vector_free(&j->origin);
    free(j->order);
    free(j->library);
    free(j->scan_key);
    free(j->key_of);
}

static ww_status join_all(ww_join *j, ww_error *err)
{
    static ww_status (*const step[])(ww_join * join, ww_error * err) = {ww_join_survey,   ww_join_put_in_order,
                                                                        ww_join_footage,  ww_join_judge_alone,
                                                                        ww_join_journals, ww_join_tell_contradictions};
    ww_status status = WW_OK;
    for (size_t i = 0; i < sizeof step / sizeof *step && status == WW_OK; i++)
        status = step[i](j, err);
    return status;
}

ww_status ww_join_libraries(const char *const *dirs, size_t count, const char *out, const ww_callbacks *callbacks,
                            ww_join_result *result, ww_error *err)
{
    const double begun_s = ww_seconds();
    ww_join j = {.out = out, .result = *result};
    place p = {.out = out, .out_fd = -1, .work_fd = -1};
    ww_status status = count ? WW_OK : ww_fail(err, WW_ERR_ARGUMENT, "no libraries to join were named");
    if (status == WW_OK)
        status = list_libraries(&j, dirs, count, err);
    if (status == WW_OK)
        status = open_place(&p, err);
    if (status == WW_OK)
        status = ww_library_acquire(p.work, WW_LIBRARY_CREATE, callbacks, &j.target, err);
    if (status == WW_OK) {
        j.log = &j.target->log;
        status = join_all(&j, err);
    }
    ww_join_shut(&j);
    ww_library_release(j.target);
    if (status == WW_OK)
        status = put_in_place(&p, err);
    clean(&p);
    close_place(&p);
    j.result.libraries = (int64_t)j.count;
    j.result.wall_s = ww_seconds() - begun_s;
    *result = j.result;
    join_free(&j);
    return status;
}
