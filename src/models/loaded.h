// SPDX-License-Identifier: MIT
// The models of a run, loaded: compiled in, pinned by name, or of files.
#ifndef WW_MODELS_LOADED_H
#define WW_MODELS_LOADED_H
#include "face/model.h"
#include "nn/nn.h"
#include "whoswho/whoswho.h"
#include <stdint.h>

struct ww_models {
    ww_model_file detector_file, embedder_file, landmarks_file; // what was read
    const ww_net *detector, *embedder;                          // theirs; detector: NULL where it is no network
    ww_model_spec detector_spec, embedder_spec;                 // theirs, with what the options add
    uint64_t detector_hash, embedder_hash; // XXH64 of the model files (detector: and of the source of landmarks)
};

// ww_models_open.
ww_status ww_models_load(const ww_model_options *options, ww_models **models, ww_error *err);
void ww_models_unload(ww_models *models);

#endif
