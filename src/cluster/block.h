// SPDX-License-Identifier: MIT
// Vectors in blocks of rows, which may lie on several machines and are compared two at a time.
#ifndef WW_CLUSTER_BLOCK_H
#define WW_CLUSTER_BLOCK_H
#include <stddef.h>
#include <stdint.h>

typedef struct ww_block {
    size_t first, count; // rows of all
} ww_block;

// The number among all of a row of those of `a` with those of `b` after them.
static inline uint32_t ww_block_row(ww_block a, ww_block b, uint32_t row)
{
    return (uint32_t)(row < a.count ? a.first + row : b.first + (row - a.count));
}

#endif
