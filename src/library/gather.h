// SPDX-License-Identifier: MIT
// All faces of the library in memory, as the cluster room wants them: plain arrays.
#ifndef WW_LIBRARY_GATHER_H
#define WW_LIBRARY_GATHER_H
#include "base/vector.h"
#include "library/face_key.h"
#include "library/library.h"

typedef struct ww_gathered_face {
    int64_t id;
    ww_face_key key;
    int64_t source; // id in the store
    uint32_t frame; // faces with the same number were seen at once
    int64_t track;  // within the source; 0: none
    float quality, score; // 0..1
    int32_t person; // before this sorting, or -1; of a face scanned anew, whose the old one was
    int32_t former; // the last before that one, or -1
} ww_gathered_face;

typedef struct ww_gathered {
    WW_VECTOR(ww_gathered_face) face; // in the order of ww_store_faces: by source, time, place
    float *vector;                    // face.count x dim
    int dim;
} ww_gathered;

static inline const float *ww_gathered_vector(const ww_gathered *g, size_t face) { return g->vector + face * (size_t)g->dim; }
// Euclidean; its square.
double ww_gathered_distance_squared(const ww_gathered *gathered, size_t a, size_t b);

// WW_ERR_STORE: the embeddings are not all of one length.
ww_status ww_gather_faces(ww_library *library, ww_gathered *gathered, ww_error *err);
void ww_gathered_free(ww_gathered *gathered);

#endif
