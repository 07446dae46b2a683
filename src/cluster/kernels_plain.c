// SPDX-License-Identifier: MIT
#include "cluster/kernels.h"
#include "cluster/kernels_body.h"
#if defined(__x86_64__)
#include "cluster/kernels_x86.h"
#endif
#include <string.h>

// Of one row of x, whose groups are `x_step` apart, and one of a panel.
static int32_t sum_of_products(const int8_t *x, size_t x_step, const uint8_t *y, int groups)
{
    int32_t sum = 0;
    for (int g = 0; g < groups; g++, x += x_step, y += WW_PANEL * WW_GROUP)
        for (int d = 0; d < WW_GROUP; d++)
            sum += x[d] * y[d];
    return sum;
}

static bool is_over(const ww_sieve_tile *t, const ww_sieve_bound *bound, size_t r, size_t l)
{
    const uint8_t *y = t->y + l / WW_PANEL * t->panel_bytes + l % WW_PANEL * WW_GROUP;
    return bound->y_start[l] + sum_of_products(t->x + r * WW_GROUP, WW_TILE_X * WW_GROUP, y, bound->groups)
           > bound->x_limit[r];
}

static bool sieve_plain(const ww_sieve_tile *t, uint64_t may[WW_TILE_X])
{
    uint64_t found[WW_TILE_X] = {0}, all = 0;
    for (size_t r = 0; r < WW_TILE_X; r++) {
        for (size_t l = 0; l < WW_TILE_Y; l++)
            if ((t->head.groups == t->all.groups || is_over(t, &t->head, r, l)) && is_over(t, &t->all, r, l))
                found[r] |= UINT64_C(1) << l;
        all |= found[r];
    }
    if (all)
        memcpy(may, found, sizeof found);
    return all != 0;
}

static double dot_plain(const float *a, const float *b, size_t dim)
{
    double lane[WW_DOT_LANES] = {0};
    size_t k = 0;
    for (; k + WW_DOT_LANES <= dim; k += WW_DOT_LANES)
        for (int l = 0; l < WW_DOT_LANES; l++)
            lane[l] += (double)a[k + l] * (double)b[k + l];
    for (int half = WW_DOT_LANES / 2; half > 0; half /= 2)
        for (int l = 0; l < half; l++)
            lane[l] += lane[l + half];
    for (; k < dim; k++)
        lane[0] += (double)a[k] * (double)b[k];
    return lane[0];
}

static float dot_float_plain(const float *a, const float *b, size_t dim)
{
    float lane[WW_DOT_FLOAT_LANES] = {0};
    size_t k = 0;
    for (; k + WW_DOT_FLOAT_LANES <= dim; k += WW_DOT_FLOAT_LANES)
        for (int l = 0; l < WW_DOT_FLOAT_LANES; l++)
            lane[l] += a[k + l] * b[k + l];
    for (int half = WW_DOT_FLOAT_LANES / 2; half > 0; half /= 2)
        for (int l = 0; l < half; l++)
            lane[l] += lane[l + half];
    for (; k < dim; k++)
        lane[0] += a[k] * b[k];
    return lane[0];
}

static void sums_plain(const ww_centre_tile *t, int32_t *out, size_t stride)
{
    for (size_t r = 0; r < WW_TILE_X; r++)
        for (size_t l = 0; l < WW_TILE_Y; l++)
            out[r * stride + l] =
                t->from[r * t->from_step + l]
                + sum_of_products(t->x + r * WW_GROUP, WW_TILE_X * WW_GROUP,
                                  t->y + l / WW_PANEL * t->panel_bytes + l % WW_PANEL * WW_GROUP, t->groups);
}

static size_t screen_plain(const ww_screen *screen, uint32_t *left) { return ww_screen_body(screen, left); }

static size_t panel_plain(const ww_panel_test *t, uint32_t *rows, size_t count, uint32_t *left, uint16_t *may)
{
    size_t found = 0;
    for (size_t k = 0; k < count; k++) {
        const uint32_t r = rows[k];
        const int32_t *start = t->start + t->start_of[r / WW_PANEL];
        unsigned bits = 0;
        for (size_t l = 0; l < WW_PANEL; l++)
            if (start[l] + sum_of_products(t->x + r * t->row_bytes, WW_GROUP, t->y + l * WW_GROUP, t->groups)
                > t->limit[r])
                bits |= 1U << l;
        left[found] = r;
        may[found] = (uint16_t)bits;
        found += bits != 0;
    }
    return found;
}

WW_KERNELS_OF_LOOPS(plain, )

static const ww_cluster_kernels kernels_plain = {.name = "plain",
                                                 .levels = 127,
                                                 .offset = 128,
                                                 .strip_x = 1,
                                                 .strip_y = 1,
                                                 .sieve = sieve_plain,
                                                 .sums = sums_plain,
                                                 .keep_best = keep_best_plain,
                                                 .largest = largest_plain,
                                                 .screen = screen_plain,
                                                 .limits = limits_plain,
                                                 .panel = panel_plain,
                                                 .dot = dot_plain,
                                                 .dot_float = dot_float_plain,
                                                 .rotate = rotate_plain,
                                                 .products = products_plain};

size_t ww_cluster_kernels_usable(const ww_cluster_kernels **tables, size_t max)
{
    size_t count = 0;
    if (count < max)
        tables[count++] = &kernels_plain;
#if defined(__x86_64__)
    if (count < max && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        tables[count++] = &ww_cluster_kernels_avx2;
    if (count < max && count == 2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vnni"))
        tables[count++] = &ww_cluster_kernels_avx512vnni;
#endif
    return count;
}

const ww_cluster_kernels *ww_cluster_kernels_best(void)
{
    const ww_cluster_kernels *tables[8];
    return tables[ww_cluster_kernels_usable(tables, 8) - 1];
}
