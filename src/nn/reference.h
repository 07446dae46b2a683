// SPDX-License-Identifier: MIT
// The reference backend: runs a plan with the plain C operators, one after the other.
#ifndef WW_NN_REFERENCE_H
#define WW_NN_REFERENCE_H
#include "base/cancel.h"
#include "nn/plan.h"

typedef struct ww_reference ww_reference;

// The plan must outlive it. More activation memory than `bytes_max` is WW_ERR_MEMORY. `cancel`: of ww_session_options.
ww_status ww_reference_open(ww_net_plan *plan, size_t bytes_max, const ww_cancel *cancel, ww_reference **r,
                            ww_error *err);
void ww_reference_close(ww_reference *r);
float *ww_reference_input(ww_reference *r);
const float *ww_reference_output(const ww_reference *r, int i);
ww_status ww_reference_run(ww_reference *r, ww_error *err);

#endif
