// SPDX-License-Identifier: MIT
// What is read from a photo's headers without decoding it.
#ifndef WW_VIDEO_PHOTO_HEADER_H
#define WW_VIDEO_PHOTO_HEADER_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum ww_photo_format {
    WW_PHOTO_NONE,
    WW_PHOTO_JPEG,
    WW_PHOTO_PNG,
    WW_PHOTO_WEBP,
    WW_PHOTO_BMP,
    WW_PHOTO_TIFF,
    WW_PHOTO_GIF,
    WW_PHOTO_JPEG2000,
} ww_photo_format;

#define WW_EXIF_SIGNATURE_BYTES 6 // "Exif\0\0", which a JPEG puts before its EXIF block

ww_photo_format ww_photo_format_of(const uint8_t *head, size_t bytes);
// Size as stored, from the frame header. False when there is none.
bool ww_jpeg_size(const uint8_t *data, size_t bytes, int *width, int *height);
// What a PNG, BMP or GIF says of its size at a fixed place; false for other formats. Not checked for sense.
bool ww_photo_stated_size(ww_photo_format format, const uint8_t *data, size_t bytes, uint32_t *width, uint32_t *height);
// EXIF orientation 1..8, 1 when nothing valid says otherwise. `data` must be preceded by WW_EXIF_SIGNATURE_BYTES writable bytes:
// a TIFF file is an EXIF block as it lies, but for the signature.
int ww_photo_orientation(ww_photo_format format, uint8_t *data, size_t bytes);

#endif
