// SPDX-License-Identifier: MIT
// Preloaded (LD_PRELOAD) by failing_calls.py: the Nth call that touches a file below a folder fails with EIO.
// Environment:
//   WW_FAIL_BELOW   the folder, as the program spells it
//   WW_FAIL_AT      number of the call that fails, from 1; 0: none, they are only counted
//   WW_FAIL_REPORT  file that gets "N NAME" of what failed, and "total N" at a normal exit
#undef _FILE_OFFSET_BITS // open and open64 are both to be defined here
#include "real.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static atomic_long calls;
static long fail_at;
static const char *below, *report_path;

static void report(long number, const char *name)
{
    char text[64];
    int length = snprintf(text, sizeof text, "%ld %s\n", number, name);
    int fd = report_path ? REAL(open)(report_path, O_WRONLY | O_CREAT | O_APPEND, 0666) : -1;
    if (fd >= 0 && REAL(write)(fd, text, (size_t)length) == length)
        REAL(close)(fd);
}

__attribute__((constructor)) static void begin(void)
{
    const char *at = getenv("WW_FAIL_AT");
    below = getenv("WW_FAIL_BELOW");
    report_path = getenv("WW_FAIL_REPORT");
    fail_at = at ? atol(at) : 0;
}

__attribute__((destructor)) static void end(void)
{
    char text[64];
    int length = snprintf(text, sizeof text, "total %ld\n", atomic_load(&calls));
    int fd = report_path ? REAL(open)(report_path, O_WRONLY | O_CREAT | O_APPEND, 0666) : -1;
    if (fd >= 0 && REAL(write)(fd, text, (size_t)length) == length)
        REAL(close)(fd);
}

static bool is_below(const char *path) { return below && path && strncmp(path, below, strlen(below)) == 0; }

static bool is_fd_below(int fd)
{
    char link[64], path[PATH_MAX], whole[PATH_MAX];
    if (!below)
        return false;
    const int kept = errno; // readdir() at the end leaves it alone
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    const ssize_t length = readlink(link, path, sizeof path - 1);
    const bool known = length > 0 && realpath(below, whole);
    errno = kept;
    if (!known)
        return false;
    path[length] = 0;
    return strncmp(path, whole, strlen(whole)) == 0;
}

static bool fails(bool concerned, const char *name)
{
    if (!concerned)
        return false;
    const long number = atomic_fetch_add(&calls, 1) + 1;
    if (number != fail_at)
        return false;
    report(number, name);
    errno = EIO;
    return true;
}

static mode_t mode_of(int flags, va_list *rest) { return flags & O_CREAT ? (mode_t)va_arg(*rest, int) : 0; }

int open(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    const mode_t mode = mode_of(flags, &rest);
    va_end(rest);
    return fails(is_below(path), "open") ? -1 : REAL(open)(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    const mode_t mode = mode_of(flags, &rest);
    va_end(rest);
    return fails(is_below(path), "open") ? -1 : REAL(open64)(path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    const mode_t mode = mode_of(flags, &rest);
    va_end(rest);
    return fails(is_fd_below(folder), "openat") ? -1 : REAL(openat)(folder, path, flags, mode);
}

int openat64(int folder, const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    const mode_t mode = mode_of(flags, &rest);
    va_end(rest);
    return fails(is_fd_below(folder), "openat") ? -1 : REAL(openat64)(folder, path, flags, mode);
}

// A stream that failed to read remembers it; this is how glibc does.
enum { GLIBC_ERROR_SEEN = 0x20 };

size_t fread(void *to, size_t size, size_t count, FILE *f)
{
    if (!fails(is_fd_below(fileno(f)), "fread"))
        return REAL(fread)(to, size, count, f);
    f->_flags |= GLIBC_ERROR_SEEN;
    return 0;
}

// The others: what they are asked about, and what they answer when they fail.
#define FAILING(type, name, parameters, arguments, concerned, answer)                                                  \
    type name parameters { return fails(concerned, #name) ? answer : REAL(name) arguments; }

FAILING(FILE *, fopen, (const char *path, const char *mode), (path, mode), is_below(path), NULL)
FAILING(FILE *, fopen64, (const char *path, const char *mode), (path, mode), is_below(path), NULL)
FAILING(DIR *, opendir, (const char *path), (path), is_below(path), NULL)
FAILING(DIR *, fdopendir, (int fd), (fd), is_fd_below(fd), NULL)
FAILING(struct dirent *, readdir, (DIR * dir), (dir), is_fd_below(dirfd(dir)), NULL)
FAILING(struct dirent64 *, readdir64, (DIR * dir), (dir), is_fd_below(dirfd(dir)), NULL)
FAILING(int, rename, (const char *from, const char *to), (from, to), is_below(to), -1)
FAILING(int, renameat, (int a, const char *from, int b, const char *to), (a, from, b, to), is_fd_below(b), -1)
FAILING(int, unlink, (const char *path), (path), is_below(path), -1)
FAILING(int, unlinkat, (int fd, const char *path, int flags), (fd, path, flags), is_fd_below(fd), -1)
FAILING(int, rmdir, (const char *path), (path), is_below(path), -1)
FAILING(int, mkdir, (const char *path, mode_t mode), (path, mode), is_below(path), -1)
FAILING(int, mkdirat, (int fd, const char *path, mode_t mode), (fd, path, mode), is_fd_below(fd), -1)
FAILING(int, fsync, (int fd), (fd), is_fd_below(fd), -1)
FAILING(int, fdatasync, (int fd), (fd), is_fd_below(fd), -1)
FAILING(int, ftruncate, (int fd, off_t bytes), (fd, bytes), is_fd_below(fd), -1)
FAILING(int, ftruncate64, (int fd, off64_t bytes), (fd, bytes), is_fd_below(fd), -1)
FAILING(ssize_t, read, (int fd, void *to, size_t bytes), (fd, to, bytes), is_fd_below(fd), -1)
FAILING(ssize_t, write, (int fd, const void *from, size_t bytes), (fd, from, bytes), is_fd_below(fd), -1)
FAILING(ssize_t, pread, (int fd, void *to, size_t n, off_t at), (fd, to, n, at), is_fd_below(fd), -1)
FAILING(ssize_t, pread64, (int fd, void *to, size_t n, off64_t at), (fd, to, n, at), is_fd_below(fd), -1)
FAILING(ssize_t, pwrite, (int fd, const void *from, size_t n, off_t at), (fd, from, n, at), is_fd_below(fd), -1)
FAILING(ssize_t, pwrite64, (int fd, const void *from, size_t n, off64_t at), (fd, from, n, at), is_fd_below(fd), -1)
