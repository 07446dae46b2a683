// SPDX-License-Identifier: MIT
// Searches for near vectors (whoswho/distribute.h) among vectors in blocks: within one, or between two. Whoever looks
// at every block and every two of them, each once, and puts together what was found has what a search among all finds.
#ifndef WW_CLUSTER_SEARCH_PARTS_H
#define WW_CLUSTER_SEARCH_PARTS_H
#include "base/vector.h"
#include "cluster/block.h"
#include "cluster/neighbours.h"

typedef struct ww_search_parts {
    const float *vectors; // the rows of a, then those of b
    const double *spread; // likewise; NULL: none
    ww_block a, b;        // b.count 0: within a
    int dim, threads;
    size_t total; // rows of all blocks
    double radius;
} ww_search_parts;

typedef WW_VECTOR(ww_pair) ww_found_pairs;

// Adds the near pairs, by their numbers among all.
ww_status ww_search_parts_pairs(const ww_search_parts *parts, ww_found_pairs *found, ww_error *err);

typedef struct ww_part_neighbours { // of a block
    ww_neighbours near;             // heaps, by numbers among all; the lower number is the nearer at equal distance
    const uint8_t *roles;
} ww_part_neighbours;

// Offers near vectors to each other. `b` is not looked at where parts->b is empty.
ww_status ww_search_parts_neighbours(const ww_search_parts *parts, ww_part_neighbours *a, ww_part_neighbours *b,
                                     ww_error *err);

#endif
