// SPDX-License-Identifier: MIT
// Preloaded (LD_PRELOAD) by drives.py: files below WW_DRIVE lie on a drive that lacks what network and FUSE drives may
// lack. WW_DRIVE_LACKS holds words:
//   locks   fcntl and flock fail with ENOLCK, as without a lock daemon
//   nolock  they fail with EOPNOTSUPP, as where the file system has none
//   maps    shared maps fail with ENODEV
//   writes  nothing can be opened for writing, made or removed (EROFS), as on a medium that is mounted read-only
//   peers   nothing can be opened at all (ESTALE), as when a server has forgotten its files
#undef _FILE_OFFSET_BITS // fcntl and fcntl64 are both to be defined here
#include "real.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static bool lacks(int fd, const char *word)
{
    const char *drive = getenv("WW_DRIVE"), *words = getenv("WW_DRIVE_LACKS");
    char link[64], path[PATH_MAX];
    if (!drive || !words || !strstr(words, word))
        return false;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    const ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return false;
    path[length] = 0;
    return strncmp(path, drive, strlen(drive)) == 0;
}

// The error of a lock, 0: none.
static int lock_error(int fd) { return lacks(fd, "nolock") ? EOPNOTSUPP : lacks(fd, "locks") ? ENOLCK : 0; }

static bool is_lock(int command)
{
    return command == F_SETLK || command == F_SETLKW || command == F_GETLK || command == F_OFD_SETLK
           || command == F_OFD_SETLKW || command == F_OFD_GETLK;
}

#define FCNTL(name)                                                                                                    \
    int name(int fd, int command, ...)                                                                                 \
    {                                                                                                                  \
        va_list rest;                                                                                                  \
        va_start(rest, command);                                                                                       \
        void *argument = va_arg(rest, void *);                                                                         \
        va_end(rest);                                                                                                  \
        const int error = is_lock(command) ? lock_error(fd) : 0;                                                       \
        if (error) {                                                                                                   \
            errno = error;                                                                                             \
            return -1;                                                                                                 \
        }                                                                                                              \
        return REAL(name)(fd, command, argument);                                                                      \
    }
FCNTL(fcntl)
FCNTL(fcntl64)

int flock(int fd, int operation)
{
    const int error = lock_error(fd);
    if (error) {
        errno = error;
        return -1;
    }
    return REAL(flock)(fd, operation);
}

#define MMAP(name, offset_type)                                                                                        \
    void *name(void *address, size_t bytes, int protection, int flags, int fd, offset_type offset)                     \
    {                                                                                                                  \
        if (fd >= 0 && (flags & MAP_SHARED) && lacks(fd, "maps")) {                                                    \
            errno = ENODEV;                                                                                            \
            return MAP_FAILED;                                                                                         \
        }                                                                                                              \
        return REAL(name)(address, bytes, protection, flags, fd, offset);                                              \
    }
MMAP(mmap, off_t)
MMAP(mmap64, off64_t)

// Of a path, as the program spells it: below the drive, or relative to a folder that is.
static bool lacks_at(int folder, const char *path, const char *word)
{
    const char *drive = getenv("WW_DRIVE"), *words = getenv("WW_DRIVE_LACKS");
    if (!drive || !words || !strstr(words, word) || !path)
        return false;
    if (*path == '/')
        return strncmp(path, drive, strlen(drive)) == 0;
    char here[PATH_MAX];
    return folder != AT_FDCWD ? lacks(folder, word)
                              : getcwd(here, sizeof here) && strncmp(here, drive, strlen(drive)) == 0;
}

static int open_error(int folder, const char *path, int flags)
{
    const bool writes = (flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC));
    return lacks_at(folder, path, "peers") ? ESTALE : writes && lacks_at(folder, path, "writes") ? EROFS : 0;
}

static mode_t mode_of(va_list rest, int flags)
{
    return flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(rest, mode_t) : 0;
}

#define FAIL(error)                                                                                                    \
    do {                                                                                                               \
        const int failed = (error);                                                                                    \
        if (failed) {                                                                                                  \
            errno = failed;                                                                                            \
            return -1;                                                                                                 \
        }                                                                                                              \
    } while (0)

#define OPEN(name)                                                                                                     \
    int name(const char *path, int flags, ...)                                                                         \
    {                                                                                                                  \
        va_list rest;                                                                                                  \
        va_start(rest, flags);                                                                                         \
        const mode_t mode = mode_of(rest, flags);                                                                      \
        va_end(rest);                                                                                                  \
        FAIL(open_error(AT_FDCWD, path, flags));                                                                       \
        return REAL(name)(path, flags, mode);                                                                          \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                                                                   \
    int name(int folder, const char *path, int flags, ...)                                                             \
    {                                                                                                                  \
        va_list rest;                                                                                                  \
        va_start(rest, flags);                                                                                         \
        const mode_t mode = mode_of(rest, flags);                                                                      \
        va_end(rest);                                                                                                  \
        FAIL(open_error(folder, path, flags));                                                                         \
        return REAL(name)(folder, path, flags, mode);                                                                  \
    }
OPENAT(openat)
OPENAT(openat64)

int access(const char *path, int mode)
{
    FAIL((mode & W_OK) && lacks_at(AT_FDCWD, path, "writes") ? EROFS : 0);
    return REAL(access)(path, mode);
}

int unlink(const char *path)
{
    FAIL(lacks_at(AT_FDCWD, path, "writes") ? EROFS : 0);
    return REAL(unlink)(path);
}

int mkdir(const char *path, mode_t mode)
{
    FAIL(lacks_at(AT_FDCWD, path, "writes") ? EROFS : 0);
    return REAL(mkdir)(path, mode);
}
