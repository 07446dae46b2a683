// SPDX-License-Identifier: MIT
// The two fields of an interlaced frame are two moments; a face that moves between them is a comb.
#ifndef WW_VIDEO_DEINTERLACE_H
#define WW_VIDEO_DEINTERLACE_H
#include "image/image.h"

#define WW_COMB_TILE 16 // luma pixels a side

// Where a tile is combed (its rows differ more from their neighbours than from the next row of their own field), keeps
// the rows of one field (0: even rows, 1: odd rows) and makes each row between them the average of its two neighbours
// (at the edge: a copy of the one). Other tiles, and so the whole of a progressive film that is merely flagged as
// interlaced, stay as they are. `out` is allocated here, caller frees.
ww_status ww_deinterlace(const ww_image *image, int field, ww_image *out, ww_error *err);

#endif
