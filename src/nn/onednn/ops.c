// SPDX-License-Identifier: MIT
// Activations, arithmetic, pooling, softmax and batch norm on oneDNN.
#include "nn/onednn/program.h"

#include "nn/ops/ops.h"

#include <stdlib.h>
#include <string.h>

ww_status ww_fast_activation(ww_onednn *e, const ww_node *n, bool *taken, ww_error *err)
{
    ww_call_frame f;
    ww_post post;
    dnnl_alg_kind_t kind;
    float alpha, beta;
    ww_net_plan_frame(e->plan, n, &f);
    if (!ww_call_activation(&f.call, &post) || !ww_eltwise(&post, &kind, &alpha, &beta))
        return WW_OK;
    ww_place in = e->value[n->input[0]].places.item[0];
    dnnl_eltwise_desc_t desc;
    dnnl_primitive_desc_t pd;
    WW_DNNL(dnnl_eltwise_forward_desc_init(&desc, dnnl_forward_inference, kind, &in.md, alpha, beta));
    ww_status status = ww_make_pd(e, &desc, ww_attr(), &pd, taken, err);
    if (status != WW_OK || !*taken)
        return status;
    ww_place out = ww_value_over(e, n->output[0], &in);
    return ww_step_add(e, pd, (ww_step_arg[]){{DNNL_ARG_SRC, in}, {DNNL_ARG_DST, out}}, 2, err);
}

// A value's shape with ones put in front, for an operator that broadcasts.
static ww_shape padded_shape(const ww_shape *s, int rank)
{
    ww_shape wide = {.rank = rank};
    for (int i = 0; i < rank; i++)
        wide.dim[i] = i < rank - s->rank ? 1 : s->dim[i - (rank - s->rank)];
    return wide;
}

static bool binary_kind(const ww_node *n, dnnl_alg_kind_t *kind)
{
    static const struct {
        const char *name;
        dnnl_alg_kind_t kind;
    } known[] = {
        {"Add", dnnl_binary_add}, {"Sub", dnnl_binary_sub}, {"Mul", dnnl_binary_mul},
        {"Div", dnnl_binary_div}, {"Min", dnnl_binary_min}, {"Max", dnnl_binary_max},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].name, n->op->name) == 0) {
            *kind = known[i].kind;
            return true;
        }
    return false;
}

ww_status ww_fast_binary(ww_onednn *e, const ww_node *n, bool *taken, ww_error *err)
{
    dnnl_alg_kind_t kind;
    int sums;
    const ww_shape *y = &ww_value_tensor(e, n->output[0])->shape, *a = &ww_value_tensor(e, n->input[0])->shape;
    const ww_shape *b = &ww_value_tensor(e, n->input[1])->shape;
    ww_sum_input(n, &sums);
    if (!binary_kind(n, &kind) || sums > 0 || !ww_shape_equal(a, y) || y->rank == 0)
        return WW_OK;
    ww_place left = e->value[n->input[0]].places.item[0], right;
    bool same = ww_shape_equal(b, y);
    ww_status status =
        same ? ww_value_in(e, n->input[1], &left.md, &right, err) : ww_value_plain(e, n->input[1], &right, err);
    if (status != WW_OK)
        return status;
    if (!same) {
        ww_shape wide = padded_shape(b, y->rank);
        right.md = ww_md_plain(&wide);
    }
    dnnl_binary_desc_t desc;
    dnnl_primitive_desc_t pd;
    dnnl_primitive_attr_t attr;
    WW_DNNL(dnnl_binary_desc_init(&desc, kind, &left.md, &right.md, &left.md));
    status = ww_make_attr(n, false, NULL, &attr, err);
    if (status == WW_OK)
        status = ww_make_pd(e, &desc, attr, &pd, taken, err);
    if (status != WW_OK || !*taken)
        return status;
    ww_place out = ww_value_over(e, n->output[0], &left);
    return ww_step_add(e, pd, (ww_step_arg[]){{DNNL_ARG_SRC_0, left}, {DNNL_ARG_SRC_1, right}, {DNNL_ARG_DST, out}}, 3,
                       err);
}

ww_status ww_fast_prelu(ww_onednn *e, const ww_node *n, bool *taken, ww_error *err)
{
    const ww_shape *y = &ww_value_tensor(e, n->output[0])->shape;
    if (!ww_net_plan_is_constant(e->plan, n->input[1]))
        return WW_OK;
    ww_place in = e->value[n->input[0]].places.item[0], slope;
    ww_shape wide = padded_shape(&ww_value_tensor(e, n->input[1])->shape, y->rank);
    dnnl_memory_desc_t plain = ww_md_plain(&wide), any = ww_md_any(&wide);
    dnnl_prelu_desc_t desc;
    dnnl_primitive_desc_t pd;
    WW_DNNL(dnnl_prelu_forward_desc_init(&desc, dnnl_forward_inference, &in.md, &any));
    ww_status status = ww_make_pd(e, &desc, ww_attr(), &pd, taken, err);
    if (status != WW_OK || !*taken)
        return status;
    status = ww_weights(e, ww_f32(ww_value_tensor(e, n->input[1])), &plain,
                        dnnl_primitive_desc_query_md(pd, dnnl_query_weights_md, 0), &slope, err);
    if (status != WW_OK) {
        dnnl_primitive_desc_destroy(pd);
        return status;
    }
    ww_place out = ww_value_over(e, n->output[0], &in);
    return ww_step_add(e, pd, (ww_step_arg[]){{DNNL_ARG_SRC, in}, {DNNL_ARG_WEIGHTS, slope}, {DNNL_ARG_DST, out}}, 3,
                       err);
}

// ---- pooling

static ww_status pool_window(ww_onednn *e, const ww_node *n, ww_window *w, ww_error *err)
{
    const ww_shape *x = &ww_value_tensor(e, n->input[0])->shape;
    if (strncmp(n->op->name, "Global", 6) != 0) {
        ww_call_frame f;
        ww_net_plan_frame(e->plan, n, &f);
        return ww_window_read(&f.call, NULL, w, err);
    }
    *w = (ww_window){{x->dim[2], x->dim[3]}, {1, 1}, {1, 1}, {0, 0}, {0, 0}};
    return WW_OK;
}

ww_status ww_fast_pool(ww_onednn *e, const ww_node *n, bool *taken, ww_error *err)
{
    ww_window w;
    const ww_shape *x = &ww_value_tensor(e, n->input[0])->shape, *y = &ww_value_tensor(e, n->output[0])->shape;
    ww_status status = x->rank == 4 ? pool_window(e, n, &w, err) : WW_OK;
    if (status != WW_OK || x->rank != 4)
        return status;
    bool include_pad = ww_node_int(n, "count_include_pad", 0) != 0;
    dnnl_dims_t strides, kernel, dilation, begin, end;
    for (int i = 0; i < 2; i++) {
        strides[i] = w.stride[i];
        kernel[i] = w.kernel[i];
        dilation[i] = w.dilation[i] - 1;
        begin[i] = w.pad_begin[i];
        // As much padding at the end as the windows reach: less where strides leave a rest, more in ceil mode.
        end[i] =
            (y->dim[2 + i] - 1) * w.stride[i] + (w.kernel[i] - 1) * w.dilation[i] + 1 - x->dim[2 + i] - w.pad_begin[i];
        if (include_pad && end[i] > w.pad_end[i])
            return WW_OK;
    }
    dnnl_alg_kind_t kind = strstr(n->op->name, "Max") ? dnnl_pooling_max
                           : include_pad              ? dnnl_pooling_avg_include_padding
                                                      : dnnl_pooling_avg_exclude_padding;
    ww_place in = e->value[n->input[0]].places.item[0];
    dnnl_memory_desc_t any = ww_md_any(y);
    dnnl_pooling_v2_desc_t desc;
    dnnl_primitive_desc_t pd;
    if (dnnl_pooling_v2_forward_desc_init(&desc, dnnl_forward_inference, kind, &in.md, &any, strides, kernel, dilation,
                                          begin, end)
        != dnnl_success)
        return WW_OK;
    status = ww_make_pd(e, &desc, ww_attr(), &pd, taken, err);
    if (status != WW_OK || !*taken)
        return status;
    ww_place out = ww_value_out(e, n->output[0], dnnl_primitive_desc_query_md(pd, dnnl_query_dst_md, 0));
    return ww_step_add(e, pd, (ww_step_arg[]){{DNNL_ARG_SRC, in}, {DNNL_ARG_DST, out}}, 2, err);
}

// ---- softmax, on the plain layout seen as [rows][n][inner]

ww_status ww_fast_softmax(ww_onednn *e, const ww_node *n, bool *taken, ww_error *err)
{
    ww_call_frame f;
    int64_t length, inner, total = ww_shape_count(&ww_value_tensor(e, n->input[0])->shape);
    ww_net_plan_frame(e->plan, n, &f);
    ww_softmax_span(&f.call, &length, &inner);
    ww_shape view = {3, {total / length / inner, length, inner}};
    dnnl_memory_desc_t md = ww_md_plain(&view);
    dnnl_softmax_desc_t desc;
    dnnl_primitive_desc_t pd;
    WW_DNNL(dnnl_softmax_forward_desc_init(&desc, dnnl_forward_inference, &md, 1));
    ww_status status = ww_make_pd(e, &desc, ww_attr(), &pd, taken, err);
    if (status != WW_OK || !*taken)
        return status;
    ww_place in;
    status = ww_value_plain(e, n->input[0], &in, err);
    if (status != WW_OK) {
        dnnl_primitive_desc_destroy(pd);
        return status;
    }
    ww_place out = ww_value_over(e, n->output[0], &in);
    in.md = out.md = md;
    return ww_step_add(e, pd, (ww_step_arg[]){{DNNL_ARG_SRC, in}, {DNNL_ARG_DST, out}}, 2, err);
}
