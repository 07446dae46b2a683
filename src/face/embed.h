// SPDX-License-Identifier: MIT
// Embedding: an aligned chip becomes a vector; near vectors are the same person. How the chip is cut, which views of it
// the network sees and what their vectors come to is the kind's (embedder.h). Most embed each chip as it is and
// mirrored and take the mean direction of the two: twice the work for vectors that differ less from picture to picture
// of one person.
#ifndef WW_FACE_EMBED_H
#define WW_FACE_EMBED_H
#include "base/cancel.h"
#include "base/error.h"
#include "face/detection.h"
#include "face/spec.h"
#include "image/image.h"
#include "nn/nn.h"

#define WW_EMBED_BATCH 4 // faces the network sees at once, each twice, when there are that many

typedef struct ww_embedder ww_embedder; // one thread at a time

// `net` and `spec` must outlive the embedder. A face's vector does not depend on what was embedded before it.
// WW_ERR_ARGUMENT: not an embedder, or more jitter asked than its kind does.
ww_status ww_embedder_open(const ww_net *net, const ww_model_spec *spec, ww_embedder **embedder, ww_error *err);
// Before it is used: what its networks ask (see ww_session_options); outlives the embedder.
void ww_embedder_set_cancel(ww_embedder *embedder, const ww_cancel *cancel);
void ww_embedder_close(ww_embedder *embedder);

// The chip this model wants, cut from the picture (at its full resolution) by the face's landmarks: LUMA or RGB,
// chip_size x chip_size. Where the kind needs landmarks, they should come from a source of its family; by others the
// chip lies nearly as well. `out` is allocated here, the caller frees it.
ww_status ww_embedder_chip(const ww_model_spec *spec, const ww_image *image, const float landmark[WW_LANDMARK_VALUES],
                           ww_image *out, ww_error *err);
// count chips -> count * embedding_dim floats, each row of unit length if the kind says so. length (may be NULL): how
// long each chip's vector was before, mean of its views; see full_length in model.h. A chip whose vector is zero or not
// finite gives WW_ERR_FORMAT.
ww_status ww_embed(ww_embedder *embedder, const ww_image *const *chip, int count, float *embedding, float *length,
                   ww_error *err);

#endif
