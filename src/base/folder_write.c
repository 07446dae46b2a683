// SPDX-License-Identifier: MIT
#include "base/folder_parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTOR_BYTES 512 // a disk writes no less
#define TEMPORARY_PREFIX ".whoswho-"
#define TEMPORARY_SUFFIX ".tmp"

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

void ww_folder_clear_temporary(ww_folder *f)
{
    const int fd = openat(f->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
    if (!d) {
        if (fd >= 0)
            close(fd);
        return;
    }
    for (const struct dirent *entry; (entry = readdir(d));) {
        ww_entry_info info;
        if (ww_folder_is_temporary_name(entry->d_name) && ww_folder_look(f, entry->d_name, &info, NULL) == WW_OK
            && info.kind == WW_ENTRY_FILE)
            ww_folder_remove(f, entry->d_name, NULL);
    }
    closedir(d);
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
        return errno == ENOENT ? WW_OK : ww_folder_fail(f, errno, "write", path, err);
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

static ww_status something_is_there(ww_folder *f, int at, const char *name, const char *path, ww_error *err)
{
    ww_status status = check_target(f, at, name, path, err);
    return status != WW_OK ? status
                           : ww_fail(err, WW_ERR_IO, "cannot write '%s/%s': another file has come there; move it away",
                                     f->dir, path);
}

static ww_status write_in(ww_folder *f, int at, const char *name, const char *path, const ww_folder_content *content,
                          ww_error *err)
{
    // What is new finds out by the rename whether something is in its place.
    ww_status status = content->mode == WW_FOLDER_NEW ? WW_OK : check_target(f, at, name, path, err);
    if (status != WW_OK || overwrite(at, name, content))
        return status;
    const int fd = openat(at, content->temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd < 0)
        return ww_folder_fail(f, errno, "write", path, err);
    if (write_all(fd, content->data, content->bytes) != 0)
        status = ww_folder_fail(f, errno, "write", path, err);
    if (close(fd) != 0 && status == WW_OK)
        status = ww_folder_fail(f, errno, "write", path, err);
    if (status == WW_OK && put_in_place(at, content->temporary, name, content->mode) != 0)
        status =
            errno == EEXIST ? something_is_there(f, at, name, path, err) : ww_folder_fail(f, errno, "write", path, err);
    if (status != WW_OK)
        unlinkat(at, content->temporary, 0);
    return status;
}

ww_status ww_folder_write_from(ww_folder *f, ww_folder_place *place, const char *path, const ww_folder_content *content,
                               ww_entry_info *written, ww_error *err)
{
    const char *name;
    ww_status status = ww_folder_check(f, path, err);
    if (status == WW_OK && !ww_folder_go_to_parent(f, place, path, true, &name))
        status = ww_folder_fail(f, errno, "write", path, err);
    if (status == WW_OK)
        status = write_in(f, place->fd, name, path, content, err);
    return status == WW_OK ? ww_folder_look_in(f, place->fd, name, path, written, err) : status;
}

ww_status ww_folder_write(ww_folder *f, const char *path, const void *data, size_t bytes, ww_folder_write_mode mode,
                          const char *temporary, ww_error *err)
{
    const char *name;
    ww_status status = ww_folder_check(f, path, err);
    if (status != WW_OK)
        return status;
    const int at = ww_folder_open_parent(f, path, true, &name);
    if (at < 0)
        return ww_folder_fail(f, errno, "write", path, err);
    status = write_in(f, at, name, path, &(ww_folder_content){data, bytes, mode, temporary}, err);
    close(at);
    return status;
}

ww_status ww_folder_remove(ww_folder *f, const char *path, ww_error *err)
{
    const char *name;
    struct stat s;
    ww_status status = ww_folder_check(f, path, err);
    if (status != WW_OK)
        return status;
    int at = ww_folder_open_parent(f, path, false, &name);
    if (at < 0 || fstatat(at, name, &s, AT_SYMLINK_NOFOLLOW) != 0)
        status = errno == ENOENT ? WW_OK : ww_folder_fail(f, errno, "remove", path, err);
    else if (!S_ISREG(s.st_mode))
        status = ww_fail(err, WW_ERR_IO, "'%s/%s' is not a regular file; it is not removed", f->dir, path);
    else if (unlinkat(at, name, 0) != 0 && errno != ENOENT)
        status = ww_folder_fail(f, errno, "remove", path, err);
    ww_close_keeping_errno(at);
    return status;
}

ww_status ww_folder_remove_if_empty(ww_folder *f, const char *path, bool *removed, ww_error *err)
{
    const char *name;
    ww_status status = ww_folder_check(f, path, err);
    if (removed)
        *removed = false;
    if (status != WW_OK)
        return status;
    int at = ww_folder_open_parent(f, path, false, &name);
    bool gone = at >= 0 && unlinkat(at, name, AT_REMOVEDIR) == 0;
    ww_close_keeping_errno(at);
    if (removed)
        *removed = gone;
    if (gone || errno == ENOENT || errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR)
        return WW_OK;
    return ww_folder_fail(f, errno, "remove", path, err);
}
