// SPDX-License-Identifier: MIT
// Animated WebP through libwebpdemux, which paints each frame over those before it.
#ifndef WW_IMAGE_WEBP_H
#define WW_IMAGE_WEBP_H
#include "image/image.h"

typedef struct ww_webp ww_webp; // one thread at a time

typedef struct ww_webp_facts {
    int width, height, frames;
    int64_t duration_us;
} ww_webp_facts;

// True for an animation of more than one frame.
bool ww_webp_is_animated(const uint8_t *data, size_t bytes);
// `data` must outlive the reader. WW_ERR_FORMAT: damaged, or cut off.
ww_status ww_webp_open(const uint8_t *data, size_t bytes, const char *name, ww_webp **webp, ww_webp_facts *facts,
                       ww_error *err);
void ww_webp_close(ww_webp *webp);
// The next frame, as a view (WW_PIXELS_RGB) good until the next call, and when it leaves the screen. *frame is zeroed
// at the end.
ww_status ww_webp_next(ww_webp *webp, ww_image *frame, int64_t *end_us, ww_error *err);

#endif
