// SPDX-License-Identifier: MIT
// What a face is known by from run to run: by where and when it was seen, never by a number that a re-run may change.
#ifndef WW_LIBRARY_FACE_KEY_H
#define WW_LIBRARY_FACE_KEY_H
#include <stdint.h>

typedef struct ww_face_key {
    uint64_t source; // content hash
    int64_t time_us;
    float x, y, width, height; // pixels of the upright full-size source frame
} ww_face_key;

#endif
