// SPDX-License-Identifier: MIT
// Looking: what one worker does with one span of footage: decode, detect, align, embed, judge, and cut the pictures worth
// keeping. The outcome depends on the span alone, not on the thread or on what else is going on.
#ifndef WW_JOB_LOOK_H
#define WW_JOB_LOOK_H
#include "base/vector.h"
#include "face/detect.h"
#include "face/embed.h"
#include "job/library.h"
#include "video/footage.h"

typedef struct ww_seen_face {
    ww_face_row row;    // frame and person are filled in later
    float *embedding;   // owned; NULL until embedded
    ww_image chip;      // owned; freed once embedded
    uint8_t *portrait;  // owned JPEG
    size_t portrait_bytes;
} ww_seen_face;

typedef struct ww_seen_frame {
    ww_frame_row row;   // source and span are filled in later
    uint8_t *jpeg;      // owned
    size_t jpeg_bytes;
    size_t first_face, face_count; // in ww_seen.faces
} ww_seen_frame;

typedef struct ww_seen { // what a span showed: the frames that hold faces, in order of time
    WW_VECTOR(ww_seen_frame) frames;
    WW_VECTOR(ww_seen_face) faces;
    int64_t frames_looked_at, damaged;
    double decode_s, detect_s, embed_s, encode_s;
} ww_seen;

void ww_seen_free(ww_seen *seen);

typedef struct ww_looker ww_looker; // one thread's tools

ww_status ww_looker_open(const ww_models *models, const ww_scan_options *options, ww_looker **looker, ww_error *err);
void ww_looker_close(ww_looker *looker);
// Adds what the span shows to *seen. `reader` belongs to this thread.
ww_status ww_look_at_span(ww_looker *looker, ww_reader *reader, int span, ww_seen *seen, ww_error *err);

#endif
