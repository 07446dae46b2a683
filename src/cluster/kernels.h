// SPDX-License-Identifier: MIT
// The inner loops of this room, a table for each kind of processor; the plain C ones are the oracle of all the others.
//
// The sieve kernel looks at a tile of 8 x 48 pairs of quantised vectors at a time and says which of them could be near.
// Vectors are stored in panels of 16 rows, four dimensions ("a group") of one row side by side, so that one 512-bit
// load brings the same group of 16 rows and one dot-product instruction (vpdpbusd) advances 16 pairs by four dimensions
// without any horizontal sum at the end.
//
//   x: int8    [group][WW_TILE_X][4]          the quantised values q, |q| <= levels
//   y: uint8   [panel][group][WW_PANEL][4]    q + offset, as vpdpbusd and vpmaddubsw want one operand without sign
#ifndef WW_CLUSTER_KERNELS_H
#define WW_CLUSTER_KERNELS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    WW_TILE_X = 8,
    WW_TILE_Y = 48,
    WW_PANEL = 16,
    WW_GROUP = 4,
    WW_SCREEN_SLACK = 1, // what cutting off a fraction may take
};

// Where a row of so many groups begins in tiles laid out like x, or in panels like y, and how far on its value `d` is.
static inline size_t ww_tile_row(size_t row, size_t groups)
{
    return (row / WW_TILE_X * groups * WW_TILE_X + row % WW_TILE_X) * WW_GROUP;
}
static inline size_t ww_tile_value(size_t d) { return d / WW_GROUP * WW_TILE_X * WW_GROUP + d % WW_GROUP; }
static inline size_t ww_panel_row(size_t row, size_t groups)
{
    return (row / WW_PANEL * groups * WW_PANEL + row % WW_PANEL) * WW_GROUP;
}
static inline size_t ww_panel_value(size_t d) { return d / WW_GROUP * WW_PANEL * WW_GROUP + d % WW_GROUP; }

// The pair r, l is over a bound where y_start[l] + sum over the groups of x[r] * y[l] > x_limit[r].
typedef struct ww_sieve_bound {
    int groups;             // how many are added up, from the first on; >= 1
    const int32_t *x_limit; // WW_TILE_X
    const int32_t *y_start; // WW_TILE_Y
} ww_sieve_bound;

typedef struct ww_sieve_tile {
    const int8_t *x;
    const uint8_t *y;         // three panels
    size_t panel_bytes;       // from one panel to the next
    ww_sieve_bound head, all; // head.groups <= all.groups; where they are equal the head's is not looked at
} ww_sieve_tile;

// Eight centres (buckets.h) or other rows laid out like x, with three panels of rows.
typedef struct ww_centre_tile {
    const int8_t *x;
    const uint8_t *y;
    size_t panel_bytes;
    int groups;
    const int32_t *from; // what the sums begin with: from[r * from_step + l]
    size_t from_step;
} ww_centre_tile;

// Rows of some panels, and what a row of one other panel adds; see buckets.h.
typedef struct ww_screen {
    size_t panels;
    const int32_t *sum, *more; // panels x WW_PANEL; panels
    const float *radius;       // panels x WW_PANEL
    float other_radius;
    const uint16_t *taken; // panels: bits of the places that hold rows; limits() does without
} ww_screen;

// Rows with one panel: the pair of row r and place l is over its bound where start[start_of[r / WW_PANEL] + l] and the
// products add up to more than limit[r].
typedef struct ww_panel_test {
    const int8_t *x; // rows, row_bytes each
    size_t row_bytes;
    const uint8_t *y;
    int groups;
    const int32_t *start;
    const uint32_t *start_of;
    const int32_t *limit;
} ww_panel_test;

typedef struct ww_cluster_kernels {
    const char *name;
    int levels;           // the largest |q| its arithmetic can add up without overflow
    int offset;           // of y, >= levels
    int strip_x, strip_y; // of so many pairs it gives up all or none when it has added up the head
    bool keeps_sums;      // and then goes on from there, not from the start
    // Sets bit l of may[r] where the pair is over both bounds. False (and may[] untouched): there is no such pair in
    // the tile.
    bool (*sieve)(const ww_sieve_tile *tile, uint64_t may[WW_TILE_X]);
    // The sums of a tile: out[r * stride + l] = from[r * from_step + l] + sum over the groups of x[r] * y[l].
    void (*sums)(const ww_centre_tile *tile, int32_t *out, size_t stride);
    // Where 2 * sums[r][l] - less[r] is more than best[l], that is the new best and id[l] is first + r.
    void (*keep_best)(const int32_t sums[WW_TILE_X * WW_TILE_Y], const int32_t less[WW_TILE_X], uint32_t first,
                      int32_t best[WW_TILE_Y], uint32_t id[WW_TILE_Y]);
    // out[p]: the largest of the 16 values of panel p.
    void (*largest)(const int32_t *values, size_t panels, int32_t *out);
    // Lists the rows whose sum + more + radius * other_radius, rounded up, is not negative; room for WW_PANEL more.
    size_t (*screen)(const ww_screen *screen, uint32_t *left);
    // limit[r] = base[r] - (that of the screen) - 1, of all rows.
    void (*limits)(const ww_screen *screen, const int32_t *base, int32_t *limit);
    // Lists those of `rows` that are over their bound with some place of the panel, and with which; `left` may be
    // `rows`. The lists have room for whole tiles, which are filled up.
    size_t (*panel)(const ww_panel_test *test, uint32_t *rows, size_t count, uint32_t *left, uint16_t *may);
    // Dot product in double. Products of floats are exact there and the order of the sums is fixed (see
    // kernels_body.h), so that every processor gives the same bits.
    double (*dot)(const float *a, const float *b, size_t dim);
    // The same in float, for what need not be exact; the same bits everywhere, too.
    float (*dot_float)(const float *a, const float *b, size_t dim);
    // out[k] = sum over i of in[i] * basis[i * dim + k]; plain float arithmetic in any order.
    void (*rotate)(const float *basis, const float *in, float *out, size_t dim);
    // Dot products in float of four rows with `count` columns, a multiple of 16, that lie sixteen by sixteen: columns
    // [count / 16][dim][16]. out: 4 x count. The same bits everywhere.
    void (*products)(const float *columns, size_t count, size_t dim, const float *const row[4], float *out);
} ww_cluster_kernels;

// The fastest table this processor can run.
const ww_cluster_kernels *ww_cluster_kernels_best(void);
// All tables this processor can run, the plain one first, at most `max`; returns how many.
size_t ww_cluster_kernels_usable(const ww_cluster_kernels **tables, size_t max);

#endif
