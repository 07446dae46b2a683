// SPDX-License-Identifier: MIT
// Vectors that many rows are compared with, four rows at a time.
#ifndef WW_CLUSTER_COLUMNS_H
#define WW_CLUSTER_COLUMNS_H
#include "base/error.h"
#include "cluster/kernels.h"
#include "cluster/kernels_body.h"

typedef struct ww_columns {
    size_t count, padded; // padded: a multiple of 16
    size_t dim;
    const ww_cluster_kernels *kernels;
    float *value;   // see ww_cluster_kernels.products
    float *squared; // padded: of each |x|^2; INFINITY where there is none
} ww_columns;

// Room for `count` vectors; what is not put there is near nobody. To be freed after a failure too.
ww_status ww_columns_allocate(ww_columns *columns, size_t count, size_t dim, const ww_cluster_kernels *kernels,
                              ww_error *err);
void ww_columns_free(ww_columns *columns);
// Makes a copy of x the vector number `at`.
void ww_columns_put(ww_columns *columns, size_t at, const float *x);

// How far four rows are from each column: squared distance less |row|^2, which all columns share. to: 4 x padded.
void ww_columns_measure(const ww_columns *columns, const float *const row[WW_PRODUCT_ROWS], float *to);

#endif
