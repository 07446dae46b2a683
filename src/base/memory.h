// SPDX-License-Identifier: MIT
// Memory: what may fail and what may not.
//
// Small fixed allocations (one struct, a name, a path: sizes that the programmer knows) go through ww_alloc and the
// strings below. They cannot fail: with no memory left ww_memory_set_handler's handler is called, then abort().
// Whatever grows with a file, a picture, a library or a model goes through ww_try_* or ww_alloc_array, which give NULL,
// and the caller reports WW_ERR_MEMORY (ww_fail_memory). tools/check_sources.py lets ww_alloc have a sizeof and nothing
// else.
#ifndef WW_BASE_MEMORY_H
#define WW_BASE_MEMORY_H
#include <stddef.h>

#define WW_ALIGNMENT 64 // bytes; a cache line, and the widest vector register

// One object of a size fixed in the source: zeroed, never NULL. Release with free().
void *ww_alloc(size_t bytes);
// Called (in any thread) before abort() when a small allocation fails; NULL: nothing is.
void ww_memory_set_handler(void (*handler)(size_t bytes));
// What ww_alloc does when `bytes` are not to be had.
_Noreturn void ww_out_of_memory(size_t bytes);
// Copy of a string / of the first `length` bytes of one; never NULL. Release with free().
char *ww_strdup(const char *s);
char *ww_strndup(const char *s, size_t length);
// Formatted string; never NULL. Release with free().
char *ww_strf(const char *format, ...) __attribute__((format(printf, 1, 2)));

// Zeroed memory, or NULL. `bytes` or `count` of 0 give a valid pointer; a product that overflows gives NULL. Release
// with free().
void *ww_try_alloc(size_t bytes);
void *ww_try_array(size_t count, size_t size);
char *ww_try_strdup(const char *s);
// `items` (from ww_try_array, or NULL) with room for `wider` items of which the first `count` are kept and the rest are
// zeroed; NULL: no memory, and `items` is as it was.
void *ww_try_widen(void *items, size_t count, size_t wider, size_t size);

// count * size bytes, aligned to WW_ALIGNMENT, not zeroed; NULL when the product overflows, exceeds `max_bytes` or
// there is no memory. A count of 0 gives a valid pointer. Release with free().
void *ww_alloc_array(size_t count, size_t size, size_t max_bytes);
// The same, zeroed.
void *ww_alloc_array0(size_t count, size_t size, size_t max_bytes);

#endif
