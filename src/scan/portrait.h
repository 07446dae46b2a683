// SPDX-License-Identifier: MIT
// Portraits, as the article cut them: the face's box widened by 100 px to the left and right and 150 px up and down
// where the frame is 700 px wide, in proportion elsewhere; clipped to the picture; scaled to 400 px wide, or as asked.
// Of a frame that the article's own way has shrunk, or found small enough, they are so many pixels as they stand.
#ifndef WW_SCAN_PORTRAIT_H
#define WW_SCAN_PORTRAIT_H
#include "face/detect.h"
#include "image/image.h"
#include "store/store.h"

#define WW_PORTRAIT_FRAME_WIDTH 700.0 // the frame width for which the margins are given, pixels
#define WW_PORTRAIT_MARGIN_X 100.0
#define WW_PORTRAIT_MARGIN_Y 150.0
#define WW_PORTRAIT_WIDTH 400
#define WW_PORTRAIT_HEIGHT_MAX 4000

// Pixels of a picture `width` wide for one of the margins'.
double ww_portrait_margin_scale(int width, bool as_they_stand);

// face: in pixels of `image`. wanted: ww_scan_options.portrait_width. Fills row's portrait_width, portrait_height and
// portrait_box; *jpeg is the caller's (free).
ww_status ww_portrait(const ww_image *image, const ww_detection *face, int wanted, double margin_scale,
                      ww_face_row *row, uint8_t **jpeg, size_t *bytes, ww_error *err);

#endif
