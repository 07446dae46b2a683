// SPDX-License-Identifier: MIT
// Face verification over a list of pairs.
#ifndef WW_EVALUATE_EVAL_PAIRS_H
#define WW_EVALUATE_EVAL_PAIRS_H
#include "base/error.h"

// ww_eval_pairs.
ww_status ww_evaluate_pairs(const char *folder, const char *pairs, ww_eval_face face, const ww_callbacks *callbacks,
                            ww_eval_pairs_result *result, ww_error *err);

#endif
