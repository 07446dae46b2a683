// SPDX-License-Identifier: MIT
// Convolutions and fully connected layers: the primitives that carry weights and post-ops.
#include "nn/onednn/program.h"

#include "nn/onednn/conv_kernels.h"
#include "nn/ops/ops.h"

#include "base/memory.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

bool ww_eltwise(const ww_post *post, dnnl_alg_kind_t *kind, float *alpha, float *beta)
{
    static const struct {
        ww_activation act;
        dnnl_alg_kind_t kind;
    } known[] = {
        {WW_ACT_RELU, dnnl_eltwise_relu}, {WW_ACT_LEAKY_RELU, dnnl_eltwise_relu},
        {WW_ACT_CLIP, dnnl_eltwise_clip}, {WW_ACT_SIGMOID, dnnl_eltwise_logistic},
        {WW_ACT_TANH, dnnl_eltwise_tanh}, {WW_ACT_HARD_SWISH, dnnl_eltwise_hardswish},
        {WW_ACT_EXP, dnnl_eltwise_exp},   {WW_ACT_SQRT, dnnl_eltwise_sqrt},
        {WW_ACT_ELU, dnnl_eltwise_elu},   {WW_ACT_LINEAR, dnnl_eltwise_linear},
        {WW_ACT_ABS, dnnl_eltwise_abs},   {WW_ACT_LOG, dnnl_eltwise_log},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (known[i].act != post->activation)
            continue;
        *kind = known[i].kind;
        *alpha = post->a;
        *beta = post->b;
        return true;
    }
    return false; // hard sigmoid: a line, then a clip
}

ww_status ww_append_activation(dnnl_post_ops_t ops, const ww_post *post, ww_error *err)
{
    dnnl_alg_kind_t kind;
    float alpha, beta;
    if (ww_eltwise(post, &kind, &alpha, &beta)) {
        WW_DNNL(ww_dnnl_post_ops_append_eltwise(ops, 1, kind, alpha, beta));
        return WW_OK;
    }
    WW_DNNL(ww_dnnl_post_ops_append_eltwise(ops, 1, dnnl_eltwise_linear, post->a, post->b));
    WW_DNNL(ww_dnnl_post_ops_append_eltwise(ops, 1, dnnl_eltwise_clip, 0, 1));
    return WW_OK;
}

ww_status ww_make_attr(const ww_node *n, bool sum_in_place, const dnnl_memory_desc_t *other,
                       dnnl_primitive_attr_t *attr, ww_error *err)
{
    dnnl_post_ops_t ops = NULL;
    *attr = ww_attr();
    ww_status status = WW_OK;
    dnnl_status_t made = *attr ? ww_dnnl_post_ops_create(&ops) : dnnl_out_of_memory;
    for (int i = 0; i < n->post_count && made == dnnl_success && status == WW_OK; i++) {
        if (n->post[i].kind == WW_POST_ACTIVATION)
            status = ww_append_activation(ops, &n->post[i], err);
        else if (sum_in_place)
            made = ww_dnnl_post_ops_append_sum(ops, 1);
        else
            made = ww_dnnl_post_ops_append_binary(ops, dnnl_binary_add, other);
    }
    if (made == dnnl_success && status == WW_OK)
        made = ww_dnnl_primitive_attr_set_post_ops(*attr, ops);
    dnnl_post_ops_destroy(ops);
    if (status == WW_OK && made != dnnl_success)
        status = ww_dnnl_fail(made, "post-ops", err);
    if (status != WW_OK)
        dnnl_primitive_attr_destroy(*attr);
    return status;
}

int ww_sum_input(const ww_node *n, int *sums)
{
    int value = WW_NO_VALUE;
    *sums = 0;
    for (int i = 0; i < n->post_count; i++)
        if (n->post[i].kind == WW_POST_ADD) {
            value = n->input[n->post[i].input];
            ++*sums;
        }
    return value;
}

// Where a node with a sum among its post-ops writes: over the other operand where nobody needs that afterwards, else
// over a copy.
ww_status ww_sum_place(ww_onednn *e, const ww_node *n, int other, const dnnl_memory_desc_t *md, ww_place *out,
                       ww_error *err)
{
    ww_status status = ww_value_in(e, other, md, out, err);
    if (status != WW_OK)
        return status;
    if (ww_buffer_is_free_after(e, out->buffer)) {
        ww_value_at(e, n->output[0], out);
        return WW_OK;
    }
    ww_place from = *out;
    *out = ww_value_out(e, n->output[0], md);
    return ww_step_reorder(e, &from, out, err);
}

// ---- Conv

static ww_status conv_desc(const ww_onednn *e, const ww_node *n, const ww_window *w, dnnl_convolution_desc_t *d,
                           dnnl_memory_desc_t *weights, bool has_bias, ww_error *err)
{
    const ww_shape *x = &ww_value_tensor(e, n->input[0])->shape, *y = &ww_value_tensor(e, n->output[0])->shape;
    const ww_shape *k = &ww_value_tensor(e, n->input[1])->shape;
    int64_t groups = ww_node_int(n, "group", 1);
    ww_shape grouped = *k;
    if (groups > 1)
        grouped = (ww_shape){5, {groups, k->dim[0] / groups, k->dim[1], k->dim[2], k->dim[3]}};
    dnnl_memory_desc_t src = ww_md_any(x), wei = ww_md_any(&grouped), dst = ww_md_any(y);
    dnnl_memory_desc_t bias = ww_md_plain(&(ww_shape){1, {y->dim[1]}});
    *weights = ww_md_plain(&grouped);
    dnnl_dims_t strides, dilates, begin, end;
    for (int i = 0; i < 2; i++) {
        strides[i] = w->stride[i];
        dilates[i] = w->dilation[i] - 1;
        begin[i] = w->pad_begin[i];
        end[i] = w->pad_end[i];
    }
    WW_DNNL(dnnl_dilated_convolution_forward_desc_init(d, dnnl_forward_inference, dnnl_convolution_direct, &src, &wei,
                                                       has_bias ? &bias : NULL, &dst, strides, dilates, begin, end));
    return WW_OK;
}

static ww_status conv_primitive(ww_onednn *e, const ww_node *n, dnnl_primitive_desc_t pd,
                                const dnnl_memory_desc_t *plain_weights, int other, ww_error *err)
{
    ww_step_arg args[4] = {{DNNL_ARG_SRC}, {DNNL_ARG_WEIGHTS}, {DNNL_ARG_DST}, {DNNL_ARG_BIAS}};
    size_t count = 3;
    const dnnl_memory_desc_t *dst = dnnl_primitive_desc_query_md(pd, dnnl_query_dst_md, 0);
    ww_status status =
        ww_value_in(e, n->input[0], dnnl_primitive_desc_query_md(pd, dnnl_query_src_md, 0), &args[0].at, err);
    if (status == WW_OK)
        status = ww_weights(e, ww_f32(ww_value_tensor(e, n->input[1])), plain_weights,
                            dnnl_primitive_desc_query_md(pd, dnnl_query_weights_md, 0), &args[1].at, err);
    if (status == WW_OK && n->input_count > 2 && n->input[2] >= 0) {
        status = ww_value_plain(e, n->input[2], &args[3].at, err);
        count = 4;
    }
    if (status == WW_OK && other >= 0)
        status = ww_sum_place(e, n, other, dst, &args[2].at, err);
    else if (status == WW_OK)
        args[2].at = ww_value_out(e, n->output[0], dst);
    if (status != WW_OK) {
        dnnl_primitive_desc_destroy(pd);
        return status;
    }
    return ww_step_add(e, pd, args, count, err);
}

// A 1x1 convolution of one channel to one (how exporters write the normalisation of a grey picture) is a x + b.
static bool is_line(const ww_onednn *e, const ww_node *n, const ww_window *w)
{
    const ww_shape *k = &ww_value_tensor(e, n->input[1])->shape;
    return ww_shape_count(k) == 1
           && ww_shape_equal(&ww_value_tensor(e, n->input[0])->shape, &ww_value_tensor(e, n->output[0])->shape)
           && w->pad_begin[0] + w->pad_begin[1] + w->pad_end[0] + w->pad_end[1] == 0 && n->post_count == 0;
}

static ww_status fast_line(ww_onednn *e, const ww_node *n, bool has_bias, bool *taken, ww_error *err)
{
    float a = ww_f32(ww_value_tensor(e, n->input[1]))[0], b = has_bias ? ww_f32(ww_value_tensor(e, n->input[2]))[0] : 0;
    ww_place in = e->value[n->input[0]].places.item[0];
    dnnl_eltwise_desc_t desc;
    dnnl_primitive_desc_t pd;
    WW_DNNL(dnnl_eltwise_forward_desc_init(&desc, dnnl_forward_inference, dnnl_eltwise_linear, &in.md, a, b));
    ww_status status = ww_make_pd(e, &desc, ww_attr(), &pd, taken, err);
    if (status != WW_OK || !*taken)
        return status;
    ww_place out = ww_value_over(e, n->output[0], &in);
    return ww_step_add(e, pd, (ww_step_arg[]){{DNNL_ARG_SRC, in}, {DNNL_ARG_DST, out}}, 2, err);
}

// ---- loops of our own (conv_kernels.h), between values in nhwc

static ww_status nhwc_of(const ww_shape *s, dnnl_memory_desc_t *md, ww_error *err)
{
    dnnl_dims_t dims = {s->dim[0], s->dim[1], s->dim[2], s->dim[3]};
    WW_DNNL(dnnl_memory_desc_init_by_tag(md, 4, dims, dnnl_f32, dnnl_nhwc));
    return WW_OK;
}

// Takes `kernel` over. One channel in nhwc is plain.
static ww_status add_kernel(ww_onednn *e, const ww_node *n, const ww_kernel *kernel, ww_error *err)
{
    ww_place from;
    dnnl_memory_desc_t in, out = ww_md_plain(&ww_value_tensor(e, n->output[0])->shape);
    ww_status status = nhwc_of(&ww_value_tensor(e, n->input[0])->shape, &in, err);
    if (status == WW_OK && out.dims[1] > 1)
        status = nhwc_of(&ww_value_tensor(e, n->output[0])->shape, &out, err);
    if (status == WW_OK)
        status = ww_value_in(e, n->input[0], &in, &from, err);
    if (status != WW_OK) {
        kernel->free(kernel->state);
        return status;
    }
    ww_place to = ww_value_out(e, n->output[0], &out);
    ww_step_kernel(e, kernel, &from, &to);
    return WW_OK;
}

static ww_status fast_kernel(ww_onednn *e, const ww_node *n, const ww_window *w, bool has_bias, bool *taken,
                             ww_error *err)
{
    const ww_shape *x = &ww_value_tensor(e, n->input[0])->shape, *y = &ww_value_tensor(e, n->output[0])->shape;
    const float *weights = ww_f32(ww_value_tensor(e, n->input[1]));
    const float *bias = has_bias ? ww_f32(ww_value_tensor(e, n->input[2])) : NULL;
    bool relu = n->post_count == 1 && n->post[0].kind == WW_POST_ACTIVATION && n->post[0].activation == WW_ACT_RELU;
    ww_kernel kernel = {0};
    if ((n->post_count > 0 && !relu) || ww_node_int(n, "group", 1) != 1)
        return WW_OK;
    *taken = (!relu && ww_conv_narrow(w, x, y, weights, bias ? bias[0] : 0, &kernel))
             || (!kernel.starved && ww_conv_winograd(w, x, y, weights, bias, relu, &kernel));
    if (kernel.starved)
        return ww_fail_memory(err, "its weights");
    return *taken ? add_kernel(e, n, &kernel, err) : WW_OK;
}

ww_status ww_fast_conv(ww_onednn *e, const ww_node *n, bool *taken, ww_error *err)
{
    ww_call_frame f;
    ww_window w;
    dnnl_convolution_desc_t desc;
    dnnl_memory_desc_t weights;
    dnnl_primitive_attr_t attr;
    dnnl_primitive_desc_t pd = NULL;
    int sums, other = ww_sum_input(n, &sums);
    bool has_bias = n->input_count > 2 && n->input[2] >= 0;
    if (!ww_net_plan_is_constant(e->plan, n->input[1]) || (has_bias && !ww_net_plan_is_constant(e->plan, n->input[2]))
        || sums > 1)
        return WW_OK;
    ww_net_plan_frame(e->plan, n, &f);
    ww_status status = ww_window_read(&f.call, &f.in[1]->shape.dim[2], &w, err);
    if (status == WW_OK && is_line(e, n, &w))
        return fast_line(e, n, has_bias, taken, err);
    if (status == WW_OK)
        status = fast_kernel(e, n, &w, has_bias, taken, err);
    if (status == WW_OK && *taken)
        return WW_OK;
    if (status == WW_OK)
        status = conv_desc(e, n, &w, &desc, &weights, has_bias, err);
    if (status == WW_OK)
        status = ww_make_attr(n, true, NULL, &attr, err);
    if (status != WW_OK)
        return status;
    status = ww_make_pd(e, &desc, attr, &pd, taken, err);
    if (status != WW_OK || !*taken)
        return status;
    return conv_primitive(e, n, pd, &weights, other, err);
}
