// SPDX-License-Identifier: MIT
// A second look at what a detector found: it sees a whole frame and puts the five landmarks only roughly; this small network sees
// the face alone, aligned by those landmarks, and says where they really are, and how likely it is a face at all. Where that is far
// from where they were, it looks once more.
#ifndef WW_FACE_SECOND_LOOK_H
#define WW_FACE_SECOND_LOOK_H
#include "face/detect.h"

// What is less likely a face than this is none, unless the detector is sure of it (chosen on the development sets, see
// models/landmarks.md).
#define WW_SECOND_LOOK_FACE_MIN 0.5f
#define WW_SECOND_LOOK_SURE_SCORE 0.8f

typedef struct ww_second_look ww_second_look; // one thread at a time

// `net` takes a luma chip of 64 pixels a side, 0..255 (the 112 frame and 16 px all round), and gives ten coordinates in it, pixel
// indices, and a likelihood; it must outlive the second look. WW_ERR_UNSUPPORTED: it is another kind of network.
ww_status ww_second_look_open(const ww_net *net, ww_second_look **look, ww_error *err);
void ww_second_look_close(ww_second_look *look);
// Moves the landmarks of `found`, faces of `image` in its pixels, and drops what is no face.
ww_status ww_look_again(ww_second_look *look, const ww_image *image, ww_detections *found, ww_error *err);

#endif
