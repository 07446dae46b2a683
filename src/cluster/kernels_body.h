// SPDX-License-Identifier: MIT
// Loops that need no intrinsics: written once, inlined into a function of each instruction set, where the compiler
// widens them.
#ifndef WW_CLUSTER_KERNELS_BODY_H
#define WW_CLUSTER_KERNELS_BODY_H
#include "cluster/kernels.h"
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

static inline __attribute__((always_inline)) void ww_keep_best_body(const int32_t *sums, const int32_t *less,
                                                                    uint32_t first, int32_t *restrict best,
                                                                    uint32_t *restrict id)
{
    for (uint32_t r = 0; r < WW_TILE_X; r++)
        for (size_t l = 0; l < WW_TILE_Y; l++) {
            const int32_t value = 2 * sums[r * WW_TILE_Y + l] - less[r];
            id[l] = value > best[l] ? first + r : id[l];
            best[l] = value > best[l] ? value : best[l];
        }
}

static inline __attribute__((always_inline)) void ww_largest_body(const int32_t *values, size_t panels,
                                                                  int32_t *restrict out)
{
    for (size_t p = 0; p < panels; p++, values += WW_PANEL) {
        int32_t most = values[0];
        for (size_t l = 1; l < WW_PANEL; l++)
            most = values[l] > most ? values[l] : most;
        out[p] = most;
    }
}

// One more than the product truncated is more than the product, whatever its rounding (radii are a little too large).
static inline __attribute__((always_inline)) int32_t ww_screened(const ww_screen *s, size_t row)
{
    return s->sum[row] + s->more[row / WW_PANEL] + WW_SCREEN_SLACK + (int32_t)(s->radius[row] * s->other_radius);
}

static inline __attribute__((always_inline)) size_t ww_screen_body(const ww_screen *s, uint32_t *restrict left)
{
    size_t count = 0;
    for (size_t row = 0; row < s->panels * WW_PANEL; row++)
        if (s->taken[row / WW_PANEL] >> row % WW_PANEL & 1 && ww_screened(s, row) >= 0)
            left[count++] = (uint32_t)row;
    return count;
}

static inline __attribute__((always_inline)) void ww_limits_body(const ww_screen *s, const int32_t *base,
                                                                 int32_t *restrict limit)
{
    for (size_t row = 0; row < s->panels * WW_PANEL; row++)
        limit[row] = base[row] - ww_screened(s, row) - 1;
}

// The functions of an instruction set that are these loops and no more: rotate_NAME and so on.
#define WW_KERNELS_OF_LOOPS(NAME, TARGET)                                                                              \
    TARGET static void rotate_##NAME(const float *basis, const float *in, float *out, size_t dim)                      \
    {                                                                                                                  \
        ww_rotate_body(basis, in, out, dim);                                                                           \
    }                                                                                                                  \
    TARGET static void products_##NAME(const float *columns, size_t count, size_t dim,                                 \
                                       const float *const row[WW_PRODUCT_ROWS], float *out)                            \
    {                                                                                                                  \
        ww_products_body(columns, count, dim, row, out);                                                               \
    }                                                                                                                  \
    TARGET static void keep_best_##NAME(const int32_t *sums, const int32_t *less, uint32_t first, int32_t *best,       \
                                        uint32_t *id)                                                                  \
    {                                                                                                                  \
        ww_keep_best_body(sums, less, first, best, id);                                                                \
    }                                                                                                                  \
    TARGET static void largest_##NAME(const int32_t *values, size_t panels, int32_t *out)                              \
    {                                                                                                                  \
        ww_largest_body(values, panels, out);                                                                          \
    }                                                                                                                  \
    TARGET static void limits_##NAME(const ww_screen *screen, const int32_t *base, int32_t *limit)                     \
    {                                                                                                                  \
        ww_limits_body(screen, base, limit);                                                                           \
    }
#endif
