// SPDX-License-Identifier: MIT
// The program's network engine for Python (engine.py): on a CPU it runs the teachers two to ten times as fast as
// PyTorch. Only what ctypes can call; one network and one input shape a handle, one handle a thread.
#include "nn/nn.h"
#include "base/memory.h"

#include <stdlib.h>

typedef struct ww_engine {
    ww_net *net;
    ww_session *session;
} ww_engine;

#define VISIBLE __attribute__((visibility("default")))
VISIBLE ww_engine *engine_open(const char *path, int n, int c, int h, int w, ww_error *err);
VISIBLE void engine_close(ww_engine *engine);
VISIBLE float *engine_input(ww_engine *engine);
VISIBLE int engine_run(ww_engine *engine, ww_error *err);
VISIBLE int engine_outputs(const ww_engine *engine);
VISIBLE const char *engine_output_name(const ww_engine *engine, int i);
VISIBLE const float *engine_output(const ww_engine *engine, int i, int *rank, int64_t dim[WW_NN_RANK_MAX]);

// NULL: *err says why.
ww_engine *engine_open(const char *path, int n, int c, int h, int w, ww_error *err)
{
    ww_engine *engine = ww_alloc(sizeof *engine);
    ww_shape input = {.rank = 4, .dim = {n, c, h, w}};
    *engine = (ww_engine){0};
    if (ww_net_load_file(path, &engine->net, err) == WW_OK &&
        ww_session_open(engine->net, &input, WW_BACKEND_ONEDNN, &engine->session, err) == WW_OK)
        return engine;
    engine_close(engine);
    return NULL;
}

void engine_close(ww_engine *engine)
{
    ww_session_close(engine->session);
    ww_net_free(engine->net);
    free(engine);
}

float *engine_input(ww_engine *engine)
{
    return ww_session_input(engine->session);
}

int engine_run(ww_engine *engine, ww_error *err)
{
    return ww_session_run(engine->session, err);
}

int engine_outputs(const ww_engine *engine)
{
    return ww_net_output_count(engine->net);
}

const char *engine_output_name(const ww_engine *engine, int i)
{
    return ww_net_output_name(engine->net, i);
}

// Borrowed until the next run.
const float *engine_output(const ww_engine *engine, int i, int *rank, int64_t dim[WW_NN_RANK_MAX])
{
    ww_shape shape;
    const float *values = ww_session_output(engine->session, i, &shape);
    *rank = shape.rank;
    for (int k = 0; k < shape.rank; k++)
        dim[k] = shape.dim[k];
    return values;
}
