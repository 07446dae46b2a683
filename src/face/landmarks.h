// SPDX-License-Identifier: MIT
// Kinds of sources of landmarks beside the detector: for each a table of functions and traits.
#ifndef WW_FACE_LANDMARKS_H
#define WW_FACE_LANDMARKS_H
#include "base/cancel.h"
#include "base/error.h"
#include "face/detection.h"
#include "image/image.h"

typedef struct ww_landmark_kind {
    bool rescores;    // gives the faces new scores from the detector's, which must be likelihoods then
    float score_from; // > 0: the detector is asked for all that scores from here on

    // `model` is that of the ww_landmark_source and outlives the state, which one thread uses at a time.
    // `cancel` (may be NULL) is what its networks ask, see ww_session_options.
    ww_status (*open)(const void *model, const ww_cancel *cancel, void **state, ww_error *err);
    // Puts the landmarks of `found`, faces of `image` in its pixels, not yet cut to it, where they belong; may drop
    // faces, also those that score less than `min_score` now.
    ww_status (*find)(void *state, const ww_image *image, float min_score, ww_detections *found, ww_error *err);
    void (*close)(void *state);
} ww_landmark_kind;

extern const ww_landmark_kind ww_landmark_refiner_kind; // landmark_refiner.h; model: a ww_net

#endif
