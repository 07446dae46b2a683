// SPDX-License-Identifier: MIT
// The landmark refiner: a detector sees a whole frame and puts the five landmarks only roughly; this small network sees
// the face alone, aligned by those landmarks, and says where they really are, and how likely it is a face at all. Where
// that is far from where they were, it runs once more.
#ifndef WW_FACE_LANDMARK_REFINER_H
#define WW_FACE_LANDMARK_REFINER_H
#include "base/cancel.h"
#include "base/error.h"
#include "face/detection.h"
#include "image/image.h"
#include "nn/nn.h"

// A face's score is made of two: its log-odds are BIAS + DETECTOR x log-odds of the detector's score + OWN x log-odds
// of the refiner's, these at most LOG_ODDS_MAX either way. So the detector is asked for all that scores from FROM on.
// Logistic regression on held-out detections, see models/landmarks.md.
#define WW_REFINER_FROM 0.25f
#define WW_REFINER_BIAS (-2.27f)
#define WW_REFINER_DETECTOR 1.95f
#define WW_REFINER_OWN 0.89f
#define WW_REFINER_LOG_ODDS_MAX 6.0f

typedef struct ww_landmark_refiner ww_landmark_refiner; // one thread at a time

// `net` takes a luma chip of 64 pixels a side, 0..255 (the 112 frame and 16 px all round), and gives ten coordinates in
// it, pixel indices, and a likelihood; it must outlive the refiner. WW_ERR_UNSUPPORTED: it is another kind of network.
// `cancel`: of ww_landmark_kind.
ww_status ww_landmark_refiner_open(const ww_net *net, const ww_cancel *cancel, ww_landmark_refiner **refiner,
                                   ww_error *err);
void ww_landmark_refiner_close(ww_landmark_refiner *refiner);
// Moves the landmarks of `found`, faces of `image` in its pixels, gives them scores anew, best first, and drops what
// scores less than `min_score` and what turns out to be a better one's face.
ww_status ww_landmark_refine(ww_landmark_refiner *refiner, const ww_image *image, float min_score, ww_detections *found,
                             ww_error *err);

#endif
