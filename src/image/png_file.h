// SPDX-License-Identifier: MIT
// PNG in and out; private to image/ but for the two that others need (image.h).
#ifndef WW_IMAGE_PNG_FILE_H
#define WW_IMAGE_PNG_FILE_H
#include "image/image.h"

bool ww_png_is(const uint8_t *data, size_t bytes);        // by its first bytes
bool ww_png_is_colour(const uint8_t *data, size_t bytes); // RGB, likewise
// Whether it is a picture in colour of that size as ww_png_encode writes it, undamaged by its check sums.
bool ww_png_is_own(const uint8_t *data, size_t bytes, int width, int height);
// See ww_picture_format.decode.
ww_status ww_png_decode(const uint8_t *data, size_t bytes, const char *name, ww_image *image, bool *truncated,
                        ww_error *err);
// See ww_picture_format.encode.
ww_status ww_png_encode_any(const ww_image *image, int quality, uint8_t **data, size_t *bytes, ww_error *err);

#endif
