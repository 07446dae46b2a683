// SPDX-License-Identifier: MIT
// Resize and its older form, Upsample: nearest and linear, on any axes.
// https://github.com/onnx/onnx/blob/main/docs/Operators.md#Resize says how coordinates are mapped.
#include "nn/onednn/onednn.h"
#include "nn/ops/ops.h"

#include <math.h>
#include <string.h>

static int word(const char *text, const char *const *list, int count)
{
    for (int i = 0; i < count; i++)
        if (strcmp(text, list[i]) == 0)
            return i;
    return -1;
}

static ww_status read_modes(const ww_call *c, ww_resize *r, ww_error *err)
{
    static const char *const coordinates[] = {"half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"};
    static const char *const nearest[] = {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"};
    // Upsample, and Resize before operator set 11, had no choice: asymmetric, rounding down.
    bool old = strcmp(c->node->op->name, "Upsample") == 0 || c->node->opset < 11;
    const char *mode = ww_node_string(c->node, "mode", "nearest");
    int how = word(ww_node_string(c->node, "coordinate_transformation_mode", old ? "asymmetric" : "half_pixel"),
                   coordinates, 4);
    int round = word(ww_node_string(c->node, "nearest_mode", old ? "floor" : "round_prefer_floor"), nearest, 4);
    bool linear = strcmp(mode, "linear") == 0 || strcmp(mode, "bilinear") == 0;
    if (how < 0 || round < 0 || (!linear && strcmp(mode, "nearest") != 0) || ww_node_int(c->node, "antialias", 0))
        return ww_fail(err, WW_ERR_UNSUPPORTED, "its mode ('%.20s') or coordinate mode is not supported", mode);
    if (ww_node_attribute(c->node, "axes", WW_ATTRIBUTE_INTS))
        return ww_fail(err, WW_ERR_UNSUPPORTED, "the attribute 'axes' is not supported");
    r->linear = linear;
    r->coordinates = (ww_coordinates)how;
    r->nearest = (ww_nearest)round;
    return WW_OK;
}

// One scale for each axis: an attribute (Upsample 7), input 1 (Upsample 9, Resize 10) or input 2 (Resize 11, after the
// region).
static ww_status read_scales(const ww_call *c, ww_resize *r, ww_shape *out, ww_error *err)
{
    const ww_shape *x = &c->in[0]->shape;
    const ww_attribute *a = ww_node_attribute(c->node, "scales", WW_ATTRIBUTE_FLOATS);
    const ww_tensor *t = ww_call_in(c, c->in_count > 2 ? 2 : 1);
    if (!a && (!t || !t->data || t->type != WW_F32))
        return ww_fail(err, WW_ERR_UNSUPPORTED, "its scales are missing or depend on the picture");
    const float *scale = a ? a->floats : ww_f32(t);
    if ((a ? (int64_t)a->count : ww_shape_count(&t->shape)) != x->rank)
        return ww_fail(err, WW_ERR_FORMAT, "not one scale for each of %d dimensions", x->rank);
    for (int i = 0; i < x->rank; i++) {
        double size = floor((double)x->dim[i] * scale[i]);
        if (!(scale[i] > 0) || !(size >= 1) || size > (double)WW_NN_TENSOR_BYTES_MAX)
            return ww_fail(err, WW_ERR_FORMAT, "a scale of %g", scale[i]);
        r->scale[i] = scale[i];
        out->dim[i] = (int64_t)size;
    }
    return WW_OK;
}

static ww_status read_sizes(const ww_call *c, ww_resize *r, ww_shape *out, ww_error *err)
{
    const ww_shape *x = &c->in[0]->shape;
    const int64_t *list;
    size_t count;
    ww_status status = ww_call_ints(c, "sizes", 3, &list, &count, err);
    if (status != WW_OK)
        return status;
    if (count != (size_t)x->rank)
        return ww_fail(err, WW_ERR_FORMAT, "%zu sizes for %d dimensions", count, x->rank);
    for (int i = 0; i < x->rank; i++) {
        if (list[i] < 1 || list[i] > (int64_t)WW_NN_TENSOR_BYTES_MAX)
            return ww_fail(err, WW_ERR_FORMAT, "a size of %lld", (long long)list[i]);
        out->dim[i] = list[i];
        r->scale[i] = (float)list[i] / (float)x->dim[i];
    }
    return WW_OK;
}

ww_status ww_resize_read(const ww_call *c, ww_resize *r, ww_shape *out, ww_error *err)
{
    *out = c->in[0]->shape;
    ww_status status = read_modes(c, r, err);
    if (status != WW_OK)
        return status;
    return ww_call_has(c, 3) ? read_sizes(c, r, out, err) : read_scales(c, r, out, err);
}

static ww_status infer_resize(const ww_call *c, ww_error *err)
{
    ww_resize r = {0};
    ww_shape y;
    ww_status status = ww_want_rank(c, 0, 1, WW_NN_RANK_MAX, err);
    if (status == WW_OK && (c->in[0]->type != WW_F32 || ww_shape_count(&c->in[0]->shape) == 0))
        status = ww_fail(err, WW_ERR_UNSUPPORTED, "input 0 is empty or holds integers");
    if (status == WW_OK)
        status = ww_resize_read(c, &r, &y, err);
    return status == WW_OK ? ww_give(c, WW_F32, &y, err) : status;
}

// The input coordinate for output coordinate `at`.
static float source_coordinate(const ww_resize *r, int axis, int64_t at, int64_t in, int64_t out)
{
    float x = (float)at;
    switch (r->coordinates) {
    case WW_COORDINATES_ASYMMETRIC: return x / r->scale[axis];
    case WW_COORDINATES_ALIGN_CORNERS: return out == 1 ? 0 : x * (float)(in - 1) / (float)(out - 1);
    case WW_COORDINATES_PYTORCH_HALF_PIXEL: return out == 1 ? 0 : (x + 0.5f) / r->scale[axis] - 0.5f;
    default: return (x + 0.5f) / r->scale[axis] - 0.5f;
    }
}

static int64_t clamp_index(float x, int64_t n) { return x <= 0 ? 0 : x >= (float)(n - 1) ? n - 1 : (int64_t)x; }

static int64_t nearest_index(const ww_resize *r, float x, int64_t n)
{
    switch (r->nearest) {
    case WW_NEAREST_FLOOR: return clamp_index(floorf(x), n);
    case WW_NEAREST_CEIL: return clamp_index(ceilf(x), n);
    case WW_NEAREST_ROUND_PREFER_CEIL: return clamp_index(floorf(x + 0.5f), n);
    default: return clamp_index(ceilf(x - 0.5f), n);
    }
}

ww_tap ww_resize_tap(const ww_resize *r, int axis, int64_t at, int64_t in, int64_t out)
{
    if (in == out)
        return (ww_tap){at, at, 0};
    float x = source_coordinate(r, axis, at, in, out);
    if (!r->linear) {
        int64_t i = nearest_index(r, x, in);
        return (ww_tap){i, i, 0};
    }
    x = x < 0 ? 0 : x > (float)(in - 1) ? (float)(in - 1) : x;
    int64_t i = clamp_index(floorf(x), in);
    return (ww_tap){i, i + 1 < in ? i + 1 : i, x - (float)i};
}

// Axis after axis from the last: `offset` is the start of the block that is left.
static float mix(const float *x, const ww_shape *xs, const ww_tap *t, int axis, int64_t offset)
{
    if (axis == xs->rank)
        return x[offset];
    float first = mix(x, xs, t, axis + 1, offset * xs->dim[axis] + t[axis].first);
    if (t[axis].share == 0)
        return first;
    float second = mix(x, xs, t, axis + 1, offset * xs->dim[axis] + t[axis].second);
    return first + (second - first) * t[axis].share;
}

static void ref_resize(const ww_call *c)
{
    ww_resize r = {0};
    ww_shape y;
    ww_resize_read(c, &r, &y, NULL);
    const ww_shape *xs = &c->in[0]->shape;
    int64_t at[WW_NN_RANK_MAX] = {0}, total = ww_shape_count(&y);
    for (int64_t i = 0; i < total; i++) {
        ww_tap t[WW_NN_RANK_MAX] = {{0}};
        for (int a = 0; a < y.rank; a++)
            t[a] = ww_resize_tap(&r, a, at[a], xs->dim[a], y.dim[a]);
        ww_f32(c->out[0])[i] = mix(ww_f32(c->in[0]), xs, t, 0, 0);
        for (int a = y.rank - 1; a >= 0 && ++at[a] == y.dim[a]; a--)
            at[a] = 0;
    }
    ww_apply_post(c, ww_f32(c->out[0]), total, 0);
}

static const ww_op op[] = {
    {"Resize", 1, 4, 1, WW_OP_FUSES, infer_resize, ref_resize, ww_fast_resize},
    {"Upsample", 1, 2, 1, WW_OP_FUSES, infer_resize, ref_resize, ww_fast_resize},
};
const ww_op_family ww_ops_resize = {op, sizeof op / sizeof *op};
