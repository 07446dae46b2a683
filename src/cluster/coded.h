// SPDX-License-Identifier: MIT
// Vectors rounded to bytes that many rows are compared with, 48 rows at a time: a quarter of the time that floats take
// (columns.h), for what need not be exact. The same numbers on every processor: levels are few enough for all kernels.
#ifndef WW_CLUSTER_CODED_H
#define WW_CLUSTER_CODED_H
#include "base/error.h"
#include "cluster/kernels.h"

enum { WW_CODED_ROWS = WW_TILE_Y };

typedef struct ww_coded {
    const ww_cluster_kernels *kernels;
    size_t count, padded; // padded: a multiple of WW_TILE_X
    int dim, groups;
    float *mean, inverse; // a value is rounded as (value - mean) * inverse
    int8_t *tiles;        // see ww_cluster_kernels.sums
    int32_t *less;        // padded: |code|^2 and what the offset of the rows adds
} ww_coded;

// Codes of `count` vectors of `dim` values, all finite. To be freed after a failure too.
ww_status ww_coded_build(ww_coded *coded, const float *vectors, size_t count, int dim,
                         const ww_cluster_kernels *kernels, ww_error *err);
void ww_coded_free(ww_coded *coded);

// Some of them, in the same steps.
typedef struct ww_coded_part {
    const ww_coded *of;
    ww_coded coded; // to compare rows with
} ww_coded_part;

// Room for so many. False: no memory; to be freed all the same.
bool ww_coded_part_allocate(ww_coded_part *part, const ww_coded *of, size_t count);
void ww_coded_part_free(ww_coded_part *part);
void ww_coded_part_take(ww_coded_part *part, const uint16_t *which);

// The nearest of each of up to WW_CODED_ROWS rows; of equals, the lowest number. scratch: so many floats.
void ww_coded_find_nearest(const ww_coded *coded, const float *const *row, size_t rows, float *scratch, uint16_t *to);
size_t ww_coded_nearest_scratch(const ww_coded *coded);

// Distances of up to WW_CODED_ROWS rows, in squared steps: squared distance less |row|^2, which all vectors share.
// scratch: so many floats; in it: rows x count.
const int32_t *ww_coded_distances(const ww_coded *coded, const float *const *row, size_t rows, float *scratch);
size_t ww_coded_distances_scratch(const ww_coded *coded);
// By the distances of one row, how many are nearer than one; of equals, the lowest number first.
size_t ww_coded_rank(const int32_t *distance, size_t count, size_t which);

// The `wanted` nearest of each of up to WW_CODED_ROWS rows, the nearest first, the others in no order. to: rows x
// wanted. scratch: so many floats.
void ww_coded_choose(const ww_coded *coded, const float *const *row, size_t rows, size_t wanted, float *scratch,
                     uint16_t *to);
size_t ww_coded_choose_scratch(const ww_coded *coded, size_t wanted);

#endif
