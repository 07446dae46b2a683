// SPDX-License-Identifier: MIT
#include "base/memory.h"

#include "base/number.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void (*_Atomic out_of_memory_handler)(size_t bytes);

void ww_memory_set_handler(void (*handler)(size_t bytes)) { atomic_store(&out_of_memory_handler, handler); }

_Noreturn void ww_out_of_memory(size_t bytes)
{
    void (*handler)(size_t) = atomic_load(&out_of_memory_handler);
    if (handler)
        handler(bytes);
    abort();
}

void *ww_alloc(size_t bytes)
{
    void *p = ww_try_alloc(bytes);
    if (!p)
        ww_out_of_memory(bytes);
    return p;
}

void *ww_try_alloc(size_t bytes) { return calloc(1, bytes ? bytes : 1); }

void *ww_try_array(size_t count, size_t size) { return count && size ? calloc(count, size) : ww_try_alloc(0); }

char *ww_try_strdup(const char *s)
{
    size_t bytes = strlen(s) + 1;
    char *copy = ww_try_alloc(bytes);
    return copy ? memcpy(copy, s, bytes) : NULL;
}

void *ww_try_widen(void *items, size_t count, size_t wider, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(wider, size, &bytes))
        return NULL;
    char *grown = realloc(items, bytes ? bytes : 1);
    if (grown && wider > count)
        memset(grown + count * size, 0, (wider - count) * size);
    return grown;
}

char *ww_strndup(const char *s, size_t length)
{
    size_t n = strnlen(s, length);
    char *copy = ww_alloc(n + 1);
    memcpy(copy, s, n);
    return copy;
}

char *ww_strdup(const char *s) { return ww_strndup(s, SIZE_MAX); }

char *ww_strf(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int length = ww_vformat(NULL, 0, format, args);
    va_end(args);
    size_t bytes = (size_t)(length > 0 ? length : 0) + 1;
    char *s = ww_alloc(bytes);
    ww_vformat(s, bytes, format, again);
    va_end(again);
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
