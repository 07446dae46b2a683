// SPDX-License-Identifier: MIT
// A detector as read, inside this room.
#ifndef WW_DLIB_HOG_MODEL_H
#define WW_DLIB_HOG_MODEL_H
#include "dlib/hog.h"

enum { WW_HOG_TERMS = 4 }; // in a block: as many as the filter kernels carry along at once

// Up to four separable terms that read the same plane of features.
typedef struct ww_hog_block {
    int plane, terms;
    int filter[WW_HOG_TERMS]; // to which filter each term adds
    const float *row;         // [tap][terms]
    const float *column;      // [term][tap]
} ww_hog_block;

// A bank of filters of width x height taps, each the sum of the terms that name it.
typedef struct ww_hog_bank {
    int width, height, filters;
    int block_count;
    ww_hog_block *block; // by plane
    float *taps;         // what the blocks point into
} ww_hog_bank;

struct ww_hog_model {
    int padding;                           // cells around the box that the filters see as well
    int levels_max;                        // of the pyramid
    int level_min_width, level_min_height; // pixels; a smaller level is not made
    double overlap_max;                    // intersection over the area of the smallest box around both
    double covered_max;                    // intersection over the area of either
    double threshold[WW_HOG_FILTERS_MAX];
    ww_hog_bank bank;
};

// --- hog_terms.c
// weights[f]: WW_HOG_PLANES matrices of height rows and width columns, row by row. The filter is its singular value
// decomposition, plane by plane, less what dlib leaves away: singular values below 1/1000 of the largest, or 1e-4.
ww_status ww_hog_bank_make(float *const *weights, int filters, int width, int height, ww_hog_bank *bank, ww_error *err);
void ww_hog_bank_free(ww_hog_bank *bank);

#endif
