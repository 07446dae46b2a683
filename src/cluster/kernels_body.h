// SPDX-License-Identifier: MIT
// Loops that need no intrinsics: written once, inlined into a function of each instruction set, where the compiler widens them.
#ifndef WW_CLUSTER_KERNELS_BODY_H
#define WW_CLUSTER_KERNELS_BODY_H
#include <stddef.h>

#define WW_INLINE static inline __attribute__((always_inline))
enum { WW_DOT_LANES = 16 };

WW_INLINE double ww_dot_body(const float *a, const float *b, size_t dim)
{
    double lane[WW_DOT_LANES] = {0};
    size_t k = 0;
    for (; k + WW_DOT_LANES <= dim; k += WW_DOT_LANES)
        for (int l = 0; l < WW_DOT_LANES; l++)
            lane[l] += (double)a[k + l] * (double)b[k + l];
    for (int l = 0; k < dim; k++, l++)
        lane[l] += (double)a[k] * (double)b[k];
    for (int half = WW_DOT_LANES / 2; half > 0; half /= 2)
        for (int l = 0; l < half; l++)
            lane[l] += lane[l + half];
    return lane[0];
}

WW_INLINE void ww_rotate_body(const float *restrict basis, const float *restrict in, float *restrict out, size_t dim)
{
    for (size_t k = 0; k < dim; k++)
        out[k] = 0;
    for (size_t i = 0; i < dim; i++) {
        const float value = in[i], *row = basis + i * dim;
        for (size_t k = 0; k < dim; k++)
            out[k] += value * row[k];
    }
}
#endif
