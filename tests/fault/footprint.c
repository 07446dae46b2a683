// SPDX-License-Identifier: MIT
// Preloaded into the program: writes down which files it opens for writing, makes, renames or removes, and every try to
// open a socket or look up a host, one a line, into the file named by WW_FOOTPRINT. With WW_FOOTPRINT_READS also which
// it opens for reading.
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void note(const char *what, int folder, const char *path)
{
    static int (*open_really)(const char *, int, ...);
    char base[PATH_MAX] = "", link[64], line[2 * PATH_MAX + 64];
    const char *report = getenv("WW_FOOTPRINT");
    if (!open_really)
        *(void **)&open_really = dlsym(RTLD_NEXT, "open");
    if (!report || (path && strcmp(path, report) == 0))
        return;
    if (path && *path != '/') {
        snprintf(link, sizeof link, folder == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d", folder);
        if (readlink(link, base, sizeof base - 2) > 0)
            strcat(base, "/");
    }
    int length = snprintf(line, sizeof line, "%s %s%s\n", what, base, path ? path : ""),
        fd = open_really(report, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd >= 0) {
        if (write(fd, line, (size_t)length) != length)
            _exit(98);
        close(fd);
    }
}

#define REAL(type, name, ...)                                                                                          \
    static type (*really)(__VA_ARGS__);                                                                                \
    if (!really)                                                                                                       \
        *(void **)&really = dlsym(RTLD_NEXT, name);

static int mode_of(int flags, va_list arguments)
{
    return flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(arguments, int) : 0;
}

static void note_open(int folder, const char *path, int flags)
{
    if (flags & (O_WRONLY | O_RDWR | O_CREAT))
        note("write", folder, path);
    else if (!(flags & O_DIRECTORY) && getenv("WW_FOOTPRINT_READS"))
        note("read", folder, path);
}

#define OPEN(name)                                                                                                     \
    int name(const char *path, int flags, ...)                                                                         \
    {                                                                                                                  \
        REAL(int, #name, const char *, int, ...)                                                                       \
        va_list arguments;                                                                                             \
        va_start(arguments, flags);                                                                                    \
        const int mode = mode_of(flags, arguments);                                                                    \
        va_end(arguments);                                                                                             \
        note_open(AT_FDCWD, path, flags);                                                                              \
        return really(path, flags, mode);                                                                              \
    }
#define OPENAT(name)                                                                                                   \
    int name(int folder, const char *path, int flags, ...)                                                             \
    {                                                                                                                  \
        REAL(int, #name, int, const char *, int, ...)                                                                  \
        va_list arguments;                                                                                             \
        va_start(arguments, flags);                                                                                    \
        const int mode = mode_of(flags, arguments);                                                                    \
        va_end(arguments);                                                                                             \
        note_open(folder, path, flags);                                                                                \
        return really(folder, path, flags, mode);                                                                      \
    }

int open64(const char *path, int flags, ...);
int openat64(int folder, const char *path, int flags, ...);
#undef open
#undef openat
#undef open64
#undef openat64
OPEN(open64)
OPENAT(openat64)

FILE *fopen64(const char *path, const char *mode);
FILE *fopen64(const char *path, const char *mode)
{
    REAL(FILE *, "fopen64", const char *, const char *)
    note_open(AT_FDCWD, path, strpbrk(mode, "wa+") ? O_RDWR : O_RDONLY);
    return really(path, mode);
}

int unlink(const char *path)
{
    REAL(int, "unlink", const char *)
    note("remove", AT_FDCWD, path);
    return really(path);
}

int unlinkat(int folder, const char *path, int flags)
{
    REAL(int, "unlinkat", int, const char *, int)
    note("remove", folder, path);
    return really(folder, path, flags);
}

int rename(const char *from, const char *to)
{
    REAL(int, "rename", const char *, const char *)
    note("rename", AT_FDCWD, to);
    return really(from, to);
}

int renameat(int folder, const char *from, int other, const char *to)
{
    REAL(int, "renameat", int, const char *, int, const char *)
    note("rename", other, to);
    return really(folder, from, other, to);
}

int mkdir(const char *path, mode_t mode)
{
    REAL(int, "mkdir", const char *, mode_t)
    note("make", AT_FDCWD, path);
    return really(path, mode);
}

int socket(int domain, int type, int protocol);
int socket(int domain, int type, int protocol)
{
    REAL(int, "socket", int, int, int)
    note("socket", AT_FDCWD, NULL);
    return really(domain, type, protocol);
}

struct addrinfo;
int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **result);
int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **result)
{
    REAL(int, "getaddrinfo", const char *, const char *, const struct addrinfo *, struct addrinfo **)
    note("socket", AT_FDCWD, NULL);
    return really(host, service, hints, result);
}
