// SPDX-License-Identifier: MIT
// Looking: what one worker does with one span of footage: decode, detect, follow, choose, align, embed, judge, and cut the
// pictures worth keeping. The outcome depends on the span alone, not on the thread or on what else is going on.
#ifndef WW_SCAN_LOOK_H
#define WW_SCAN_LOOK_H
#include "models/loaded.h"
#include "scan/take.h"
#include "video/footage.h"

#define WW_LOOK_EVERY_US 200000    // between looks, when faces are followed
#define WW_TRACK_EVERY_MAX_US 2000000 // samples farther apart than this are not worth following faces between

typedef struct ww_looker ww_looker; // one thread's tools

// The score that lies `share` of the way from the detector's smallest to 1; where scores know no bound, the smallest.
float ww_sure_score(const ww_model_spec *detector, float share);
// Whether faces are followed between samples. Not with a detector that is too slow for it, nor on frames that are shrunk first.
bool ww_tracks(const ww_scan_options *options, const ww_model_spec *detector);

ww_status ww_looker_open(const ww_models *models, const ww_scan_options *options, ww_looker **looker, ww_error *err);
void ww_looker_close(ww_looker *looker);
// Adds what the span of `footage` shows to *seen. `reader` reads it and belongs to this thread.
ww_status ww_look_at_span(ww_looker *looker, const ww_footage *footage, ww_reader *reader, int span, ww_seen *seen, ww_error *err);

#endif
