// SPDX-License-Identifier: MIT
// Sorting without consequences, for ww_eval_people, and after decisions. Private to api/.
#ifndef WW_API_CLUSTER_H
#define WW_API_CLUSTER_H
#include "people/people.h"

// ww_library_cluster with what is asked for in the library, after decisions: from what the last sort found where that
// can be, see people/sort_again.h; else everything is sorted. *again: it could; may be NULL.
ww_status ww_sort_after_decisions(ww_library *library, ww_cluster_result *result, bool *again, ww_error *err);

// As ww_library_cluster would sort, at each of these thresholds in turn; see ww_people_try.
ww_status ww_try_thresholds(ww_library *library, const ww_cluster_options *options, const double *threshold,
                            size_t count, ww_on_labels *on_labels, void *user, ww_error *err);

#endif
