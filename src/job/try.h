// SPDX-License-Identifier: MIT
// Sorting without consequences: how would the faces fall into people?
#ifndef WW_JOB_TRY_H
#define WW_JOB_TRY_H
#include "job/library.h"

// label: of each face, in the order of ww_store_faces; negative: nobody. Borrowed for the call.
typedef ww_status ww_on_labels(void *user, double threshold, const int32_t *label, ww_error *err);

// Sorts the faces as ww_library_cluster would, at each of these thresholds of the method in turn, and stores nothing. Decisions,
// tracks and faces seen at once count as ever. A callback's non-OK return ends it with that status.
ww_status ww_library_try_thresholds(ww_library *library, const ww_cluster_options *options, const double *threshold, size_t count,
                                    ww_on_labels *on_labels, void *user, ww_error *err);

#endif
