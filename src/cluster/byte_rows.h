// SPDX-License-Identifier: MIT
// Sums over rows of signed bytes, one at a time.
#ifndef WW_CLUSTER_BYTE_ROWS_H
#define WW_CLUSTER_BYTE_ROWS_H
#include <stddef.h>
#include <stdint.h>

static inline int32_t ww_byte_row_squared_length(const int8_t *x, size_t n)
{
    int32_t sum = 0;
    for (size_t d = 0; d < n; d++)
        sum += x[d] * x[d];
    return sum;
}

static inline int32_t ww_byte_row_sum(const int8_t *x, size_t n)
{
    int32_t sum = 0;
    for (size_t d = 0; d < n; d++)
        sum += x[d];
    return sum;
}

static inline int32_t ww_byte_row_squared_distance(const int8_t *x, const int8_t *y, size_t n)
{
    int32_t sum = 0;
    for (size_t d = 0; d < n; d++)
        sum += (x[d] - y[d]) * (x[d] - y[d]);
    return sum;
}

#endif
