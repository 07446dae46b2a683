// SPDX-License-Identifier: MIT
// The models of a run, loaded: compiled in, pinned by name, or of files.
#ifndef WW_MODELS_LOADED_H
#define WW_MODELS_LOADED_H
#include "base/log.h"
#include "face/model.h"
#include "nn/nn.h"
#include "whoswho/whoswho.h"
#include <stdint.h>

struct ww_models {
    ww_model_file detector_file, embedder_file, landmarks_file, judge_file; // what was read
    const ww_net *detector, *embedder;          // theirs; detector: NULL where it is no network
    ww_model_spec detector_spec, embedder_spec; // theirs, with what the options add
    bool int8;                                  // at least one of the networks computes in int8
    uint64_t detector_hash, embedder_hash;      // XXH64 of the model files (detector: and of the source of landmarks)
};

// ww_models_open.
ww_status ww_models_load(const ww_model_options *options, ww_models **models, ww_error *err);
void ww_models_unload(ww_models *models);

// times.c: the times of the networks' layers so far, a line each, as WW_LOG_DEBUG. Only work that is done counts: that
// of detectors and embedders that are closed.
void ww_models_log_times(const ww_models *models, const ww_log *log);

#endif
