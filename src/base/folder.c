// SPDX-License-Identifier: MIT
#include "base/folder.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES_MAX 4096
#define NAMES_MAX ((size_t)50000000)
#define SECTOR_BYTES 512 // a disk writes no less
#define TEMPORARY_PREFIX ".whoswho-"
#define TEMPORARY_SUFFIX ".tmp"

struct ww_folder {
    char *dir;
    int fd;
    dev_t device;
};

bool ww_path_is_inside(const char *path)
{
    if (!*path || *path == '/' || strlen(path) >= PATH_BYTES_MAX)
        return false;
    for (const char *part = path;;) {
        size_t length = strcspn(part, "/");
        if (length == 0 || (length == 1 && part[0] == '.') || (length == 2 && part[0] == '.' && part[1] == '.'))
            return false;
        if (!part[length])
            return true;
        part += length + 1;
    }
}

ww_status ww_folder_open(const char *dir, bool create, ww_folder **folder, ww_error *err)
{
    *folder = NULL;
    const char *path = *dir ? dir : ".";
    ww_status status = create ? ww_make_dirs(path, err) : WW_OK;
    if (status != WW_OK)
        return status;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return ww_fail_errno(err, errno, "cannot open the folder '%s'", path);
    struct stat s;
    if (fstat(fd, &s) != 0) {
        status = ww_fail_errno(err, errno, "cannot look at the folder '%s'", path);
        close(fd);
        return status;
    }
    ww_folder *f = ww_alloc(sizeof *f);
    *f = (ww_folder){.dir = ww_strdup(path), .fd = fd, .device = s.st_dev};
    *folder = f;
    return WW_OK;
}

void ww_folder_close(ww_folder *f)
{
    if (!f)
        return;
    close(f->fd);
    free(f->dir);
    free(f);
}

const char *ww_folder_path(const ww_folder *folder) { return folder->dir; }

static ww_status fail(const ww_folder *f, int errnum, const char *what, const char *path, ww_error *err)
{
    if (errnum == ELOOP)
        return ww_fail(err, WW_ERR_IO, "cannot %s '%s/%s': a symbolic link stands in its way; links are not followed",
                       what, f->dir, path);
    if (errnum == ENOTDIR)
        return ww_fail(err, WW_ERR_IO, "cannot %s '%s/%s': what should be a folder on the way there is none", what,
                       f->dir, path);
    return ww_fail_errno(err, errnum, "cannot %s '%s/%s'", what, f->dir, path);
}

static ww_status check_inside(const ww_folder *f, const char *path, ww_error *err)
{
    if (ww_path_is_inside(path))
        return WW_OK;
    return ww_fail(err, WW_ERR_STORE, "'%s' is no path inside the folder '%s'", path, f->dir);
}

// One step down; errno says why not. A component that is a link gives ELOOP (Linux: ENOTDIR with O_DIRECTORY, told
// apart here).
static int step_down(int at, const char *name, bool create)
{
    int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT && create && (mkdirat(at, name, 0777) == 0 || errno == EEXIST))
        fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == ENOTDIR) {
        struct stat s;
        errno = fstatat(at, name, &s, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(s.st_mode) ? ELOOP : ENOTDIR;
    }
    return fd;
}

// Opens the folder made of the first `length` bytes of `path`, step by step; -1 with errno. The caller closes it.
static int open_folder(const ww_folder *f, const char *path, size_t length, bool create)
{
    int at = openat(f->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    char *parts = ww_strndup(path, length);
    for (char *part = parts, *next; at >= 0 && part && *part; part = next) {
        char *slash = strchr(part, '/');
        next = slash ? slash + 1 : NULL;
        if (slash)
            *slash = 0;
        int below = step_down(at, part, create), errnum = errno;
        close(at);
        at = below;
        errno = errnum;
    }
    int errnum = errno;
    free(parts);
    errno = errnum;
    return at;
}

// The folder of the file `path`, which the caller closes, and the file's name in it.
static int open_parent(const ww_folder *f, const char *path, bool create, const char **name)
{
    *name = ww_path_base(path);
    size_t length = (size_t)(*name - path);
    return open_folder(f, path, length ? length - 1 : 0, create);
}

static void close_keeping_errno(int fd)
{
    int errnum = errno;
    if (fd >= 0)
        close(fd);
    errno = errnum;
}

static ww_status look_in(ww_folder *f, int at, const char *name, const char *path, ww_entry_info *info, ww_error *err)
{
    struct stat s;
    if (at < 0 || fstatat(at, name, &s, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? WW_OK : fail(f, errno, "look at", path, err);
    info->kind = S_ISREG(s.st_mode) ? WW_ENTRY_FILE : S_ISDIR(s.st_mode) ? WW_ENTRY_FOLDER : WW_ENTRY_OTHER;
    info->bytes = (uint64_t)s.st_size;
    info->changed = s.st_ctim;
    info->mounted = s.st_dev != f->device;
    return WW_OK;
}

ww_status ww_folder_look(ww_folder *f, const char *path, ww_entry_info *info, ww_error *err)
{
    *info = (ww_entry_info){.kind = WW_ENTRY_ABSENT};
    const char *name;
    ww_status status = check_inside(f, path, err);
    if (status != WW_OK)
        return status;
    int at = open_parent(f, path, false, &name);
    status = look_in(f, at, name, path, info, err);
    close_keeping_errno(at);
    return status;
}

void ww_folder_place_close(ww_folder_place *place)
{
    if (place->parent)
        close(place->fd);
    free(place->parent);
    *place = (ww_folder_place){0};
}

// Makes the folder that holds `path` the one in *place; *name is the path's last component. False: it cannot be opened,
// see errno.
static bool go_to_parent(const ww_folder *f, ww_folder_place *place, const char *path, bool create, const char **name)
{
    *name = ww_path_base(path);
    const size_t length = (size_t)(*name - path);
    if (place->parent && strncmp(place->parent, path, length) == 0 && !place->parent[length])
        return true;
    ww_folder_place_close(place);
    const int at = open_parent(f, path, create, name);
    if (at >= 0)
        *place = (ww_folder_place){ww_strndup(path, length), at};
    return at >= 0;
}

ww_status ww_folder_look_from(ww_folder *f, ww_folder_place *place, const char *path, ww_entry_info *info,
                              ww_error *err)
{
    const char *name;
    *info = (ww_entry_info){.kind = WW_ENTRY_ABSENT};
    ww_status status = check_inside(f, path, err);
    if (status != WW_OK)
        return status;
    const bool there = go_to_parent(f, place, path, false, &name);
    return look_in(f, there ? place->fd : -1, name, path, info, err);
}

static ww_status open_file_from(ww_folder *f, ww_folder_place *place, const char *path, int *fd, uint64_t *bytes,
                                ww_error *err)
{
    const char *name;
    struct stat s;
    *fd = -1;
    ww_status status = check_inside(f, path, err);
    if (status != WW_OK)
        return status;
    const bool there = go_to_parent(f, place, path, false, &name);
    int file = there ? openat(place->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) : -1;
    if (file < 0)
        return fail(f, errno, "open", path, err);
    if (fstat(file, &s) != 0)
        status = fail(f, errno, "look at", path, err);
    else if (!S_ISREG(s.st_mode))
        status = ww_fail(err, WW_ERR_IO, "'%s/%s' is not a regular file", f->dir, path);
    if (status != WW_OK) {
        close(file);
        return status;
    }
    *fd = file;
    *bytes = (uint64_t)s.st_size;
    return WW_OK;
}

ww_status ww_folder_open_file(ww_folder *f, const char *path, int *fd, uint64_t *bytes, ww_error *err)
{
    ww_folder_place place = {0};
    ww_status status = open_file_from(f, &place, path, fd, bytes, err);
    ww_folder_place_close(&place);
    return status;
}

ww_status ww_folder_read(ww_folder *f, const char *path, size_t max_bytes, uint8_t **data, size_t *bytes, ww_error *err)
{
    int fd;
    uint64_t size;
    ww_status status = ww_folder_open_file(f, path, &fd, &size, err);
    if (status != WW_OK)
        return status;
    char *full = ww_path_join(f->dir, path);
    status = ww_read_open_file(fd, full, max_bytes, data, bytes, err);
    close(fd);
    free(full);
    return status;
}

ww_status ww_folder_hash(ww_folder *f, const char *path, uint64_t *digest, ww_error *err)
{
    ww_folder_place place = {0};
    ww_status status = ww_folder_hash_from(f, &place, path, digest, err);
    ww_folder_place_close(&place);
    return status;
}

ww_status ww_folder_hash_from(ww_folder *f, ww_folder_place *place, const char *path, uint64_t *digest, ww_error *err)
{
    int fd;
    uint64_t size;
    ww_status status = open_file_from(f, place, path, &fd, &size, err);
    if (status != WW_OK)
        return status;
    char *full = ww_path_join(f->dir, path);
    status = ww_hash_open_file(fd, full, digest, NULL, err);
    close(fd);
    free(full);
    return status;
}

// --- writing

ww_status ww_folder_temporary_name(char name[WW_FOLDER_TEMPORARY_BYTES], ww_error *err)
{
    uint64_t token;
    if (getrandom(&token, sizeof token, 0) != sizeof token)
        return ww_fail_errno(err, errno, "the system gives no random numbers");
    snprintf(name, WW_FOLDER_TEMPORARY_BYTES, TEMPORARY_PREFIX "%016" PRIx64 TEMPORARY_SUFFIX, token);
    return WW_OK;
}

bool ww_folder_is_temporary_name(const char *name)
{
    size_t prefix = strlen(TEMPORARY_PREFIX);
    return strncmp(name, TEMPORARY_PREFIX, prefix) == 0 && strspn(name + prefix, "0123456789abcdef") == 16
           && strcmp(name + prefix + 16, TEMPORARY_SUFFIX) == 0;
}

static int write_all(int fd, const uint8_t *data, size_t bytes)
{
    while (bytes > 0) {
        ssize_t n = write(fd, data, bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        data += n;
        bytes -= (size_t)n;
    }
    return 0;
}

// Gives the temporary file its name. A file system without renameat2's flags has link() for the same.
static int put_in_place(int at, const char *temporary, const char *name, ww_folder_write_mode mode)
{
    if (mode == WW_FOLDER_REPLACE)
        return renameat(at, temporary, at, name);
    if (renameat2(at, temporary, at, name, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    struct stat s;
    if (fstatat(at, name, &s, AT_SYMLINK_NOFOLLOW) == 0)
        return errno = EEXIST, -1;
    return renameat(at, temporary, at, name);
}

// Only a regular file, or nothing, may be where a file is to be.
static ww_status check_target(ww_folder *f, int at, const char *name, const char *path, ww_error *err)
{
    struct stat s;
    if (fstatat(at, name, &s, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? WW_OK : fail(f, errno, "write", path, err);
    if (S_ISREG(s.st_mode))
        return WW_OK;
    const char *what = S_ISDIR(s.st_mode)   ? "a folder"
                       : S_ISLNK(s.st_mode) ? "a symbolic link"
                                            : "something that is no regular file";
    return ww_fail(err, WW_ERR_IO, "cannot write '%s/%s': %s stands in its place; move it away", f->dir, path, what);
}

// A small file is overwritten where it lies, by one write within one sector, which is whole or not at all like a rename
// and takes a tenth of its time. Not one that has other names too: what is written there would appear under those.
// False: it is written in the other way.
static bool overwrite(int at, const char *name, const ww_folder_content *content)
{
    struct stat s;
    const size_t bytes = content->bytes;
    if (content->mode != WW_FOLDER_REPLACE || bytes == 0 || bytes > SECTOR_BYTES)
        return false;
    int fd = openat(at, name, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool fits = fstat(fd, &s) == 0 && S_ISREG(s.st_mode) && s.st_nlink == 1 && s.st_size == (off_t)bytes;
    bool written = fits && pwrite(fd, content->data, bytes, 0) == (ssize_t)bytes;
    return close(fd) == 0 && written;
}

static ww_status write_in(ww_folder *f, int at, const char *name, const char *path, const ww_folder_content *content,
                          ww_error *err)
{
    ww_status status = check_target(f, at, name, path, err);
    if (status != WW_OK || overwrite(at, name, content))
        return status;
    const int fd = openat(at, content->temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd < 0)
        return fail(f, errno, "write", path, err);
    if (write_all(fd, content->data, content->bytes) != 0)
        status = fail(f, errno, "write", path, err);
    if (close(fd) != 0 && status == WW_OK)
        status = fail(f, errno, "write", path, err);
    if (status == WW_OK && put_in_place(at, content->temporary, name, content->mode) != 0)
        status = errno == EEXIST ? ww_fail(
                     err, WW_ERR_IO, "cannot write '%s/%s': another file has come there; move it away", f->dir, path)
                                 : fail(f, errno, "write", path, err);
    if (status != WW_OK)
        unlinkat(at, content->temporary, 0);
    return status;
}

ww_status ww_folder_write_from(ww_folder *f, ww_folder_place *place, const char *path, const ww_folder_content *content,
                               ww_entry_info *written, ww_error *err)
{
    const char *name;
    ww_status status = check_inside(f, path, err);
    if (status == WW_OK && !go_to_parent(f, place, path, true, &name))
        status = fail(f, errno, "write", path, err);
    if (status == WW_OK)
        status = write_in(f, place->fd, name, path, content, err);
    return status == WW_OK ? look_in(f, place->fd, name, path, written, err) : status;
}

ww_status ww_folder_write(ww_folder *f, const char *path, const void *data, size_t bytes, ww_folder_write_mode mode,
                          const char *temporary, ww_error *err)
{
    const char *name;
    ww_status status = check_inside(f, path, err);
    if (status != WW_OK)
        return status;
    const int at = open_parent(f, path, true, &name);
    if (at < 0)
        return fail(f, errno, "write", path, err);
    status = write_in(f, at, name, path, &(ww_folder_content){data, bytes, mode, temporary}, err);
    close(at);
    return status;
}

ww_status ww_folder_remove(ww_folder *f, const char *path, ww_error *err)
{
    const char *name;
    struct stat s;
    ww_status status = check_inside(f, path, err);
    if (status != WW_OK)
        return status;
    int at = open_parent(f, path, false, &name);
    if (at < 0 || fstatat(at, name, &s, AT_SYMLINK_NOFOLLOW) != 0)
        status = errno == ENOENT ? WW_OK : fail(f, errno, "remove", path, err);
    else if (!S_ISREG(s.st_mode))
        status = ww_fail(err, WW_ERR_IO, "'%s/%s' is not a regular file; it is not removed", f->dir, path);
    else if (unlinkat(at, name, 0) != 0 && errno != ENOENT)
        status = fail(f, errno, "remove", path, err);
    close_keeping_errno(at);
    return status;
}

ww_status ww_folder_remove_if_empty(ww_folder *f, const char *path, bool *removed, ww_error *err)
{
    const char *name;
    ww_status status = check_inside(f, path, err);
    if (removed)
        *removed = false;
    if (status != WW_OK)
        return status;
    int at = open_parent(f, path, false, &name);
    bool gone = at >= 0 && unlinkat(at, name, AT_REMOVEDIR) == 0;
    close_keeping_errno(at);
    if (removed)
        *removed = gone;
    if (gone || errno == ENOENT || errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR)
        return WW_OK;
    return fail(f, errno, "remove", path, err);
}

// --- listing

void ww_folder_names_free(char **names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
}

// Takes over `d`.
static ww_status read_names(const ww_folder *f, const char *path, DIR *d, char ***names, size_t *count, ww_error *err)
{
    size_t capacity = 0;
    ww_status status = WW_OK;
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(d);
        if (!entry) {
            if (errno)
                status = fail(f, errno, "read the folder", path, err);
            break;
        }
        if (entry->d_name[0] == '.')
            continue;
        if (*count == capacity) {
            capacity = capacity ? 2 * capacity : 64;
            char **more = capacity <= NAMES_MAX ? ww_try_widen(*names, *count, capacity, sizeof *more) : NULL;
            if (!more) {
                status = ww_fail_memory(err, "the %zu names in the folder '%s/%s'", *count, f->dir, path);
                break;
            }
            *names = more;
        }
        char *name = ww_try_strdup(entry->d_name);
        if (!name) {
            status = ww_fail_memory(err, "the %zu names in the folder '%s/%s'", *count, f->dir, path);
            break;
        }
        (*names)[(*count)++] = name;
    }
    closedir(d);
    return status;
}

ww_status ww_folder_list(ww_folder *f, const char *path, char ***names, size_t *count, ww_error *err)
{
    *names = NULL;
    *count = 0;
    ww_status status = *path ? check_inside(f, path, err) : WW_OK;
    if (status != WW_OK)
        return status;
    int fd = open_folder(f, path, strlen(path), false);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    if (!d) {
        status = fail(f, errno, "read the folder", path, err);
        close_keeping_errno(fd);
        return status;
    }
    status = read_names(f, path, d, names, count, err);
    if (status != WW_OK) {
        ww_folder_names_free(*names, *count);
        *names = NULL;
        *count = 0;
    } else if (*count > 0) {
        qsort(*names, *count, sizeof **names, ww_text_order);
    }
    return status;
}
