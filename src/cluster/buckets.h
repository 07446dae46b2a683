// SPDX-License-Identifier: MIT
// Buckets: rows of a sieve that lie together, with their centre, so that most pairs of rows of two buckets are ruled
// out by their distances from the two centres, exactly.
//
// Let q be a row of the sieve, in whole numbers, c the centre of its bucket, in whole numbers, and u = q - c. For a row
// p of a bucket with centre d, and v = p - d,
//
//     q . p  =  q . d  +  c . p  -  c . d  +  u . v  <=  q . d  +  c . p  -  c . d  +  |u| |v|.
//
// The three products are of a row and a centre: their number is that of rows times buckets. A pair is a candidate only
// where q . p >= g_q + g_p (sieve.h), so that nothing is lost where the right side is less. With the largest
// c . p - g_p and the largest |v| of a panel, one comparison decides about a row and a panel. Where that leaves a row,
// the same is asked of all but the leading dimensions, the head, and the product of these is added up for each pair;
// what that leaves is looked at in full.
//
// Rows are parted by leaders: of a sample, each row goes to the leader nearest to it within eps, or becomes one; of
// leaders with followers the means are taken, and every row goes to the nearest of them if that shortens it. Each
// bucket has panels of its own, the last filled up with places that hold no row.
//
// Where only pairs between two parts of the rows are wanted, each part has buckets of its own, those of the first part
// before the others.
#ifndef WW_CLUSTER_BUCKETS_H
#define WW_CLUSTER_BUCKETS_H
#include "base/error.h"
#include "cluster/kernels.h"

#define WW_BUCKETS_DIM_MAX 1024 // sums of four products and bounds stay in 32 bits
#define WW_NO_ROW UINT32_MAX    // a place that holds none

enum { WW_CHUNK_PANELS = 96 }; // that are looked at together, at most

// Rows of a sieve, in panels.
typedef struct ww_panel_rows {
    const ww_cluster_kernels *kernels;
    const uint8_t *panels;
    size_t rows; // the panels are filled up to whole tiles
    int groups;
    size_t first_rows; // of two parts, the rows of the first; 0: one part
} ww_panel_rows;

typedef struct ww_buckets {
    size_t count, panels;            // the last bucket (of a part) takes the rows that are near no centre
    uint32_t *order;                 // panels x WW_PANEL: place -> row of the sieve they were found in, or WW_NO_ROW
    uint32_t *of_panel;              // panels
    size_t chunks;                   // of panels; one begins with a tile of centres where it can
    size_t *chunk_start;             // chunks + 1
    size_t first_chunks;             // of two parts, those of the first; 0: one part
    uint16_t *taken;                 // panels: bits of the places that hold rows
    float *radius;                   // panels x WW_PANEL: |u|, rounded up
    float *panel_radius;             // panels: the largest
    int head_groups;                 // of four dimensions
    float *tail_radius, *panel_tail; // the same without the head
    int8_t *tiles;                   // centres as the x of a tile: [count / WW_TILE_X][group][WW_TILE_X][4], rounded up
    uint8_t *rows;                 // and as rows of panels: [count / WW_PANEL][group][WW_PANEL][4], with two tiles more
    int32_t *offset, *tail_offset; // count: what the rows' offset adds to each product with this centre
} ww_buckets;

// Finds buckets of rows that lie within `radius` steps of one another. NULL where there are none to speak of, or no
// memory: everything can be done without.
ww_buckets *ww_buckets_find(const ww_panel_rows *rows, double radius);
void ww_buckets_free(ww_buckets *buckets); // may be NULL

#endif
