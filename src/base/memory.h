// SPDX-License-Identifier: MIT
// Memory: two kinds of allocation and nothing else.
//
// Small ones (structs, names, handles: a size the programmer knows) cannot fail: ww_alloc and friends end the program with
// a message when the machine has not even that much left. Sized ones (pixels, tensors, counts read from a file) can: the
// caller names the bound, and gets NULL for "more than the bound" and for "no memory" alike.
#ifndef WW_BASE_MEMORY_H
#define WW_BASE_MEMORY_H
#include <stddef.h>

#define WW_ALIGNMENT 64 // bytes; a cache line, and the widest vector register

// Zeroed; never NULL. Release with free().
void *ww_alloc(size_t bytes);
// Copy of a string / of the first `length` bytes of one; never NULL. Release with free().
char *ww_strdup(const char *s);
char *ww_strndup(const char *s, size_t length);
// Formatted string; never NULL. Release with free().
char *ww_strf(const char *format, ...) __attribute__((format(printf, 1, 2)));

// count * size bytes, aligned to WW_ALIGNMENT, not zeroed; NULL when the product overflows, exceeds `max_bytes` or there is
// no memory. A count of 0 gives a valid pointer. Release with free().
void *ww_alloc_array(size_t count, size_t size, size_t max_bytes);
// The same, zeroed.
void *ww_alloc_array0(size_t count, size_t size, size_t max_bytes);

#endif
