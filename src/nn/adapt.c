// SPDX-License-Identifier: MIT
// Running a network at another size than the one its file was exported at. Two operators carry that size about as
// constants:
//
//   Resize with sizes: a feature pyramid that doubles 20x20 says "make it 40x40". What it did to its input at the
//   file's size, as a whole factor, it does at any.
//
//   Reshape to "1, ...": keeps the batch of 1 in front. When it kept a leading 1 at the file's size, and its input
//   leads with N now, the rows of a batch are laid out one after the other, and "N, ..." keeps them apart.
#include "nn/plan.h"

#include <string.h>

// A copy of a constant list for the plan to change; the node reads that from now on. NULL: p->starved.
static int64_t *own_list(ww_net_plan *p, ww_node *n, int input)
{
    ww_tensor own = p->value[n->input[input]].tensor;
    const int64_t *from = ww_i64(&own);
    if (!ww_tensor_alloc(&own)) {
        p->starved = true;
        return NULL;
    }
    memcpy(own.data, from, ww_tensor_bytes(&own));
    n->input[input] = ww_net_plan_add_constant(p, &own);
    return p->starved ? NULL : ww_i64(&own);
}

static void adapt_reshape(ww_net_plan *p, const ww_shape *now, const ww_shape *then, const ww_tensor *list, ww_node *n)
{
    int64_t batch = p->value[p->input].tensor.shape.dim[0];
    if (ww_shape_count(&list->shape) < 1 || ww_i64(list)[0] != 1 || now->rank < 1 || then->rank < 1 || then->dim[0] != 1
        || now->dim[0] != batch || batch == 1)
        return;
    int64_t *own = own_list(p, n, 1);
    if (own)
        own[0] = batch;
}

static void adapt_resize(ww_net_plan *p, const ww_shape *now, const ww_shape *then, const ww_tensor *list, ww_node *n)
{
    int64_t size[WW_NN_RANK_MAX];
    if (now->rank != then->rank || ww_shape_count(&list->shape) != now->rank)
        return;
    for (int i = 0; i < now->rank; i++) {
        int64_t wanted = ww_i64(list)[i];
        if (then->dim[i] < 1 || wanted < 1 || wanted % then->dim[i]
            || __builtin_mul_overflow(wanted / then->dim[i], now->dim[i], &size[i]))
            return;
    }
    int64_t *own = own_list(p, n, 3);
    if (own)
        memcpy(own, size, (size_t)now->rank * sizeof *own);
}

void ww_net_plan_adapt(ww_net_plan *p, const ww_net_plan *exported, ww_node *n)
{
    int list = strcmp(n->op->name, "Reshape") == 0 ? 1 : strcmp(n->op->name, "Resize") == 0 ? 3 : 0;
    if (list == 0 || n->input_count <= list || n->input[0] < 0 || !ww_net_plan_is_constant(p, n->input[list])
        || p->value[n->input[list]].tensor.type != WW_I64)
        return;
    const ww_shape now = p->value[n->input[0]].tensor.shape, *then = &exported->value[n->input[0]].tensor.shape;
    const ww_tensor constant = p->value[n->input[list]].tensor; // the plan's own list of values may move
    if (list == 1)
        adapt_reshape(p, &now, then, &constant, n);
    else
        adapt_resize(p, &now, then, &constant, n);
}
