// SPDX-License-Identifier: MIT
// HEIF stills (HEIC, AVIF) through libheif: the primary picture, tiles put together, upright (irot, imir and clap
// applied: the standard gives these the last word over EXIF). Thumbnails, depth maps, gain maps and further pictures
// are ignored. PQ and HLG pictures are tone-mapped (tone_map.h).
#ifndef WW_IMAGE_HEIF_H
#define WW_IMAGE_HEIF_H
#include "image/image.h"

// Upright size. `name` is for messages. WW_ERR_FORMAT: damaged; WW_ERR_UNSUPPORTED: over WW_IMAGE_PIXELS_MAX, or of a
// kind that libheif has no decoder for.
ww_status ww_heif_measure(const uint8_t *data, size_t bytes, const char *name, int *width, int *height, ww_error *err);
// *out: WW_PIXELS_RGB, or what ww_tone_map gives; caller frees.
ww_status ww_heif_decode(const uint8_t *data, size_t bytes, const char *name, ww_image *out, ww_error *err);

#endif
