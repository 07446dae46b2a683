// SPDX-License-Identifier: MIT
#include "api/cluster.h"
#include "evaluate/eval_pairs.h"
#include "evaluate/eval_people.h"

ww_status ww_eval_people(const char *where, const char *truth, const ww_eval_options *options, const ww_callbacks *callbacks,
                         ww_eval_result *result, ww_error *err)
{
    return ww_evaluate_people(where, truth, options, ww_try_thresholds, callbacks, result, err);
}

ww_status ww_eval_pairs(const char *folder, const char *pairs, ww_eval_face face, const ww_callbacks *callbacks,
                        ww_eval_pairs_result *result, ww_error *err)
{
    return ww_evaluate_pairs(folder, pairs, face, callbacks, result, err);
}
