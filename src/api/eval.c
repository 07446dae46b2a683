// SPDX-License-Identifier: MIT
#include "api/cluster.h"
#include "api/sized.h"
#include "evaluate/eval_pairs.h"
#include "evaluate/eval_people.h"

ww_status ww_eval_people(const char *where, const char *truth, const ww_eval_options *options,
                         const ww_callbacks *callbacks, ww_eval_result *result, ww_error *err)
{
    ww_eval_options full = WW_EVAL_OPTIONS_INIT;
    ww_eval_result r = WW_EVAL_RESULT_INIT;
    ww_status status = WW_CHECK_SIZED(options, ww_eval_options, err);
    if (status == WW_OK)
        status = WW_CHECK_SIZED(result, ww_eval_result, err);
    if (status != WW_OK)
        return status;
    ww_sized_read(&full, options, sizeof full);
    status = ww_evaluate_people(where, truth, &full, ww_try_thresholds, callbacks, &r, err);
    ww_sized_write(result, &r, sizeof r);
    return status;
}

ww_status ww_eval_pairs(const char *folder, const char *pairs, ww_eval_face face, const ww_callbacks *callbacks,
                        ww_eval_pairs_result *result, ww_error *err)
{
    ww_eval_pairs_result r = WW_EVAL_PAIRS_RESULT_INIT;
    ww_status status = WW_CHECK_SIZED(result, ww_eval_pairs_result, err);
    if (status != WW_OK)
        return status;
    status = ww_evaluate_pairs(folder, pairs, face, callbacks, &r, err);
    ww_sized_write(result, &r, sizeof r);
    return status;
}
