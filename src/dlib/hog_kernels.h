// SPDX-License-Identifier: MIT
// The inner loops of the gradient detector, a table for each kind of processor; the plain C ones are the oracle of all
// the others. Rows of bytes have WW_HOG_SLACK readable bytes after them, rows of floats as many floats.
#ifndef WW_DLIB_HOG_KERNELS_H
#define WW_DLIB_HOG_KERNELS_H
#include "dlib/hog_model.h"

enum {
    WW_HOG_SLACK = 64,
    WW_HOG_ORIENTATIONS = 18, // of a gradient: steps of 20 degrees
    WW_HOG_STEP = 8,          // columns a blending kernel makes at a time
    WW_HOG_STRIP = 32,        // columns a filter kernel may work on at a time
    WW_HOG_TILE_ROWS = 64,    // rows of results a filter kernel makes at a time
};

// Histograms are divided by the root of the energy of a block of 2 x 2 cells, clipped and halved.
#define WW_HOG_EPSILON 0.0001f // added to a block's energy
#define WW_HOG_CLIP 0.2f
#define WW_HOG_HALF 0.1f       // WW_HOG_CLIP, halved
#define WW_HOG_TEXTURE 0.4714f // of the sum of a block's clipped bins

// How the columns of a row come from those of a row of another width: column x lies between left[x] and left[x] + 1,
// `fraction` of the way. pick[x]: left[x] relative to the left[] of the first column of x's step, in the lowest byte,
// and 128 in the three above it: what a byte shuffle takes to bring pixels to the lanes of a vector. near: those are
// all below 15, so that both neighbours of eight columns lie within 16 bytes.
typedef struct ww_hog_columns {
    int count; // columns made the vectors' way; a multiple of four
    int *left; // all arrays go on for WW_HOG_SLACK entries
    float *fraction;
    uint32_t *pick;
    bool near;
} ww_hog_columns;

typedef struct ww_hog_blend { // a row between two others
    const ww_hog_columns *columns;
    int planes; // 1: rounded to whole levels, 3: cut off
    const uint8_t *top[3], *bottom[3];
    float rest, fraction; // of the way up, of the way down
    uint8_t *out[3];
} ww_hog_blend;

// Where the gradients of a row go: one row of pixels in, for each pixel the length of its gradient and the bin it
// counts for.
typedef struct ww_hog_gradient_row {
    const uint8_t *above[3], *here[3], *below[3]; // per plane
    int planes;                                   // 1 or 3
    int first, end;                               // columns
    int bin_step;                                 // bin = orientation * bin_step
    float *length;                                // [column]
    int32_t *bin;                                 // [column]
} ww_hog_gradient_row;

// Histograms in the making: every pixel counts for the four cells around it, those above left, above right, below left,
// below right, which lie together in slots of four floats: slot[orientation * groups + group]. Pixels 8g .. 8g+7 of
// `length` and `bin` (counted from four pixels before the picture) are of group g; bin is already orientation * groups.
typedef struct ww_hog_votes {
    int groups;
    float *slot;
} ww_hog_votes;

// One row of cells: per orientation the histogram, of three rows the energies; `width` cells of features come out, of
// which the first belongs to column 1 of the histograms and energies.
typedef struct ww_hog_cells {
    const float *histogram; // [orientation][histogram_stride]
    size_t histogram_stride;
    const float *energy[3]; // the row above, this one, the one below
    int width;
    float *feature; // [plane][feature_stride]
    size_t feature_stride;
} ww_hog_cells;

// A map of features: planes of rows x columns.
typedef struct ww_hog_map {
    int rows, columns;
    size_t stride, plane_floats;
    float *feature; // [plane][row][stride]
} ww_hog_map;

typedef struct ww_hog_tile { // of results: rows x columns windows, whose top left cells are from (column, row) on
    int column, row, columns, rows; // columns <= WW_HOG_STRIP, rows <= WW_HOG_TILE_ROWS
    float *scratch;                 // [WW_HOG_TERMS][WW_HOG_TILE_ROWS + bank height][WW_HOG_STRIP]
    float *score;                   // [filter][WW_HOG_TILE_ROWS][WW_HOG_STRIP]
} ww_hog_tile;

typedef struct ww_hog_kernels {
    const char *name;
    // R,G,B interleaved to three rows.
    void (*split)(const uint8_t *rgb, int count, uint8_t *const row[3]);
    // Each column the blend of the four pixels around it; all but the plain one want columns->near; float arithmetic in
    // dlib's order (the bits matter: see hog_pyramid.c).
    void (*blend)(const ww_hog_blend *row);
    void (*gradients)(const ww_hog_gradient_row *row);
    // upper: how much of each vote goes to the cells above, lower: to those below.
    void (*vote)(const float *length, const int32_t *bin, float upper, float lower, ww_hog_votes *votes);
    // Empties the slots: adds them to the cells above, to which go what was `carried` there from before, and carries on
    // what the cells below get. complete, carried: [orientation][stride].
    void (*collect)(ww_hog_votes *votes, size_t stride, float *complete, float *carried);
    // energy[c] = the sum over nine axes of the square of what a cell's histogram has in both directions.
    void (*measure)(const float *histogram, size_t stride, int width, float *energy);
    void (*normalise)(const ww_hog_cells *cells);
    void (*filter)(const ww_hog_bank *bank, const ww_hog_map *map, const ww_hog_tile *tile);
} ww_hog_kernels;

// The fastest table this processor can run.
const ww_hog_kernels *ww_hog_kernels_best(void);
const ww_hog_kernels *ww_hog_kernels_plain(void);
// All tables this processor can run, the plain one first, at most `max`; returns how many.
size_t ww_hog_kernels_usable(const ww_hog_kernels **tables, size_t max);

// Of the pixel at `column`; of planes whose gradients are equally long the last counts, or the first where
// `first_wins`.
void ww_hog_gradient(const ww_hog_gradient_row *row, int column, bool first_wins);

#endif
