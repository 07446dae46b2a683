// SPDX-License-Identifier: MIT
// Embedding: an aligned chip becomes a vector; near vectors are the same person. Each chip is embedded as it is and mirrored, and
// the mean direction of the two vectors is taken: twice the work for vectors that differ less from picture to picture of one
// person. dlib's embedders go dlib's way instead: the chip as it is, or the mean of a number of jittered ones, of whatever length
// it comes out.
#ifndef WW_FACE_EMBED_H
#define WW_FACE_EMBED_H
#include "base/error.h"
#include "face/model.h"
#include "image/image.h"
#include "nn/nn.h"

#define WW_EMBED_BATCH 4 // faces the network sees at once, each twice, when there are that many

typedef struct ww_embedder ww_embedder; // one thread at a time

// `net` and `spec` must outlive the embedder. With spec->jitter every face begins with the random generator's first number, so
// that its vector does not depend on what was embedded before it. WW_ERR_ARGUMENT: not an embedder, or jitter asked of one that
// is not dlib's.
ww_status ww_embedder_open(const ww_net *net, const ww_model_spec *spec, ww_embedder **embedder, ww_error *err);
void ww_embedder_close(ww_embedder *embedder);

// The chip this model wants, cut from the picture (at its full resolution) by the face's landmarks: LUMA or RGB, chip_size x
// chip_size. For dlib's embedders the landmarks should come from a shape predictor; by others the chip lies nearly as well. `out`
// is allocated here, the caller frees it.
ww_status ww_embedder_chip(const ww_model_spec *spec, const ww_image *image, const float landmark[10], ww_image *out, ww_error *err);
// count chips -> count * embedding_dim floats, each row of unit length (but for dlib's embedders). length (may be NULL): how long
// each chip's vector was before, mean of its views; see full_length in model.h. A chip whose vector is zero or not finite gives
// WW_ERR_FORMAT.
ww_status ww_embed(ww_embedder *embedder, const ww_image *const *chip, int count, float *embedding, float *length, ww_error *err);

#endif
