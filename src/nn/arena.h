// SPDX-License-Identifier: MIT
// Memory planning: buffers that are not needed at the same time share the same bytes.
#ifndef WW_NN_ARENA_H
#define WW_NN_ARENA_H
#include <stdbool.h>
#include <stddef.h>

typedef struct ww_arena_span {
    size_t bytes;
    int first, last; // steps of the program between which (inclusive) the buffer holds something
    size_t offset;   // result; a multiple of the alignment
} ww_arena_span;

// Places every span so that no two overlap both in time and in memory; *total_bytes: what they need together, at most
// the sum of all. False: no memory to plan it.
// Largest first, each at the lowest place that is free (greedy by size: Pisarchyk and Lee 2020, arXiv:2001.03288).
bool ww_arena_plan(ww_arena_span *span, size_t count, size_t *total_bytes);

#endif
