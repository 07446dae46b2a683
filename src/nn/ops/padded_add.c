// SPDX-License-Identifier: MIT
// An operator that ONNX does not have, for readers of other files: the sum of two tensors of different sizes, where the
// smaller one counts as 0 in what it lacks (at the end of the channels, rows and columns).
#include "nn/ops/ops.h"

#include <string.h>

static ww_status infer_padded_add(const ww_call *c, ww_error *err)
{
    ww_status status = ww_want_rank(c, 0, 4, 4, err);
    if (status == WW_OK)
        status = ww_want_rank(c, 1, 4, 4, err);
    if (status == WW_OK)
        status = ww_want_floats(c, err);
    if (status != WW_OK)
        return status;
    const ww_shape *a = &c->in[0]->shape, *b = &c->in[1]->shape;
    ww_shape y = *a;
    if (a->dim[0] != b->dim[0])
        return ww_fail(err, WW_ERR_FORMAT, "its inputs hold different numbers of pictures");
    for (int i = 1; i < 4; i++)
        y.dim[i] = a->dim[i] > b->dim[i] ? a->dim[i] : b->dim[i];
    return ww_give(c, WW_F32, &y, err);
}

// Adds `x` onto the front corner of `y`.
static void add_onto(const ww_tensor *x, ww_tensor *y)
{
    const ww_shape *xs = &x->shape, *ys = &y->shape;
    for (int64_t n = 0; n < xs->dim[0]; n++)
        for (int64_t k = 0; k < xs->dim[1]; k++)
            for (int64_t r = 0; r < xs->dim[2]; r++) {
                const float *from = ww_f32(x) + ((n * xs->dim[1] + k) * xs->dim[2] + r) * xs->dim[3];
                float *to = ww_f32(y) + ((n * ys->dim[1] + k) * ys->dim[2] + r) * ys->dim[3];
                for (int64_t i = 0; i < xs->dim[3]; i++)
                    to[i] += from[i];
            }
}

static void ref_padded_add(const ww_call *c)
{
    memset(c->out[0]->data, 0, ww_tensor_bytes(c->out[0]));
    add_onto(c->in[0], c->out[0]);
    add_onto(c->in[1], c->out[0]);
    ww_apply_post(c, ww_f32(c->out[0]), ww_shape_count(&c->out[0]->shape), 0);
}

static const ww_op op[] = {
    {"PaddedAdd", 2, 2, 1, WW_OP_FUSES, infer_padded_add, ref_padded_add, NULL},
};
const ww_op_family ww_ops_padded_add = {op, sizeof op / sizeof *op};
