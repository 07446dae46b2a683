// SPDX-License-Identifier: MIT
// What a model wants, as data: its input, its thresholds, and the kind it is of, a table of functions and traits
// (detector.h, embedder.h, landmarks.h), so that nobody asks which model it is.
#ifndef WW_FACE_SPEC_H
#define WW_FACE_SPEC_H
#include "nn/nn.h"

#include <stdbool.h>

#define WW_MODEL_OUTPUTS_MAX 16
#define WW_MODEL_DIM_MIN 16 // values of an embedding
#define WW_MODEL_DIM_MAX 4096

struct ww_detector_kind;
struct ww_embedder_kind;
struct ww_landmark_kind;

typedef enum ww_colour { WW_COLOUR_LUMA, WW_COLOUR_RGB, WW_COLOUR_BGR } ww_colour;

// Where landmarks come from, if not from the detector itself.
typedef struct ww_landmark_source {
    const struct ww_landmark_kind *kind; // NULL: none
    const void *model;                   // what the kind works with; borrowed
} ww_landmark_source;

typedef struct ww_model_spec {
    // At most one of both; neither: it is not known what the model is for.
    const struct ww_detector_kind *detector;
    const struct ww_embedder_kind *embedder;
    char name[64]; // for people: "SCRFD with keypoints"
    ww_colour colour;
    float mean[3], scale[3]; // per channel in the order of `colour`: input = (sample 0..255 - mean) * scale
    // detectors
    const void *model; // one that is no network, in the form of its kind; borrowed
    int width, height; // fixed input size, pixels; 0: any multiple of `multiple`
    int multiple;
    float min_score;              // keep score >= this
    float nms_iou;                // greedy non-maximum suppression drops a box that overlaps a better one by more
    int upsample;                 // so many times the working picture is doubled first; only of kinds that do so
    ww_landmark_source landmarks; // asked for the landmarks of every face found
    ww_landmark_source judge;     // asked before: what of that is a face, where `landmarks` cannot tell
    // embedders
    int chip_size;     // input is chip_size x chip_size
    float chip_margin; // pixels cut off each side of the 112 x 112 ArcFace frame before scaling to chip_size
    int embedding_dim;
    float eps;         // default DBSCAN eps, Euclidean
    float full_length; // 0: the vector's length says nothing; > 0: the longer, the better the face, up to this
    int jitter;        // from 2 on, a face's vector is the mean over so many jittered chips; only of kinds that do so
} ww_model_spec;

static inline int ww_model_channels(const ww_model_spec *spec) { return spec->colour == WW_COLOUR_LUMA ? 1 : 3; }

// What a graph looks like from outside. Names are borrowed from the network.
typedef struct ww_model_outline {
    ww_shape input;
    int outputs;
    ww_shape output[WW_MODEL_OUTPUTS_MAX];
    const char *output_name[WW_MODEL_OUTPUTS_MAX];
} ww_model_outline;

#endif
