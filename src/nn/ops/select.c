// SPDX-License-Identifier: MIT
// Operators that bring in elements from elsewhere: constants, looked-up rows, padding.
#include "nn/ops/ops.h"

#include <inttypes.h>
#include <string.h>

// ---- Constant

// The attribute that holds the value; single numbers and lists are given the form of a tensor.
static bool constant_value(const ww_call *c, ww_tensor *t)
{
    const ww_node *n = c->node;
    const ww_attribute *a;
    if ((a = ww_node_attribute(n, "value", WW_ATTRIBUTE_TENSOR)))
        *t = a->tensor;
    else if ((a = ww_node_attribute(n, "value_float", WW_ATTRIBUTE_FLOAT)))
        *t = (ww_tensor){WW_F32, {0}, (void *)&a->f};
    else if ((a = ww_node_attribute(n, "value_int", WW_ATTRIBUTE_INT)))
        *t = (ww_tensor){WW_I64, {0}, (void *)&a->i};
    else if ((a = ww_node_attribute(n, "value_floats", WW_ATTRIBUTE_FLOATS)))
        *t = (ww_tensor){WW_F32, {1, {(int64_t)a->count}}, a->floats};
    else if ((a = ww_node_attribute(n, "value_ints", WW_ATTRIBUTE_INTS)))
        *t = (ww_tensor){WW_I64, {1, {(int64_t)a->count}}, a->ints};
    return a != NULL;
}

static ww_status infer_constant(const ww_call *c, ww_error *err)
{
    ww_tensor t = {0};
    if (!constant_value(c, &t))
        return ww_fail(err, WW_ERR_UNSUPPORTED, "it holds no value of a supported type");
    return ww_give(c, t.type, &t.shape, err);
}

static void ref_constant(const ww_call *c)
{
    ww_tensor t = {0};
    constant_value(c, &t);
    if (t.data && ww_tensor_bytes(&t) > 0)
        memcpy(c->out[0]->data, t.data, ww_tensor_bytes(&t));
}

// ---- ConstantOfShape

static ww_status infer_constant_of_shape(const ww_call *c, ww_error *err)
{
    const int64_t *list;
    size_t count;
    ww_status status = ww_call_ints(c, "shape", 0, &list, &count, err);
    if (status != WW_OK)
        return status;
    const ww_attribute *value = ww_node_attribute(c->node, "value", WW_ATTRIBUTE_TENSOR);
    if (count > WW_NN_RANK_MAX || (value && ww_shape_count(&value->tensor.shape) != 1))
        return ww_fail(err, WW_ERR_FORMAT, "a shape of %zu dimensions, or no single value", count);
    ww_shape y = ww_shape_of((int)count, list);
    return ww_give(c, value ? value->tensor.type : WW_F32, &y, err);
}

static void ref_constant_of_shape(const ww_call *c)
{
    const ww_attribute *value = ww_node_attribute(c->node, "value", WW_ATTRIBUTE_TENSOR);
    for (int64_t i = 0, n = ww_shape_count(&c->out[0]->shape); i < n; i++) {
        if (c->out[0]->type == WW_F32)
            ww_f32(c->out[0])[i] = value ? ww_f32(&value->tensor)[0] : 0;
        else
            ww_i64(c->out[0])[i] = ww_i64(&value->tensor)[0];
    }
}

// ---- Gather: rows of input 0 along an axis, picked by constant indices

static ww_status infer_gather(const ww_call *c, ww_error *err)
{
    int axis;
    ww_status status = ww_want_rank(c, 0, 1, WW_NN_RANK_MAX, err);
    if (status == WW_OK)
        status = ww_want_rank(c, 1, 0, WW_NN_RANK_MAX, err);
    if (status == WW_OK)
        status = ww_axis(ww_node_int(c->node, "axis", 0), c->in[0]->shape.rank, &axis, err);
    if (status != WW_OK)
        return status;
    const ww_tensor *x = c->in[0], *index = c->in[1];
    if (!index->data || index->type != WW_I64)
        return ww_fail(err, WW_ERR_UNSUPPORTED, "its indices depend on the picture");
    if (x->shape.rank - 1 + index->shape.rank > WW_NN_RANK_MAX)
        return ww_fail(err, WW_ERR_UNSUPPORTED, "more than %d dimensions", WW_NN_RANK_MAX);
    for (int64_t i = 0, n = ww_shape_count(&index->shape); i < n; i++)
        if (ww_i64(index)[i] < -x->shape.dim[axis] || ww_i64(index)[i] >= x->shape.dim[axis])
            return ww_fail(err, WW_ERR_FORMAT, "index %" PRId64 " of %" PRId64, ww_i64(index)[i], x->shape.dim[axis]);
    ww_shape y = {0};
    for (int i = 0; i < axis; i++)
        y.dim[y.rank++] = x->shape.dim[i];
    for (int i = 0; i < index->shape.rank; i++)
        y.dim[y.rank++] = index->shape.dim[i];
    for (int i = axis + 1; i < x->shape.rank; i++)
        y.dim[y.rank++] = x->shape.dim[i];
    return ww_give(c, x->type, &y, err);
}

static void ref_gather(const ww_call *c)
{
    int axis;
    const ww_shape *x = &c->in[0]->shape;
    ww_axis(ww_node_int(c->node, "axis", 0), x->rank, &axis, NULL);
    int64_t outer = ww_shape_span(x, 0, axis), picks = ww_shape_count(&c->in[1]->shape);
    size_t row = (size_t)ww_shape_span(x, axis + 1, x->rank) * ww_dtype_bytes(c->in[0]->type);
    char *to = c->out[0]->data;
    for (int64_t o = 0; o < outer; o++)
        for (int64_t p = 0; p < picks; p++, to += row) {
            int64_t pick = ww_i64(c->in[1])[p];
            pick += pick < 0 ? x->dim[axis] : 0;
            memcpy(to, (char *)c->in[0]->data + (size_t)(o * x->dim[axis] + pick) * row, row);
        }
}

// ---- Pad

typedef enum pad_mode { PAD_CONSTANT, PAD_REFLECT, PAD_EDGE } pad_mode;

typedef struct padding {
    pad_mode mode;
    float value;
    int64_t begin[WW_NN_RANK_MAX], end[WW_NN_RANK_MAX]; // negative: cut off
} padding;

static ww_status pad_read(const ww_call *c, padding *p, ww_error *err)
{
    const ww_shape *x = &c->in[0]->shape;
    const char *mode = ww_node_string(c->node, "mode", "constant");
    const ww_tensor *value = ww_call_in(c, 2);
    const int64_t *list;
    size_t count;
    ww_status status = ww_call_ints(c, "pads", 1, &list, &count, err);
    if (status != WW_OK)
        return status;
    if (!list || count != 2 * (size_t)x->rank || (value && (!value->data || ww_shape_count(&value->shape) != 1))
        || ww_call_has(c, 3))
        return ww_fail(err, WW_ERR_UNSUPPORTED, "its pads are not two constants for each of %d dimensions", x->rank);
    bool reflect = strcmp(mode, "reflect") == 0, edge = strcmp(mode, "edge") == 0;
    if (!reflect && !edge && strcmp(mode, "constant") != 0)
        return ww_fail(err, WW_ERR_UNSUPPORTED, "mode '%.20s' is not known", mode);
    p->mode = reflect ? PAD_REFLECT : edge ? PAD_EDGE : PAD_CONSTANT;
    p->value = value ? ww_tensor_float(value, 0) : ww_node_float(c->node, "value", 0);
    for (int i = 0; i < x->rank; i++) {
        p->begin[i] = list[i];
        p->end[i] = list[x->rank + i];
        int64_t most = reflect ? x->dim[i] - 1 : (int64_t)1 << 31;
        if (p->begin[i] < -x->dim[i] || p->end[i] < -x->dim[i] || p->begin[i] > most || p->end[i] > most
            || (edge && x->dim[i] == 0))
            return ww_fail(err, WW_ERR_FORMAT, "pads of %" PRId64 " and %" PRId64, p->begin[i], p->end[i]);
    }
    return WW_OK;
}

static ww_status infer_pad(const ww_call *c, ww_error *err)
{
    padding p = {0};
    ww_status status = ww_want_rank(c, 0, 1, WW_NN_RANK_MAX, err);
    if (status == WW_OK && c->in[0]->type != WW_F32)
        status = ww_fail(err, WW_ERR_UNSUPPORTED, "input 0 holds integers");
    if (status == WW_OK)
        status = pad_read(c, &p, err);
    if (status != WW_OK)
        return status;
    ww_shape y = c->in[0]->shape;
    for (int i = 0; i < y.rank; i++) {
        y.dim[i] += p.begin[i] + p.end[i];
        if (y.dim[i] < 0)
            return ww_fail(err, WW_ERR_FORMAT, "more is cut off than there is");
    }
    return ww_give(c, WW_F32, &y, err);
}

// Where output coordinate `at` comes from along an axis of n, or -1 for the padding value.
static int64_t pad_source(pad_mode mode, int64_t at, int64_t n)
{
    if (at >= 0 && at < n)
        return at;
    if (mode == PAD_REFLECT)
        return at < 0 ? -at : 2 * (n - 1) - at;
    return mode == PAD_EDGE ? (at < 0 ? 0 : n - 1) : -1;
}

static void ref_pad(const ww_call *c)
{
    padding p = {0};
    pad_read(c, &p, NULL);
    const ww_shape *x = &c->in[0]->shape, *y = &c->out[0]->shape;
    int64_t at[WW_NN_RANK_MAX] = {0};
    for (int64_t i = 0, n = ww_shape_count(y); i < n; i++) {
        int64_t from = 0;
        for (int a = 0; a < x->rank && from >= 0; a++) {
            int64_t source = pad_source(p.mode, at[a] - p.begin[a], x->dim[a]);
            from = source < 0 ? -1 : from * x->dim[a] + source;
        }
        ww_f32(c->out[0])[i] = from < 0 ? p.value : ww_f32(c->in[0])[from];
        for (int a = y->rank - 1; a >= 0 && ++at[a] == y->dim[a]; a--)
            at[a] = 0;
    }
}

static const ww_op op[] = {
    {"Constant", 0, 0, 1, WW_OP_FOLDS, infer_constant, ref_constant, NULL},
    {"ConstantOfShape", 1, 1, 1, WW_OP_FOLDS, infer_constant_of_shape, ref_constant_of_shape, NULL},
    {"Gather", 2, 2, 1, WW_OP_FOLDS, infer_gather, ref_gather, NULL},
    {"Pad", 1, 4, 1, WW_OP_FOLDS, infer_pad, ref_pad, NULL},
};
const ww_op_family ww_ops_select = {op, sizeof op / sizeof *op};
