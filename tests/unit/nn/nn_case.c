// SPDX-License-Identifier: MIT
#include "nn_case.h"

#include "base/memory.h"
#include "nn/tensor.h"

#include <stdlib.h>
#include <string.h>

ww_net *case_load(onnx_writer *w, ww_error *err)
{
    ww_net *net = NULL;
    ww_buffer file = onnx_finish(w);
    ww_net_load(file.data, file.bytes, "case.onnx", &net, err);
    ww_buffer_free(&file);
    return net;
}

float *case_run(const ww_net *net, onnx_dims input, const float *x, ww_session_options options, int output,
                ww_shape *shape, ww_error *err)
{
    ww_shape in = {.rank = input.rank}, out;
    memcpy(in.dim, input.dim, sizeof in.dim);
    ww_session *session = NULL;
    if (ww_session_open_with(net, &in, &options, &session, err) != WW_OK)
        return NULL;
    memcpy(ww_session_input(session), x, (size_t)ww_shape_count(&in) * sizeof *x);
    float *copy = NULL;
    if (ww_session_run(session, err) == WW_OK) {
        const float *y = ww_session_output(session, output, &out);
        const size_t count = (size_t)ww_shape_count(&out);
        copy = ww_alloc_array(count, sizeof *copy, SIZE_MAX);
        memcpy(copy, y, count * sizeof *copy);
        if (shape)
            *shape = out;
    }
    ww_session_close(session);
    return copy;
}

const float *case_ramp(float step)
{
    static float ramp[CASE_RAMP_MAX];
    for (int i = 0; i < CASE_RAMP_MAX; i++)
        ramp[i] = (float)i * step;
    return ramp;
}
