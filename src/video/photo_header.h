// SPDX-License-Identifier: MIT
// What is read from a photo's bytes without decoding it.
#ifndef WW_VIDEO_PHOTO_HEADER_H
#define WW_VIDEO_PHOTO_HEADER_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum ww_photo_format {
    WW_PHOTO_NONE,
    WW_PHOTO_JPEG,
    WW_PHOTO_JPEG_LOSSLESS, // ITU-T T.81 annex H; told from the others by ww_jpeg_process
    WW_PHOTO_JPEG_LS,       // ITU-T T.87
    WW_PHOTO_PNG,
    WW_PHOTO_WEBP,
    WW_PHOTO_BMP,
    WW_PHOTO_TIFF,
    WW_PHOTO_GIF,
    WW_PHOTO_JPEG2000,
    WW_PHOTO_HEIF, // AVIF too
    WW_PHOTO_JPEGXL,
    WW_PHOTO_PSD,
    WW_PHOTO_PNM,
    WW_PHOTO_SGI,
    WW_PHOTO_SUN_RASTER,
    WW_PHOTO_PCX,
    WW_PHOTO_QOI,
    WW_PHOTO_RAW, // a camera's own format, of which the JPEG preview is read
    WW_PHOTO_FORMATS,
} ww_photo_format;

#define WW_EXIF_SIGNATURE_BYTES 6 // "Exif\0\0", which a JPEG puts before its EXIF block

// By the first bytes (WW_PHOTO_HEAD_BYTES of them, or the whole file). Raw photos that are TIFF files count as TIFF
// here.
ww_photo_format ww_photo_format_of(const uint8_t *head, size_t bytes);
// Of a JPEG: WW_PHOTO_JPEG, or one of the two that decoders of those do not read.
ww_photo_format ww_jpeg_process(const uint8_t *data, size_t bytes);
// Size as stored, from the frame header. False when there is none. Bytes that belong to no segment are passed over.
bool ww_jpeg_size(const uint8_t *data, size_t bytes, int *width, int *height);
// The same, for pictures that JPEG decoders at large read: baseline, extended or progressive, not lossless.
bool ww_jpeg_is_lossy(const uint8_t *data, size_t bytes, int *width, int *height);
// True for JPEGs of one size one behind the other: motion JPEG. Not for the multi-picture files of cameras (CIPA
// DC-007).
bool ww_jpeg_is_stream(const uint8_t *data, size_t bytes);
// What a PNG, BMP or GIF says of its size at a fixed place; false for other formats. Not checked for sense.
bool ww_photo_stated_size(ww_photo_format format, const uint8_t *data, size_t bytes, uint32_t *width, uint32_t *height);
// EXIF orientation 1..8, 0 when nothing valid says. `data` must be preceded by WW_EXIF_SIGNATURE_BYTES writable bytes:
// a TIFF file is an EXIF block as it lies, but for the signature.
int ww_photo_orientation(ww_photo_format format, uint8_t *data, size_t bytes);
// Pictures in a PNG, WebP or GIF (1 for others), and whether the file holds all that its structure promises, where
// decoders do not notice.
int ww_photo_pictures(ww_photo_format format, const uint8_t *data, size_t bytes, bool *complete);
// Drops the chunks of a PNG that are not needed to show it (text and colour profiles may unpack to gigabytes), in
// place; returns the new number of bytes. The chunks begin at byte `first`.
size_t ww_png_strip(uint8_t *data, size_t bytes, size_t first);

#define WW_PNG_SIGNATURE_BYTES 8

#endif
