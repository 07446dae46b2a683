// SPDX-License-Identifier: MIT
// The aligned chip of a face as the library keeps it: the frame of the ArcFace template (align.h), WW_CHIP_SIDE
// pixels a side, cut from the picture at its full resolution, in colour and without loss, so that embedding it again
// gives the embedding it had. It is kept as the PNG in colour that data sets of chips consist of: writing one is
// copying it.
//
// Once it was kept as a grey PNG, in which the half-size planes of chroma stand side by side below the luma; libraries
// scanned then are read as well:
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
// In RGB, chroma interpolated; *png is the caller's (free). Colours that RGB cannot hold at their luma are made paler,
// not darker or brighter: the BT.601 luma of the PNG is that of the chip, within a level.
ww_status ww_chip_pack(const ww_image *chip, uint8_t **png, size_t *bytes, ww_error *err);
// To RGB. WW_ERR_FORMAT: no chip was packed there.
ww_status ww_chip_unpack(const uint8_t *png, size_t bytes, ww_image *chip, ww_error *err);
// Whether it is, undamaged, what ww_chip_pack makes: not what was once kept.
bool ww_chip_is_packed(const uint8_t *png, size_t bytes);

#endif
