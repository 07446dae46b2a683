// SPDX-License-Identifier: MIT
// Which frames of a video will be looked at, and how each is reached with the least decoding: found by reading every
// packet's times once.
//
// Frames are named by their *ordinal*, their number in decoding order. A moment is a wanted frame: to have it, decode
// from the key frame `start` up to `ordinal`. Only moments and spans are kept, so a plan grows with the samples taken,
// not with the packets read.
#ifndef WW_VIDEO_PLAN_H
#define WW_VIDEO_PLAN_H
#include "base/error.h"
#include "base/log.h"
#include "video/choice.h"
#include <libavutil/frame.h>

typedef struct ww_moment {
    int64_t pts; // ticks
    int64_t sample;
    uint32_t ordinal;
    uint32_t start; // ordinal of the last key frame at or before it, in time
} ww_moment;

typedef struct ww_span {
    ww_mark mark;        // where its decoding begins
    size_t first, count; // its moments
    int64_t first_sample;
} ww_span;

typedef struct ww_plan {
    AVRational time_base;
    int64_t every_us, intermediate_every_us;
    int64_t origin;      // pts of the first frame ever shown, ticks
    int64_t start_us;    // of the first frame, from the container's start; >= 0
    int64_t frame_ticks; // as the headers have it
    // false: the container gives no presentation times; there are no moments then and one span, read frame by frame
    bool stamped;
    ww_moment *moments; // in order of time
    size_t moment_count, moment_capacity;
    ww_span *spans;
    int span_count, span_capacity;
    int64_t sample_count, frame_count, duration_us;
    int top_layer; // highest temporal layer met
} ww_plan;

// Reads `source` from its beginning to its end. `first_frame` receives the first frame of the video, decoded.
ww_status ww_plan_make(ww_plan *plan, ww_demuxer *demuxer, int64_t every_us, ww_source_times times, const ww_log *log,
                       AVFrame *first_frame, ww_error *err);
void ww_plan_free(ww_plan *plan);

// Microseconds, rounded down, from the first frame to `pts`.
int64_t ww_plan_time_us(const ww_plan *plan, int64_t pts);
// The first sample at or after a moment `time_us` >= 0.
int64_t ww_plan_sample(const ww_plan *plan, int64_t time_us);
// One past the last sample of a span.
int64_t ww_plan_span_end(const ww_plan *plan, int span);

#endif
