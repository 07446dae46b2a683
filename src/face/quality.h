// SPDX-License-Identifier: MIT
// Quality: one number, 0..1, for how well a face can be told apart: the geometric mean of four or five shares, each
// 0..1,
//   size       eye distance in source pixels over 36 (an aligned 112 chip at full detail), at most 1
//   sharpness  energy of the 4-neighbour Laplacian of the luma chip over its variance, saturating: r / (r + 0.02)
//   pose       1 when the nose lies midway between the eyes and as far below them as in the template, falling to 0 for
//   a profile
//   score      the detector's own
//   length     of the embedder's vector before it is brought to 1, over the length of a face that can surely be told
//   apart, at most 1;
//              only of embedders that are trained to tell by it (full_length in model.h); it counts twice as much as
//              the others together
#ifndef WW_FACE_QUALITY_H
#define WW_FACE_QUALITY_H
#include "face/detection.h"
#include "image/image.h"

typedef struct ww_quality {
    float size, sharpness, pose, score; // the shares
    float overall;                      // their geometric mean
} ww_quality;

// face: in pixels of the source frame; chip: the aligned chip (LUMA or RGB).
ww_quality ww_judge_quality(const ww_detection *face, const ww_image *chip);

// `quality` as judged, with the vector's length as a share of the full one.
float ww_quality_with_length(float quality, float length_share);

#endif
