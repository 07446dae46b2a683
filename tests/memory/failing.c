// SPDX-License-Identifier: MIT
// Preloaded (LD_PRELOAD) by exhausted.py: from main() on, one allocation (with WW_FAIL_ON every one from there on)
// fails as if memory were exhausted, whoever asks for it, but for what nobody can catch: oneDNN 2.6.3 writes through a
// null pointer when one of its own objects cannot be had, and libgomp ends the process. Both ask for little
// (SPARED_BYTES), and nn/onednn/guard.h makes sure of more than that first. Environment:
//   WW_FAIL_AT     number of the allocation that fails, from 1; 0: none, they are only counted
//   WW_FAIL_ON     set: all later ones fail too. If the first is asked for by oneDNN, this begins after it: its
//                  destructors, which may not throw, end the process when they find nothing at all, and guard.h's
//                  reserve is there so that they do not
//   WW_FAIL_REPORT file that gets "total N" at a normal exit, and before it who asked for what failed: "failed BYTES"
//                  and a stack of "LIBRARY+OFFSET"
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <link.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { STACK_DEPTH = 24, SPARED_BYTES = 1 << 16, SPARED_LIBRARIES_MAX = 8 };

extern void *__libc_malloc(size_t bytes);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *p, size_t bytes);
extern void *__libc_memalign(size_t alignment, size_t bytes);

static atomic_long calls;
static atomic_bool begun;
static long fail_at;
static bool fail_on, counting;
static const char *report;
static _Thread_local bool inside; // reporting asks for memory itself

static struct {
    uintptr_t begin, end;
} spared[SPARED_LIBRARIES_MAX];
static size_t spared_count;

static int find_spared(struct dl_phdr_info *info, size_t size, void *user)
{
    if (!strstr(info->dlpi_name, "/libdnnl.") && !strstr(info->dlpi_name, "/libgomp."))
        return 0;
    for (int i = 0; i < info->dlpi_phnum && spared_count < SPARED_LIBRARIES_MAX; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        if (part->p_type != PT_LOAD || !(part->p_flags & PF_X))
            continue;
        spared[spared_count].begin = info->dlpi_addr + part->p_vaddr;
        spared[spared_count].end = spared[spared_count].begin + part->p_memsz;
        spared_count++;
    }
    return 0;
}

static bool is_spared(size_t bytes, const void *caller)
{
    for (size_t i = 0; i < spared_count && bytes <= SPARED_BYTES; i++)
        if ((uintptr_t)caller >= spared[i].begin && (uintptr_t)caller < spared[i].end)
            return true;
    return false;
}

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

static bool is_under_spared(void)
{
    void *frame[STACK_DEPTH];
    for (int i = backtrace(frame, STACK_DEPTH); i-- > 0;)
        if (is_spared(0, frame[i]))
            return true;
    return false;
}

static bool begins_to_fail(long number, size_t bytes)
{
    if (fail_at == 0 || number < fail_at || atomic_load(&begun) || (number > fail_at && !fail_on))
        return false;
    inside = true;
    bool begins = !fail_on || !is_under_spared();
    if (begins && !atomic_exchange(&begun, true))
        say_who(bytes);
    inside = false;
    return begins;
}

static bool fails(size_t bytes, const void *caller)
{
    if (!counting || inside || is_spared(bytes, caller))
        return false;
    long number = atomic_fetch_add(&calls, 1) + 1;
    if (!begins_to_fail(number, bytes) && !(fail_on && atomic_load(&begun)))
        return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t bytes) { return fails(bytes, __builtin_return_address(0)) ? NULL : __libc_malloc(bytes); }

void *calloc(size_t count, size_t size)
{
    return fails(count * size, __builtin_return_address(0)) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *p, size_t bytes)
{
    return fails(bytes, __builtin_return_address(0)) ? NULL : __libc_realloc(p, bytes);
}

void *memalign(size_t alignment, size_t bytes)
{
    return fails(bytes, __builtin_return_address(0)) ? NULL : __libc_memalign(alignment, bytes);
}

void *aligned_alloc(size_t alignment, size_t bytes)
{
    return fails(bytes, __builtin_return_address(0)) ? NULL : __libc_memalign(alignment, bytes);
}

int posix_memalign(void **p, size_t alignment, size_t bytes)
{
    void *got = fails(bytes, __builtin_return_address(0)) ? NULL : __libc_memalign(alignment, bytes);
    if (!got)
        return ENOMEM;
    *p = got;
    return 0;
}

// What guard.h makes sure of its reserve with, and oneDNN finds room for code.
void *mmap(void *at, size_t bytes, int protection, int flags, int file, off_t offset)
{
    if ((flags & MAP_ANONYMOUS) && fails(bytes, __builtin_return_address(0)))
        return MAP_FAILED;
    return (void *)syscall(SYS_mmap, at, bytes, protection, flags, file, offset);
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
    dl_iterate_phdr(find_spared, NULL);
    counting = true;
    int code = real_main(argc, argv, env);
    say_total();
    return code;
}

// Called by the program's first instructions; libraries have run their constructors by the time main is called, and are
// not disturbed.
int __libc_start_main(int (*main)(int, char **, char **), int argc, char **argv, void (*init)(void), void (*fini)(void),
                      void (*end)(void), void *stack)
{
    int (*next)(int (*)(int, char **, char **), int, char **, void (*)(void), void (*)(void), void (*)(void), void *);
    *(void **)&next = dlsym(RTLD_NEXT, "__libc_start_main");
    real_main = main;
    return next(counted_main, argc, argv, init, fini, end, stack);
}
