// SPDX-License-Identifier: MIT
// Tracking faces from frame to frame: a face of one frame and one of the next are the same when their boxes overlap
// most. A track ends with the shot, or when nothing lies where its face was for some frames.
#ifndef WW_FACE_TRACK_H
#define WW_FACE_TRACK_H
#include "base/vector.h"
#include "face/detection.h"

#include <stdint.h>

typedef struct ww_track {
    float x, y, width, height; // where its face was last, pixels
    int64_t time_us;           // when
    int64_t number;
} ww_track;

typedef struct ww_track_record {
    int frames;  // in which the face was found
    int chances; // frames from the first on, until it was lost or the shot was over
    float score; // the best
} ww_track_record;

typedef struct ww_tracker { // zero: nothing followed; ww_tracker_free releases it
    WW_VECTOR(ww_track) live;
    WW_VECTOR(ww_track_record) record; // of each track ever, by number - 1
} ww_tracker;

// number[i]: the track of face i, 1, 2, ... in the order in which tracks began. smallest_px: faces smaller than that
// could not have been found in this frame, and had no chance. False: no memory.
bool ww_tracker_update(ww_tracker *tracker, const ww_detection *face, size_t count, int64_t time_us, float smallest_px,
                       int64_t *number);
// A new shot: nobody is followed into it.
void ww_tracker_cut(ww_tracker *tracker);
void ww_tracker_free(ww_tracker *tracker);

#endif
