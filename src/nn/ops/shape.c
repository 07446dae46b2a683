// SPDX-License-Identifier: MIT
// Operators that give the same numbers another shape, and the one that tells a shape.
#include "nn/ops/ops.h"

#include <inttypes.h>
#include <string.h>

// At run time these share their input's memory (WW_OP_ALIAS); the copy is for folding.
static void ref_copy(const ww_call *c) { memcpy(c->out[0]->data, c->in[0]->data, ww_tensor_bytes(c->in[0])); }

static ww_status give_same(const ww_call *c, const ww_shape *shape, ww_error *err)
{
    char ti[WW_SHAPE_TEXT_MAX], to[WW_SHAPE_TEXT_MAX];
    const ww_tensor *x = c->in[0];
    if (ww_shape_count(shape) != ww_shape_count(&x->shape))
        return ww_fail(err, WW_ERR_FORMAT, "%s cannot become %s", ww_shape_text(&x->shape, ti),
                       ww_shape_text(shape, to));
    return ww_give(c, x->type, shape, err);
}

static ww_status infer_identity(const ww_call *c, ww_error *err)
{
    ww_status status = ww_want_rank(c, 0, 0, WW_NN_RANK_MAX, err);
    if (status == WW_OK && c->out_count > 1 && c->out[1])
        return ww_fail(err, WW_ERR_UNSUPPORTED, "the mask output is not supported");
    return status == WW_OK ? give_same(c, &c->in[0]->shape, err) : status;
}

static ww_status infer_reshape(const ww_call *c, ww_error *err)
{
    char text[WW_SHAPE_TEXT_MAX];
    const int64_t *list;
    size_t count;
    ww_status status = ww_call_ints(c, "shape", 1, &list, &count, err);
    if (status == WW_OK)
        status = ww_want_rank(c, 0, 0, WW_NN_RANK_MAX, err);
    if (status != WW_OK)
        return status;
    if (!list || count > WW_NN_RANK_MAX)
        return ww_fail(err, WW_ERR_FORMAT, "a new shape of %zu dimensions", count);
    const ww_shape *x = &c->in[0]->shape;
    bool allow_zero = ww_node_int(c->node, "allowzero", 0) != 0;
    ww_shape y = {.rank = (int)count};
    int64_t known = 1;
    int open = -1;
    for (int i = 0; i < y.rank; i++) {
        y.dim[i] = list[i] == 0 && !allow_zero && i < x->rank ? x->dim[i] : list[i];
        if (y.dim[i] < -1 || (y.dim[i] == -1 && open >= 0)
            || (y.dim[i] > 0 && __builtin_mul_overflow(known, y.dim[i], &known)))
            return ww_fail(err, WW_ERR_FORMAT, "a new shape with dimension %" PRId64, list[i]);
        if (y.dim[i] == -1)
            open = i;
        else if (y.dim[i] == 0)
            known = 0;
    }
    int64_t total = ww_shape_count(x);
    if (open >= 0) {
        if (known == 0 || total % known)
            return ww_fail(err, WW_ERR_FORMAT, "%s cannot be cut into rows of %" PRId64, ww_shape_text(x, text), known);
        y.dim[open] = total / known;
    }
    return give_same(c, &y, err);
}

static ww_status infer_flatten(const ww_call *c, ww_error *err)
{
    ww_status status = ww_want_rank(c, 0, 0, WW_NN_RANK_MAX, err);
    if (status != WW_OK)
        return status;
    const ww_shape *x = &c->in[0]->shape;
    int64_t axis = ww_node_int(c->node, "axis", 1);
    if (axis < -x->rank || axis > x->rank)
        return ww_fail(err, WW_ERR_FORMAT, "axis %" PRId64, axis);
    int split = (int)(axis < 0 ? axis + x->rank : axis);
    ww_shape y = {2, {ww_shape_span(x, 0, split), ww_shape_span(x, split, x->rank)}};
    return give_same(c, &y, err);
}

// Marks the listed axes (of a tensor of `rank` dimensions); each may be named once.
static ww_status mark_axes(const ww_call *c, int rank, bool mark[WW_NN_RANK_MAX], size_t *count, ww_error *err)
{
    const int64_t *list;
    ww_status status = ww_call_ints(c, "axes", 1, &list, count, err);
    memset(mark, 0, WW_NN_RANK_MAX * sizeof *mark);
    for (size_t i = 0; i < *count && status == WW_OK; i++) {
        int axis;
        status = ww_axis(list[i], rank, &axis, err);
        if (status == WW_OK && mark[axis])
            status = ww_fail(err, WW_ERR_FORMAT, "axis %d is named twice", axis);
        if (status == WW_OK)
            mark[axis] = true;
    }
    return status;
}

static ww_status infer_squeeze(const ww_call *c, ww_error *err)
{
    bool mark[WW_NN_RANK_MAX];
    size_t count;
    ww_status status = ww_want_rank(c, 0, 0, WW_NN_RANK_MAX, err);
    if (status == WW_OK)
        status = mark_axes(c, c->in[0]->shape.rank, mark, &count, err);
    if (status != WW_OK)
        return status;
    const ww_shape *x = &c->in[0]->shape;
    ww_shape y = {0};
    for (int i = 0; i < x->rank; i++)
        if (count ? !mark[i] : x->dim[i] != 1)
            y.dim[y.rank++] = x->dim[i];
    return give_same(c, &y, err);
}

static ww_status infer_unsqueeze(const ww_call *c, ww_error *err)
{
    bool mark[WW_NN_RANK_MAX];
    size_t count;
    const int64_t *list;
    ww_status status = ww_want_rank(c, 0, 0, WW_NN_RANK_MAX, err);
    if (status == WW_OK)
        status = ww_call_ints(c, "axes", 1, &list, &count, err);
    if (status != WW_OK)
        return status;
    const ww_shape *x = &c->in[0]->shape;
    if (count > (size_t)(WW_NN_RANK_MAX - x->rank))
        return ww_fail(err, WW_ERR_UNSUPPORTED, "more than %d dimensions", WW_NN_RANK_MAX);
    ww_shape y = {.rank = x->rank + (int)count};
    status = mark_axes(c, y.rank, mark, &count, err);
    for (int i = 0, from = 0; i < y.rank && status == WW_OK; i++)
        y.dim[i] = mark[i] ? 1 : x->dim[from++];
    return status == WW_OK ? give_same(c, &y, err) : status;
}

static int64_t clamp(int64_t v, int64_t max) { return v < 0 ? 0 : v > max ? max : v; }

// The part of the shape that Shape tells (all of it before operator set 15).
static void shape_range(const ww_call *c, int *first, int *last)
{
    int rank = c->in[0]->shape.rank;
    int64_t start = ww_node_int(c->node, "start", 0), end = ww_node_int(c->node, "end", rank);
    *first = (int)clamp(start < 0 ? start + rank : start, rank);
    *last = (int)clamp(end < 0 ? end + rank : end, rank);
}

static ww_status infer_shape(const ww_call *c, ww_error *err)
{
    ww_status status = ww_want_rank(c, 0, 0, WW_NN_RANK_MAX, err);
    if (status != WW_OK)
        return status;
    int first, last;
    shape_range(c, &first, &last);
    ww_shape y = {1, {last > first ? last - first : 0}};
    return ww_give(c, WW_I64, &y, err);
}

static void ref_shape(const ww_call *c)
{
    int first, last;
    shape_range(c, &first, &last);
    for (int i = first; i < last; i++)
        ww_i64(c->out[0])[i - first] = c->in[0]->shape.dim[i];
}

static const ww_op op[] = {
    {"Identity", 1, 1, 1, WW_OP_FOLDS | WW_OP_ALIAS, infer_identity, ref_copy, NULL},
    {"Dropout", 1, 3, 2, WW_OP_FOLDS | WW_OP_ALIAS, infer_identity, ref_copy, NULL},
    {"Reshape", 1, 2, 1, WW_OP_FOLDS | WW_OP_ALIAS, infer_reshape, ref_copy, NULL},
    {"Flatten", 1, 1, 1, WW_OP_FOLDS | WW_OP_ALIAS, infer_flatten, ref_copy, NULL},
    {"Squeeze", 1, 2, 1, WW_OP_FOLDS | WW_OP_ALIAS, infer_squeeze, ref_copy, NULL},
    {"Unsqueeze", 1, 2, 1, WW_OP_FOLDS | WW_OP_ALIAS, infer_unsqueeze, ref_copy, NULL},
    {"Shape", 1, 1, 1, WW_OP_FOLDS | WW_OP_SHAPE, infer_shape, ref_shape, NULL},
};
const ww_op_family ww_ops_shape = {op, sizeof op / sizeof *op};
