// SPDX-License-Identifier: MIT
// Exact neighbours: of each vector the k nearest within a distance, found with the sieve.
#ifndef WW_CLUSTER_NEIGHBOURS_H
#define WW_CLUSTER_NEIGHBOURS_H
#include "cluster/cluster.h"

typedef struct ww_neighbours_options {
    double distance_max;
    int k; // 1 to 1024
    int threads;
    const uint32_t *rank;         // count entries, all different: parts neighbours of equal distance; NULL: by index
    const bool *asks;             // count entries: whose neighbours are wanted; NULL: everyone's
    const bool *answers;          // count entries: who may be a neighbour; NULL: everyone
    ww_cluster_progress progress; // may be NULL
    void *user;
} ww_neighbours_options;

typedef struct ww_neighbours {
    size_t count;
    int k;
    int32_t *found;     // count: how many each has, at most k
    ww_neighbour *near; // count x k, nearest first
} ww_neighbours;

ww_status ww_neighbours_find(ww_neighbours *neighbours, const float *vectors, size_t count, int dim,
                             const ww_neighbours_options *options, ww_error *err);
void ww_neighbours_free(ww_neighbours *neighbours);

// For those who gather neighbours bit by bit (search_parts.c): `near` holds a heap of each, until they are sorted.
void ww_neighbours_offer(ww_neighbours *neighbours, const uint32_t *rank, size_t to, ww_neighbour neighbour);
void ww_neighbours_sort(ww_neighbours *neighbours, const uint32_t *rank);

#endif
