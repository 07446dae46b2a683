// SPDX-License-Identifier: MIT
// Pooling: the largest or the mean of each window, or of each whole plane.
#include "nn/onednn/onednn.h"
#include "nn/ops/ops.h"

#include <math.h>
#include <string.h>

static bool is_max(const ww_call *c)
{
    return strcmp(c->node->op->name, "MaxPool") == 0 || strcmp(c->node->op->name, "GlobalMaxPool") == 0;
}

static ww_status infer_pool(const ww_call *c, ww_error *err)
{
    ww_window w;
    ww_status status = ww_want_rank(c, 0, 4, 4, err);
    if (status == WW_OK)
        status = ww_want_floats(c, err);
    if (status == WW_OK)
        status = ww_window_read(c, NULL, &w, err);
    if (status != WW_OK)
        return status;
    if (c->out_count > 1 && c->out[1])
        return ww_fail(err, WW_ERR_UNSUPPORTED, "the indices of the maxima are not supported");
    bool ceil_mode = ww_node_int(c->node, "ceil_mode", 0) != 0;
    ww_shape y = c->in[0]->shape;
    for (int i = 0; i < 2; i++) {
        if (w.pad_begin[i] >= w.kernel[i] * w.dilation[i] || w.pad_end[i] >= w.kernel[i] * w.dilation[i])
            return ww_fail(err, WW_ERR_FORMAT, "more padding than kernel");
        y.dim[2 + i] = ww_window_out(&w, i, c->in[0]->shape.dim[2 + i], ceil_mode);
        if (y.dim[2 + i] < 1)
            return ww_fail(err, WW_ERR_UNSUPPORTED, "its kernel is larger than the picture it gets");
    }
    return ww_give(c, WW_F32, &y, err);
}

// The taps first .. last-1 of a window at output position `at` along one axis that fall on low .. high-1 of the input.
// A kernel may be far larger than the picture, so they are counted, not tried.
typedef struct taps {
    int64_t first, last, start;
} taps;

static taps taps_inside(const ww_window *w, int axis, int64_t at, int64_t low, int64_t high)
{
    int64_t start = at * w->stride[axis] - w->pad_begin[axis], step = w->dilation[axis];
    int64_t first = start >= low ? 0 : (low - start + step - 1) / step,
            last = start >= high ? 0 : (high - start + step - 1) / step;
    last = last > w->kernel[axis] ? w->kernel[axis] : last;
    return (taps){first < last ? first : last, last, start};
}

typedef struct pool_sum {
    double sum;
    float max;
} pool_sum;

static pool_sum pool_window(const ww_window *w, const float *plane, int64_t width, taps y, taps x)
{
    pool_sum p = {0, -INFINITY};
    for (int64_t ky = y.first; ky < y.last; ky++)
        for (int64_t kx = x.first; kx < x.last; kx++) {
            float v = plane[(y.start + ky * w->dilation[0]) * width + x.start + kx * w->dilation[1]];
            p.sum += v;
            p.max = v > p.max ? v : p.max;
        }
    return p;
}

// How many elements a mean is over: those within the picture, or within picture and declared padding.
static int64_t divisor(const ww_window *w, const ww_shape *x, int64_t oy, int64_t ox, bool include_pad)
{
    int64_t n = 1, at[2] = {oy, ox};
    for (int i = 0; i < 2; i++) {
        taps t = include_pad ? taps_inside(w, i, at[i], -w->pad_begin[i], x->dim[2 + i] + w->pad_end[i])
                             : taps_inside(w, i, at[i], 0, x->dim[2 + i]);
        n *= t.last - t.first;
    }
    return n;
}

static void ref_pool(const ww_call *c)
{
    ww_window w;
    ww_window_read(c, NULL, &w, NULL);
    const ww_shape *xs = &c->in[0]->shape, *ys = &c->out[0]->shape;
    bool max = is_max(c), include_pad = ww_node_int(c->node, "count_include_pad", 0) != 0;
    float *y = ww_f32(c->out[0]);
    for (int64_t plane = 0; plane < xs->dim[0] * xs->dim[1]; plane++)
        for (int64_t oy = 0; oy < ys->dim[2]; oy++)
            for (int64_t ox = 0; ox < ys->dim[3]; ox++) {
                const float *x = ww_f32(c->in[0]) + plane * xs->dim[2] * xs->dim[3];
                taps ty = taps_inside(&w, 0, oy, 0, xs->dim[2]), tx = taps_inside(&w, 1, ox, 0, xs->dim[3]);
                pool_sum p = pool_window(&w, x, xs->dim[3], ty, tx);
                int64_t n = max ? 1 : divisor(&w, xs, oy, ox, include_pad);
                *y++ = max ? p.max : n ? (float)(p.sum / (double)n) : 0;
            }
}

static ww_status infer_global(const ww_call *c, ww_error *err)
{
    ww_status status = ww_want_rank(c, 0, 3, WW_NN_RANK_MAX, err);
    if (status == WW_OK)
        status = ww_want_floats(c, err);
    if (status != WW_OK)
        return status;
    ww_shape y = c->in[0]->shape;
    if (ww_shape_span(&y, 2, y.rank) < 1)
        return ww_fail(err, WW_ERR_FORMAT, "empty planes");
    for (int i = 2; i < y.rank; i++)
        y.dim[i] = 1;
    return ww_give(c, WW_F32, &y, err);
}

static void ref_global(const ww_call *c)
{
    const ww_shape *xs = &c->in[0]->shape;
    int64_t area = ww_shape_span(xs, 2, xs->rank);
    bool max = is_max(c);
    for (int64_t plane = 0; plane < xs->dim[0] * xs->dim[1]; plane++) {
        const float *x = ww_f32(c->in[0]) + plane * area;
        double sum = 0;
        float most = x[0];
        for (int64_t i = 0; i < area; i++) {
            sum += x[i];
            most = x[i] > most ? x[i] : most;
        }
        ww_f32(c->out[0])[plane] = max ? most : (float)(sum / (double)area);
    }
}

static const ww_op op[] = {
    {"MaxPool", 1, 1, 2, 0, infer_pool, ref_pool, ww_fast_pool},
    {"AveragePool", 1, 1, 1, 0, infer_pool, ref_pool, ww_fast_pool},
    {"GlobalAveragePool", 1, 1, 1, 0, infer_global, ref_global, ww_fast_pool},
    {"GlobalMaxPool", 1, 1, 1, 0, infer_global, ref_global, ww_fast_pool},
};
const ww_op_family ww_ops_pool = {op, sizeof op / sizeof *op};
