// SPDX-License-Identifier: MIT
// Running a network at another size than the one its file was exported at. Two operators carry that size about as constants:
//
//   Resize with sizes: a feature pyramid that doubles 20x20 says "make it 40x40". What it did to its input at the file's size, as a whole
//   factor, it does at any.
//
//   Reshape to "1, ...": keeps the batch of 1 in front. When it kept a leading 1 at the file's size, and its input leads with N now, the
//   rows of a batch are laid out one after the other, and "N, ..." keeps them apart.
#include "nn/plan.h"

#include <string.h>

static bool copy_list(const ww_tensor *list, ww_tensor *t)
{
    *t = *list;
    if (!ww_tensor_alloc(t))
        return false;
    memcpy(t->data, list->data, ww_tensor_bytes(list));
    return true;
}

static void adapt_reshape(const ww_plan *p, const ww_plan *exported, const ww_node *n, ww_frame *f, ww_tensor *t)
{
    int64_t batch = p->value[p->input].tensor.shape.dim[0];
    const ww_tensor *list = f->in[1];
    const ww_shape *now = &f->in[0]->shape, *then = &exported->value[n->input[0]].tensor.shape;
    if (ww_shape_count(&list->shape) < 1 || ww_i64(list)[0] != 1 || now->rank < 1 || then->rank < 1 || then->dim[0] != 1 ||
        now->dim[0] != batch || batch == 1 || !copy_list(list, t))
        return;
    ww_i64(t)[0] = batch;
    f->in[1] = t;
}

static void adapt_resize(const ww_plan *exported, const ww_node *n, ww_frame *f, ww_tensor *t)
{
    const ww_tensor *list = f->in[3];
    const ww_shape *now = &f->in[0]->shape, *then = &exported->value[n->input[0]].tensor.shape;
    if (now->rank != then->rank || ww_shape_count(&list->shape) != now->rank)
        return;
    for (int i = 0; i < now->rank; i++)
        if (then->dim[i] < 1 || ww_i64(list)[i] < 1 || ww_i64(list)[i] % then->dim[i] || ww_i64(list)[i] > INT32_MAX || now->dim[i] > INT32_MAX)
            return;
    if (!copy_list(list, t))
        return;
    for (int i = 0; i < now->rank; i++)
        ww_i64(t)[i] = ww_i64(list)[i] / then->dim[i] * now->dim[i];
    f->in[3] = t;
}

void ww_plan_adapt(const ww_plan *p, const ww_plan *exported, const ww_node *n, ww_frame *f, ww_tensor *t)
{
    *t = (ww_tensor){0};
    int list = strcmp(n->op->name, "Reshape") == 0 ? 1 : strcmp(n->op->name, "Resize") == 0 ? 3 : 0;
    if (list == 0 || n->input_count <= list || !f->in[0] || !f->in[list] || !f->in[list]->data || f->in[list]->type != WW_I64)
        return;
    if (list == 1)
        adapt_reshape(p, exported, n, f, t);
    else
        adapt_resize(exported, n, f, t);
}
