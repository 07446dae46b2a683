// SPDX-License-Identifier: MIT
// Taking: a frame that is kept and the faces on it become rows, pictures and vectors, ready for the store.
#ifndef WW_SCAN_TAKE_H
#define WW_SCAN_TAKE_H
#include "base/vector.h"
#include "face/detect.h"
#include "face/embed.h"
#include "library/library.h"

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
    ww_scan_counts counts;
    double decode_s, detect_s, embed_s, encode_s;
} ww_seen;

void ww_seen_face_free(ww_seen_face *face); // what it owns
void ww_seen_free(ww_seen *seen);

typedef struct ww_taker {
    const ww_model_spec *embedder_spec;
    ww_embedder *embedder;
    int frame_max_px;
    ww_seen *seen;
    size_t embedded; // faces of seen->faces before this one have their vectors
} ww_taker;

typedef struct ww_take {
    const ww_image *image;
    int64_t sample, time_us;
    double scale;            // see ww_frame
    ww_detection *face;      // pixels of the image; brought into order from left to right, and `track` with it
    int64_t *track;          // of each face; 0: not followed
    size_t count;            // >= 1
} ww_take;

ww_status ww_take_frame(ww_taker *taker, const ww_take *take, ww_error *err);
// Embeds the faces that still wait for it.
ww_status ww_take_rest(ww_taker *taker, ww_error *err);

#endif
