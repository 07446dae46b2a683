// SPDX-License-Identifier: MIT
// Any bytes as one of dlib's network files: it is refused with a message that names the byte, or loads, and then opens
// and runs (reference backend, little memory) or is refused for that.
#include "dlib/net.h"
#include "nn/session.h"
#include "must.h"

#include <string.h>

#define BYTES_MAX ((size_t)1 << 16) // of activations: keeps a run short
#define SIDE 12

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ww_net *net;
    ww_error err = {0};
    if (ww_dlib_net_load(data, size, "fuzz", &net, &err) != WW_OK) {
        MUST(strncmp(err.message, "fuzz: ", 6) == 0);
        return 0;
    }
    const ww_dlib_net *info = ww_net_dlib(net);
    MUST(info && ww_net_metadata(net, "dlib.kind"));
    ww_shape input = {4, {1, info->input.channels, SIDE, SIDE}};
    ww_session *session;
    ww_session_options options = {.backend = WW_BACKEND_REFERENCE, .bytes_max = BYTES_MAX};
    if (ww_session_open_with(net, &input, &options, &session, &err) == WW_OK) {
        if (ww_session_run(session, &err) == WW_OK)
            MUST(ww_session_output(session, 0, &input) != NULL);
        ww_session_close(session);
    }
    ww_net_free(net);
    return 0;
}
