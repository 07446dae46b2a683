// SPDX-License-Identifier: MIT
// What tells faces apart beside their embeddings: how well each can be told apart, how it looks in the frames in
// between, the scene it is in and the colours around it. See cluster/template.h for how it is used. Libraries scanned
// before these were kept have embeddings and qualities alone.
#ifndef WW_PEOPLE_CONTEXT_H
#define WW_PEOPLE_CONTEXT_H
#include "cluster/cluster.h"
#include "library/catalog.h"

typedef struct ww_face_context {
    // faces x dim: the mean of a face's embedding and of those from intermediate frames, as long as it was
    float *vector;
    float *weight; // faces: what it counts in a template: the sum of the squared qualities of all of these
    float *quality, *size_px, *frames; // faces; frames: how many the vector is made of
    uint32_t *scene, *recording;       // faces
    const uint8_t **torso, **hair;     // faces: histograms, NULL: not seen
    uint8_t *colours;                  // where those lie
    ww_context context;                // of all that, for the cluster room
} ww_face_context;

// The catalog must have its vectors. WW_ERR_MEMORY, WW_ERR_STORE.
ww_status ww_face_context_gather(const ww_catalog *faces, ww_face_context *context, ww_error *err);
void ww_face_context_free(ww_face_context *context);

#endif
