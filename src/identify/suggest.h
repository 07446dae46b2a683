// SPDX-License-Identifier: MIT
// Who may be one person, and who a face may be: from the distances between persons, and from what rules it out.
//
// The distance of two persons is the root of the mean squared distance over all pairs of a seed face of the one and of
// the other; it follows from means alone (see cluster/hac_method.c). A person without a seed face is represented by all
// its faces.
#ifndef WW_IDENTIFY_SUGGEST_H
#define WW_IDENTIFY_SUGGEST_H
#include "base/error.h"
#include "base/vector.h"
#include "cluster/cluster.h"
#include "whoswho/view.h"

typedef WW_VECTOR(ww_suggestion) ww_suggestion_list;

typedef struct ww_suggest_input { // all borrowed
    const ww_view *view;
    const float *embedding; // a row of dim values per face
    size_t dim;
    const ww_pair *cannot; // faces that decisions keep apart
    size_t cannot_count;
    double seed_quality; // the least of a seed face
    double reach;        // pairs farther apart are not asked about
    size_t only;         // pairs with this person; WW_NONE: all
} ww_suggest_input;

// See ww_suggest_pairs and ww_suggest_persons. *list: the caller's (ww_vector_free); empty after a failure.
ww_status ww_suggest_find_pairs(const ww_suggest_input *in, size_t count, ww_suggestion_list *list, ww_error *err);
ww_status ww_suggest_find_persons(const ww_suggest_input *in, size_t face, size_t count, ww_suggestion_list *list,
                                  ww_error *err);

#endif
