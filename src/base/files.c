// SPDX-License-Identifier: MIT
#include "base/files.h"
#include "base/folder.h"
#include "base/memory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *ww_path_join(const char *dir, const char *name)
{
    size_t n = strlen(dir);
    if (n == 0)
        return ww_strdup(name);
    return ww_strf(dir[n - 1] == '/' ? "%s%s" : "%s/%s", dir, name);
}

char *ww_path_absolute(const char *path)
{
    const char *base = ww_path_base(path);
    char *folder = base == path ? ww_strdup(".") : ww_strndup(path, (size_t)(base - path));
    char *real = realpath(folder, NULL), *here = real || *path == '/' ? NULL : realpath(".", NULL);
    char *full = real ? ww_path_join(real, base) : here ? ww_path_join(here, path) : ww_strdup(path);
    free(here);
    free(real);
    free(folder);
    return full;
}

const char *ww_path_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

const char *ww_path_extension(const char *path)
{
    const char *base = ww_path_base(path), *dot = strrchr(base, '.');
    return dot && dot != base ? dot + 1 : "";
}

char *ww_path_stem(const char *path)
{
    const char *base = ww_path_base(path), *extension = ww_path_extension(base);
    return *extension ? ww_strndup(base, (size_t)(extension - base) - 1) : ww_strdup(base);
}

bool ww_path_exists(const char *path)
{
    struct stat s;
    return stat(path, &s) == 0;
}

bool ww_path_is_dir(const char *path)
{
    struct stat s;
    return stat(path, &s) == 0 && S_ISDIR(s.st_mode);
}

static bool is_empty_dir(const char *path)
{
    DIR *d = opendir(path);
    bool empty = d != NULL;
    for (const struct dirent *entry; empty && (entry = readdir(d));)
        empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    if (d)
        closedir(d);
    return empty;
}

bool ww_dir_can_be_replaced(const char *path)
{
    struct stat it, here;
    struct statx more;
    if (stat(path, &it) != 0 || !S_ISDIR(it.st_mode) || !is_empty_dir(path))
        return false;
    if (stat(".", &here) == 0 && here.st_dev == it.st_dev && here.st_ino == it.st_ino)
        return false;
    return statx(AT_FDCWD, path, 0, 0, &more) != 0 || !(more.stx_attributes & STATX_ATTR_MOUNT_ROOT);
}

char *ww_path_link_target(const char *path, bool *dangling)
{
    struct stat s;
    char whole[PATH_MAX];
    *dangling = false;
    if (lstat(path, &s) != 0 || !S_ISLNK(s.st_mode))
        return NULL;
    *dangling = !realpath(path, whole);
    return *dangling ? NULL : ww_strdup(whole);
}

ww_status ww_make_dirs(const char *path, ww_error *err)
{
    ww_status status = WW_OK;
    char *partial = ww_strdup(path);
    for (char *p = partial + 1;; p++) {
        if (*p != '/' && *p != 0)
            continue;
        char kept = *p;
        *p = 0;
        if (mkdir(partial, 0777) != 0 && !(errno == EEXIST && ww_path_is_dir(partial))) {
            int e = errno == EEXIST ? ENOTDIR : errno;
            status = ww_fail_errno(err, e, "cannot make the folder '%s'", partial);
            break;
        }
        *p = kept;
        if (!kept || !p[1])
            break;
    }
    free(partial);
    return status;
}

ww_status ww_open_regular_file(const char *path, int *fd, uint64_t *bytes, ww_error *err)
{
    ww_status status = WW_OK;
    struct stat s;
    *fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC); // a FIFO must not keep us waiting
    if (*fd < 0)
        return ww_fail_errno(err, errno, "cannot open '%s'", path);
    if (fstat(*fd, &s) != 0)
        status = ww_fail_errno(err, errno, "cannot open '%s'", path);
    else if (!S_ISREG(s.st_mode))
        status = ww_fail(err, WW_ERR_IO, "'%s' is not a regular file", path);
    if (status != WW_OK) {
        close(*fd);
        *fd = -1;
        return status;
    }
    if (bytes)
        *bytes = (uint64_t)s.st_size;
    return WW_OK;
}

static ww_status read_all(int fd, const char *path, uint8_t *buffer, size_t size, size_t *got, ww_error *err)
{
    for (*got = 0; *got < size;) {
        ssize_t n = read(fd, buffer + *got, size - *got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return ww_fail_errno(err, errno, "cannot read '%s'", path);
        if (n == 0)
            break;
        *got += (size_t)n;
    }
    return WW_OK;
}

ww_status ww_read_open_file(int fd, const char *path, size_t max_bytes, uint8_t **data, size_t *bytes, ww_error *err)
{
    struct stat s;
    if (fstat(fd, &s) != 0)
        return ww_fail_errno(err, errno, "cannot open '%s'", path);
    if ((uint64_t)s.st_size > max_bytes)
        return ww_fail(err, WW_ERR_MEMORY, "'%s' has %lld bytes; at most %zu are read", path, (long long)s.st_size,
                       max_bytes);
    size_t size = (size_t)s.st_size, got = 0;
    uint8_t *buffer = ww_alloc_array(size + 1, 1, SIZE_MAX);
    if (!buffer)
        return ww_fail(err, WW_ERR_MEMORY, "no memory for the %zu bytes of '%s'", size, path);
    ww_status status = read_all(fd, path, buffer, size, &got, err);
    if (status != WW_OK) {
        free(buffer);
        return status;
    }
    buffer[got] = 0;
    *data = buffer;
    *bytes = got;
    return WW_OK;
}

ww_status ww_read_file(const char *path, size_t max_bytes, uint8_t **data, size_t *bytes, ww_error *err)
{
    int fd;
    ww_status status = ww_open_regular_file(path, &fd, NULL, err);
    if (status != WW_OK)
        return status;
    status = ww_read_open_file(fd, path, max_bytes, data, bytes, err);
    close(fd);
    return status;
}

static bool holds_already(const char *path, const void *data, size_t bytes)
{
    struct stat s;
    if (stat(path, &s) != 0 || !S_ISREG(s.st_mode) || (uint64_t)s.st_size != bytes)
        return false;
    uint8_t *old = NULL;
    size_t old_bytes = 0;
    if (ww_read_file(path, bytes, &old, &old_bytes, NULL) != WW_OK)
        return false;
    bool same = old_bytes == bytes && (bytes == 0 || memcmp(old, data, bytes) == 0);
    free(old);
    return same;
}

// A file beside `path`, which nobody else has: "DIR/.whoswho-....tmp"; -1 with errno. *name is the caller's (free).
static int open_beside(const char *path, char **name)
{
    char random[WW_FOLDER_TEMPORARY_BYTES];
    *name = NULL;
    if (ww_folder_temporary_name(random, NULL) != WW_OK)
        return -1;
    *name = ww_strf("%.*s%s", (int)(ww_path_base(path) - path), path, random);
    return open(*name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
}

ww_status ww_write_file(const char *path, const void *data, size_t bytes, ww_error *err)
{
    if (holds_already(path, data, bytes))
        return WW_OK;
    ww_status status = WW_OK;
    char *temporary;
    int fd = open_beside(path, &temporary);
    const bool made = fd >= 0;
    if (fd < 0) {
        status = ww_fail_errno(err, errno, "cannot write '%s'", path);
        goto done;
    }
    for (size_t put = 0; put < bytes;) {
        ssize_t n = write(fd, (const uint8_t *)data + put, bytes - put);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            status = ww_fail_errno(err, errno, "cannot write '%s'", path);
            goto done;
        }
        put += (size_t)n;
    }
    int closed = close(fd);
    fd = -1;
    if (closed != 0 || rename(temporary, path) != 0)
        status = ww_fail_errno(err, errno, "cannot write '%s'", path);
done:
    if (fd >= 0)
        close(fd);
    if (status != WW_OK && made)
        unlink(temporary);
    free(temporary);
    return status;
}
