// SPDX-License-Identifier: MIT
// Bilinear scaling as dlib's resize_image does it: corners lie on corners, each result mixes four samples, and the
// arithmetic (which is float, with positions counted up in float) is repeated step by step, because where results are
// cut to whole grey levels a last bit decides.
#ifndef WW_DLIB_MMOD_BLEND_H
#define WW_DLIB_MMOD_BLEND_H
#include <stdbool.h>
#include <stdint.h>

// Where the columns of a row come from. Column c mixes left[c] and left[c] + 1 (or the last column, where there is no
// next) with the share[c] of the second.
typedef struct ww_blend {
    int in, out; // columns
    // the columns before this one have a right neighbour for certain and are done in groups; the rest one by one
    int paired;
    int32_t *left;
    float *share;
    double scale; // columns of the source for one of the result
} ww_blend;

// `out` columns from `in` of them; false where there is no memory.
bool ww_blend_make(ww_blend *b, int in, int out);
void ww_blend_free(ww_blend *b);

// One row of results from two rows of the source; `share` is that of the bottom row. top and bottom may be the same;
// `to` must be neither.
void ww_blend_row(const ww_blend *b, const float *top, const float *bottom, double share, float *to);
// The plain C form, for the tests.
void ww_blend_row_plain(const ww_blend *b, const float *top, const float *bottom, double share, float *to);

#endif
