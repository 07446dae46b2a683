// SPDX-License-Identifier: MIT
// What is found of faces, and what is asked for: the types that all kinds of detectors and sources of landmarks share.
#ifndef WW_FACE_DETECTION_H
#define WW_FACE_DETECTION_H
#include "base/cancel.h"
#include "base/landmarks.h"
#include "base/vector.h"
#include "image/align.h"

#define WW_DETECT_SIZE_DEFAULT 640 // pixels on the long side
#define WW_DETECT_SIZE_MAX 4096
#define WW_DETECT_UPSAMPLE_MAX 4
#define WW_FACES_MAX 2000 // kept a frame

typedef struct ww_detection {
    float x, y, width, height; // pixels
    float score;               // 0..1; of some kinds (scores_unbounded): how far above the threshold, 0 and more
    float landmark[WW_LANDMARK_VALUES]; // pixels
} ww_detection;

typedef WW_VECTOR(ww_detection) ww_detections;

typedef struct ww_detect_options {
    int size;                // long side of the working picture; 0: WW_DETECT_SIZE_DEFAULT
    float min_score;         // 0: the model's
    float min_face;          // smallest box side kept, pixels of the picture given; 0: all
    const ww_cancel *cancel; // see ww_session_options; outlives the detector; may be NULL
} ww_detect_options;

// Sorts by score, best first; ties: by x, y.
void ww_best_first(ww_detections *d);
// Sorts too, and keeps a box when its intersection over union with every better kept one is <= iou.
void ww_non_maximum_suppression(ww_detections *d, float iou);
// Puts the landmarks of each face where `mean` says: shares of the box's sides, x0,y0 ... x4,y4.
void ww_guess_landmarks(const float mean[WW_LANDMARK_VALUES], ww_detections *found);

// Intersection over union of the boxes.
double ww_detection_overlap(const ww_detection *a, const ww_detection *b);

#endif
