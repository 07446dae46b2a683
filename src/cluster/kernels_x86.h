// SPDX-License-Identifier: MIT
// Tables for x86-64; see kernels.h. Each may be called only where the processor has what its name says.
#ifndef WW_CLUSTER_KERNELS_X86_H
#define WW_CLUSTER_KERNELS_X86_H
#include "cluster/kernels.h"
#include <string.h>

extern const ww_cluster_kernels ww_cluster_kernels_avx2, ww_cluster_kernels_avx512vnni;

// The four values of a group, as they go into all lanes of a register.
static inline int32_t ww_load_group(const int8_t *x)
{
    int32_t four;
    memcpy(&four, x, sizeof four);
    return four;
}

// Loops of AVX-512 VNNI, as in ww_cluster_kernels.
bool ww_sieve_avx512(const ww_sieve_tile *tile, uint64_t may[WW_TILE_X]);
void ww_sums_avx512(const ww_centre_tile *tile, int32_t *out, size_t stride);
void ww_keep_best_avx512(const int32_t *sums, const int32_t *less, uint32_t first, int32_t *best, uint32_t *id);
void ww_largest_avx512(const int32_t *values, size_t panels, int32_t *out);
size_t ww_screen_avx512(const ww_screen *screen, uint32_t *left);
void ww_limits_avx512(const ww_screen *screen, const int32_t *base, int32_t *limit);
size_t ww_panel_avx512(const ww_panel_test *test, uint32_t *rows, size_t count, uint32_t *left, uint16_t *may);

#endif
