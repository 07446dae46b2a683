// SPDX-License-Identifier: MIT
// Faces in very long pictures (panoramas, screenshots of whole pages). A detector bounds the long side of what it looks
// at, and on such a picture nothing would be left of the short one: it is looked at in overlapping tiles instead.
#ifndef WW_FACE_TILES_H
#define WW_FACE_TILES_H
#include "face/detect.h"

#define WW_TILES_ASPECT 3.0 // longer than this is looked at in tiles; the widest films are 2.76
#define WW_TILES_MAX 256

// How many tiles a picture is looked at in (1: whole), and how long they are; each begins `step` after the one before,
// the last ends with the picture. `size` is the detector's (ww_detect_options). A tile is twice as long as wide and
// overlaps the next by half, so that every face no longer than the short side lies whole in one of them; it is never
// shorter than `size`.
int ww_tiles_plan(int width, int height, int size, int *length, int *step);

// As ww_detect. The cost is bounded: WW_TILES_MAX looks at half a picture of the working size.
ww_status ww_detect_in_tiles(ww_detector *detector, const ww_image *image, int size, ww_detections *found,
                             ww_error *err);

#endif
