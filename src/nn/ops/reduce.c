// SPDX-License-Identifier: MIT
// Operators that gather statistics over axes: reductions, softmax, normalisations.
#include "nn/onednn/onednn.h"
#include "nn/ops/ops.h"

#include <math.h>
#include <string.h>

// The axes a reduction runs over, as flags by axis.
static ww_status reduce_axes(const ww_call *c, bool axis[WW_NN_RANK_MAX], ww_error *err)
{
    const int64_t *list;
    size_t count;
    int rank = c->in[0]->shape.rank;
    ww_status status = ww_call_ints(c, "axes", 1, &list, &count, err);
    bool all = count == 0 && !ww_node_int(c->node, "noop_with_empty_axes", 0);
    for (int i = 0; i < WW_NN_RANK_MAX; i++)
        axis[i] = all && i < rank;
    for (size_t i = 0; i < count && status == WW_OK; i++) {
        int a;
        status = ww_axis(list[i], rank, &a, err);
        if (status == WW_OK)
            axis[a] = true;
    }
    return status;
}

static ww_status infer_reduce(const ww_call *c, ww_error *err)
{
    bool axis[WW_NN_RANK_MAX];
    ww_status status = ww_want_rank(c, 0, 0, WW_NN_RANK_MAX, err);
    if (status == WW_OK && c->in[0]->type != WW_F32)
        status = ww_fail(err, WW_ERR_UNSUPPORTED, "input 0 holds integers");
    if (status == WW_OK)
        status = reduce_axes(c, axis, err);
    if (status != WW_OK)
        return status;
    const ww_shape *x = &c->in[0]->shape;
    bool keep = ww_node_int(c->node, "keepdims", 1) != 0;
    ww_shape y = {0};
    for (int i = 0; i < x->rank; i++) {
        if (axis[i] && x->dim[i] == 0)
            return ww_fail(err, WW_ERR_FORMAT, "nothing to reduce along axis %d", i);
        if (!axis[i] || keep)
            y.dim[y.rank++] = axis[i] ? 1 : x->dim[i];
    }
    return ww_give(c, WW_F32, &y, err);
}

// Walks the cells of the result; for each, the elements that belong to it.
static void ref_reduce(const ww_call *c)
{
    const char *name = c->node->op->name;
    bool max = strcmp(name, "ReduceMax") == 0, mean = strcmp(name, "ReduceMean") == 0,
         norm = strcmp(name, "ReduceL2") == 0;
    bool axis[WW_NN_RANK_MAX];
    reduce_axes(c, axis, NULL);
    const ww_shape *xs = &c->in[0]->shape;
    ww_shape kept = *xs, folded = *xs;
    int64_t dense[WW_NN_RANK_MAX], step = 1;
    for (int i = xs->rank - 1; i >= 0; i--) {
        dense[i] = step;
        step *= xs->dim[i];
        (axis[i] ? &kept : &folded)->dim[i] = 1;
    }
    int64_t cells = ww_shape_count(&kept), each = ww_shape_count(&folded);
    for (int64_t cell = 0; cell < cells; cell++) {
        double sum = 0;
        float most = -INFINITY;
        for (int64_t e = 0; e < each; e++) {
            int64_t at = 0;
            for (int64_t i = xs->rank - 1, a = cell, b = e; i >= 0; i--) {
                int64_t *rest = axis[i] ? &b : &a;
                at += *rest % xs->dim[i] * dense[i];
                *rest /= xs->dim[i];
            }
            float v = ww_f32(c->in[0])[at];
            sum += norm ? (double)v * v : v;
            most = v > most ? v : most;
        }
        ww_f32(c->out[0])[cell] = max ? most : (float)(norm ? sqrt(sum) : mean ? sum / (double)each : sum);
    }
}

// ---- Softmax and LpNormalization: along one axis, `inner` elements apart

static ww_status infer_along_axis(const ww_call *c, ww_error *err)
{
    int axis;
    ww_status status = ww_want_rank(c, 0, 1, WW_NN_RANK_MAX, err);
    if (status == WW_OK)
        status = ww_want_floats(c, err);
    if (status == WW_OK)
        status = ww_axis(ww_node_int(c->node, "axis", -1), c->in[0]->shape.rank, &axis, err);
    return status == WW_OK ? ww_give(c, WW_F32, &c->in[0]->shape, err) : status;
}

// Before operator set 13, Softmax ran over its axis (by default 1) and every one after it.
void ww_softmax_span(const ww_call *c, int64_t *n, int64_t *inner)
{
    const ww_shape *x = &c->in[0]->shape;
    bool old = c->node->opset < 13;
    int axis = 0;
    ww_axis(ww_node_int(c->node, "axis", old ? (x->rank > 1) : -1), x->rank, &axis, NULL);
    *n = old ? ww_shape_span(x, axis, x->rank) : x->dim[axis];
    *inner = old ? 1 : ww_shape_span(x, axis + 1, x->rank);
}

static void ref_softmax(const ww_call *c)
{
    int64_t n, inner, total = ww_shape_count(&c->in[0]->shape);
    ww_softmax_span(c, &n, &inner);
    for (int64_t row = 0; total && row < total / n; row++) {
        int64_t start = row / inner * n * inner + row % inner;
        const float *x = ww_f32(c->in[0]) + start;
        float *y = ww_f32(c->out[0]) + start, most = -INFINITY;
        double sum = 0;
        for (int64_t i = 0; i < n; i++)
            most = x[i * inner] > most ? x[i * inner] : most;
        for (int64_t i = 0; i < n; i++)
            sum += y[i * inner] = expf(x[i * inner] - most);
        for (int64_t i = 0; i < n; i++)
            y[i * inner] = (float)(y[i * inner] / sum);
    }
}

static void ref_lp_normalization(const ww_call *c)
{
    const ww_shape *xs = &c->in[0]->shape;
    int axis = 0;
    ww_axis(ww_node_int(c->node, "axis", -1), xs->rank, &axis, NULL);
    int64_t n = xs->dim[axis], inner = ww_shape_span(xs, axis + 1, xs->rank), total = ww_shape_count(xs);
    bool sum_of_magnitudes = ww_node_int(c->node, "p", 2) == 1;
    for (int64_t row = 0; total && row < total / n; row++) {
        int64_t start = row / inner * n * inner + row % inner;
        const float *x = ww_f32(c->in[0]) + start;
        float *y = ww_f32(c->out[0]) + start;
        double sum = 0;
        for (int64_t i = 0; i < n; i++)
            sum += sum_of_magnitudes ? fabs(x[i * inner]) : (double)x[i * inner] * x[i * inner];
        double norm = sum_of_magnitudes ? sum : sqrt(sum);
        for (int64_t i = 0; i < n; i++)
            y[i * inner] = norm > 0 ? (float)(x[i * inner] / norm) : 0;
    }
}

// ---- BatchNormalization (inference form): y = (x - mean) / sqrt(var + epsilon) * scale + bias, channel by channel

static ww_status infer_batch_norm(const ww_call *c, ww_error *err)
{
    ww_status status = ww_want_rank(c, 0, 2, WW_NN_RANK_MAX, err);
    if (status == WW_OK)
        status = ww_want_floats(c, err);
    for (int i = 1; i < 5 && status == WW_OK; i++) {
        status = ww_want_rank(c, i, 1, 1, err);
        if (status == WW_OK && c->in[i]->shape.dim[0] != c->in[0]->shape.dim[1])
            status = ww_fail(err, WW_ERR_FORMAT, "input %d is not one number for each of the channels", i);
    }
    if (status == WW_OK && (ww_node_int(c->node, "training_mode", 0) || (c->out_count > 1 && c->out[1])))
        status = ww_fail(err, WW_ERR_UNSUPPORTED, "it was exported in training mode; export the model for inference");
    return status == WW_OK ? ww_give(c, WW_F32, &c->in[0]->shape, err) : status;
}

void ww_batch_norm_line(const ww_call *c, int64_t channel, float *factor, float *offset)
{
    double epsilon = ww_node_float(c->node, "epsilon", 1e-5f);
    double f = ww_f32(c->in[1])[channel] / sqrt(ww_f32(c->in[4])[channel] + epsilon);
    *factor = (float)f;
    *offset = (float)(ww_f32(c->in[2])[channel] - ww_f32(c->in[3])[channel] * f);
}

static void ref_batch_norm(const ww_call *c)
{
    const ww_shape *xs = &c->in[0]->shape;
    int64_t area = ww_shape_span(xs, 2, xs->rank);
    for (int64_t plane = 0; plane < xs->dim[0] * xs->dim[1]; plane++) {
        float factor, offset;
        ww_batch_norm_line(c, plane % xs->dim[1], &factor, &offset);
        for (int64_t i = plane * area; i < (plane + 1) * area; i++)
            ww_f32(c->out[0])[i] = ww_f32(c->in[0])[i] * factor + offset;
    }
}

static const ww_op op[] = {
    {"ReduceMean", 1, 2, 1, WW_OP_FOLDS, infer_reduce, ref_reduce, NULL},
    {"ReduceSum", 1, 2, 1, WW_OP_FOLDS, infer_reduce, ref_reduce, NULL},
    {"ReduceMax", 1, 2, 1, WW_OP_FOLDS, infer_reduce, ref_reduce, NULL},
    {"ReduceL2", 1, 2, 1, WW_OP_FOLDS, infer_reduce, ref_reduce, NULL},
    {"Softmax", 1, 1, 1, WW_OP_FOLDS, infer_along_axis, ref_softmax, ww_fast_softmax},
    {"LpNormalization", 1, 1, 1, WW_OP_FOLDS, infer_along_axis, ref_lp_normalization, NULL},
    {"BatchNormalization", 5, 5, 5, 0, infer_batch_norm, ref_batch_norm, ww_fast_batch_norm},
};
const ww_op_family ww_ops_reduce = {op, sizeof op / sizeof *op};
