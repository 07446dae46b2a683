// SPDX-License-Identifier: MIT
// A second look at what a detector found: it sees a whole frame and puts the five landmarks only roughly; this small network sees
// the face alone, aligned by those landmarks, and says where they really are, and how likely it is a face at all. Where that is far
// from where they were, it looks once more.
#ifndef WW_FACE_SECOND_LOOK_H
#define WW_FACE_SECOND_LOOK_H
#include "face/detect.h"

// Two witnesses make the score that a face gets: its log-odds are BIAS + DETECTOR x log-odds of the detector's score + LOOK x log-odds
// of the second look's, these at most LOG_ODDS_MAX either way. So the detector is asked for all that scores from FROM on. Logistic
// regression on held-out detections, see models/landmarks.md.
#define WW_SECOND_LOOK_FROM 0.25f
#define WW_SECOND_LOOK_BIAS (-2.27f)
#define WW_SECOND_LOOK_DETECTOR 1.95f
#define WW_SECOND_LOOK_LOOK 0.89f
#define WW_SECOND_LOOK_LOG_ODDS_MAX 6.0f

typedef struct ww_second_look ww_second_look; // one thread at a time

// `net` takes a luma chip of 64 pixels a side, 0..255 (the 112 frame and 16 px all round), and gives ten coordinates in it, pixel
// indices, and a likelihood; it must outlive the second look. WW_ERR_UNSUPPORTED: it is another kind of network.
ww_status ww_second_look_open(const ww_net *net, ww_second_look **look, ww_error *err);
void ww_second_look_close(ww_second_look *look);
// Moves the landmarks of `found`, faces of `image` in its pixels, gives them scores anew, best first, and drops what scores
// less than `min_score` and what turns out to be a better one's face.
ww_status ww_look_again(ww_second_look *look, const ww_image *image, float min_score, ww_detections *found, ww_error *err);

#endif
