// SPDX-License-Identifier: MIT
#include "cluster/columns.h"
#include "base/memory.h"
#include <math.h>
#include <stdlib.h>

ww_status ww_columns_allocate(ww_columns *c, size_t count, size_t dim, const ww_cluster_kernels *kernels, ww_error *err)
{
    const size_t padded = (count + WW_PRODUCT_COLUMNS - 1) / WW_PRODUCT_COLUMNS * WW_PRODUCT_COLUMNS;
    *c = (ww_columns){.count = count, .padded = padded, .dim = dim, .kernels = kernels};
    c->value = ww_alloc_array0(padded, dim * sizeof *c->value, SIZE_MAX);
    c->squared = ww_alloc_array(padded, sizeof *c->squared, SIZE_MAX);
    for (size_t k = 0; c->squared && k < padded; k++)
        c->squared[k] = INFINITY;
    return c->value && c->squared ? WW_OK : ww_fail_memory(err, "%zu vectors to compare with", count);
}

void ww_columns_free(ww_columns *c)
{
    free(c->value);
    free(c->squared);
}

void ww_columns_put(ww_columns *c, size_t at, const float *x)
{
    float *to = c->value + at / WW_PRODUCT_COLUMNS * WW_PRODUCT_COLUMNS * c->dim + at % WW_PRODUCT_COLUMNS;
    for (size_t d = 0; d < c->dim; d++)
        to[d * WW_PRODUCT_COLUMNS] = x[d];
    c->squared[at] = c->kernels->dot_float(x, x, c->dim);
}

void ww_columns_measure(const ww_columns *c, const float *const row[WW_PRODUCT_ROWS], float *to)
{
    c->kernels->products(c->value, c->padded, c->dim, row, to);
    for (size_t r = 0; r < WW_PRODUCT_ROWS; r++)
        for (size_t k = 0; k < c->padded; k++)
            to[r * c->padded + k] = c->squared[k] - 2 * to[r * c->padded + k];
}
