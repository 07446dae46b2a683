// SPDX-License-Identifier: MIT
// Cuts: whether two frames of a video belong to two shots. Each is boiled down to 32 x 18 luma means; frames of one
// shot correlate, also when the camera has moved a little in between (the best of some shifts counts) or the light has
// changed; frames of two shots do not.
#ifndef WW_VIDEO_SHOT_H
#define WW_VIDEO_SHOT_H
#include "image/image.h"

enum { WW_SHOT_COLUMNS = 32, WW_SHOT_ROWS = 18 };

typedef struct ww_shot { // of the frame seen last; zero: none yet
    bool any;
    float mean[WW_SHOT_ROWS][WW_SHOT_COLUMNS]; // 0..255
} ww_shot;

// True if `image` begins a new shot: also the first one. Remembers it.
bool ww_shot_changed(ww_shot *shot, const ww_image *image);

// The frame seen last in bytes, for comparing with another one later: whether the two may be of one shot.
enum { WW_SHOT_BYTES = WW_SHOT_COLUMNS * WW_SHOT_ROWS };
void ww_shot_pack(const ww_shot *shot, uint8_t packed[WW_SHOT_BYTES]);
bool ww_shot_alike(const uint8_t a[WW_SHOT_BYTES], const uint8_t b[WW_SHOT_BYTES]);

#endif
