// SPDX-License-Identifier: MIT
// What the layers of a network take: each session counts for itself while it runs, and adds that to its network when it
// is closed.
#ifndef WW_NN_PROFILE_H
#define WW_NN_PROFILE_H
#include "nn/graph.h"

typedef struct ww_layer_clock { // of one session; zero: none
    int64_t *ns;                // of each of net->node, and behind them what belongs to none; owned
    int64_t lap_began_ns, runs;
} ww_layer_clock;

// False: no memory.
bool ww_layer_clock_make(ww_layer_clock *clock, const ww_net *net);
void ww_layer_clock_free(ww_layer_clock *clock);
// A run begins. From then on each lap is the time since the last, and counts for `layer`, an index of net->node;
// net->node_count: for none.
void ww_layer_clock_start(ww_layer_clock *clock);
void ww_layer_clock_lap(ww_layer_clock *clock, size_t layer);

// Adds to the network's times. Without memory for them the times are lost, and nothing else.
void ww_profile_add(const ww_net *net, const ww_layer_clock *clock);
void ww_profile_free(ww_net_profile *profile);

#endif
