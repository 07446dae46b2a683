// SPDX-License-Identifier: MIT
#include "fetch/fetch.h"
#include "base/files.h"
#include "base/memory.h"
#include "fetch/transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

// Opens (or makes) the part, for us alone.
static ww_status open_part(ww_part *part, ww_error *err)
{
    part->fd = open(part->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    struct stat s;
    if (part->fd < 0 || fstat(part->fd, &s) != 0)
        return ww_fail_errno(err, errno, "cannot write '%s'", part->path);
    if (!S_ISREG(s.st_mode))
        return ww_fail(err, WW_ERR_IO, "'%s' is not a regular file", part->path);
    if (flock(part->fd, LOCK_EX | LOCK_NB) != 0)
        return ww_fail(err, WW_ERR_IO, "'%s' is being downloaded by another program", part->path);
    part->bytes = s.st_size;
    return WW_OK;
}

static ww_status download(const ww_fetch *wanted, ww_part *part, ww_error *err)
{
    int64_t limit = wanted->bytes ? wanted->bytes : WW_FETCH_BYTES_MAX;
    if (part->bytes > limit) {
        part->bytes = 0;
        if (ftruncate(part->fd, 0) != 0)
            return ww_fail_errno(err, errno, "cannot empty '%s'", part->path);
    }
    ww_status status = wanted->bytes && part->bytes == wanted->bytes ? WW_OK : ww_transfer(wanted, part, err);
    if (status == WW_OK && part->bytes < wanted->bytes) // a server that does not say how much it sends
        status = ww_fail(err, WW_ERR_IO,
                         "%s: the connection ended after %lld of %lld bytes; the same command goes on from there",
                         wanted->url, (long long)part->bytes, (long long)wanted->bytes);
    return status;
}

// A new name is on the disk for good only when its folder is.
static ww_status sync_folder_of(const char *path, ww_error *err)
{
    char *folder = ww_strndup(path, (size_t)(ww_path_base(path) - path));
    int fd = open(*folder ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ww_status status = WW_OK;
    if (fd < 0 || (fsync(fd) != 0 && errno != EINVAL)) // EINVAL: a file system that has no such thing
        status = ww_fail_errno(err, errno, "cannot write the folder of '%s'", path);
    if (fd >= 0)
        close(fd);
    free(folder);
    return status;
}

static ww_status verify_and_name(const ww_fetch *wanted, const ww_part *part, ww_error *err)
{
    if (fsync(part->fd) != 0)
        return ww_fail_errno(err, errno, "cannot write '%s'", part->path);
    ww_status status = ww_digest_check(part->path, &wanted->digest, err);
    if (status == WW_ERR_FORMAT)
        ww_error_prefix(err, "%s (downloaded, and removed again)", wanted->url);
    if (status != WW_OK)
        return status;
    if (rename(part->path, wanted->path) != 0)
        return ww_fail_errno(err, errno, "cannot rename '%s'", part->path);
    return sync_folder_of(wanted->path, err);
}

ww_status ww_fetch_file(const ww_fetch *wanted, ww_error *err)
{
    char *part_path = ww_strf("%s.part", wanted->path);
    ww_part part = {.fd = -1, .path = part_path};
    ww_status status = open_part(&part, err);
    if (status != WW_OK)
        goto done;
    status = download(wanted, &part, err);
    if (status == WW_OK)
        status = verify_and_name(wanted, &part, err);
    // What is wrong or does not fit is of no use later; the beginning of a good file is.
    if (status == WW_ERR_FORMAT || status == WW_ERR_NO_SPACE || (status != WW_OK && part.bytes == 0))
        unlink(part_path);
done:
    if (part.fd >= 0)
        close(part.fd);
    free(part_path);
    return status;
}
