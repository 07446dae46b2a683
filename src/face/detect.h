// SPDX-License-Identifier: MIT
// Finding faces: a frame is scaled to the working size, the network looks at it once, its outputs are decoded into boxes with
// five landmarks. dlib's detectors (hog.h, mmod.h) find boxes; landmarks come from a shape predictor then.
#ifndef WW_FACE_DETECT_H
#define WW_FACE_DETECT_H
#include "base/error.h"
#include "base/vector.h"
#include "face/model.h"
#include "image/image.h"
#include "nn/nn.h"

#define WW_DETECT_SIZE_DEFAULT 640 // pixels on the long side
#define WW_DETECT_SIZE_MAX 4096
#define WW_DETECT_UPSAMPLE_MAX 4
#define WW_FACES_MAX 2000 // kept a frame

// Landmarks: x0,y0 ... x4,y4: eye at image left, eye at image right, nose tip, mouth corner at image left, mouth corner at
// image right.
typedef struct ww_detection {
    float x, y, width, height; // pixels
    float score;               // 0..1; of dlib's detectors: how far above the threshold, 0 and more
    float landmark[10];        // pixels
} ww_detection;

typedef WW_VECTOR(ww_detection) ww_detections;

typedef struct ww_detect_options {
    int size;         // long side of the working picture; 0: WW_DETECT_SIZE_DEFAULT
    float min_score;  // 0: the model's
    float min_face;   // smallest box side kept, pixels of the picture given; 0: all
} ww_detect_options;

typedef struct ww_detector ww_detector; // one thread at a time

// `net` (NULL for WW_MODEL_HOG) and `spec` must outlive the detector. Sessions for the input shapes that come by are made when
// needed and kept.
ww_status ww_detector_open(const ww_net *net, const ww_model_spec *spec, const ww_detect_options *options, ww_detector **detector,
                           ww_error *err);
void ww_detector_close(ww_detector *detector);
// Faces of `image` in its own pixels, best score first, cut to the picture; `found` is emptied first and stays the caller's.
ww_status ww_detect(ww_detector *detector, const ww_image *image, ww_detections *found, ww_error *err);

// --- decode.c: from network outputs to candidates, in pixels of the network's input, before non-maximum suppression.
ww_status ww_decode(const ww_session *session, const ww_net *net, const ww_model_spec *spec, float min_score, int input_width,
                    int input_height, ww_detections *out, ww_error *err);

// --- nms.c: the first sorts by score (ties: by x, y); the second does, and keeps a box when its intersection over union with every
// better kept one is <= iou.
void ww_best_first(ww_detections *d);
void ww_non_maximum_suppression(ww_detections *d, float iou);

#endif
