// SPDX-License-Identifier: MIT
// The frame selector: of the frames in each sample's time, which to keep.
//
// A sample's time is from it to the next sample or to the cut before that. Of the frames in it that one is kept on
// which its faces can be told apart best: all there, sharp, turned to the camera; the sample itself unless another is
// clearly better, and the first frame of a shot only for want of others (it may be half a dissolve, and it is where
// tables of shots are a frame off). Faces are tracked through all of them.
#ifndef WW_SCAN_FRAME_SELECTOR_H
#define WW_SCAN_FRAME_SELECTOR_H
#include "face/detect.h"
#include "video/shot.h"
#include "face/track.h"
#include "scan/face_extraction.h"
#include "video/source.h"

typedef WW_VECTOR(int64_t) ww_track_numbers;

typedef struct ww_candidate_frame { // the best frame so far
    ww_held_picture picture;
    int64_t sample, time_us;
    double scale;
    ww_detections faces;
    ww_track_numbers track;
    double worth;
    bool coarse; // seen with half the resolution
} ww_candidate_frame;

typedef struct ww_frame_selector {
    ww_detector *detector, *coarse_detector; // the caller's
    double min_face_px;                      // of the source
    int detect_size;                         // long side, pixels
    ww_face_extractor *extractor;
    ww_shot shot;
    bool begun; // a frame was looked at
    ww_tracker tracker;
    bool open;                  // a sample's time is running
    bool first;                 // the next frame is the first of its shot
    bool coarse_next;           // all faces are large: half the resolution will do for the next frame
    ww_candidate_frame held;    // without faces: none is
    ww_track_chips chips;       // of the faces followed, since the sample
    ww_detections found, known; // in this frame; in those before it
    ww_track_numbers track;
} ww_frame_selector;

ww_status ww_frame_selector_add(ww_frame_selector *selector, const ww_frame *frame, ww_error *err);
// The span is over.
ww_status ww_frame_selector_end(ww_frame_selector *selector, ww_error *err);
void ww_frame_selector_free(ww_frame_selector *selector); // what it owns

#endif
