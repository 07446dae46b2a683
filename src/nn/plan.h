// SPDX-License-Identifier: MIT
// A network made concrete for one input shape: every shape known, constants folded, dead nodes dropped, and (if asked)
// neighbours fused. Every backend runs a plan; none changes it.
#ifndef WW_NN_PLAN_H
#define WW_NN_PLAN_H
#include "nn/ops/op.h"

typedef struct ww_net_plan_value {
    ww_tensor tensor; // data only for constants
    bool owned;       // ... which belong to the plan rather than to the net
    int uses;         // inputs of live nodes and outputs of the network that read it
} ww_net_plan_value;

typedef struct ww_net_plan {
    const ww_net *net;
    size_t node_count, value_count, value_capacity, folded_bytes_left;
    // in running order; names and attributes are borrowed from the net, the input and output lists are the plan's
    ww_node *node;
    ww_net_plan_value *value;
    int input;
    bool starved;      // no memory for something on the way: the plan is not to be used
    bool changed_size; // the input is not of the shape the file gives
} ww_net_plan;

// `bytes_max` bounds what folding may allocate; what would exceed it is left to be computed at run time.
ww_status ww_net_plan_make(const ww_net *net, const ww_shape *input, bool fuse, size_t bytes_max, ww_net_plan **plan,
                           ww_error *err);
void ww_net_plan_free(ww_net_plan *p);

// True if the value holds a constant.
static inline bool ww_net_plan_is_constant(const ww_net_plan *p, int value)
{
    return value >= 0 && p->value[value].tensor.data != NULL;
}
// Takes over `t`'s data as a new constant; returns the value's number, or WW_NO_VALUE after setting p->starved.
int ww_net_plan_add_constant(ww_net_plan *p, const ww_tensor *t);
// "node 'NAME' (OP): " before the message in *err; returns `status`.
ww_status ww_net_plan_blame(const ww_net_plan *p, const ww_node *n, ww_status status, ww_error *err);
bool ww_net_plan_is_output(const ww_net_plan *p, int value);

// A call of one node with the plan's tensors: shapes and types, data only for constants.
typedef struct ww_call_frame {
    ww_call call;
    const ww_tensor *in[WW_NN_ARITY_MAX];
    ww_tensor *out[WW_NN_ARITY_MAX];
} ww_call_frame;
void ww_net_plan_frame(ww_net_plan *p, const ww_node *n, ww_call_frame *f);

// Whether the node only gives input 0 another shape, so that both can share memory.
bool ww_net_plan_is_alias(const ww_net_plan *p, const ww_node *n);

// adapt.c: gives a node that holds the file's own input size as a constant what that means at the size of this plan.
// `exported` is the plan at the file's size.
void ww_net_plan_adapt(ww_net_plan *p, const ww_net_plan *exported, ww_node *n);

// fuse.c: folds batch norms into convolutions and activations and sums into the nodes before them.
void ww_net_plan_fuse(ww_net_plan *p);

#endif
