// SPDX-License-Identifier: MIT
// Opening a session with choices beside those of nn.h.
#ifndef WW_NN_SESSION_H
#define WW_NN_SESSION_H
#include "base/cancel.h"
#include "nn/nn.h"

typedef struct ww_session_options {
    ww_backend backend;
    const struct ww_int8_kernel *kernel; // of networks with ranges; NULL: the best there is
    bool unfused;                        // leave every node of the file a node of its own
    size_t bytes_max;                    // of activations, and of folded constants; 0: WW_NN_SESSION_BYTES_MAX
    // Asked between the layers, while the session is opened and in each run, every WW_NN_ASK_EVERY_NS (profile.h) or
    // so: networks of others may take many seconds. Outlives the session; may be NULL.
    const ww_cancel *cancel;
} ww_session_options;

#define WW_NN_SESSION_BYTES_MAX ((size_t)4 << 30)

ww_status ww_session_open_with(const ww_net *net, const ww_shape *input, const ww_session_options *options,
                               ww_session **session, ww_error *err);

#endif
