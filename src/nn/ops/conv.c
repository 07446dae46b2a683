// SPDX-License-Identifier: MIT
// Convolution over height and width.
#include "nn/onednn/onednn.h"
#include "nn/ops/ops.h"

#include <inttypes.h>
#include <string.h>

#define WINDOW_MAX 65536 // largest kernel, stride, dilation or padding

// Lists of 2 (or 4) small numbers; `fallback` where the attribute is absent.
static ww_status small_list(const ww_call *c, const char *name, int64_t *to, size_t n, int64_t fallback, int64_t min,
                            ww_error *err)
{
    const ww_attribute *a = ww_node_attribute(c->node, name, WW_ATTRIBUTE_INTS);
    if (a && a->count != n)
        return ww_fail(err, WW_ERR_UNSUPPORTED, "%s lists %zu numbers where two spatial dimensions need %zu", name,
                       a->count, n);
    for (size_t i = 0; i < n; i++) {
        to[i] = a ? a->ints[i] : fallback;
        if (to[i] < min || to[i] > WINDOW_MAX)
            return ww_fail(err, WW_ERR_FORMAT, "%s holds %" PRId64, name, to[i]);
    }
    return WW_OK;
}

// auto_pad: as much padding as makes the output ceil(input / stride).
static ww_status automatic_pads(const ww_call *c, ww_window *w, ww_error *err)
{
    const char *mode = ww_node_string(c->node, "auto_pad", "NOTSET");
    bool upper = strcmp(mode, "SAME_UPPER") == 0, lower = strcmp(mode, "SAME_LOWER") == 0;
    if (!upper && !lower && strcmp(mode, "NOTSET") != 0 && strcmp(mode, "VALID") != 0)
        return ww_fail(err, WW_ERR_UNSUPPORTED, "auto_pad '%.20s' is not known", mode);
    for (int i = 0; i < 2 && (upper || lower); i++) {
        int64_t in = c->in[0]->shape.dim[2 + i], out = (in + w->stride[i] - 1) / w->stride[i];
        int64_t total = (out - 1) * w->stride[i] + (w->kernel[i] - 1) * w->dilation[i] + 1 - in;
        total = total < 0 ? 0 : total;
        w->pad_begin[i] = upper ? total / 2 : total - total / 2;
        w->pad_end[i] = total - w->pad_begin[i];
    }
    return WW_OK;
}

ww_status ww_window_read(const ww_call *c, const int64_t *kernel, ww_window *w, ww_error *err)
{
    int64_t pads[4] = {0};
    *w = (ww_window){.stride = {1, 1}, .dilation = {1, 1}};
    ww_status status = WW_OK;
    if (kernel)
        memcpy(w->kernel, kernel, sizeof w->kernel);
    else
        status = small_list(c, "kernel_shape", w->kernel, 2, 0, 1, err);
    for (int i = 0; i < 2 && status == WW_OK; i++)
        if (w->kernel[i] < 1 || w->kernel[i] > WINDOW_MAX)
            status = ww_fail(err, WW_ERR_FORMAT, "a kernel of %" PRId64, w->kernel[i]);
    if (status == WW_OK)
        status = small_list(c, "strides", w->stride, 2, 1, 1, err);
    if (status == WW_OK)
        status = small_list(c, "dilations", w->dilation, 2, 1, 1, err);
    if (status == WW_OK)
        status = small_list(c, "pads", pads, 4, 0, 0, err);
    if (status != WW_OK)
        return status;
    for (int i = 0; i < 2; i++) {
        w->pad_begin[i] = pads[i]; // not allowed beside auto_pad, which then overrides them
        w->pad_end[i] = pads[2 + i];
    }
    return automatic_pads(c, w, err);
}

int64_t ww_window_out(const ww_window *w, int i, int64_t in, bool ceil_mode)
{
    int64_t room = in + w->pad_begin[i] + w->pad_end[i] - ((w->kernel[i] - 1) * w->dilation[i] + 1);
    if (room < 0)
        return 0;
    int64_t out = (room + (ceil_mode ? w->stride[i] - 1 : 0)) / w->stride[i] + 1;
    // A window that would start in the padding after the picture is dropped.
    return ceil_mode && (out - 1) * w->stride[i] >= in + w->pad_begin[i] ? out - 1 : out;
}

static ww_status check_weights(const ww_call *c, int64_t groups, int64_t channels_out, ww_error *err)
{
    char tx[WW_SHAPE_TEXT_MAX], tw[WW_SHAPE_TEXT_MAX];
    const ww_shape *x = &c->in[0]->shape, *w = &c->in[1]->shape;
    if (ww_shape_count(w) <= 0 || ww_shape_count(x) <= 0)
        return ww_fail(err, WW_ERR_FORMAT, "empty input or weights");
    if (groups < 1 || x->dim[1] % groups || w->dim[0] % groups || w->dim[1] * groups != x->dim[1])
        return ww_fail(err, WW_ERR_FORMAT, "weights %s do not fit an input of %s in %" PRId64 " groups",
                       ww_shape_text(w, tw), ww_shape_text(x, tx), groups);
    const ww_tensor *bias = ww_call_in(c, 2);
    if (bias && (bias->shape.rank != 1 || bias->shape.dim[0] != channels_out))
        return ww_fail(err, WW_ERR_FORMAT, "the bias is not one number for each of %" PRId64 " channels", channels_out);
    return WW_OK;
}

static ww_status conv_start(const ww_call *c, ww_window *w, ww_error *err)
{
    ww_status status = ww_want_rank(c, 0, 4, 4, err);
    if (status == WW_OK)
        status = ww_want_rank(c, 1, 4, 4, err);
    if (status == WW_OK)
        status = ww_want_floats(c, err);
    return status == WW_OK ? ww_window_read(c, &c->in[1]->shape.dim[2], w, err) : status;
}

static ww_status infer_conv(const ww_call *c, ww_error *err)
{
    ww_window w;
    ww_status status = conv_start(c, &w, err);
    if (status == WW_OK)
        status = check_weights(c, ww_node_int(c->node, "group", 1), c->in[1]->shape.dim[0], err);
    if (status != WW_OK)
        return status;
    const ww_shape *x = &c->in[0]->shape;
    ww_shape y = {4,
                  {x->dim[0], c->in[1]->shape.dim[0], ww_window_out(&w, 0, x->dim[2], false),
                   ww_window_out(&w, 1, x->dim[3], false)}};
    if (y.dim[2] < 1 || y.dim[3] < 1)
        return ww_fail(err, WW_ERR_UNSUPPORTED, "its kernel is larger than the picture it gets");
    return ww_give(c, WW_F32, &y, err);
}

// One output row: y[ox] = bias + sum over the group's input channels and the kernel, in double.
static void conv_row(const ww_call *c, const ww_window *w, int64_t n, int64_t oc, int64_t oy, float *y)
{
    const ww_shape *xs = &c->in[0]->shape, *ws = &c->in[1]->shape;
    int64_t in_group = ws->dim[1], group = oc / (ws->dim[0] / (xs->dim[1] / in_group)), out_w = c->out[0]->shape.dim[3];
    const ww_tensor *bias = ww_call_in(c, 2);
    const float *weight = ww_f32(c->in[1]) + oc * in_group * ws->dim[2] * ws->dim[3];
    for (int64_t ox = 0; ox < out_w; ox++) {
        double sum = bias ? ww_f32(bias)[oc] : 0;
        for (int64_t ic = 0; ic < in_group; ic++) {
            const float *plane = ww_f32(c->in[0]) + (n * xs->dim[1] + group * in_group + ic) * xs->dim[2] * xs->dim[3];
            for (int64_t ky = 0; ky < ws->dim[2]; ky++) {
                int64_t iy = oy * w->stride[0] - w->pad_begin[0] + ky * w->dilation[0];
                for (int64_t kx = 0; kx < ws->dim[3] && iy >= 0 && iy < xs->dim[2]; kx++) {
                    int64_t ix = ox * w->stride[1] - w->pad_begin[1] + kx * w->dilation[1];
                    if (ix >= 0 && ix < xs->dim[3])
                        sum += (double)plane[iy * xs->dim[3] + ix] * weight[(ic * ws->dim[2] + ky) * ws->dim[3] + kx];
                }
            }
        }
        y[ox] = (float)sum;
    }
}

// Pictures of one pixel, as pooling leaves them, and a kernel of one: a matrix times a vector. The same sums, some of
// them at a time, so that none waits for its own last addition.
static bool is_of_points(const ww_call *c, const ww_window *w)
{
    const ww_shape *xs = &c->in[0]->shape, *ws = &c->in[1]->shape;
    return xs->dim[2] * xs->dim[3] == 1 && ws->dim[2] * ws->dim[3] == 1 && ws->dim[1] == xs->dim[1]
           && w->pad_begin[0] + w->pad_end[0] + w->pad_begin[1] + w->pad_end[1] == 0;
}

enum { AT_ONCE = 8 };

static void conv_points(const ww_call *c, int64_t n, float *y)
{
    const int64_t ins = c->in[0]->shape.dim[1], outs = c->in[1]->shape.dim[0];
    const ww_tensor *bias = ww_call_in(c, 2);
    const float *x = ww_f32(c->in[0]) + n * ins;
    for (int64_t first = 0; first < outs; first += AT_ONCE) {
        double sum[AT_ONCE] = {0};
        const float *weight[AT_ONCE];
        for (int i = 0; i < AT_ONCE; i++) {
            const int64_t o = first + i < outs ? first + i : outs - 1;
            sum[i] = bias ? ww_f32(bias)[o] : 0;
            weight[i] = ww_f32(c->in[1]) + o * ins;
        }
        for (int64_t k = 0; k < ins; k++)
            for (int i = 0; i < AT_ONCE; i++)
                sum[i] += (double)x[k] * weight[i][k];
        for (int i = 0; i < AT_ONCE && first + i < outs; i++)
            y[first + i] = (float)sum[i];
    }
}

// A window of its own for each channel that covers all of the picture: each channel is a sum of products, and again
// some are added up at a time.
static bool is_of_wholes(const ww_call *c, const ww_window *w)
{
    const ww_shape *xs = &c->in[0]->shape, *ws = &c->in[1]->shape, *ys = &c->out[0]->shape;
    return xs->dim[1] == ws->dim[0] && ws->dim[1] == 1 && xs->dim[2] == ws->dim[2] && xs->dim[3] == ws->dim[3]
           && ys->dim[2] * ys->dim[3] == 1 && w->dilation[0] * w->dilation[1] == 1
           && w->pad_begin[0] + w->pad_begin[1] == 0;
}

static void conv_wholes(const ww_call *c, int64_t n, float *y)
{
    const int64_t channels = c->in[0]->shape.dim[1], pixels = ww_shape_span(&c->in[0]->shape, 2, 4);
    const ww_tensor *bias = ww_call_in(c, 2);
    for (int64_t first = 0; first < channels; first += AT_ONCE) {
        double sum[AT_ONCE];
        const float *x[AT_ONCE], *weight[AT_ONCE];
        for (int i = 0; i < AT_ONCE; i++) {
            const int64_t o = first + i < channels ? first + i : channels - 1;
            sum[i] = bias ? ww_f32(bias)[o] : 0;
            x[i] = ww_f32(c->in[0]) + (n * channels + o) * pixels;
            weight[i] = ww_f32(c->in[1]) + o * pixels;
        }
        for (int64_t k = 0; k < pixels; k++)
            for (int i = 0; i < AT_ONCE; i++)
                sum[i] += (double)x[i][k] * weight[i][k];
        for (int i = 0; i < AT_ONCE && first + i < channels; i++)
            y[first + i] = (float)sum[i];
    }
}

typedef void conv_picture_fn(const ww_call *c, int64_t n, float *y);

static void run_pictures(const ww_call *c, conv_picture_fn *conv)
{
    const int64_t outs = c->in[1]->shape.dim[0];
    for (int64_t n = 0; n < c->out[0]->shape.dim[0]; n++) {
        float *y = ww_f32(c->out[0]) + n * outs;
        conv(c, n, y);
        ww_apply_post(c, y, outs, n * outs);
    }
}

static void ref_conv(const ww_call *c)
{
    ww_window w;
    ww_window_read(c, &c->in[1]->shape.dim[2], &w, NULL);
    conv_picture_fn *const conv = is_of_points(c, &w) ? conv_points : is_of_wholes(c, &w) ? conv_wholes : NULL;
    if (conv) {
        run_pictures(c, conv);
        return;
    }
    const ww_shape *ys = &c->out[0]->shape;
    for (int64_t n = 0; n < ys->dim[0]; n++)
        for (int64_t oc = 0; oc < ys->dim[1]; oc++)
            for (int64_t oy = 0; oy < ys->dim[2]; oy++) {
                int64_t at = ((n * ys->dim[1] + oc) * ys->dim[2] + oy) * ys->dim[3];
                conv_row(c, &w, n, oc, oy, ww_f32(c->out[0]) + at);
                ww_apply_post(c, ww_f32(c->out[0]) + at, ys->dim[3], at);
            }
}

static const ww_op op[] = {
    {"Conv", 2, 3, 1, WW_OP_FUSES, infer_conv, ref_conv, ww_fast_conv},
};
const ww_op_family ww_ops_conv = {op, sizeof op / sizeof *op};
