// SPDX-License-Identifier: MIT
// Union-find over 0 .. count-1. One thread at a time may join (the caller's lock); any thread may ask at any time. The
// root of a set is always its smallest member, so that the forest ends up the same whatever the order of the joins.
#ifndef WW_BASE_FOREST_H
#define WW_BASE_FOREST_H
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

typedef _Atomic uint32_t ww_forest; // an array of parents

static inline void ww_forest_init(ww_forest *forest, size_t count)
{
    for (size_t i = 0; i < count; i++)
        atomic_init(&forest[i], (uint32_t)i);
}

// A parent never moves out of its set, so an answer of "the same root" is true from then on, even while others join.
static inline uint32_t ww_forest_root(const ww_forest *forest, uint32_t i)
{
    for (;;) {
        const uint32_t parent = atomic_load_explicit(&forest[i], memory_order_relaxed);
        if (parent == i)
            return i;
        i = parent;
    }
}

// Points everyone between `i` and the root at the root; only for the thread that joins.
static inline uint32_t ww_forest_root_compress(ww_forest *forest, uint32_t i)
{
    const uint32_t root = ww_forest_root(forest, i);
    while (i != root) {
        const uint32_t parent = atomic_load_explicit(&forest[i], memory_order_relaxed);
        atomic_store_explicit(&forest[i], root, memory_order_relaxed);
        i = parent;
    }
    return root;
}

static inline void ww_forest_join(ww_forest *forest, uint32_t a, uint32_t b)
{
    const uint32_t x = ww_forest_root_compress(forest, a), y = ww_forest_root_compress(forest, b);
    atomic_store_explicit(&forest[x > y ? x : y], x < y ? x : y, memory_order_relaxed);
}
#endif
