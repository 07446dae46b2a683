// SPDX-License-Identifier: MIT
#include "nn/session.h"

#include "base/memory.h"
#include "nn/int8/program.h"
#include "nn/onednn/onednn.h"
#include "nn/reference.h"

#include <assert.h>
#include <stdlib.h>

struct ww_session {
    ww_net_plan *plan;
    ww_reference *reference; // one of the three
    ww_onednn *onednn;
    ww_int8 *int8;
};

ww_status ww_session_open_with(const ww_net *net, const ww_shape *input, const ww_session_options *options,
                               ww_session **session, ww_error *err)
{
    ww_session *s = ww_alloc(sizeof *s);
    size_t bytes_max = options->bytes_max ? options->bytes_max : WW_NN_SESSION_BYTES_MAX;
    *session = NULL;
    ww_status status = ww_net_plan_make(net, input, !options->unfused, bytes_max, &s->plan, err);
    if (status == WW_OK && options->backend == WW_BACKEND_ONEDNN && ww_net_is_int8(net))
        status = ww_int8_open(s->plan, options->kernel, bytes_max, options->cancel, &s->int8, err);
    else if (status == WW_OK && options->backend == WW_BACKEND_ONEDNN)
        status = ww_onednn_open(s->plan, bytes_max, options->cancel, &s->onednn, err);
    else if (status == WW_OK)
        status = ww_reference_open(s->plan, bytes_max, options->cancel, &s->reference, err);
    if (status != WW_OK) {
        ww_session_close(s);
        return status;
    }
    *session = s;
    return WW_OK;
}

ww_status ww_session_open(const ww_net *net, const ww_shape *input, ww_backend backend, ww_session **session,
                          ww_error *err)
{
    return ww_session_open_with(net, input, &(ww_session_options){.backend = backend}, session, err);
}

void ww_session_close(ww_session *s)
{
    if (!s)
        return;
    ww_onednn_close(s->onednn);
    ww_int8_close(s->int8);
    ww_reference_close(s->reference);
    ww_net_plan_free(s->plan);
    free(s);
}

float *ww_session_input(ww_session *s)
{
    return s->int8 ? ww_int8_input(s->int8) : s->onednn ? ww_onednn_input(s->onednn) : ww_reference_input(s->reference);
}

bool ww_session_put_bytes(ww_session *s, const uint8_t *rows, ptrdiff_t stride, int width, int height)
{
    return s->int8 && ww_int8_put_bytes(s->int8, rows, stride, width, height);
}

ww_status ww_session_run(ww_session *s, ww_error *err)
{
    return s->int8     ? ww_int8_run(s->int8, err)
           : s->onednn ? ww_onednn_run(s->onednn, err)
                       : ww_reference_run(s->reference, err);
}

const float *ww_session_output(const ww_session *s, int i, ww_shape *shape)
{
    const ww_net *net = s->plan->net;
    assert(i >= 0 && i < net->output_count);
    if (shape)
        *shape = s->plan->value[net->output[i].value].tensor.shape;
    return s->int8     ? ww_int8_output(s->int8, i)
           : s->onednn ? ww_onednn_output(s->onednn, i)
                       : ww_reference_output(s->reference, i);
}
