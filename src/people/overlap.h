// SPDX-License-Identifier: MIT
// What two ways of grouping the same faces have in common.
#ifndef WW_PEOPLE_OVERLAP_H
#define WW_PEOPLE_OVERLAP_H
#include "base/vector.h"
#include <stdbool.h>
#include <stdint.h>

typedef struct ww_overlap {
    int32_t number, label; // of a group of either way, 0 or more
    int64_t faces;         // that are in both
    size_t rank;           // of the number among those that occur, 0, 1, ...
} ww_overlap;
typedef WW_VECTOR(ww_overlap) ww_overlaps;

// A face that is in both. False: no memory.
bool ww_overlaps_add(ww_overlaps *overlaps, int32_t number, int32_t label);
// One entry for each pair from here on, the most faces first, and sets the ranks. Returns how many numbers there are.
size_t ww_overlaps_count(ww_overlaps *overlaps);

#endif
