// SPDX-License-Identifier: MIT
#include "cluster/coded.h"
#include "base/memory.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEVELS = 63, FAR = INT32_MAX / 2, AT_ONCE = 64 };
#define ROOM 1.25F // rows go farther from the mean than centres do

static void find_steps(ww_coded *c, const float *vectors)
{
    const size_t dim = (size_t)c->dim;
    float largest = 0;
    for (size_t d = 0; d < dim; d++) {
        double sum = 0;
        for (size_t k = 0; k < c->count; k++)
            sum += vectors[k * dim + d];
        c->mean[d] = (float)(sum / (double)c->count);
    }
    for (size_t k = 0; k < c->count * dim; k++)
        largest = fmaxf(largest, fabsf(vectors[k] - c->mean[k % dim]));
    c->inverse = largest > 0 && isfinite(largest) ? (float)LEVELS / (ROOM * largest) : 1;
}

// Codes of the values from `first` on, 0 beyond the last.
static void code_values(const ww_coded *c, const float *x, size_t first, int8_t to[AT_ONCE])
{
    const size_t left = (size_t)c->dim - first, count = left < AT_ONCE ? left : AT_ONCE;
    const float *mean = c->mean + first, inverse = c->inverse;
    memset(to, 0, AT_ONCE);
    x += first;
    for (size_t d = 0; d < count; d++) {
        const float scaled = (x[d] - mean[d]) * inverse, low = scaled > -LEVELS ? scaled : -LEVELS,
                    kept = low < LEVELS ? low : LEVELS;
        to[d] = (int8_t)((int)(kept + (LEVELS + 0.5F)) - LEVELS);
    }
}

static void put(ww_coded *c, size_t at, const float *x)
{
    const size_t groups = (size_t)c->groups, step = (size_t)WW_TILE_X * WW_GROUP;
    int8_t *to = c->tiles + ww_tile_row(at, groups), q[AT_ONCE];
    int32_t squared = 0, sum = 0;
    for (size_t first = 0; first < (size_t)c->dim; first += AT_ONCE) {
        code_values(c, x, first, q);
        for (size_t d = 0; d < AT_ONCE; d++) {
            squared += q[d] * q[d];
            sum += q[d];
        }
        for (size_t g = first / WW_GROUP; g < groups && g < (first + AT_ONCE) / WW_GROUP; g++)
            memcpy(to + g * step, q + (g * WW_GROUP - first), WW_GROUP);
    }
    c->less[at] = squared + 2 * c->kernels->offset * sum;
}

ww_status ww_coded_build(ww_coded *c, const float *vectors, size_t count, int dim, const ww_cluster_kernels *kernels,
                         ww_error *err)
{
    const size_t padded = (count + WW_TILE_X - 1) / WW_TILE_X * WW_TILE_X;
    *c = (ww_coded){.kernels = kernels, .count = count, .padded = padded, .dim = dim};
    c->groups = (dim + WW_GROUP - 1) / WW_GROUP;
    c->mean = ww_alloc_array((size_t)dim, sizeof *c->mean, SIZE_MAX);
    c->tiles = ww_alloc_array0(padded, (size_t)c->groups * WW_GROUP, SIZE_MAX);
    c->less = ww_alloc_array(padded, sizeof *c->less, SIZE_MAX);
    if (!c->mean || !c->tiles || !c->less)
        return ww_fail_memory(err, "%zu vectors to compare with", count);
    for (size_t k = 0; k < padded; k++)
        c->less[k] = FAR;
    if (count > 0)
        find_steps(c, vectors);
    for (size_t k = 0; k < count; k++)
        put(c, k, vectors + k * (size_t)dim);
    return WW_OK;
}

void ww_coded_free(ww_coded *c)
{
    free(c->mean);
    free(c->tiles);
    free(c->less);
}

static size_t panel_bytes(const ww_coded *c) { return (size_t)c->groups * WW_GROUP * WW_CODED_ROWS; }

static void code_rows(const ww_coded *c, const float *const *row, size_t rows, uint8_t *panels)
{
    const size_t groups = (size_t)c->groups, step = (size_t)WW_PANEL * WW_GROUP;
    int8_t q[AT_ONCE];
    uint8_t moved[AT_ONCE];
    memset(panels, c->kernels->offset, panel_bytes(c)); // where there is no row
    for (size_t l = 0; l < rows; l++)
        for (size_t first = 0; first < (size_t)c->dim; first += AT_ONCE) {
            uint8_t *to = panels + ww_panel_row(l, groups);
            code_values(c, row[l], first, q);
            for (size_t d = 0; d < AT_ONCE; d++)
                moved[d] = (uint8_t)(q[d] + c->kernels->offset);
            for (size_t g = first / WW_GROUP; g < groups && g < (first + AT_ONCE) / WW_GROUP; g++)
                memcpy(to + g * step, moved + (g * WW_GROUP - first), WW_GROUP);
        }
}

// Distances of 48 rows from the eight vectors of a tile; to: WW_TILE_X x WW_CODED_ROWS. Where `best` is not NULL, that
// of a row becomes no less than -distance.
static void measure_tile(const ww_coded *c, size_t first, const uint8_t *panels, int32_t *to, int32_t *best)
{
    static const int32_t zeros[WW_CODED_ROWS];
    const size_t bytes = (size_t)c->groups * WW_GROUP;
    const ww_centre_tile tile = {c->tiles + first * bytes, panels, bytes * WW_PANEL, c->groups, zeros, 0};
    uint32_t ignored[WW_CODED_ROWS] = {0};
    c->kernels->sums(&tile, to, WW_CODED_ROWS);
    if (best)
        c->kernels->keep_best(to, c->less + first, 0, best, ignored);
    for (size_t r = 0; r < WW_TILE_X; r++, to += WW_CODED_ROWS)
        for (size_t l = 0; l < WW_CODED_ROWS; l++)
            to[l] = c->less[first + r] - 2 * to[l];
}

// ---- A part ---------------------------------------------------------------------------------------------------------

bool ww_coded_part_allocate(ww_coded_part *p, const ww_coded *of, size_t count)
{
    const size_t padded = (count + WW_TILE_X - 1) / WW_TILE_X * WW_TILE_X, bytes = (size_t)of->groups * WW_GROUP;
    *p = (ww_coded_part){of, *of};
    p->coded.count = count;
    p->coded.padded = padded;
    p->coded.tiles = ww_alloc_array0(padded, bytes, SIZE_MAX);
    p->coded.less = ww_alloc_array(padded, sizeof *p->coded.less, SIZE_MAX);
    for (size_t k = 0; p->coded.less && k < padded; k++)
        p->coded.less[k] = FAR;
    return p->coded.tiles && p->coded.less;
}

void ww_coded_part_free(ww_coded_part *p)
{
    free(p->coded.tiles);
    free(p->coded.less);
}

void ww_coded_part_take(ww_coded_part *p, const uint16_t *which)
{
    const size_t groups = (size_t)p->of->groups, step = (size_t)WW_TILE_X * WW_GROUP;
    for (size_t k = 0; k < p->coded.count; k++) {
        const int8_t *from = p->of->tiles + ww_tile_row(which[k], groups);
        int8_t *to = p->coded.tiles + ww_tile_row(k, groups);
        for (size_t g = 0; g < groups; g++)
            memcpy(to + g * step, from + g * step, WW_GROUP);
        p->coded.less[k] = p->of->less[which[k]];
    }
}

// ---- The nearest of all ---------------------------------------------------------------------------------------------

size_t ww_coded_nearest_scratch(const ww_coded *c) { return panel_bytes(c) / sizeof(float) + 1; }

void ww_coded_find_nearest(const ww_coded *c, const float *const *row, size_t rows, float *scratch, uint16_t *to)
{
    static const int32_t zeros[WW_CODED_ROWS];
    const size_t bytes = (size_t)c->groups * WW_GROUP;
    uint8_t *panels = (uint8_t *)scratch;
    int32_t sums[WW_TILE_X * WW_CODED_ROWS], best[WW_CODED_ROWS];
    uint32_t id[WW_CODED_ROWS] = {0};
    for (size_t r = 0; r < WW_CODED_ROWS; r++)
        best[r] = INT32_MIN / 2;
    code_rows(c, row, rows, panels);
    for (size_t first = 0; first < c->padded; first += WW_TILE_X) {
        const ww_centre_tile tile = {c->tiles + first * bytes, panels, bytes * WW_PANEL, c->groups, zeros, 0};
        c->kernels->sums(&tile, sums, WW_CODED_ROWS);
        c->kernels->keep_best(sums, c->less + first, (uint32_t)first, best, id);
    }
    for (size_t r = 0; r < rows; r++)
        to[r] = (uint16_t)id[r];
}

// ---- Distances ------------------------------------------------------------------------------------------------------

size_t ww_coded_distances_scratch(const ww_coded *c)
{
    return (c->count + c->padded) * WW_CODED_ROWS + panel_bytes(c) / sizeof(float) + 1;
}

const int32_t *ww_coded_distances(const ww_coded *c, const float *const *row, size_t rows, float *scratch)
{
    int32_t *by_row = (int32_t *)(void *)scratch, *by_vector = by_row + c->count * WW_CODED_ROWS;
    uint8_t *panels = (uint8_t *)(by_vector + c->padded * WW_CODED_ROWS);
    code_rows(c, row, rows, panels);
    for (size_t first = 0; first < c->padded; first += WW_TILE_X)
        measure_tile(c, first, panels, by_vector + first * WW_CODED_ROWS, NULL);
    for (size_t k = 0; k < c->count; k++)
        for (size_t r = 0; r < rows; r++)
            by_row[r * c->count + k] = by_vector[k * WW_CODED_ROWS + r];
    return by_row;
}

size_t ww_coded_rank(const int32_t *distance, size_t count, size_t which)
{
    const int32_t own = distance[which];
    size_t rank = 0;
    for (size_t k = 0; k < which; k++)
        rank += distance[k] <= own;
    for (size_t k = which + 1; k < count; k++)
        rank += distance[k] < own;
    return rank;
}

// ---- The nearest ----------------------------------------------------------------------------------------------------

// The vectors nearest to each row so far, a heap with the farthest first.
typedef struct near_vectors {
    size_t wanted;
    int32_t last[WW_CODED_ROWS]; // how far the farthest of them is, or what that is known not to be above
    int32_t *distance;           // WW_CODED_ROWS x wanted
    uint16_t *vector;            // rows x wanted
} near_vectors;

// In the place of the farthest.
static void take(near_vectors *n, size_t row, int32_t distance, uint16_t vector)
{
    int32_t *near = n->distance + row * n->wanted;
    uint16_t *to = n->vector + row * n->wanted;
    size_t at = 0;
    for (;;) {
        size_t below = 2 * at + 1;
        if (below + 1 < n->wanted && near[below + 1] > near[below])
            below++;
        if (below >= n->wanted || near[below] <= distance)
            break;
        near[at] = near[below];
        to[at] = to[below];
        at = below;
    }
    near[at] = distance;
    to[at] = vector;
    if (near[0] < n->last[row])
        n->last[row] = near[0];
}

// Puts the nearest first; of equals, the lowest number.
static void nearest_first(near_vectors *n, size_t row)
{
    const int32_t *near = n->distance + row * n->wanted;
    uint16_t *to = n->vector + row * n->wanted;
    size_t best = 0;
    for (size_t k = 1; k < n->wanted; k++)
        if (near[k] < near[best] || (near[k] == near[best] && to[k] < to[best]))
            best = k;
    const uint16_t held = to[0];
    to[0] = to[best];
    to[best] = held;
}

// All distances, and what the farthest of those wanted is not above: of as many parts as vectors are wanted, each has
// one no farther than its nearest.
static void measure_all(const ww_coded *c, const uint8_t *panels, int32_t *distance, near_vectors *n)
{
    const size_t tiles = c->count / WW_TILE_X; // full ones
    int32_t best[WW_CODED_ROWS];
    for (size_t r = 0; r < WW_CODED_ROWS; r++)
        n->last[r] = tiles < n->wanted ? INT32_MAX : INT32_MIN;
    for (size_t part = 0, tile = 0; part < n->wanted; part++) {
        for (size_t r = 0; r < WW_CODED_ROWS; r++)
            best[r] = INT32_MIN / 2;
        for (; tile < (part + 1) * tiles / n->wanted; tile++)
            measure_tile(c, tile * WW_TILE_X, panels, distance + tile * WW_TILE_X * WW_CODED_ROWS, best);
        for (size_t r = 0; r < WW_CODED_ROWS; r++)
            n->last[r] = 1 - best[r] > n->last[r] ? 1 - best[r] : n->last[r]; // what is below is taken
    }
    for (size_t first = tiles * WW_TILE_X; first < c->padded; first += WW_TILE_X)
        measure_tile(c, first, panels, distance + first * WW_CODED_ROWS, NULL);
}

size_t ww_coded_choose_scratch(const ww_coded *c, size_t wanted)
{
    return (c->padded + wanted) * WW_CODED_ROWS + panel_bytes(c) / sizeof(float) + 1;
}

void ww_coded_choose(const ww_coded *c, const float *const *row, size_t rows, size_t wanted, float *scratch,
                     uint16_t *to)
{
    int32_t *distance = (int32_t *)(void *)scratch;
    near_vectors n = {.wanted = wanted, .distance = distance + c->padded * WW_CODED_ROWS, .vector = to};
    uint8_t *panels = (uint8_t *)(n.distance + WW_CODED_ROWS * wanted);
    code_rows(c, row, rows, panels);
    measure_all(c, panels, distance, &n);
    for (size_t r = rows; r < WW_CODED_ROWS; r++)
        n.last[r] = INT32_MIN;
    for (size_t k = 0; k < WW_CODED_ROWS * wanted; k++)
        n.distance[k] = INT32_MAX;
    for (size_t k = 0; k < c->count; k++)
        for (size_t first = 0; first < WW_CODED_ROWS; first += WW_PANEL, distance += WW_PANEL) {
            int any = 0; // of sixteen rows at once, as most vectors are near none
            for (size_t r = 0; r < WW_PANEL; r++)
                any |= distance[r] < n.last[first + r];
            for (size_t r = 0; any && r < WW_PANEL; r++)
                if (distance[r] < n.last[first + r])
                    take(&n, first + r, distance[r], (uint16_t)k);
        }
    for (size_t r = 0; r < rows; r++)
        nearest_first(&n, r);
}
