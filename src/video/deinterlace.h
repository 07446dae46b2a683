// SPDX-License-Identifier: MIT
// The two fields of an interlaced frame are two moments; a face that moves between them is a comb.
#ifndef WW_VIDEO_DEINTERLACE_H
#define WW_VIDEO_DEINTERLACE_H
#include "image/image.h"

// Keeps the rows of one field (0: even rows, 1: odd rows) of every plane as they are and makes each row between them the average of its two
// neighbours (at the edge: a copy of the one). Half the vertical detail is lost, and nothing is torn. `out` is allocated here, caller frees.
ww_status ww_deinterlace(const ww_image *image, int field, ww_image *out, ww_error *err);

#endif
