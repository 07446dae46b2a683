// SPDX-License-Identifier: MIT
#include "base/folder_parts.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES_MAX 4096
#define NAMES_MAX ((size_t)50000000)

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

ww_status ww_folder_fail(const ww_folder *f, int errnum, const char *what, const char *path, ww_error *err)
{
    if (errnum == ELOOP)
        return ww_fail(err, WW_ERR_IO, "cannot %s '%s/%s': a symbolic link stands in its way; links are not followed",
                       what, f->dir, path);
    if (errnum == ENOTDIR)
        return ww_fail(err, WW_ERR_IO, "cannot %s '%s/%s': what should be a folder on the way there is none", what,
                       f->dir, path);
    return ww_fail_errno(err, errnum, "cannot %s '%s/%s'", what, f->dir, path);
}

ww_status ww_folder_check(const ww_folder *f, const char *path, ww_error *err)
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

int ww_folder_open_parent(const ww_folder *f, const char *path, bool create, const char **name)
{
    *name = ww_path_base(path);
    size_t length = (size_t)(*name - path);
    return open_folder(f, path, length ? length - 1 : 0, create);
}

void ww_close_keeping_errno(int fd)
{
    int errnum = errno;
    if (fd >= 0)
        close(fd);
    errno = errnum;
}

ww_status ww_folder_look_in(ww_folder *f, int at, const char *name, const char *path, ww_entry_info *info,
                            ww_error *err)
{
    struct stat s;
    if (at < 0 || fstatat(at, name, &s, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? WW_OK : ww_folder_fail(f, errno, "look at", path, err);
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
    ww_status status = ww_folder_check(f, path, err);
    if (status != WW_OK)
        return status;
    int at = ww_folder_open_parent(f, path, false, &name);
    status = ww_folder_look_in(f, at, name, path, info, err);
    ww_close_keeping_errno(at);
    return status;
}

ww_status ww_folder_has_file(ww_folder *f, const char *path, bool *there, ww_error *err)
{
    ww_entry_info info;
    ww_status status = ww_folder_look(f, path, &info, err);
    *there = status == WW_OK && info.kind == WW_ENTRY_FILE;
    return status;
}

void ww_folder_place_close(ww_folder_place *place)
{
    if (place->parent)
        close(place->fd);
    free(place->parent);
    *place = (ww_folder_place){0};
}

bool ww_folder_go_to_parent(const ww_folder *f, ww_folder_place *place, const char *path, bool create,
                            const char **name)
{
    *name = ww_path_base(path);
    const size_t length = (size_t)(*name - path);
    if (place->parent && strncmp(place->parent, path, length) == 0 && !place->parent[length])
        return true;
    ww_folder_place_close(place);
    const int at = ww_folder_open_parent(f, path, create, name);
    if (at >= 0)
        *place = (ww_folder_place){ww_strndup(path, length), at};
    return at >= 0;
}

ww_status ww_folder_look_from(ww_folder *f, ww_folder_place *place, const char *path, ww_entry_info *info,
                              ww_error *err)
{
    const char *name;
    *info = (ww_entry_info){.kind = WW_ENTRY_ABSENT};
    ww_status status = ww_folder_check(f, path, err);
    if (status != WW_OK)
        return status;
    const bool there = ww_folder_go_to_parent(f, place, path, false, &name);
    return ww_folder_look_in(f, there ? place->fd : -1, name, path, info, err);
}

// Opens the regular file at `path` for reading; *fd is the caller's (close).
static ww_status open_file_from(ww_folder *f, ww_folder_place *place, const char *path, int *fd, ww_error *err)
{
    const char *name;
    struct stat s;
    *fd = -1;
    ww_status status = ww_folder_check(f, path, err);
    if (status != WW_OK)
        return status;
    const bool there = ww_folder_go_to_parent(f, place, path, false, &name);
    int file = there ? openat(place->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) : -1;
    if (file < 0)
        return ww_folder_fail(f, errno, "open", path, err);
    if (fstat(file, &s) != 0)
        status = ww_folder_fail(f, errno, "look at", path, err);
    else if (!S_ISREG(s.st_mode))
        status = ww_fail(err, WW_ERR_IO, "'%s/%s' is not a regular file", f->dir, path);
    if (status == WW_OK)
        *fd = file;
    else
        close(file);
    return status;
}

ww_status ww_folder_read(ww_folder *f, const char *path, size_t max_bytes, uint8_t **data, size_t *bytes, ww_error *err)
{
    int fd;
    ww_folder_place place = {0};
    ww_status status = open_file_from(f, &place, path, &fd, err);
    ww_folder_place_close(&place);
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
    ww_status status = open_file_from(f, place, path, &fd, err);
    if (status != WW_OK)
        return status;
    char *full = ww_path_join(f->dir, path);
    status = ww_hash_open_file(fd, full, digest, NULL, err);
    close(fd);
    free(full);
    return status;
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
                status = ww_folder_fail(f, errno, "read the folder", path, err);
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
    ww_status status = *path ? ww_folder_check(f, path, err) : WW_OK;
    if (status != WW_OK)
        return status;
    int fd = open_folder(f, path, strlen(path), false);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    if (!d) {
        status = ww_folder_fail(f, errno, "read the folder", path, err);
        ww_close_keeping_errno(fd);
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
