// SPDX-License-Identifier: MIT
// Fusion: what a convolution computes is finished while it is still in registers.
//
// Four rewrites, tried on every node until none applies:
//   Conv, BatchNormalization -> Conv with other weights
//   X, activation            -> X with one more post-op        (X: any operator that takes post-ops, WW_OP_FUSES)
//   X, Add(X, other)         -> X with one more input, added   (`other` of the same shape)
//   Identity, Dropout        -> nothing
// The result of the first node must be read by the second alone. The fused node takes the place of the second: all it
// reads is there by then, and nobody asked for its result before.
#include "nn/ops/ops.h"
#include "nn/plan.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

static bool is(const ww_node *n, const char *name) { return strcmp(n->op->name, name) == 0; }

// The node that makes `value`, if it can take what reads it into itself: nobody else may read it.
static int sole_maker(const ww_net_plan *p, const int *maker, int value)
{
    return value >= 0 && p->value[value].uses == 1 && !ww_net_plan_is_output(p, value) ? maker[value] : -1;
}

static bool takes_post(const ww_net_plan *p, const ww_node *n)
{
    return (n->op->flags & WW_OP_FUSES) && n->post_count < WW_POST_MAX && p->value[n->output[0]].tensor.type == WW_F32;
}

// Moves `first`, with the output of `second`, to where `second` stood; `first` becomes a hole (no op).
static void merge(ww_net_plan *p, int *maker, ww_node *first, ww_node *second)
{
    ww_node merged = *first;
    merged.output = second->output;
    merged.output_count = second->output_count;
    maker[merged.output[0]] = (int)(second - p->node);
    free(first->output);
    free(second->input);
    *first = (ww_node){0};
    *second = merged;
}

static bool fuse_activation(ww_net_plan *p, int *maker, ww_node *n)
{
    ww_call_frame f;
    ww_post post;
    ww_net_plan_frame(p, n, &f);
    int from = ww_call_activation(&f.call, &post) ? sole_maker(p, maker, n->input[0]) : -1;
    if (from < 0 || !takes_post(p, &p->node[from]))
        return false;
    ww_node *x = &p->node[from];
    x->post[x->post_count++] = post;
    merge(p, maker, x, n);
    return true;
}

// Convolutions first: of the two sides of a sum they gain most. But not one that has an activation already: a sum after
// it is something oneDNN has no fast kernel for before AVX-512 (2.6.3: 70 ms instead of 5 for a detector whose pyramid
// does that).
static bool takes_sum(const ww_net_plan *p, const ww_node *n)
{
    return takes_post(p, n) && !(is(n, "Conv") && n->post_count > 0);
}

static int side_to_fuse(const ww_net_plan *p, const int *maker, const ww_node *n)
{
    int best = -1;
    for (int side = 0; side < 2; side++) {
        int from = sole_maker(p, maker, n->input[side]);
        if (from < 0 || !takes_sum(p, &p->node[from]))
            continue;
        if (best < 0 || is(&p->node[from], "Conv"))
            best = side;
    }
    return best;
}

static bool fuse_sum(ww_net_plan *p, int *maker, ww_node *n)
{
    if (!is(n, "Add") || n->post_count || n->input[0] == n->input[1])
        return false;
    const ww_shape *y = &p->value[n->output[0]].tensor.shape;
    for (int i = 0; i < 2; i++)
        if (!ww_shape_equal(y, &p->value[n->input[i]].tensor.shape) || ww_net_plan_is_constant(p, n->input[i]))
            return false;
    int side = side_to_fuse(p, maker, n);
    if (side < 0)
        return false;
    ww_node *x = &p->node[maker[n->input[side]]];
    int other = n->input[!side];
    // Optional inputs of the operator's own (a bias) that are left out keep their place.
    int own = x->input_count > x->op->in_max ? x->input_count : x->op->in_max;
    int *wider = ww_try_array((size_t)own + 1, sizeof *wider);
    if (!wider) {
        p->starved = true;
        return false;
    }
    for (int i = 0; i < own; i++)
        wider[i] = i < x->input_count ? x->input[i] : WW_NO_VALUE;
    wider[own] = other;
    free(x->input);
    x->input = wider;
    x->input_count = own + 1;
    x->post[x->post_count++] = (ww_post){.kind = WW_POST_ADD, .input = own};
    merge(p, maker, x, n);
    return true;
}

// Conv computes w * x + b; batch norm makes of it f (w * x + b) + o.
static bool fuse_batch_norm(ww_net_plan *p, int *maker, ww_node *n)
{
    int from = is(n, "BatchNormalization") ? sole_maker(p, maker, n->input[0]) : -1;
    if (from < 0 || !is(&p->node[from], "Conv") || p->node[from].post_count)
        return false;
    ww_node *conv = &p->node[from];
    bool has_bias = conv->input_count > 2 && conv->input[2] >= 0;
    for (int i = 1; i < 5; i++)
        if (!ww_net_plan_is_constant(p, n->input[i]))
            return false;
    if (!ww_net_plan_is_constant(p, conv->input[1]) || (has_bias && !ww_net_plan_is_constant(p, conv->input[2])))
        return false;
    ww_call_frame f;
    ww_net_plan_frame(p, n, &f);
    ww_tensor old = p->value[conv->input[1]].tensor, weights = old;
    ww_tensor bias = {WW_F32, {1, {old.shape.dim[0]}}, NULL};
    int *inputs = ww_try_array(3, sizeof *inputs);
    if (!inputs || !ww_tensor_alloc(&weights) || !ww_tensor_alloc(&bias)) {
        free(inputs);
        free(weights.data != old.data ? weights.data : NULL);
        p->starved = true;
        return false;
    }
    int64_t each = ww_shape_span(&old.shape, 1, 4);
    for (int64_t oc = 0; oc < old.shape.dim[0]; oc++) {
        float factor, offset;
        ww_batch_norm_line(&f.call, oc, &factor, &offset);
        for (int64_t i = oc * each; i < (oc + 1) * each; i++)
            ww_f32(&weights)[i] = ww_f32(&old)[i] * factor;
        ww_f32(&bias)[oc] = (has_bias ? ww_f32(&p->value[conv->input[2]].tensor)[oc] * factor : 0) + offset;
    }
    inputs[0] = conv->input[0];
    inputs[1] = ww_net_plan_add_constant(p, &weights);
    inputs[2] = ww_net_plan_add_constant(p, &bias);
    free(conv->input);
    conv->input = inputs;
    conv->input_count = 3;
    merge(p, maker, conv, n);
    return true;
}

// Lets every reader of an Identity read what it copies.
static bool drop_identity(ww_net_plan *p, int *maker, ww_node *n)
{
    if ((!is(n, "Identity") && !is(n, "Dropout")) || ww_net_plan_is_output(p, n->output[0]))
        return false;
    int from = n->input[0], to = n->output[0];
    for (ww_node *reader = n + 1; reader < p->node + p->node_count; reader++)
        for (int k = 0; k < reader->input_count; k++)
            if (reader->input[k] == to)
                reader->input[k] = from;
    p->value[from].uses += p->value[to].uses - 1;
    free(n->input);
    free(n->output);
    *n = (ww_node){0};
    return true;
}

// A sum of tensors that turn out to be of one size needs no padding.
static void settle_padded_add(const ww_net_plan *p, ww_node *n)
{
    if (is(n, "PaddedAdd") && ww_shape_equal(&p->value[n->input[0]].tensor.shape, &p->value[n->input[1]].tensor.shape))
        n->op = ww_op_find("Add");
}

void ww_net_plan_fuse(ww_net_plan *p)
{
    int *maker = ww_try_array(p->value_count + 2 * p->node_count, sizeof *maker); // batch norms add two constants each
    p->starved = !maker;
    if (!maker)
        return;
    for (size_t i = 0; i < p->value_count + 2 * p->node_count; i++)
        maker[i] = -1;
    for (size_t i = 0; i < p->node_count; i++)
        for (int k = 0; k < p->node[i].output_count; k++)
            if (p->node[i].output[k] >= 0)
                maker[p->node[i].output[k]] = (int)i;
    for (size_t i = 0; i < p->node_count && !p->starved; i++) {
        ww_node *n = &p->node[i];
        settle_padded_add(p, n);
        if (drop_identity(p, maker, n) || fuse_batch_norm(p, maker, n) || fuse_activation(p, maker, n))
            continue;
        fuse_sum(p, maker, n);
    }
    size_t kept = 0;
    for (size_t i = 0; i < p->node_count; i++)
        if (p->node[i].op)
            p->node[kept++] = p->node[i];
    p->node_count = kept;
    free(maker);
}
