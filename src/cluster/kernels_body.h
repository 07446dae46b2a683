// SPDX-License-Identifier: MIT
// Loops that need no intrinsics: written once, inlined into a function of each instruction set, where the compiler
// widens them.
#ifndef WW_CLUSTER_KERNELS_BODY_H
#define WW_CLUSTER_KERNELS_BODY_H
#include <stddef.h>
#include <string.h>

enum { WW_DOT_LANES = 16, WW_DOT_FLOAT_LANES = 32 }; // sums that run side by side

static inline __attribute__((always_inline)) void ww_rotate_body(const float *restrict basis, const float *restrict in,
                                                                 float *restrict out, size_t dim)
{
    memset(out, 0, dim * sizeof *out);
    for (size_t i = 0; i < dim; i++) {
        const float value = in[i], *row = basis + i * dim;
        for (size_t k = 0; k < dim; k++)
            out[k] += value * row[k];
    }
}

enum { WW_PRODUCT_ROWS = 4, WW_PRODUCT_COLUMNS = 16 };
typedef float ww_eight_floats __attribute__((vector_size(32), aligned(4), may_alias));

// Every sum goes from the first dimension on, by multiplication and addition: the same bits everywhere.
static inline __attribute__((always_inline)) void ww_products_body(const float *columns, size_t count, size_t dim,
                                                                   const float *const row[WW_PRODUCT_ROWS], float *out)
{
    for (size_t c = 0; c < count; c += WW_PRODUCT_COLUMNS, columns += dim * WW_PRODUCT_COLUMNS) {
        ww_eight_floats sum[WW_PRODUCT_ROWS][2] = {{{0}}};
        for (size_t d = 0; d < dim; d++) {
            const ww_eight_floats *column = (const ww_eight_floats *)(const void *)(columns + d * WW_PRODUCT_COLUMNS);
            _Pragma("GCC unroll 4") for (int r = 0; r < WW_PRODUCT_ROWS; r++)
            {
                sum[r][0] += row[r][d] * column[0];
                sum[r][1] += row[r][d] * column[1];
            }
        }
        for (size_t r = 0; r < WW_PRODUCT_ROWS; r++)
            memcpy(out + r * count + c, sum[r], sizeof sum[r]);
    }
}
#endif
