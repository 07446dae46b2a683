// SPDX-License-Identifier: MIT
// Matrix products.
#include "nn/onednn/onednn.h"
#include "nn/ops/ops.h"

void ww_gemm_read(const ww_call *c, ww_gemm *g)
{
    const ww_shape *a = &c->in[0]->shape, *b = &c->in[1]->shape;
    g->transpose_a = ww_node_int(c->node, "transA", 0) != 0;
    g->transpose_b = ww_node_int(c->node, "transB", 0) != 0;
    g->alpha = ww_node_float(c->node, "alpha", 1);
    g->beta = ww_node_float(c->node, "beta", 1);
    g->m = a->dim[g->transpose_a];
    g->k = a->dim[!g->transpose_a];
    g->n = b->dim[!g->transpose_b];
}

static ww_status infer_gemm(const ww_call *c, ww_error *err)
{
    char ta[WW_SHAPE_TEXT_MAX], tb[WW_SHAPE_TEXT_MAX];
    ww_status status = ww_want_rank(c, 0, 2, 2, err);
    if (status == WW_OK)
        status = ww_want_rank(c, 1, 2, 2, err);
    if (status == WW_OK)
        status = ww_want_floats(c, err);
    if (status != WW_OK)
        return status;
    ww_gemm g;
    ww_gemm_read(c, &g);
    const ww_shape *b = &c->in[1]->shape;
    if (b->dim[g.transpose_b] != g.k)
        return ww_fail(err, WW_ERR_FORMAT, "matrices %s and %s do not fit", ww_shape_text(&c->in[0]->shape, ta),
                       ww_shape_text(b, tb));
    ww_shape y = {2, {g.m, g.n}}, with_bias = y;
    if (ww_call_has(c, 2) && (!ww_shape_broadcast(&y, &c->in[2]->shape, &with_bias) || !ww_shape_equal(&y, &with_bias)))
        return ww_fail(err, WW_ERR_FORMAT, "the bias %s does not fit the result %s",
                       ww_shape_text(&c->in[2]->shape, ta), ww_shape_text(&y, tb));
    return ww_give(c, WW_F32, &y, err);
}

static void ref_gemm(const ww_call *c)
{
    ww_gemm g;
    ww_gemm_read(c, &g);
    const float *a = ww_f32(c->in[0]), *b = ww_f32(c->in[1]);
    int64_t am = g.transpose_a ? 1 : g.k, ak = g.transpose_a ? g.m : 1, bk = g.transpose_b ? 1 : g.n,
            bn = g.transpose_b ? g.k : 1;
    int64_t bias_stride[WW_NN_RANK_MAX] = {0};
    const ww_tensor *bias = ww_call_in(c, 2);
    if (bias)
        ww_shape_broadcast_strides(&bias->shape, &c->out[0]->shape, bias_stride);
    for (int64_t m = 0; m < g.m; m++) {
        float *y = ww_f32(c->out[0]) + m * g.n;
        for (int64_t n = 0; n < g.n; n++) {
            double sum = 0;
            for (int64_t k = 0; k < g.k; k++)
                sum += (double)a[m * am + k * ak] * b[k * bk + n * bn];
            y[n] = (float)(g.alpha * sum
                           + (bias ? (double)g.beta * ww_f32(bias)[m * bias_stride[0] + n * bias_stride[1]] : 0));
        }
        ww_apply_post(c, y, g.n, m * g.n);
    }
}

// Stacks of matrices; the axes before the last two are broadcast.
static ww_status infer_matmul(const ww_call *c, ww_error *err)
{
    char ta[WW_SHAPE_TEXT_MAX], tb[WW_SHAPE_TEXT_MAX];
    ww_status status = ww_want_rank(c, 0, 2, WW_NN_RANK_MAX, err);
    if (status == WW_OK)
        status = ww_want_rank(c, 1, 2, WW_NN_RANK_MAX, err);
    if (status == WW_OK)
        status = ww_want_floats(c, err);
    if (status != WW_OK)
        return status;
    ww_shape a = c->in[0]->shape, b = c->in[1]->shape, y;
    int64_t m = a.dim[a.rank - 2], k = a.dim[a.rank - 1], n = b.dim[b.rank - 1];
    bool fits = b.dim[b.rank - 2] == k;
    a.dim[a.rank - 2] = a.dim[a.rank - 1] = b.dim[b.rank - 2] = b.dim[b.rank - 1] = 1;
    if (!fits || !ww_shape_broadcast(&a, &b, &y))
        return ww_fail(err, WW_ERR_FORMAT, "matrices %s and %s do not fit", ww_shape_text(&c->in[0]->shape, ta),
                       ww_shape_text(&c->in[1]->shape, tb));
    y.dim[y.rank - 2] = m;
    y.dim[y.rank - 1] = n;
    return ww_give(c, WW_F32, &y, err);
}

// Offset of matrix number `index` of the (broadcast) stack of matrices.
static int64_t matrix_offset(const ww_shape *s, const ww_shape *y, int64_t index)
{
    int64_t stride[WW_NN_RANK_MAX], offset = 0;
    ww_shape stack = *y, own = *s;
    stack.rank -= 2;
    own.rank -= 2;
    ww_shape_broadcast_strides(&own, &stack, stride);
    for (int i = stack.rank - 1; i >= 0; i--) {
        offset += index % stack.dim[i] * stride[i];
        index /= stack.dim[i];
    }
    return offset * s->dim[s->rank - 2] * s->dim[s->rank - 1];
}

static void ref_matmul(const ww_call *c)
{
    const ww_shape *as = &c->in[0]->shape, *bs = &c->in[1]->shape, *ys = &c->out[0]->shape;
    int64_t m_max = ys->dim[ys->rank - 2], n_max = ys->dim[ys->rank - 1], k_max = as->dim[as->rank - 1];
    for (int64_t i = 0, stack = ww_shape_span(ys, 0, ys->rank - 2); i < stack; i++) {
        const float *a = ww_f32(c->in[0]) + matrix_offset(as, ys, i), *b = ww_f32(c->in[1]) + matrix_offset(bs, ys, i);
        float *y = ww_f32(c->out[0]) + i * m_max * n_max;
        for (int64_t m = 0; m < m_max; m++)
            for (int64_t n = 0; n < n_max; n++) {
                double sum = 0;
                for (int64_t k = 0; k < k_max; k++)
                    sum += (double)a[m * k_max + k] * b[k * n_max + n];
                y[m * n_max + n] = (float)sum;
            }
    }
}

static const ww_op op[] = {
    {"Gemm", 2, 3, 1, WW_OP_FUSES, infer_gemm, ref_gemm, ww_fast_gemm},
    {"MatMul", 2, 2, 1, 0, infer_matmul, ref_matmul, ww_fast_matmul},
};
const ww_op_family ww_ops_matrix = {op, sizeof op / sizeof *op};
