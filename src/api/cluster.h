// SPDX-License-Identifier: MIT
// Sorting without consequences, for ww_eval_people. Private to api/.
#ifndef WW_API_CLUSTER_H
#define WW_API_CLUSTER_H
#include "people/people.h"

// As ww_library_cluster would sort, at each of these thresholds in turn; see ww_people_try.
ww_status ww_try_thresholds(ww_library *library, const ww_cluster_options *options, const double *threshold,
                            size_t count, ww_on_labels *on_labels, void *user, ww_error *err);

#endif
