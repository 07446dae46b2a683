// SPDX-License-Identifier: MIT
// Preloaded (LD_PRELOAD) by exhausted.py: from main() on, one allocation - or, with WW_FAIL_ON, every one from there on - fails as if memory were
// exhausted, whoever asks for it. Environment:
//   WW_FAIL_AT     number of the allocation that fails, from 1; 0: none, they are only counted
//   WW_FAIL_ON     set: all later ones fail too
//   WW_FAIL_REPORT file that gets "total N" at a normal exit, and before it who asked for what failed: "failed BYTES" and a stack of "LIBRARY+OFFSET"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STACK_DEPTH = 24 };

extern void *__libc_malloc(size_t bytes);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *p, size_t bytes);
extern void *__libc_memalign(size_t alignment, size_t bytes);

static atomic_long calls;
static long fail_at;
static bool fail_on, counting;
static const char *report;
static _Thread_local bool inside; // reporting asks for memory itself

static void say_who(size_t bytes)
{
    void *frame[STACK_DEPTH];
    FILE *f = report ? fopen(report, "a") : NULL;
    if (!f)
        return;
    fprintf(f, "failed %zu\n", bytes);
    int depth = backtrace(frame, STACK_DEPTH);
    for (int i = 2; i < depth; i++) {
        Dl_info info;
        if (dladdr(frame[i], &info) && info.dli_fname)
            fprintf(f, "  %s+0x%zx\n", info.dli_fname, (size_t)((char *)frame[i] - (char *)info.dli_fbase));
    }
    fclose(f);
}

static bool fails(size_t bytes)
{
    if (!counting || inside)
        return false;
    long number = atomic_fetch_add(&calls, 1) + 1;
    if (fail_at == 0 || number < fail_at || (number > fail_at && !fail_on))
        return false;
    if (number == fail_at) {
        inside = true;
        say_who(bytes);
        inside = false;
    }
    errno = ENOMEM;
    return true;
}

void *malloc(size_t bytes)
{
    return fails(bytes) ? NULL : __libc_malloc(bytes);
}

void *calloc(size_t count, size_t size)
{
    return fails(count * size) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *p, size_t bytes)
{
    return fails(bytes) ? NULL : __libc_realloc(p, bytes);
}

void *memalign(size_t alignment, size_t bytes)
{
    return fails(bytes) ? NULL : __libc_memalign(alignment, bytes);
}

void *aligned_alloc(size_t alignment, size_t bytes)
{
    return memalign(alignment, bytes);
}

int posix_memalign(void **p, size_t alignment, size_t bytes)
{
    void *got = memalign(alignment, bytes);
    if (!got)
        return ENOMEM;
    *p = got;
    return 0;
}

static int (*real_main)(int, char **, char **);

static void say_total(void)
{
    counting = false;
    FILE *f = report ? fopen(report, "a") : NULL;
    if (f) {
        fprintf(f, "total %ld\n", atomic_load(&calls));
        fclose(f);
    }
}

static int counted_main(int argc, char **argv, char **env)
{
    void *frame[2];
    const char *at = getenv("WW_FAIL_AT");
    fail_at = at ? atol(at) : 0;
    fail_on = getenv("WW_FAIL_ON") != NULL;
    report = getenv("WW_FAIL_REPORT");
    backtrace(frame, 2); // loads what it needs
    counting = true;
    int code = real_main(argc, argv, env);
    say_total();
    return code;
}

// Called by the program's first instructions; libraries have run their constructors by the time main is called, and are not disturbed.
int __libc_start_main(int (*main)(int, char **, char **), int argc, char **argv, void (*init)(void), void (*fini)(void), void (*end)(void), void *stack)
{
    int (*next)(int (*)(int, char **, char **), int, char **, void (*)(void), void (*)(void), void (*)(void), void *);
    *(void **)&next = dlsym(RTLD_NEXT, "__libc_start_main");
    real_main = main;
    return next(counted_main, argc, argv, init, fini, end, stack);
}
