// SPDX-License-Identifier: MIT
// Operators that make each element of the result from the elements at the same place: activations, arithmetic with
// broadcasting, casts.
#include "nn/onednn/onednn.h"
#include "nn/onnx/dtype.h"
#include "nn/ops/ops.h"

#include <float.h>
#include <math.h>
#include <string.h>

static bool is(const ww_call *c, const char *name) { return strcmp(c->node->op->name, name) == 0; }

static float clip_bound(const ww_call *c, const char *name, int input, float fallback)
{
    const ww_tensor *t = ww_call_in(c, input);
    return t ? ww_tensor_float(t, 0) : ww_node_float(c->node, name, fallback);
}

bool ww_call_activation(const ww_call *c, ww_post *post)
{
    static const struct {
        const char *name;
        ww_activation act;
        float a, b;
    } known[] = {
        {"Relu", WW_ACT_RELU, 0, 0},
        {"LeakyRelu", WW_ACT_LEAKY_RELU, 0.01f, 0},
        {"Clip", WW_ACT_CLIP, 0, 0},
        {"Sigmoid", WW_ACT_SIGMOID, 0, 0},
        {"Tanh", WW_ACT_TANH, 0, 0},
        {"HardSigmoid", WW_ACT_HARD_SIGMOID, 0.2f, 0.5f},
        {"HardSwish", WW_ACT_HARD_SWISH, 0, 0},
        {"Exp", WW_ACT_EXP, 0, 0},
        {"Sqrt", WW_ACT_SQRT, 0, 0},
        {"Elu", WW_ACT_ELU, 1, 0},
        {"Neg", WW_ACT_LINEAR, -1, 0},
        {"Abs", WW_ACT_ABS, 0, 0},
        {"Log", WW_ACT_LOG, 0, 0},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (!is(c, known[i].name))
            continue;
        *post = (ww_post){WW_POST_ACTIVATION, known[i].act, known[i].a, known[i].b, 0};
        if (post->activation == WW_ACT_CLIP) {
            if ((ww_call_has(c, 1) && !c->in[1]->data) || (ww_call_has(c, 2) && !c->in[2]->data))
                return false;
            post->a = clip_bound(c, "min", 1, -FLT_MAX);
            post->b = clip_bound(c, "max", 2, FLT_MAX);
        } else {
            post->a = ww_node_float(c->node, "alpha", post->a);
            post->b = ww_node_float(c->node, "beta", post->b);
        }
        return true;
    }
    return false;
}

static ww_status infer_unary(const ww_call *c, ww_error *err)
{
    ww_status status = ww_want_rank(c, 0, 0, WW_NN_RANK_MAX, err);
    if (status == WW_OK)
        status = ww_want_floats(c, err);
    for (int i = 1; i < c->in_count && status == WW_OK; i++)
        if (c->in[i] && ww_shape_count(&c->in[i]->shape) != 1)
            status = ww_fail(err, WW_ERR_FORMAT, "a bound is no single number");
    return status == WW_OK ? ww_give(c, WW_F32, &c->in[0]->shape, err) : status;
}

static void ref_unary(const ww_call *c)
{
    ww_post p;
    ww_call_activation(c, &p);
    const float *x = ww_f32(c->in[0]);
    float *y = ww_f32(c->out[0]);
    for (int64_t i = 0, n = ww_shape_count(&c->in[0]->shape); i < n; i++)
        y[i] = ww_activate(p.activation, p.a, p.b, x[i]);
}

typedef enum binary {
    BINARY_ADD,
    BINARY_SUB,
    BINARY_MUL,
    BINARY_DIV,
    BINARY_MIN,
    BINARY_MAX,
    BINARY_POW,
    BINARY_PRELU
} binary;

static binary binary_kind(const ww_call *c)
{
    static const char *const name[] = {"Add", "Sub", "Mul", "Div", "Min", "Max", "Pow", "PRelu"};
    for (size_t i = 0; i < sizeof name / sizeof *name; i++)
        if (is(c, name[i]))
            return (binary)i;
    return BINARY_ADD;
}

static float float_binary(binary op, float a, float b)
{
    switch (op) {
    case BINARY_ADD: return a + b;
    case BINARY_SUB: return a - b;
    case BINARY_MUL: return a * b;
    case BINARY_DIV: return a / b;
    case BINARY_MIN: return fminf(a, b);
    case BINARY_MAX: return fmaxf(a, b);
    case BINARY_POW: return powf(a, b);
    case BINARY_PRELU: return a < 0 ? a * b : a;
    }
    return a;
}

// Wraps where it overflows, and x / 0 is 0: shape arithmetic of a damaged file must not stop the program.
static int64_t int_binary(binary op, int64_t a, int64_t b)
{
    uint64_t ua = (uint64_t)a, ub = (uint64_t)b;
    switch (op) {
    case BINARY_ADD: return (int64_t)(ua + ub);
    case BINARY_SUB: return (int64_t)(ua - ub);
    case BINARY_MUL: return (int64_t)(ua * ub);
    case BINARY_DIV: return b == 0 ? 0 : b == -1 ? (int64_t)(0 - ua) : a / b;
    case BINARY_MIN: return a < b ? a : b;
    case BINARY_MAX: return a > b ? a : b;
    default: return 0;
    }
}

static ww_status infer_binary(const ww_call *c, ww_error *err)
{
    char ta[WW_SHAPE_TEXT_MAX], tb[WW_SHAPE_TEXT_MAX];
    ww_status status = ww_want_rank(c, 0, 0, WW_NN_RANK_MAX, err);
    if (status == WW_OK)
        status = ww_want_rank(c, 1, 0, WW_NN_RANK_MAX, err);
    if (status != WW_OK)
        return status;
    const ww_tensor *a = c->in[0], *b = c->in[1];
    binary op = binary_kind(c);
    if (a->type != b->type || (a->type == WW_I64 && (op == BINARY_POW || op == BINARY_PRELU)))
        return ww_fail(err, WW_ERR_UNSUPPORTED, "mixes integers and real numbers");
    ww_shape out;
    if (!ww_shape_broadcast(&a->shape, &b->shape, &out))
        return ww_fail(err, WW_ERR_FORMAT, "shapes %s and %s do not fit", ww_shape_text(&a->shape, ta),
                       ww_shape_text(&b->shape, tb));
    return ww_give(c, a->type, &out, err);
}

static void float_row(binary op, const float *a, int64_t sa, const float *b, int64_t sb, float *y, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        y[i] = float_binary(op, a[i * sa], b[i * sb]);
}

static void int_row(binary op, const int64_t *a, int64_t sa, const int64_t *b, int64_t sb, int64_t *y, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        y[i] = int_binary(op, a[i * sa], b[i * sb]);
}

static void ref_binary(const ww_call *c)
{
    const ww_tensor *a = c->in[0], *b = c->in[1];
    ww_tensor *y = c->out[0];
    int64_t sa[WW_NN_RANK_MAX] = {0}, sb[WW_NN_RANK_MAX] = {0}, at[WW_NN_RANK_MAX] = {0};
    ww_shape_broadcast_strides(&a->shape, &y->shape, sa);
    ww_shape_broadcast_strides(&b->shape, &y->shape, sb);
    int last = y->shape.rank - 1;
    while (last > 0 && y->shape.dim[last] == 1) // rows as long as they can be
        last--;
    int64_t row = last < 0 ? 1 : y->shape.dim[last], ra = last < 0 ? 0 : sa[last], rb = last < 0 ? 0 : sb[last];
    int64_t total = ww_shape_count(&y->shape);
    binary op = binary_kind(c);
    for (int64_t done = 0; done < total; done += row) {
        int64_t oa = 0, ob = 0;
        for (int i = 0; i < last; i++) {
            oa += at[i] * sa[i];
            ob += at[i] * sb[i];
        }
        if (y->type == WW_F32) {
            float_row(op, ww_f32(a) + oa, ra, ww_f32(b) + ob, rb, ww_f32(y) + done, row);
            ww_apply_post(c, ww_f32(y) + done, row, done);
        } else {
            int_row(op, ww_i64(a) + oa, ra, ww_i64(b) + ob, rb, ww_i64(y) + done, row);
        }
        for (int i = last - 1; i >= 0 && ++at[i] == y->shape.dim[i]; i--)
            at[i] = 0;
    }
}

// PRelu's slope is broadcast to the input, never the other way round.
static ww_status infer_prelu(const ww_call *c, ww_error *err)
{
    ww_status status = infer_binary(c, err);
    if (status == WW_OK && !ww_shape_equal(&c->out[0]->shape, &c->in[0]->shape))
        return ww_fail(err, WW_ERR_FORMAT, "the slope is larger than the input");
    return status;
}

static ww_status infer_cast(const ww_call *c, ww_error *err)
{
    ww_dtype type;
    if (!ww_onnx_dtype(ww_node_int(c->node, "to", 0), &type))
        return ww_fail(err, WW_ERR_UNSUPPORTED, "a cast to this type is not supported");
    ww_status status = ww_want_rank(c, 0, 0, WW_NN_RANK_MAX, err);
    return status == WW_OK ? ww_give(c, type, &c->in[0]->shape, err) : status;
}

static void ref_cast(const ww_call *c)
{
    for (int64_t i = 0, n = ww_shape_count(&c->in[0]->shape); i < n; i++) {
        if (c->out[0]->type == WW_F32)
            ww_f32(c->out[0])[i] = ww_tensor_float(c->in[0], i);
        else
            ww_i64(c->out[0])[i] = ww_tensor_int(c->in[0], i);
    }
}

static ww_status infer_dequantize(const ww_call *c, ww_error *err)
{
    ww_status status = ww_want_rank(c, 0, 0, WW_NN_RANK_MAX, err);
    if (status == WW_OK)
        status = ww_want_rank(c, 1, 0, 1, err);
    if (status != WW_OK)
        return status;
    const ww_tensor *x = c->in[0], *scale = c->in[1], *zero = ww_call_in(c, 2);
    int axis = 0;
    if (x->type != WW_I64 || scale->type != WW_F32
        || (zero && (zero->type != WW_I64 || !ww_shape_equal(&zero->shape, &scale->shape))))
        return ww_fail(err, WW_ERR_FORMAT, "its inputs are of the wrong type or shape");
    if (ww_shape_count(&scale->shape) != 1) {
        status = ww_axis(ww_node_int(c->node, "axis", 1), x->shape.rank, &axis, err);
        if (status != WW_OK)
            return status;
        if (ww_shape_count(&scale->shape) != x->shape.dim[axis])
            return ww_fail(err, WW_ERR_FORMAT, "one scale for each channel is missing");
    }
    return ww_give(c, WW_F32, &x->shape, err);
}

static void ref_dequantize(const ww_call *c)
{
    const ww_tensor *x = c->in[0], *scale = c->in[1], *zero = ww_call_in(c, 2);
    bool one = ww_shape_count(&scale->shape) == 1;
    int axis = 0;
    if (!one)
        ww_axis(ww_node_int(c->node, "axis", 1), x->shape.rank, &axis, NULL);
    int64_t inner = one ? 1 : ww_shape_span(&x->shape, axis + 1, x->shape.rank),
            channels = one ? 1 : x->shape.dim[axis];
    for (int64_t i = 0, n = ww_shape_count(&x->shape); i < n; i++) {
        int64_t channel = i / inner % channels;
        ww_f32(c->out[0])[i] = (float)(ww_i64(x)[i] - (zero ? ww_i64(zero)[channel] : 0)) * ww_f32(scale)[channel];
    }
}

static const ww_op op[] = {
    {"Relu", 1, 1, 1, WW_OP_FOLDS, infer_unary, ref_unary, ww_fast_activation},
    {"LeakyRelu", 1, 1, 1, WW_OP_FOLDS, infer_unary, ref_unary, ww_fast_activation},
    {"Clip", 1, 3, 1, WW_OP_FOLDS, infer_unary, ref_unary, ww_fast_activation},
    {"Sigmoid", 1, 1, 1, WW_OP_FOLDS, infer_unary, ref_unary, ww_fast_activation},
    {"Tanh", 1, 1, 1, WW_OP_FOLDS, infer_unary, ref_unary, ww_fast_activation},
    {"HardSigmoid", 1, 1, 1, WW_OP_FOLDS, infer_unary, ref_unary, ww_fast_activation},
    {"HardSwish", 1, 1, 1, WW_OP_FOLDS, infer_unary, ref_unary, ww_fast_activation},
    {"Exp", 1, 1, 1, WW_OP_FOLDS, infer_unary, ref_unary, ww_fast_activation},
    {"Sqrt", 1, 1, 1, WW_OP_FOLDS, infer_unary, ref_unary, ww_fast_activation},
    {"Elu", 1, 1, 1, WW_OP_FOLDS, infer_unary, ref_unary, ww_fast_activation},
    {"Neg", 1, 1, 1, WW_OP_FOLDS, infer_unary, ref_unary, ww_fast_activation},
    {"Abs", 1, 1, 1, WW_OP_FOLDS, infer_unary, ref_unary, ww_fast_activation},
    {"Log", 1, 1, 1, WW_OP_FOLDS, infer_unary, ref_unary, ww_fast_activation},
    {"Add", 2, 2, 1, WW_OP_FOLDS | WW_OP_FUSES, infer_binary, ref_binary, ww_fast_binary},
    {"Sub", 2, 2, 1, WW_OP_FOLDS | WW_OP_FUSES, infer_binary, ref_binary, ww_fast_binary},
    {"Mul", 2, 2, 1, WW_OP_FOLDS | WW_OP_FUSES, infer_binary, ref_binary, ww_fast_binary},
    {"Div", 2, 2, 1, WW_OP_FOLDS | WW_OP_FUSES, infer_binary, ref_binary, ww_fast_binary},
    {"Min", 2, 2, 1, WW_OP_FOLDS | WW_OP_FUSES, infer_binary, ref_binary, ww_fast_binary},
    {"Max", 2, 2, 1, WW_OP_FOLDS | WW_OP_FUSES, infer_binary, ref_binary, ww_fast_binary},
    {"Pow", 2, 2, 1, WW_OP_FOLDS, infer_binary, ref_binary, NULL},
    {"PRelu", 2, 2, 1, WW_OP_FOLDS, infer_prelu, ref_binary, ww_fast_prelu},
    {"Cast", 1, 1, 1, WW_OP_FOLDS | WW_OP_ALIAS, infer_cast, ref_cast, NULL},
    {"DequantizeLinear", 2, 3, 1, WW_OP_FOLDS, infer_dequantize, ref_dequantize, NULL},
};
const ww_op_family ww_ops_pointwise = {op, sizeof op / sizeof *op};
