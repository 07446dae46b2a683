// SPDX-License-Identifier: MIT
#include "base/memory.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void out_of_memory(size_t bytes)
{
    fprintf(stderr, "whoswho: no memory left for %zu bytes\n", bytes);
    abort();
}

void *ww_alloc(size_t bytes)
{
    void *p = calloc(1, bytes ? bytes : 1);
    if (!p)
        out_of_memory(bytes);
    return p;
}

char *ww_strndup(const char *s, size_t length)
{
    size_t n = strnlen(s, length);
    char *copy = ww_alloc(n + 1);
    memcpy(copy, s, n);
    return copy;
}

char *ww_strdup(const char *s)
{
    return ww_strndup(s, SIZE_MAX);
}

char *ww_strf(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *s = NULL;
    int n = vasprintf(&s, format, args);
    va_end(args);
    if (n < 0)
        out_of_memory(0);
    return s;
}

void *ww_alloc_array(size_t count, size_t size, size_t max_bytes)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > max_bytes || bytes > SIZE_MAX - WW_ALIGNMENT)
        return NULL;
    size_t rounded = (bytes + WW_ALIGNMENT - 1) / WW_ALIGNMENT * WW_ALIGNMENT;
    return aligned_alloc(WW_ALIGNMENT, rounded ? rounded : WW_ALIGNMENT);
}

void *ww_alloc_array0(size_t count, size_t size, size_t max_bytes)
{
    void *p = ww_alloc_array(count, size, max_bytes);
    if (p)
        memset(p, 0, count * size);
    return p;
}
