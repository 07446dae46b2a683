// SPDX-License-Identifier: MIT
#include "cluster/kernels.h"
#include "cluster/kernels_body.h"
#if defined(__x86_64__)
#include "cluster/kernels_x86.h"
#endif
#include <string.h>

static bool is_over(const ww_sieve_tile *t, const ww_sieve_bound *bound, int r, int l)
{
    const int8_t *x = t->x + (size_t)r * WW_GROUP;
    const uint8_t *y = t->y + (size_t)(l / WW_PANEL) * t->panel_bytes + (size_t)(l % WW_PANEL) * WW_GROUP;
    int32_t sum = bound->y_start[l];
    for (int g = 0; g < bound->groups; g++, x += WW_TILE_X * WW_GROUP, y += WW_PANEL * WW_GROUP)
        for (int d = 0; d < WW_GROUP; d++)
            sum += x[d] * y[d];
    return sum > bound->x_limit[r];
}

static bool sieve_plain(const ww_sieve_tile *t, uint64_t may[WW_TILE_X])
{
    uint64_t found[WW_TILE_X] = {0}, all = 0;
    for (int r = 0; r < WW_TILE_X; r++) {
        for (int l = 0; l < WW_TILE_Y; l++)
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

static void rotate_plain(const float *basis, const float *in, float *out, size_t dim)
{
    ww_rotate_body(basis, in, out, dim);
}

static void products_plain(const float *columns, size_t count, size_t dim, const float *const row[4], float *out)
{
    ww_products_body(columns, count, dim, row, out);
}

static const ww_cluster_kernels kernels_plain = {
    "plain", 127, 128, 1, 1, false, sieve_plain, dot_plain, dot_float_plain, rotate_plain, products_plain};

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
