// SPDX-License-Identifier: MIT
// A growing array for small things: declare `WW_VECTOR(T) name;`, zero it, push, free. Growth goes through the allocator that
// cannot fail, so it is for lists whose length the programmer bounds, never for pixels or counts read from a file.
#ifndef WW_BASE_VECTOR_H
#define WW_BASE_VECTOR_H
#include <stddef.h>

#define WW_VECTOR(T) struct { T *item; size_t count, capacity; }

// Makes room for one more item of `size` bytes; used by the macro below only.
void *ww_vector_grow(void *items, size_t count, size_t *capacity, size_t size);

#define ww_vector_push(v, value) \
    do { \
        (v)->item = ww_vector_grow((v)->item, (v)->count, &(v)->capacity, sizeof *(v)->item); \
        (v)->item[(v)->count++] = (value); \
    } while (0)
#define ww_vector_free(v) (free((v)->item), (v)->item = NULL, (v)->count = (v)->capacity = 0)

#endif
