// SPDX-License-Identifier: MIT
// Whom a face that is in no library is like: persons by the distance to their template, and unassigned faces.
//
// The template of a person is the mean of the embeddings of its seed faces (without one, of all), at their mean length.
// On lfw_dev (60 people of 5 to 12 photos, one held out each) the person nearest by it is the right one 59 or 60 times,
// as by the nearest face, and strangers are farther than by that.
#ifndef WW_IDENTIFY_MATCH_H
#define WW_IDENTIFY_MATCH_H
#include "base/error.h"
#include "base/vector.h"
#include "library/library.h"
#include "models/loaded.h"
#include "whoswho/view.h"

typedef WW_VECTOR(ww_match) ww_match_list;

typedef struct ww_match_input { // all borrowed
    const ww_view *view;
    const float *embedding; // of the view: a row of dim values per face
    size_t dim;
    const float *asked;  // dim values
    double seed_quality; // the least of a seed face
    double threshold;    // up to which somebody counts as recognised
} ww_match_input;

// *list: persons, nearest first, at most `count`, at any distance; then unassigned faces within the threshold, nearest
// first, at most `count`. (A single face is often nearer than the mean of the person it should belong to.) Ignored
// persons are left out. The caller's (ww_vector_free), empty after a failure. WW_ERR_MEMORY.
ww_status ww_match_find(const ww_match_input *in, size_t count, ww_match_list *list, ww_error *err);

// *other: whether a source of the library was scanned with another embedder than that of `models`.
ww_status ww_has_other_embedder(ww_library *library, const ww_models *models, bool *other, ww_error *err);
// WW_ERR_ARGUMENT where one was.
ww_status ww_check_same_embedder(ww_library *library, const ww_models *models, ww_error *err);

#endif
