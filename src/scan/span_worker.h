// SPDX-License-Identifier: MIT
// A span worker: what one thread does with one span of a source: decode, detect, track, choose, align, embed, judge,
// and cut the pictures worth keeping. The outcome depends on the span alone, not on the thread or on what else is going
// on.
#ifndef WW_SCAN_SPAN_WORKER_H
#define WW_SCAN_SPAN_WORKER_H
#include "models/loaded.h"
#include "scan/face_extraction.h"
#include "video/source.h"

#define WW_INTERMEDIATE_EVERY_US 200000 // between intermediate frames, when faces are tracked
#define WW_TRACK_EVERY_MAX_US 2000000   // samples farther apart than this are not worth tracking faces between

typedef struct ww_span_worker ww_span_worker; // one thread's tools

// The score that lies `share` of the way from the detector's smallest to 1; where scores know no bound, the smallest.
float ww_seed_score(const ww_model_spec *detector, float share);
// Whether faces are tracked between samples. Not with a detector that is too slow for it, nor on frames that are shrunk
// first.
bool ww_tracks(const ww_scan_options *options, const ww_model_spec *detector);

// `cancel` is what its networks ask between their layers, and outlives the worker; may be NULL.
ww_status ww_span_worker_open(const ww_models *models, const ww_scan_options *options, const ww_cancel *cancel,
                              ww_span_worker **worker, ww_error *err);
void ww_span_worker_close(ww_span_worker *worker);
// Adds what the span of `source` shows to *seen. `reader` reads it and belongs to this thread.
ww_status ww_span_worker_run(ww_span_worker *worker, const ww_source *source, ww_reader *reader, int span,
                             ww_span_result *seen, ww_error *err);

#endif
