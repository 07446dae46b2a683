// SPDX-License-Identifier: MIT
// Watching: from the looks at a span, which frame to keep of each sample's time.
//
// A sample's time is from it to the next sample or to the cut before that. Of the looks in it the frame is kept on which its faces
// can be told apart best: all there, sharp, turned to the camera; the sample itself unless another is clearly better, and the
// first frame of a shot only for want of others (it may be half a dissolve, and it is where tables of shots are a frame off).
// Faces are followed through all looks.
#ifndef WW_SCAN_WATCH_H
#define WW_SCAN_WATCH_H
#include "face/detect.h"
#include "video/shot.h"
#include "face/track.h"
#include "scan/take.h"
#include "video/footage.h"

typedef WW_VECTOR(int64_t) ww_track_numbers;

typedef struct ww_held { // the best look so far
    ww_image image;      // a copy; owned
    int64_t sample, time_us;
    double scale;
    ww_detections faces;
    ww_track_numbers track;
    double worth;
    bool coarse; // looked at with half the resolution
} ww_held;

typedef struct ww_watch {
    ww_detector *detector, *coarse_detector; // the caller's
    double min_face_px;                      // of the source
    int detect_size;                         // long side, pixels
    ww_taker *taker;
    ww_shot shot;
    ww_tracker tracker;
    bool open;        // a sample's time is running
    bool first;       // the next look is the first of its shot
    bool coarse_next; // all faces are large: half the resolution will do for the next look
    ww_held held;     // without faces: none is
    ww_detections found;
    ww_track_numbers track;
} ww_watch;

ww_status ww_watch_frame(ww_watch *watch, const ww_frame *frame, ww_error *err);
// The span is over.
ww_status ww_watch_end(ww_watch *watch, ww_error *err);
void ww_watch_free(ww_watch *watch); // what it owns

#endif
