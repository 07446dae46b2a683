// SPDX-License-Identifier: MIT
// The models of a run, loaded: compiled in, pinned by name, or of files.
#ifndef WW_MODELS_LOADED_H
#define WW_MODELS_LOADED_H
#include "face/model.h"
#include "nn/nn.h"
#include "whoswho/whoswho.h"
#include <stdint.h>

struct ww_models {
    ww_net *detector, *embedder; // detector: NULL where it is no network (WW_MODEL_HOG)
    ww_net *second_look; // at what the detector inside finds; NULL with another one
    struct ww_hog_model *hog;
    struct ww_shape_predictor *landmarks;
    ww_model_spec detector_spec, embedder_spec;
    uint64_t detector_hash, embedder_hash; // XXH64 of the model files (detector: and of the shape predictor)
};

// ww_models_open.
ww_status ww_models_load(const ww_model_options *options, ww_models **models, ww_error *err);
void ww_models_unload(ww_models *models);

#endif
