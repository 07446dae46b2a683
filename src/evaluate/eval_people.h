// SPDX-License-Identifier: MIT
// A result against the truth: which faces are whose, and how well the folders agree with that.
#ifndef WW_EVALUATE_EVAL_PEOPLE_H
#define WW_EVALUATE_EVAL_PEOPLE_H
#include "base/error.h"
#include <stddef.h>
#include <stdint.h>

// label: of each face, in the order of ww_store_faces; negative: nobody. Borrowed for the call.
typedef ww_status ww_take_labels(void *user, double threshold, const int32_t *label, ww_error *err);
// Sorts a library's faces at each of these thresholds, storing nothing. This room does not know how.
typedef ww_status ww_try_sorting(ww_library *library, const ww_cluster_options *options, const double *threshold,
                                 size_t count, ww_take_labels *take, void *user, ww_error *err);

// ww_eval_people.
ww_status ww_evaluate_people(const char *where, const char *truth, const ww_eval_options *options, ww_try_sorting *try,
                             const ww_callbacks *callbacks, ww_eval_result *result, ww_error *err);

#endif
