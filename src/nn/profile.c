// SPDX-License-Identifier: MIT
#include "nn/profile.h"
#include "base/clock.h"
#include "base/memory.h"
#include "nn/ops/op.h"

#include <stdatomic.h>
#include <stdlib.h>

struct ww_net_profile {
    _Atomic int64_t runs;
    _Atomic int64_t other_ns; // of no layer: outputs brought into their order
    _Atomic int64_t layer_ns[];
};

bool ww_layer_clock_make(ww_layer_clock *clock, const ww_net *net)
{
    *clock = (ww_layer_clock){.ns = ww_try_array(net->node_count + 1, sizeof *clock->ns)};
    return clock->ns != NULL;
}

void ww_layer_clock_start(ww_layer_clock *clock)
{
    clock->runs++;
    clock->lap_began_ns = ww_nanoseconds();
}

void ww_layer_clock_lap(ww_layer_clock *clock, size_t layer)
{
    const int64_t now = ww_nanoseconds();
    clock->ns[layer] += now - clock->lap_began_ns;
    clock->lap_began_ns = now;
}

ww_status ww_layer_clock_ask(ww_layer_clock *clock, ww_error *err)
{
    const int64_t now = clock->cancel ? ww_nanoseconds() : 0;
    if (!clock->cancel || now - clock->asked_ns < WW_NN_ASK_EVERY_NS)
        return WW_OK;
    clock->asked_ns = now;
    return ww_is_cancelled(clock->cancel) ? ww_fail(err, WW_ERR_CANCELLED, "stopped while a network was at work")
                                          : WW_OK;
}

void ww_layer_clock_free(ww_layer_clock *clock)
{
    free(clock->ns);
    *clock = (ww_layer_clock){0};
}

// The network's profile, made when it is first wanted; sessions of other threads may want it at the same time.
static ww_net_profile *profile_of(const ww_net *net)
{
    _Atomic(ww_net_profile *) *shared = &((ww_net *)net)->profile; // all of a network that changes
    ww_net_profile *there = *shared;
    if (there)
        return there;
    ww_net_profile *fresh = ww_try_array(1, sizeof *fresh + net->node_count * sizeof *fresh->layer_ns);
    if (!fresh || atomic_compare_exchange_strong(shared, &there, fresh))
        return fresh;
    free(fresh);
    return there;
}

void ww_profile_add(const ww_net *net, const ww_layer_clock *clock)
{
    ww_net_profile *p = clock->runs ? profile_of(net) : NULL;
    if (!p)
        return;
    p->runs += clock->runs;
    for (size_t i = 0; i < net->node_count; i++)
        p->layer_ns[i] += clock->ns[i];
    p->other_ns += clock->ns[net->node_count];
}

void ww_profile_free(ww_net_profile *profile) { free(profile); }

int64_t ww_net_times(const ww_net *net, ww_on_layer *on_layer, void *user)
{
    const ww_net_profile *p = net->profile;
    if (!p)
        return 0;
    for (size_t i = 0; i < net->node_count; i++)
        if (p->layer_ns[i] > 0)
            on_layer(user, net->node[i].name, net->node[i].op->name, 1e-9 * (double)p->layer_ns[i]);
    if (p->other_ns > 0)
        on_layer(user, "", "layout of the outputs", 1e-9 * (double)p->other_ns);
    return p->runs;
}
