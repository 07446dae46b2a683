// SPDX-License-Identifier: MIT
// What the readers of single pictures share: the file in memory.
#ifndef WW_VIDEO_PHOTO_FILE_H
#define WW_VIDEO_PHOTO_FILE_H
#include "image/image.h"
#include "video/photo_header.h"

typedef struct ww_photo_file {
    const char *path; // the caller's; for messages
    // `data` has room before it for an EXIF signature and, behind it, zeroes as libavcodec asks
    uint8_t *allocation, *data;
    size_t bytes;
    ww_photo_format format;
    size_t picture_at, picture_bytes; // of a raw file: its preview; else all of it
    int orientation;                  // EXIF 1..8; 0: no mark
} ww_photo_file;

// A picture as it comes out of a reader: not yet upright.
typedef struct ww_photo_picture {
    ww_image image; // owned
    double scale;
    bool partial;
} ww_photo_picture;

// WW_ERR_IO: the file cannot be read; WW_ERR_FORMAT: it is no photo (any more), or a PNG, GIF or WebP still that is cut
// off.
ww_status ww_photo_load(const char *path, ww_photo_file *file, ww_error *err);
void ww_photo_unload(ww_photo_file *file);
const char *ww_photo_format_name(ww_photo_format format);
ww_status ww_photo_refuse_size(const ww_photo_file *file, uint32_t width, uint32_t height, ww_error *err);

// --- photo_libav.c: the size as stored; the picture, not yet upright.
ww_status ww_photo_measure_with_libav(const ww_photo_file *file, int page, int *width, int *height, ww_error *err);
ww_status ww_photo_decode_with_libav(const ww_photo_file *file, int page, ww_photo_picture *picture, ww_error *err);

#endif
