// SPDX-License-Identifier: MIT
// Fully connected layers, matrix products and batch norm on oneDNN.
#include "nn/onednn/program.h"

#include "nn/ops/ops.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

// The weights [n][k] times alpha, and the bias [n] times beta, as an inner product wants them.
static bool gemm_constants(ww_onednn *e, const ww_node *n, const ww_gemm *g, ww_tensor *weights, ww_tensor *bias)
{
    const float *b = ww_f32(ww_value_tensor(e, n->input[1]));
    int64_t bk = g->transpose_b ? 1 : g->n, bn = g->transpose_b ? g->k : 1;
    *weights = (ww_tensor){WW_F32, {2, {g->n, g->k}}, NULL};
    *bias = (ww_tensor){WW_F32, {1, {g->n}}, NULL};
    if (!ww_tensor_alloc(weights) || !ww_tensor_alloc(bias))
        return false;
    for (int64_t i = 0; i < g->n; i++)
        for (int64_t k = 0; k < g->k; k++)
            ww_f32(weights)[i * g->k + k] = g->alpha * b[k * bk + i * bn];
    if (n->input_count > 2 && n->input[2] >= 0) {
        const ww_tensor *c = ww_value_tensor(e, n->input[2]);
        bool one = ww_shape_count(&c->shape) == 1;
        for (int64_t i = 0; i < g->n; i++)
            ww_f32(bias)[i] = g->beta * ww_f32(c)[one ? 0 : i];
    }
    return true;
}

static ww_status inner_product(ww_onednn *e, const ww_node *n, const ww_gemm *g, const ww_tensor *weights,
                               const ww_tensor *bias, bool *taken, ww_error *err)
{
    ww_step_arg args[4] = {{DNNL_ARG_SRC}, {DNNL_ARG_WEIGHTS}, {DNNL_ARG_BIAS}, {DNNL_ARG_DST}};
    dnnl_memory_desc_t src = ww_md_plain(&(ww_shape){2, {g->m, g->k}}), any = ww_md_any(&weights->shape);
    dnnl_memory_desc_t plain = ww_md_plain(&weights->shape), bias_md = ww_md_plain(&bias->shape),
                       dst = ww_md_plain(&(ww_shape){2, {g->m, g->n}});
    dnnl_inner_product_desc_t desc;
    dnnl_primitive_desc_t pd;
    dnnl_primitive_attr_t attr;
    WW_DNNL(dnnl_inner_product_forward_desc_init(&desc, dnnl_forward_inference, &src, &any, &bias_md, &dst));
    ww_status status = ww_make_attr(n, true, NULL, &attr, err);
    if (status == WW_OK)
        status = ww_make_pd(e, &desc, attr, &pd, taken, err);
    if (status != WW_OK || !*taken)
        return status;
    int sums, other = ww_sum_input(n, &sums);
    status = ww_value_plain(e, n->input[0], &args[0].at, err);
    if (status == WW_OK)
        status = ww_weights(e, ww_f32(weights), &plain, dnnl_primitive_desc_query_md(pd, dnnl_query_weights_md, 0),
                            &args[1].at, err);
    if (status == WW_OK)
        status = ww_weights(e, ww_f32(bias), &bias_md, &bias_md, &args[2].at, err);
    if (status == WW_OK && other >= 0)
        status = ww_sum_place(e, n, other, &dst, &args[3].at, err);
    else if (status == WW_OK)
        args[3].at = ww_value_out(e, n->output[0], &dst);
    if (status != WW_OK) {
        dnnl_primitive_desc_destroy(pd);
        return status;
    }
    return ww_step_add(e, pd, args, 4, err);
}

ww_status ww_fast_gemm(ww_onednn *e, const ww_node *n, bool *taken, ww_error *err)
{
    ww_call_frame f;
    ww_gemm g;
    ww_tensor weights, bias;
    int sums;
    ww_net_plan_frame(e->plan, n, &f);
    ww_gemm_read(&f.call, &g);
    ww_sum_input(n, &sums);
    bool has_bias = n->input_count > 2 && n->input[2] >= 0;
    int64_t bias_count = has_bias ? ww_shape_count(&f.in[2]->shape) : g.n;
    if (g.transpose_a || g.k < 1 || sums > 1 || !ww_net_plan_is_constant(e->plan, n->input[1])
        || (has_bias && !ww_net_plan_is_constant(e->plan, n->input[2])) || (bias_count != 1 && bias_count != g.n)
        || (has_bias && bias_count > 1 && f.in[2]->shape.dim[f.in[2]->shape.rank - 1] != g.n))
        return WW_OK;
    ww_status status = gemm_constants(e, n, &g, &weights, &bias)
                           ? inner_product(e, n, &g, &weights, &bias, taken, err)
                           : ww_fail(err, WW_ERR_MEMORY, "no memory for its weights");
    free(weights.data);
    free(bias.data);
    return status;
}

// Both sides as stacks of matrices of one rank, with ones in front of the shorter shape.
ww_status ww_fast_matmul(ww_onednn *e, const ww_node *n, bool *taken, ww_error *err)
{
    const ww_shape *y = &ww_value_tensor(e, n->output[0])->shape;
    ww_step_arg args[3] = {{DNNL_ARG_SRC}, {DNNL_ARG_WEIGHTS}, {DNNL_ARG_DST}};
    dnnl_memory_desc_t md[3];
    for (int i = 0; i < 3; i++) {
        const ww_shape *s = i < 2 ? &ww_value_tensor(e, n->input[i])->shape : y;
        ww_shape wide = {.rank = y->rank};
        for (int k = 0; k < y->rank; k++)
            wide.dim[k] = k < y->rank - s->rank ? 1 : s->dim[k - (y->rank - s->rank)];
        if (ww_shape_count(&wide) == 0)
            return WW_OK;
        md[i] = ww_md_plain(&wide);
    }
    dnnl_matmul_desc_t desc;
    dnnl_primitive_desc_t pd;
    WW_DNNL(dnnl_matmul_desc_init(&desc, &md[0], &md[1], NULL, &md[2]));
    ww_status status = ww_make_pd(e, &desc, ww_attr(), &pd, taken, err);
    if (status != WW_OK || !*taken)
        return status;
    for (int i = 0; i < 2 && status == WW_OK; i++)
        status = ww_value_plain(e, n->input[i], &args[i].at, err);
    if (status != WW_OK) {
        dnnl_primitive_desc_destroy(pd);
        return status;
    }
    args[2].at = ww_value_out(e, n->output[0], &md[2]);
    for (int i = 0; i < 3; i++)
        args[i].at.md = md[i];
    return ww_step_add(e, pd, args, 3, err);
}

// ---- BatchNormalization that could not be folded into a convolution

ww_status ww_fast_batch_norm(ww_onednn *e, const ww_node *n, bool *taken, ww_error *err)
{
    const ww_tensor *x = ww_value_tensor(e, n->input[0]);
    int64_t channels = x->shape.dim[1];
    for (int i = 1; i < 5; i++)
        if (!ww_net_plan_is_constant(e->plan, n->input[i]))
            return WW_OK;
    ww_place in = e->value[n->input[0]].places.item[0];
    ww_step_arg args[5] = {
        {DNNL_ARG_SRC, in}, {DNNL_ARG_MEAN}, {DNNL_ARG_VARIANCE}, {DNNL_ARG_SCALE_SHIFT}, {DNNL_ARG_DST}};
    dnnl_batch_normalization_desc_t desc;
    dnnl_primitive_desc_t pd;
    WW_DNNL(dnnl_batch_normalization_forward_desc_init(&desc, dnnl_forward_inference, &in.md,
                                                       ww_node_float(n, "epsilon", 1e-5f),
                                                       dnnl_use_global_stats | dnnl_use_scaleshift));
    ww_status status = ww_make_pd(e, &desc, ww_attr(), &pd, taken, err);
    if (status != WW_OK || !*taken)
        return status;
    dnnl_memory_desc_t line = ww_md_plain(&(ww_shape){1, {channels}}),
                       both = ww_md_plain(&(ww_shape){2, {2, channels}});
    float *scale_shift = ww_alloc_array((size_t)channels, 2 * sizeof(float), WW_NN_TENSOR_BYTES_MAX);
    if (scale_shift) {
        memcpy(scale_shift, ww_f32(ww_value_tensor(e, n->input[1])), (size_t)channels * sizeof(float));
        memcpy(scale_shift + channels, ww_f32(ww_value_tensor(e, n->input[2])), (size_t)channels * sizeof(float));
        status = ww_weights(e, scale_shift, &both, &both, &args[3].at, err);
        free(scale_shift);
    } else {
        status = ww_fail(err, WW_ERR_MEMORY, "no memory for its statistics");
    }
    for (int i = 0; i < 2 && status == WW_OK; i++)
        status = ww_weights(e, ww_f32(ww_value_tensor(e, n->input[3 + i])), &line, &line, &args[1 + i].at, err);
    if (status != WW_OK) {
        dnnl_primitive_desc_destroy(pd);
        return status;
    }
    args[4].at = ww_value_over(e, n->output[0], &in);
    return ww_step_add(e, pd, args, 5, err);
}
