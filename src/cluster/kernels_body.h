// SPDX-License-Identifier: MIT
// A loop that needs no intrinsics: written once, inlined into a function of each instruction set, where the compiler
// widens it.
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
#endif
