// SPDX-License-Identifier: MIT
// Single pictures: JPEG through the image room (which decodes huge ones smaller), the rest through libavcodec.
#ifndef WW_VIDEO_PHOTO_H
#define WW_VIDEO_PHOTO_H
#include "base/log.h"
#include "image/image.h"

#define WW_PHOTO_HEAD_BYTES 32 // enough to recognise one

// True if a file that begins with these bytes is a photo.
bool ww_photo_recognise(const uint8_t *head, size_t bytes);

// Upright size in pixels, from the headers, and the format's name for people ("PNG").
ww_status ww_photo_measure(const char *path, int *width, int *height, const char **format, ww_error *err);

// The whole upright picture (caller frees) and its scale: 1, or less for a JPEG of more than PHOTO_PIXELS_FULL pixels.
ww_status ww_photo_decode(const char *path, const ww_log *log, ww_image *image, double *scale, ww_error *err);

#endif
