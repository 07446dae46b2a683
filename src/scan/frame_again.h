// SPDX-License-Identifier: MIT
// A frame of the library once more, at full size: decoded again from its footage, for whoever looks closer at it than
// the scan did.
#ifndef WW_SCAN_FRAME_AGAIN_H
#define WW_SCAN_FRAME_AGAIN_H
#include "image/image.h"
#include "store/store.h"

typedef struct ww_frame_wanted {
    int64_t frame, source; // ids
    int64_t file_us;       // its time as the store has it
    int width, height;     // of the upright full-size frame
} ww_frame_wanted;

// The upright picture (the caller's, ww_image_free) and its pixels per pixel of the full-size frame. Where the footage
// is gone, has changed, or takes longer than a person waits to find the frame in, it is the picture that the library
// keeps, which may be smaller.
ww_status ww_frame_again(ww_store *store, const ww_frame_wanted *wanted, ww_image *image, double *scale, ww_error *err);

#endif
