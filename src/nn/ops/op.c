// SPDX-License-Identifier: MIT
#include "nn/ops/op.h"

#include <inttypes.h>
#include <math.h>

ww_status ww_axis(int64_t axis, int rank, int *out, ww_error *err)
{
    if (axis < -rank || axis >= rank)
        return ww_fail(err, WW_ERR_FORMAT, "axis %" PRId64 " of a tensor of %d dimensions", axis, rank);
    *out = (int)(axis < 0 ? axis + rank : axis);
    return WW_OK;
}

ww_status ww_call_ints(const ww_call *c, const char *name, int input, const int64_t **list, size_t *count,
                       ww_error *err)
{
    *list = NULL;
    *count = 0;
    const ww_attribute *a = ww_node_attribute(c->node, name, WW_ATTRIBUTE_INTS);
    const ww_tensor *t = ww_call_in(c, input);
    if (a) {
        *list = a->ints;
        *count = a->count;
    } else if (t) {
        if (!t->data)
            return ww_fail(err, WW_ERR_UNSUPPORTED, "its %s depend on the picture", name);
        if (t->type != WW_I64 || t->shape.rank > 1)
            return ww_fail(err, WW_ERR_FORMAT, "its %s are no list of integers", name);
        *list = ww_i64(t);
        *count = (size_t)ww_shape_count(&t->shape);
    }
    return WW_OK;
}

ww_status ww_want_floats(const ww_call *c, ww_error *err)
{
    for (int i = 0; i < c->in_count; i++)
        if (c->in[i] && c->in[i]->type != WW_F32)
            return ww_fail(err, WW_ERR_UNSUPPORTED, "input %d holds integers", i);
    return WW_OK;
}

ww_status ww_want_rank(const ww_call *c, int input, int rank_min, int rank_max, ww_error *err)
{
    const ww_tensor *t = ww_call_in(c, input);
    if (!t)
        return ww_fail(err, WW_ERR_FORMAT, "input %d is missing", input);
    if (t->shape.rank < rank_min || t->shape.rank > rank_max)
        return ww_fail(err, WW_ERR_UNSUPPORTED, "input %d has %d dimensions (%d to %d are supported)", input,
                       t->shape.rank, rank_min, rank_max);
    return WW_OK;
}

ww_status ww_give(const ww_call *c, ww_dtype type, const ww_shape *shape, ww_error *err)
{
    char text[WW_SHAPE_TEXT_MAX];
    if (ww_shape_count(shape) < 0)
        return ww_fail(err, WW_ERR_UNSUPPORTED, "its result, %s, is too large", ww_shape_text(shape, text));
    c->out[0]->type = type;
    c->out[0]->shape = *shape;
    return WW_OK;
}

float ww_activate(ww_activation act, float a, float b, float x)
{
    switch (act) {
    case WW_ACT_RELU: return x > 0 ? x : 0;
    case WW_ACT_LEAKY_RELU: return x < 0 ? a * x : x;
    case WW_ACT_CLIP: return fminf(fmaxf(x, a), b);
    case WW_ACT_SIGMOID: return 1 / (1 + expf(-x));
    case WW_ACT_TANH: return tanhf(x);
    case WW_ACT_HARD_SIGMOID: return fminf(fmaxf(a * x + b, 0), 1);
    case WW_ACT_HARD_SWISH: return x * fminf(fmaxf(x / 6 + 0.5f, 0), 1);
    case WW_ACT_EXP: return expf(x);
    case WW_ACT_SQRT: return sqrtf(x);
    case WW_ACT_ELU: return x < 0 ? a * expm1f(x) : x;
    case WW_ACT_LINEAR: return a * x + b;
    case WW_ACT_ABS: return fabsf(x);
    case WW_ACT_LOG: return logf(x);
    }
    return x;
}

void ww_apply_post(const ww_call *c, float *row, int64_t n, int64_t at)
{
    for (int p = 0; p < c->node->post_count; p++) {
        const ww_post *post = &c->node->post[p];
        if (post->kind == WW_POST_ADD) {
            const float *other = ww_f32(c->in[post->input]) + at;
            for (int64_t i = 0; i < n; i++)
                row[i] += other[i];
        } else {
            for (int64_t i = 0; i < n; i++)
                row[i] = ww_activate(post->activation, post->a, post->b, row[i]);
        }
    }
}
