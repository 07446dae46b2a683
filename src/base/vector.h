// SPDX-License-Identifier: MIT
// A growing array: declare `WW_VECTOR(T) name;`, zero it, push, free. A push that finds no memory is false and changes
// nothing.
#ifndef WW_BASE_VECTOR_H
#define WW_BASE_VECTOR_H
#include "base/memory.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#define WW_VECTOR(T)                                                                                                   \
    struct {                                                                                                           \
        T *item;                                                                                                       \
        size_t count, capacity;                                                                                        \
    }

// Makes room for one more item of `size` bytes in a WW_VECTOR; used by the macro below only.
bool ww_vector_grow(void *vector, size_t size);

__attribute__((warn_unused_result)) static inline bool ww_vector_pushed(bool pushed) { return pushed; }

// Whether `value` was appended: if (!ww_vector_push(&list, value)) return ww_fail_memory(err, "...");
#define ww_vector_push(v, value)                                                                                       \
    ww_vector_pushed(((v)->count < (v)->capacity || ww_vector_grow((v), sizeof *(v)->item))                            \
                     && ((v)->item[(v)->count++] = (value), true))
// The same for a few items whose number the source bounds (and in tests): ends the process as ww_alloc does.
#define ww_vector_add(v, value)                                                                                        \
    do {                                                                                                               \
        if (!ww_vector_push(v, value))                                                                                 \
            ww_out_of_memory(sizeof *(v)->item);                                                                       \
    } while (0)
#define ww_vector_free(v) (free((v)->item), (v)->item = NULL, (v)->count = (v)->capacity = 0)

#endif
