// SPDX-License-Identifier: MIT
// The aligned chip of a face as the library keeps it: the frame of the ArcFace template (align.h), WW_CHIP_SIDE
// pixels a side, cut from the picture at its full resolution, in colour and without loss, so that embedding it again
// gives the embedding it had.
//
// It is packed as a grey PNG, in which the half-size planes of chroma stand side by side below the luma:
//
//     +---------+
//     |    Y    |  112 x 112
//     +----+----+
//     | Cb | Cr |  56 x 56 each
//     +----+----+
#ifndef WW_IMAGE_CHIP_H
#define WW_IMAGE_CHIP_H
#include "base/landmarks.h"
#include "base/light.h"
#include "image/image.h"

enum { WW_CHIP_SIDE = 112, WW_CHIP_AROUND = 16 };

// landmark: pixels of `image`. The chip is YUV420 in the colours of JPEG. luma_as_filmed: its luma is that of the
// image (as ww_warp_luma has it), also where the image has it from another matrix: that is what models of luma see;
// the colours are then right but for that difference in brightness, a hundredth at most in skin. WW_ERR_ARGUMENT: the
// landmarks lead nowhere near the picture.
ww_status ww_chip_cut(const ww_image *image, const float landmark[WW_LANDMARK_VALUES], bool luma_as_filmed,
                      ww_image *chip, ww_error *err);
// How the face is lit: of the square of WW_CHIP_SIDE - 2 * WW_CHIP_AROUND pixels in the middle, which it fills.
ww_light ww_chip_light(const ww_image *chip);
// *png is the caller's (free).
ww_status ww_chip_pack(const ww_image *chip, uint8_t **png, size_t *bytes, ww_error *err);
// To RGB, chroma interpolated. Colours that RGB cannot hold at their luma are made paler, not darker or brighter: the
// BT.601 luma of the chip is what was packed, within a level. WW_ERR_FORMAT: no chip was packed there.
ww_status ww_chip_unpack(const uint8_t *png, size_t bytes, ww_image *chip, ww_error *err);

#endif
