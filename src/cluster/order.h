// SPDX-License-Identifier: MIT
// Puts vectors that are likely near one another side by side, so that near pairs fall into few tiles of the sieve and
// most tiles hold none. Only the speed depends on it.
#ifndef WW_CLUSTER_ORDER_H
#define WW_CLUSTER_ORDER_H
#include "cluster/kernels.h"

// Rearranges `row`, which names `rows` of the vectors.
void ww_order_rows(const float *vectors, int dim, double eps, const ww_cluster_kernels *kernels, uint32_t *row,
                   size_t rows);

#endif
