// SPDX-License-Identifier: MIT
// What the layers of a network take: each session counts for itself while it runs, and adds that to its network when it
// is closed.
#ifndef WW_NN_PROFILE_H
#define WW_NN_PROFILE_H
#include "nn/graph.h"

#include <stdlib.h>

typedef struct ww_step_clock { // of a session's steps; zero: none
    int64_t *ns;               // of each
    size_t count;
    int64_t runs;
} ww_step_clock;

// False: no memory.
bool ww_step_clock_make(ww_step_clock *clock, size_t steps);
static inline void ww_step_clock_free(ww_step_clock *clock) { free(clock->ns); }
int64_t ww_profile_now_ns(void); // monotonic

// Adds to the network's times. layer: of each step, an index of net->node; SIZE_MAX: of none. Without memory for them
// the times are lost, and nothing else.
void ww_profile_add(const ww_net *net, const ww_step_clock *clock, const size_t *layer);
void ww_profile_free(ww_net_profile *profile);

#endif
