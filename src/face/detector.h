// SPDX-License-Identifier: MIT
// Kinds of detectors: for each a table of functions and traits. Whoever finds faces goes through detect.h; whoever
// needs to know how a detector behaves asks for a trait. How to add one: docs/how-to-add-a-detector.md.
#ifndef WW_FACE_DETECTOR_H
#define WW_FACE_DETECTOR_H
#include "base/error.h"
#include "face/detection.h"
#include "face/spec.h"
#include "image/image.h"

typedef struct ww_detector_kind {
    const char *word;    // what a text file beside a model calls this kind; NULL: none can be described by hand
    ww_model_spec wants; // what a model of this kind wants, unless it says otherwise

    // Traits.
    bool fixed_size;        // runs at the input size of its file only
    bool scores_unbounded;  // scores are no likelihoods but go on beyond 1
    bool full_size_only;    // misses in a picture of half the size what it finds at the whole
    bool too_slow_to_track; // takes longer than the footage lasts: faces are not tracked between samples
    bool upsamples;         // can look at doubled pictures (ww_model_spec.upsample)
    // Finds boxes only: where the landmarks lie on average, as shares of the box's sides. NULL: finds landmarks itself.
    const float *mean_landmark;

    // Networks, with ww_network_open and its kin below.
    bool (*matches)(const ww_model_outline *outline); // by its graph this is one of them
    // Outputs to candidates, in pixels of the network's input, before non-maximum suppression. WW_ERR_UNSUPPORTED: the
    // outputs have other shapes than such a detector's for an input of that size; WW_ERR_MEMORY.
    ww_status (*decode)(const ww_session *session, const ww_net *net, float min_score, int input_width,
                        int input_height, ww_detections *out);

    // `options` have no zeros but min_face, min_score excepted where the spec has none; `net` (NULL: none) and `spec`
    // outlive the state, which one thread uses at a time.
    ww_status (*open)(const ww_net *net, const ww_model_spec *spec, const ww_detect_options *options, void **state,
                      ww_error *err);
    // Appends the faces of `image`, in its pixels, not yet cut to it, best score first, with landmarks (its own or
    // guessed).
    ww_status (*find)(void *state, const ww_image *image, ww_detections *found, ww_error *err);
    void (*close)(void *state); // NULL: nothing
} ww_detector_kind;

// The kinds that are read from ONNX files (decode.c); NULL ends the list.
extern const ww_detector_kind ww_luma_kind;      // ours: score_S, box_S, lmk_S for strides S of 8, 16, 32
extern const ww_detector_kind ww_scrfd_kind;     // Guo et al. 2021, arXiv:2105.04714: per stride 2 anchors a cell
extern const ww_detector_kind ww_yunet_kind;     // Wu et al. 2023, doi:10.1007/s11633-023-1423-y: cls, obj, bbox, kps
extern const ww_detector_kind ww_ultraface_kind; // Linzaer's RFB-320: decoded corner boxes, no landmarks
extern const ww_detector_kind *const ww_onnx_detectors[];

// --- network_detector.c: what all detectors have in common that are one network looking once at a scaled picture
ww_status ww_network_open(const ww_net *net, const ww_model_spec *spec, const ww_detect_options *options, void **state,
                          ww_error *err);
ww_status ww_network_find(void *state, const ww_image *image, ww_detections *found, ww_error *err);
void ww_network_close(void *state);

#endif
