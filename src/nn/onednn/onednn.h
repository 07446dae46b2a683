// SPDX-License-Identifier: MIT
// The fast backend. Nothing of oneDNN's own types shows here: only the files of this folder include its headers.
#ifndef WW_NN_ONEDNN_ONEDNN_H
#define WW_NN_ONEDNN_ONEDNN_H
#include "base/cancel.h"
#include "nn/ops/op.h"

struct ww_net_plan;
typedef struct ww_onednn ww_onednn;

// Builds the program for a plan: primitives, reordered weights, one arena for every activation. The plan must outlive
// it. `cancel`: of ww_session_options.
ww_status ww_onednn_open(struct ww_net_plan *plan, size_t bytes_max, const ww_cancel *cancel, ww_onednn **e,
                         ww_error *err);
void ww_onednn_close(ww_onednn *e);
float *ww_onednn_input(ww_onednn *e);
const float *ww_onednn_output(const ww_onednn *e, int i);
ww_status ww_onednn_run(ww_onednn *e, ww_error *err);

ww_fast_fn ww_fast_activation, ww_fast_binary, ww_fast_prelu, ww_fast_conv, ww_fast_pool, ww_fast_gemm, ww_fast_matmul,
    ww_fast_concat, ww_fast_softmax, ww_fast_resize, ww_fast_transpose, ww_fast_batch_norm;

#endif
