// SPDX-License-Identifier: MIT
// Single pictures: JPEG, HEIF and TIFF through the image room (which decodes huge JPEGs smaller), the JPEG previews of
// cameras' raw files, the rest through libavcodec. A picture is read right, or refused with a reason: never black or in
// part, but for JPEGs that are cut off below their middle, which is told.
#ifndef WW_VIDEO_PHOTO_H
#define WW_VIDEO_PHOTO_H
#include "base/log.h"
#include "image/image.h"

#define WW_PHOTO_HEAD_BYTES 32 // enough to recognise one

typedef enum ww_photo_kind {
    WW_PHOTO_STILL,          // of one page or several
    WW_PHOTO_FILM,           // GIF and PNG animations and motion JPEG: what libavformat reads as footage
    WW_PHOTO_WEBP_ANIMATION, // which it does not
} ww_photo_kind;

typedef struct ww_photo_facts {
    ww_photo_kind kind;
    const char *format;  // its name for people ("PNG")
    int width, height;   // upright, full size, of the first page
    int pages;           // >= 1
    int orientation;     // EXIF 1..8; 0: no mark
    int frames;          // of a WebP animation
    int64_t duration_us; // of a WebP animation
    bool cut_off;        // an animation that breaks off
} ww_photo_facts;

// True if a file that begins with these bytes is a photo.
bool ww_photo_recognise(const uint8_t *head, size_t bytes);

// From the headers; of a film only kind, format and cut_off.
ww_status ww_photo_examine(const char *path, ww_photo_facts *facts, ww_error *err);

// The whole upright picture (caller frees) and its scale: 1, or less for a JPEG of more than PHOTO_PIXELS_FULL pixels.
// *partial: a part of it could not be read and is grey.
ww_status ww_photo_decode_page(const char *path, int page, ww_image *image, double *scale, bool *partial,
                               ww_error *err);
// The first page; `log` (may be NULL) is told of a partial one.
ww_status ww_photo_decode(const char *path, const ww_log *log, ww_image *image, double *scale, ww_error *err);

// Calls on_frame for each frame of a WebP animation, a view good during the call, with the time it is on screen. A
// frame that cannot be decoded ends the film: *damaged_us is when, -1 otherwise.
ww_status ww_photo_play_webp(const char *path,
                             ww_status (*on_frame)(void *user, const ww_image *frame, int64_t begin_us, int64_t end_us),
                             void *user, int64_t *damaged_us, ww_error *err);

#endif
