// SPDX-License-Identifier: MIT
// The view of a frame: the picture boiled down to 16 x 9 cells of luma and chroma, by which shots of one camera are
// known again.
#ifndef WW_LIBRARY_VIEW_H
#define WW_LIBRARY_VIEW_H
#include "image/image.h"

enum {
    WW_VIEW_COLUMNS = 16,
    WW_VIEW_ROWS = 9,
    WW_VIEW_PLANES = 3,
    WW_VIEW_BYTES = WW_VIEW_COLUMNS * WW_VIEW_ROWS * WW_VIEW_PLANES
};

// view: Y, then Cb, then Cr (128 where there is no colour), each row after row. False: not of an RGB picture.
bool ww_view_make(const ww_image *image, uint8_t view[WW_VIEW_BYTES]);
// Correlation over all cells, each plane about its own mean: 1 of the same picture, also in another light; 0 where
// there is nothing to correlate.
double ww_view_likeness(const uint8_t a[WW_VIEW_BYTES], const uint8_t b[WW_VIEW_BYTES]);

#endif
