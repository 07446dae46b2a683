// SPDX-License-Identifier: MIT
// What a person has still to click until the folders are right: folders to merge into another, faces to throw out,
// folders to delete.
#ifndef WW_EVALUATE_EFFORT_H
#define WW_EVALUATE_EFFORT_H
#include "base/error.h"
#include <stddef.h>
#include <stdint.h>

typedef struct ww_effort {
    // folders of a person (most of the known faces in them are theirs; of equals the first in the truth), but one
    int64_t merges;
    int64_t wrong; // faces in a person's folder that are somebody else's, or nobody's
    int64_t junk;  // folders that hold nobody's faces alone
} ww_effort;

// who: of each face, a person of the truth, WW_MATCH_FALSE or WW_MATCH_UNKNOWN (ground_truth_match.h); folder: of each,
// negative: none.
ww_status ww_effort_count(const int32_t *who, const int32_t *folder, size_t count, ww_effort *effort, ww_error *err);

#endif
