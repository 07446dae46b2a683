// SPDX-License-Identifier: MIT
// What a model wants, as data: its input, how to read its outputs, its thresholds. Known models are recognised by their graph
// (names and shapes of inputs and outputs); any other is told by a text file beside it, FILE.onnx.txt, of `key = value` lines
// (see docs/models.md). An ONNX file may say the same of itself: metadata entries "whoswho.KEY". The file beside it has the last
// word.
#ifndef WW_FACE_MODEL_H
#define WW_FACE_MODEL_H
#include "base/error.h"
#include "nn/nn.h"
#include <stdbool.h>

typedef enum ww_model_kind {
    WW_MODEL_UNKNOWN,
    WW_MODEL_LUMA_DETECTOR, // ours: score_S, box_S, lmk_S for strides S of 8, 16, 32
    WW_MODEL_SCRFD,         // Guo et al. 2021, arXiv:2105.04714: per stride 2 anchors a cell, distances to the four sides
    WW_MODEL_YUNET,         // Wu et al. 2023, doi:10.1007/s11633-023-1423-y: cls, obj, bbox, kps
    WW_MODEL_ULTRAFACE,     // Linzaer's RFB-320: decoded corner boxes, no landmarks
    WW_MODEL_EMBEDDER,      // chip in, vector out
    WW_MODEL_HOG,           // dlib's gradient detector (hog.h); not a network
    WW_MODEL_MMOD,          // dlib's CNN detector (mmod.h)
} ww_model_kind;

typedef enum ww_colour { WW_COLOUR_LUMA, WW_COLOUR_RGB, WW_COLOUR_BGR } ww_colour;

typedef struct ww_model_spec {
    ww_model_kind kind;
    char name[64]; // for people: "SCRFD-500M with keypoints"
    ww_colour colour;
    float mean[3], scale[3]; // per channel in the order of `colour`: input = (sample 0..255 - mean) * scale
    // detectors
    int width, height; // fixed input size, pixels; 0: any multiple of `multiple`
    int multiple;
    float min_score; // keep score >= this
    float nms_iou;   // greedy non-maximum suppression drops a box that overlaps a better one by more
    bool boxes_only; // finds no landmarks: they are guessed from the box unless `landmarks` is there
    const struct ww_hog_model *hog;             // WW_MODEL_HOG; borrowed
    int upsample;    // dlib's detectors only: so many times the working picture is doubled first
    const struct ww_shape_predictor *landmarks; // dlib's (5 or 68 points), asked for every face's landmarks; NULL: none. Borrowed
    const ww_net *second_look; // looks at each face found again (second_look.h); NULL: none. Borrowed
    // embedders
    int chip_size;      // input is chip_size x chip_size
    float chip_margin;  // pixels cut off each side of the 112 x 112 ArcFace frame before scaling to chip_size
    int embedding_dim;
    float eps;          // default DBSCAN eps, Euclidean
    float full_length;  // > 0: the vector's length tells how well the face can be told apart, from here on surely; 0: it tells nothing
    // One of dlib's: its chip (dlib_chip.h); vectors are its descriptors as they are, of no particular length, so that old ones
    // and the thresholds known for them stay good. Else: the ArcFace frame, unit vectors.
    bool dlib;
    int jitter; // dlib's only: from 2 on, a face's vector is the mean over so many jittered chips
} ww_model_spec;

// dlib's gradient detector; `hog` must outlive the spec.
void ww_model_of_hog(const struct ww_hog_model *hog, ww_model_spec *spec);
// Recognises `net` by its graph, then its metadata, then `sidecar` (may be NULL: none). WW_ERR_UNSUPPORTED says what was seen and
// how to describe the model by hand; WW_ERR_FORMAT names the entry, or the line of the sidecar, that makes no sense.
ww_status ww_model_recognise(const ww_net *net, const char *sidecar, ww_model_spec *spec, ww_error *err);

#endif
