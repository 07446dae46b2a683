// SPDX-License-Identifier: MIT
// Operators that take elements as they are to another place.
#include "nn/onednn/onednn.h"
#include "nn/ops/ops.h"

#include <inttypes.h>
#include <string.h>

// Copies a strided view (strides and offset in elements) of `in` into the dense `out`.
static void copy_strided(const ww_tensor *in, int64_t offset, const int64_t stride[WW_NN_RANK_MAX], ww_tensor *out)
{
    const ww_shape *s = &out->shape;
    int last = s->rank - 1;
    int64_t total = ww_shape_count(s), row = last < 0 ? 1 : s->dim[last], step = last < 0 ? 0 : stride[last],
            at[WW_NN_RANK_MAX] = {0};
    for (int64_t done = 0; done < total; done += row) {
        int64_t from = offset;
        for (int i = 0; i < last; i++)
            from += at[i] * stride[i];
        if (in->type == WW_F32)
            for (int64_t i = 0; i < row; i++)
                ww_f32(out)[done + i] = ww_f32(in)[from + i * step];
        else
            for (int64_t i = 0; i < row; i++)
                ww_i64(out)[done + i] = ww_i64(in)[from + i * step];
        for (int i = last - 1; i >= 0 && ++at[i] == s->dim[i]; i--)
            at[i] = 0;
    }
}

static void dense_strides(const ww_shape *s, int64_t stride[WW_NN_RANK_MAX])
{
    int64_t step = 1;
    for (int i = s->rank - 1; i >= 0; i--) {
        stride[i] = step;
        step *= s->dim[i];
    }
}

// ---- Transpose

static ww_status transpose_axes(const ww_call *c, int axis[WW_NN_RANK_MAX], ww_error *err)
{
    int rank = c->in[0]->shape.rank;
    const ww_attribute *perm = ww_node_attribute(c->node, "perm", WW_ATTRIBUTE_INTS);
    bool seen[WW_NN_RANK_MAX] = {false};
    if (perm && perm->count != (size_t)rank)
        return ww_fail(err, WW_ERR_FORMAT, "perm names %zu axes of %d", perm->count, rank);
    for (int i = 0; i < rank; i++) {
        int64_t a = perm ? perm->ints[i] : rank - 1 - i;
        if (a < 0 || a >= rank || seen[a])
            return ww_fail(err, WW_ERR_FORMAT, "perm is no permutation");
        seen[a] = true;
        axis[i] = (int)a;
    }
    return WW_OK;
}

static ww_status infer_transpose(const ww_call *c, ww_error *err)
{
    int axis[WW_NN_RANK_MAX] = {0};
    ww_status status = ww_want_rank(c, 0, 0, WW_NN_RANK_MAX, err);
    if (status == WW_OK)
        status = transpose_axes(c, axis, err);
    if (status != WW_OK)
        return status;
    ww_shape y = c->in[0]->shape;
    for (int i = 0; i < y.rank; i++)
        y.dim[i] = c->in[0]->shape.dim[axis[i]];
    return ww_give(c, c->in[0]->type, &y, err);
}

static void ref_transpose(const ww_call *c)
{
    int axis[WW_NN_RANK_MAX] = {0};
    int64_t dense[WW_NN_RANK_MAX], stride[WW_NN_RANK_MAX] = {0};
    transpose_axes(c, axis, NULL);
    dense_strides(&c->in[0]->shape, dense);
    for (int i = 0; i < c->out[0]->shape.rank; i++)
        stride[i] = dense[axis[i]];
    copy_strided(c->in[0], 0, stride, c->out[0]);
}

// ---- Concat and Split: along `axis`, `outer` times a run of (size along the axis) * inner elements

static void copy_runs(const ww_tensor *from, int64_t from_at, int64_t from_step, ww_tensor *to, int64_t to_at,
                      int64_t to_step, int64_t outer, int64_t run)
{
    size_t width = ww_dtype_bytes(from->type);
    for (int64_t o = 0; o < outer && run > 0; o++)
        memcpy((char *)to->data + (size_t)(to_at + o * to_step) * width,
               (char *)from->data + (size_t)(from_at + o * from_step) * width, (size_t)run * width);
}

static ww_status infer_concat(const ww_call *c, ww_error *err)
{
    char ta[WW_SHAPE_TEXT_MAX], tb[WW_SHAPE_TEXT_MAX];
    int axis;
    ww_status status = ww_want_rank(c, 0, 1, WW_NN_RANK_MAX, err);
    if (status == WW_OK)
        status = ww_axis(ww_node_int(c->node, "axis", 1), c->in[0]->shape.rank, &axis, err);
    if (status != WW_OK)
        return status;
    ww_shape y = c->in[0]->shape;
    for (int i = 1; i < c->in_count; i++) {
        status = ww_want_rank(c, i, y.rank, y.rank, err);
        if (status != WW_OK)
            return status;
        ww_shape other = c->in[i]->shape;
        int64_t along = other.dim[axis];
        other.dim[axis] = y.dim[axis];
        if (!ww_shape_equal(&y, &other) || c->in[i]->type != c->in[0]->type)
            return ww_fail(err, WW_ERR_FORMAT, "input %d, %s, does not fit the first, %s", i,
                           ww_shape_text(&c->in[i]->shape, ta), ww_shape_text(&c->in[0]->shape, tb));
        y.dim[axis] += along;
    }
    return ww_give(c, c->in[0]->type, &y, err);
}

static void ref_concat(const ww_call *c)
{
    int axis;
    const ww_shape *y = &c->out[0]->shape;
    ww_axis(ww_node_int(c->node, "axis", 1), y->rank, &axis, NULL);
    int64_t outer = ww_shape_span(y, 0, axis), step = ww_shape_span(y, axis, y->rank), at = 0;
    for (int i = 0; i < c->in_count; i++) {
        int64_t run = ww_shape_span(&c->in[i]->shape, axis, y->rank);
        copy_runs(c->in[i], 0, run, c->out[0], at, step, outer, run);
        at += run;
    }
}

static ww_status infer_split(const ww_call *c, ww_error *err)
{
    int axis;
    const int64_t *list;
    size_t count;
    ww_status status = ww_want_rank(c, 0, 1, WW_NN_RANK_MAX, err);
    if (status == WW_OK)
        status = ww_axis(ww_node_int(c->node, "axis", 0), c->in[0]->shape.rank, &axis, err);
    if (status == WW_OK)
        status = ww_call_ints(c, "split", 1, &list, &count, err);
    if (status != WW_OK)
        return status;
    const ww_shape *x = &c->in[0]->shape;
    int64_t left = x->dim[axis], even = (left + c->out_count - 1) / c->out_count;
    if (list && count != (size_t)c->out_count)
        return ww_fail(err, WW_ERR_FORMAT, "%zu sizes for %d outputs", count, c->out_count);
    for (int i = 0; i < c->out_count; i++) {
        int64_t along = list ? list[i] : even < left ? even : left;
        if (along < 0 || along > left || (i + 1 == c->out_count && along != left))
            return ww_fail(err, WW_ERR_FORMAT, "the parts do not add up to %" PRId64, x->dim[axis]);
        left -= along;
        if (c->out[i]) {
            *c->out[i] = (ww_tensor){c->in[0]->type, *x, NULL};
            c->out[i]->shape.dim[axis] = along;
        }
    }
    return WW_OK;
}

static void ref_split(const ww_call *c)
{
    int axis;
    const int64_t *list;
    size_t count;
    const ww_shape *x = &c->in[0]->shape;
    ww_axis(ww_node_int(c->node, "axis", 0), x->rank, &axis, NULL);
    ww_call_ints(c, "split", 1, &list, &count, NULL);
    int64_t outer = ww_shape_span(x, 0, axis), inner = ww_shape_span(x, axis + 1, x->rank), start = 0;
    int64_t even = (x->dim[axis] + c->out_count - 1) / c->out_count;
    for (int i = 0; i < c->out_count; i++) {
        int64_t left = x->dim[axis] - start, along = list ? list[i] : even < left ? even : left;
        if (c->out[i])
            copy_runs(c->in[0], start * inner, x->dim[axis] * inner, c->out[i], 0, along * inner, outer, along * inner);
        start += along;
    }
}

// ---- Slice

typedef struct slice {
    int64_t start[WW_NN_RANK_MAX], step[WW_NN_RANK_MAX], size[WW_NN_RANK_MAX];
} slice;

static ww_status slice_axis(slice *s, const ww_shape *x, int axis, int64_t start, int64_t end, int64_t step,
                            ww_error *err)
{
    int64_t n = x->dim[axis], low = step > 0 ? 0 : -1, high = step > 0 ? n : n - 1;
    if (step == 0 || step == INT64_MIN)
        return ww_fail(err, WW_ERR_FORMAT, "a step of %" PRId64, step);
    start = start < 0 ? start + n : start;
    end = end < 0 ? (end < -n ? low : end + n) : end;
    start = start < 0 ? 0 : start > high ? high : start;
    end = end < low ? low : end > n ? n : end;
    int64_t span = step > 0 ? end - start : start - end, stride = step > 0 ? step : -step;
    s->start[axis] = start;
    s->step[axis] = step;
    s->size[axis] = span <= 0 ? 0 : (span - 1) / stride + 1;
    return WW_OK;
}

static ww_status slice_read(const ww_call *c, slice *s, ww_error *err)
{
    static const char *const part[] = {"starts", "ends", "axes", "steps"};
    const ww_shape *x = &c->in[0]->shape;
    const int64_t *list[4];
    size_t count[4];
    for (int i = 0; i < 4; i++) {
        ww_status status = ww_call_ints(c, part[i], i + 1, &list[i], &count[i], err);
        if (status != WW_OK)
            return status;
        if ((!list[i] && i < 2) || (list[i] && count[i] != count[0]) || count[0] > WW_NN_RANK_MAX)
            return ww_fail(err, WW_ERR_FORMAT, "its %s are missing or too many", part[i]);
    }
    for (int i = 0; i < x->rank; i++) {
        s->start[i] = 0;
        s->step[i] = 1;
        s->size[i] = x->dim[i];
    }
    for (size_t i = 0; i < count[0]; i++) {
        int axis;
        ww_status status = ww_axis(list[2] ? list[2][i] : (int64_t)i, x->rank, &axis, err);
        if (status == WW_OK)
            status = slice_axis(s, x, axis, list[0][i], list[1][i], list[3] ? list[3][i] : 1, err);
        if (status != WW_OK)
            return status;
    }
    return WW_OK;
}

static ww_status infer_slice(const ww_call *c, ww_error *err)
{
    slice s;
    ww_status status = ww_want_rank(c, 0, 1, WW_NN_RANK_MAX, err);
    if (status == WW_OK)
        status = slice_read(c, &s, err);
    if (status != WW_OK)
        return status;
    ww_shape y = ww_shape_of(c->in[0]->shape.rank, s.size);
    return ww_give(c, c->in[0]->type, &y, err);
}

static void ref_slice(const ww_call *c)
{
    slice s = {0};
    int64_t dense[WW_NN_RANK_MAX], stride[WW_NN_RANK_MAX] = {0}, offset = 0;
    slice_read(c, &s, NULL);
    dense_strides(&c->in[0]->shape, dense);
    for (int i = 0; i < c->in[0]->shape.rank; i++) {
        offset += s.start[i] * dense[i];
        stride[i] = s.size[i] > 1 ? s.step[i] * dense[i] : 0;
    }
    copy_strided(c->in[0], offset, stride, c->out[0]);
}

// ---- Expand

static ww_status infer_expand(const ww_call *c, ww_error *err)
{
    const int64_t *list;
    size_t count;
    ww_status status = ww_want_rank(c, 0, 0, WW_NN_RANK_MAX, err);
    if (status == WW_OK)
        status = ww_call_ints(c, "shape", 1, &list, &count, err);
    if (status != WW_OK)
        return status;
    ww_shape y;
    if (!list || count > WW_NN_RANK_MAX)
        return ww_fail(err, WW_ERR_FORMAT, "a new shape of %zu dimensions", count);
    ww_shape wanted = ww_shape_of((int)count, list);
    if (ww_shape_count(&wanted) < 0 || !ww_shape_broadcast(&c->in[0]->shape, &wanted, &y))
        return ww_fail(err, WW_ERR_FORMAT, "the new shape does not fit");
    return ww_give(c, c->in[0]->type, &y, err);
}

static void ref_expand(const ww_call *c)
{
    int64_t stride[WW_NN_RANK_MAX];
    ww_shape_broadcast_strides(&c->in[0]->shape, &c->out[0]->shape, stride);
    copy_strided(c->in[0], 0, stride, c->out[0]);
}

static const ww_op op[] = {
    {"Transpose", 1, 1, 1, WW_OP_FOLDS, infer_transpose, ref_transpose, ww_fast_transpose},
    {"Concat", 1, WW_NN_ARITY_MAX, 1, WW_OP_FOLDS, infer_concat, ref_concat, ww_fast_concat},
    {"Split", 1, 2, WW_NN_ARITY_MAX, WW_OP_FOLDS, infer_split, ref_split, NULL},
    {"Slice", 1, 5, 1, WW_OP_FOLDS, infer_slice, ref_slice, NULL},
    {"Expand", 2, 2, 1, WW_OP_FOLDS, infer_expand, ref_expand, NULL},
};
const ww_op_family ww_ops_move = {op, sizeof op / sizeof *op};
