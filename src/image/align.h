// SPDX-License-Identifier: MIT
// Alignment: the similarity transform (turn, scale, shift) that takes five landmarks as near as possible, in the
// least-squares sense, to where the ArcFace template has them. Umeyama, "Least-squares estimation of transformation
// parameters between two point patterns", PAMI 13(4), 1991; for points in the plane without reflection it has the
// closed form used here.
#ifndef WW_IMAGE_ALIGN_H
#define WW_IMAGE_ALIGN_H
#include "base/landmarks.h"
#include "image/image.h"

// The ArcFace template (Deng et al. 2019, arXiv:1801.07698; insightface): landmark positions in a 112 x 112 chip, in
// pixel indices (the centre of the first pixel is 0).
extern const float ww_template_112[WW_LANDMARK_VALUES];

// Map from chip pixels to picture pixels for a chip_size x chip_size chip that shows the 112 frame with `margin` of its
// pixels cut off each side. landmark: x0,y0 ... x4,y4, pixels of the picture. Degenerate landmarks (all in one place)
// give a tiny but finite map.
ww_affine ww_align(const float landmark[WW_LANDMARK_VALUES], int chip_size, float margin);

#endif
