// SPDX-License-Identifier: MIT
// What the layers of a network take: each session counts for itself while it runs, and adds that to its network when it
// is closed.
#ifndef WW_NN_PROFILE_H
#define WW_NN_PROFILE_H
#include "base/cancel.h"
#include "nn/graph.h"

#define WW_NN_ASK_EVERY_NS 50000000 // 50 ms: at once, for whoever waits, and seldom, for the callback that is asked

typedef struct ww_layer_clock { // of one session; zero: none
    const ww_cancel *cancel;    // see ww_session_options; set once the clock is made
    int64_t asked_ns;           // when that was asked last
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
// Whether the work is to stop: asked as often as one likes, passed on once in WW_NN_ASK_EVERY_NS. WW_ERR_CANCELLED.
ww_status ww_layer_clock_ask(ww_layer_clock *clock, ww_error *err);

// Adds to the network's times. Without memory for them the times are lost, and nothing else.
void ww_profile_add(const ww_net *net, const ww_layer_clock *clock);
void ww_profile_free(ww_net_profile *profile);

#endif
