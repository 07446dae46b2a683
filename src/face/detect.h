// SPDX-License-Identifier: MIT
// Finding faces: boxes with five landmarks, by whatever kind of detector the model is of (detector.h), with landmarks
// from another source where the model names one (landmarks.h).
#ifndef WW_FACE_DETECT_H
#define WW_FACE_DETECT_H
#include "base/error.h"
#include "face/detection.h"
#include "face/spec.h"
#include "image/image.h"
#include "nn/nn.h"

typedef struct ww_detector ww_detector; // one thread at a time

// `net` (NULL where the model is no network) and `spec`, with what it borrows, must outlive the detector.
// WW_ERR_ARGUMENT: not a detector, or asked for what its kind does not do.
ww_status ww_detector_open(const ww_net *net, const ww_model_spec *spec, const ww_detect_options *options,
                           ww_detector **detector, ww_error *err);
void ww_detector_close(ww_detector *detector);
// Faces of `image` in its own pixels, best score first, cut to the picture; `found` is emptied first and stays the
// caller's.
ww_status ww_detect(ww_detector *detector, const ww_image *image, ww_detections *found, ww_error *err);
// The same on a frame between two others, `known` being the faces that may be on it still: what the detector is less
// than half sure of is looked at closely only where one of them lies. That is where the landmarks come from a source
// that scores anew, and the detector's own least score is wanted; else it is ww_detect.
ww_status ww_detect_again(ww_detector *detector, const ww_image *image, const ww_detection *known, size_t known_count,
                          ww_detections *found, ww_error *err);

#endif
