// SPDX-License-Identifier: MIT
// Any bytes as a model file: it is refused with a message, or loads, and then opens and runs (reference backend, little
// memory) or is refused for that.
#include "nn/session.h"
#include "must.h"

#include <stdlib.h>
#include <string.h>

#define BYTES_MAX ((size_t)1 << 16) // of activations: keeps a run short
#define OPEN_DIMENSION 6            // what a dimension that the file leaves open becomes

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// With `other`, at twice the size (and batch) the file gives, where the plan has to be adapted.
static void open_and_run(const ww_net *net, bool other, ww_error *err)
{
    if (ww_net_input_count(net) != 1)
        return;
    ww_shape input = *ww_net_input_shape(net, 0);
    for (int i = 0; i < input.rank; i++)
        input.dim[i] = input.dim[i] < 0                            ? OPEN_DIMENSION
                       : input.dim[i] < 1 << 20 && other && i != 1 ? 2 * input.dim[i]
                                                                   : input.dim[i];
    ww_session *session;
    ww_session_options options = {.backend = WW_BACKEND_REFERENCE, .bytes_max = BYTES_MAX, .unfused = other};
    if (ww_session_open_with(net, &input, &options, &session, err) != WW_OK)
        return;
    if (ww_session_run(session, err) == WW_OK)
        for (int i = 0; i < ww_net_output_count(net); i++)
            MUST(ww_session_output(session, i, &input) != NULL);
    ww_session_close(session);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ww_net *net;
    ww_error err = {0};
    if (ww_net_load(data, size, "fuzz", &net, &err) == WW_OK) {
        open_and_run(net, false, &err);
        open_and_run(net, true, &err);
    }
    if (err.message[0])
        MUST(strncmp(err.message, "fuzz: ", 6) == 0);
    ww_net_free(net);
    return 0;
}
