// SPDX-License-Identifier: MIT
// Kinds of embedders: for each a table of functions and traits; what differs within a kind (chip size, colour, mean,
// scale, length) is data of the model (model.h). Whoever embeds goes through embed.h.
#ifndef WW_FACE_EMBEDDER_H
#define WW_FACE_EMBEDDER_H
#include "base/error.h"
#include "face/detection.h"
#include "face/spec.h"
#include "image/image.h"

typedef struct ww_embedder_kind {
    const char *word;        // what a text file beside a model calls this kind; NULL: none can be described by hand
    bool needs_landmarks;    // landmarks guessed from a box do not place its chip well enough
    int jitter_max;          // at most so many jittered chips are averaged (ww_model_spec.jitter); 0: none
    size_t view_state_bytes; // of what make_view remembers from one view of a chip to the next; 0: nothing

    // The chip cut from the picture: LUMA or RGB, chip_size x chip_size, the caller's to free.
    ww_status (*cut_chip)(const ww_model_spec *spec, const ww_image *image, const float landmark[WW_LANDMARK_VALUES],
                          ww_image *out, ww_error *err);
    int (*view_count)(const ww_model_spec *spec); // pictures of each chip that are embedded
    // Writes view 0, 1, ... of a chip where the network's input is, normalised. Views of a chip come in their order;
    // `state` holds view_state_bytes, undefined at view 0.
    ww_status (*make_view)(const ww_model_spec *spec, void *state, const ww_image *chip, int view, float *input,
                           ww_error *err);
    // The face's vector from those of its views, and how long they are on average. False: a vector is zero or not
    // finite.
    bool (*combine)(const ww_model_spec *spec, const float *view, int views, float *out, float *length);
} ww_embedder_kind;

// Chips in the ArcFace frame (align.h); the mean direction of the chip's vector and of its mirror image's, of unit
// length.
extern const ww_embedder_kind ww_aligned_embedder_kind;

// Whether the graph is an embedder's: sets kind, chip size, length and scale of 1; and fills in the rest where it is a
// known one (`known`).
bool ww_embedder_matches(const ww_model_outline *outline, ww_model_spec *spec, bool *known);

// Writes a chip (or its mirror image) as the network's input, normalised.
void ww_fill_chip(const ww_model_spec *spec, const ww_image *chip, bool mirrored, float *input);

#endif
