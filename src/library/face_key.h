// SPDX-License-Identifier: MIT
// What a face is known by from run to run: by where and when it was seen, never by a number that a re-run may change.
#ifndef WW_LIBRARY_FACE_KEY_H
#define WW_LIBRARY_FACE_KEY_H
#include <stdbool.h>
#include <stdint.h>

typedef struct ww_face_key {
    uint64_t source; // content hash
    int64_t time_us;
    float x, y, width, height; // pixels of the upright full-size source frame
} ww_face_key;

// To the bit.
static inline bool ww_face_key_same(const ww_face_key *a, const ww_face_key *b)
{
    return a->source == b->source && a->time_us == b->time_us && a->x == b->x && a->y == b->y && a->width == b->width
           && a->height == b->height;
}

#endif
