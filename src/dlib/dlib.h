// SPDX-License-Identifier: MIT
// dlib's detectors, embedders and shape predictors as rows of face/'s tables, and the reader of dlib's files (.dat,
// .dat.bz2, .svm). The answers are dlib's own; the other headers of this room say how.
#ifndef WW_DLIB_DLIB_H
#define WW_DLIB_DLIB_H
#include "face/detector.h"
#include "face/embedder.h"
#include "face/landmarks.h"
#include "face/model.h"

extern const ww_detector_kind ww_hog_kind;  // hog.h; model: a ww_hog_model
extern const ww_detector_kind ww_mmod_kind; // mmod.h
extern const ww_embedder_kind
    ww_dlib_embedder_kind; // chip.h; vectors are dlib's descriptors as they are, of no particular length,
                           // so that old ones and the thresholds known for them stay good
extern const ww_landmark_kind
    ww_shape_predictor_kind; // shape_predictor.h, of 5 or 68 points; model: a ww_shape_predictor

extern const ww_model_reader ww_dlib_reader;

#endif
