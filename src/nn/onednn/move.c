// SPDX-License-Identifier: MIT
// Resampling, concatenation and transposition on oneDNN.
#include "nn/onednn/program.h"

#include "nn/ops/ops.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// ---- Resize

// oneDNN maps output pixel o to (o + 1/2) in / out - 1/2 and rounds to the nearest, or mixes the two beside it. ONNX
// has a dozen ways that mostly agree with it (a factor of 2 in every one of them); where every tap is the same, the
// primitive is right.
static bool taps_agree(const ww_resize *r, int axis, int64_t in, int64_t out)
{
    for (int64_t o = 0; o < out; o++) {
        ww_tap ours = ww_resize_tap(r, axis, o, in, out);
        float x = ((float)o + 0.5f) * (float)in / (float)out - 0.5f;
        int64_t low = (int64_t)floorf(x), high = low + 1;
        if (!r->linear) {
            if (ours.first != (int64_t)roundf(x))
                return false;
            continue;
        }
        float share = x - floorf(x);
        low = low < 0 ? 0 : low;
        high = high > in - 1 ? in - 1 : high;
        float theirs = (float)low + (float)(high - low) * share,
              wanted = (float)ours.first + (float)(ours.second - ours.first) * ours.share;
        if (fabsf(theirs - wanted) > 1e-5f * (float)in)
            return false;
    }
    return true;
}

ww_status ww_fast_resize(ww_onednn *e, const ww_node *n, bool *taken, ww_error *err)
{
    ww_call_frame f;
    ww_resize r;
    ww_shape y;
    int sums, other = ww_sum_input(n, &sums);
    ww_net_plan_frame(e->plan, n, &f);
    ww_status status = ww_resize_read(&f.call, &r, &y, err);
    const ww_shape *x = &f.in[0]->shape;
    if (status != WW_OK || sums > 1 || x->rank != 4 || x->dim[0] != y.dim[0] || x->dim[1] != y.dim[1]
        || !taps_agree(&r, 2, x->dim[2], y.dim[2]) || !taps_agree(&r, 3, x->dim[3], y.dim[3]))
        return status;
    ww_place args_in = e->value[n->input[0]].places.item[0], out;
    dnnl_memory_desc_t any = ww_md_any(&y);
    dnnl_resampling_desc_t desc;
    dnnl_primitive_desc_t pd;
    dnnl_primitive_attr_t attr;
    WW_DNNL(dnnl_resampling_forward_desc_init(&desc, dnnl_forward_inference,
                                              r.linear ? dnnl_resampling_linear : dnnl_resampling_nearest, NULL,
                                              &args_in.md, &any));
    status = ww_make_attr(n, true, NULL, &attr, err);
    if (status == WW_OK)
        status = ww_make_pd(e, &desc, attr, &pd, taken, err);
    if (status != WW_OK || !*taken)
        return status;
    const dnnl_memory_desc_t *dst = dnnl_primitive_desc_query_md(pd, dnnl_query_dst_md, 0);
    if (other >= 0)
        status = ww_sum_place(e, n, other, dst, &out, err);
    else
        out = ww_value_out(e, n->output[0], dst);
    if (status != WW_OK) {
        dnnl_primitive_desc_destroy(pd);
        return status;
    }
    return ww_step_add(e, pd, (ww_step_arg[]){{DNNL_ARG_SRC, args_in}, {DNNL_ARG_DST, out}}, 2, err);
}

// ---- Concat

ww_status ww_fast_concat(ww_onednn *e, const ww_node *n, bool *taken, ww_error *err)
{
    const ww_shape *y = &ww_value_tensor(e, n->output[0])->shape;
    int axis;
    for (int i = 0; i < n->input_count; i++)
        if (ww_shape_count(&ww_value_tensor(e, n->input[i])->shape) == 0)
            return WW_OK;
    ww_status status = ww_axis(ww_node_int(n, "axis", 1), y->rank, &axis, err);
    if (status != WW_OK)
        return status;
    size_t count = (size_t)n->input_count;
    dnnl_memory_desc_t *md = ww_try_array(count, sizeof *md), any = ww_md_any(y);
    ww_step_arg *args = ww_try_array(count + 1, sizeof *args);
    if (!md || !args) {
        free(args);
        free(md);
        return ww_fail_memory(err, "a list of %zu inputs", count);
    }
    for (size_t i = 0; i < count; i++) {
        args[i] = (ww_step_arg){DNNL_ARG_MULTIPLE_SRC + (int)i, e->value[n->input[i]].places.item[0]};
        md[i] = args[i].at.md;
    }
    dnnl_primitive_desc_t pd;
    dnnl_primitive_attr_t attr = ww_attr();
    dnnl_status_t made = attr ? ww_dnnl_concat_primitive_desc_create(&pd, &any, (int)count, axis, md, attr, e->engine)
                              : dnnl_out_of_memory;
    dnnl_primitive_attr_destroy(attr);
    if (made == dnnl_success && ww_pd_is_plain_c(pd)) {
        dnnl_primitive_desc_destroy(pd); // layouts differ: rows copied by the reference are faster
    } else if (made == dnnl_success) {
        *taken = true;
        args[count].arg = DNNL_ARG_DST;
        args[count].at = ww_value_out(e, n->output[0], dnnl_primitive_desc_query_md(pd, dnnl_query_dst_md, 0));
        status = ww_step_add(e, pd, args, count + 1, err);
    } else if (made == dnnl_out_of_memory) {
        status = ww_dnnl_fail(made, "dnnl_concat_primitive_desc_create", err);
    }
    free(args);
    free(md);
    return status;
}

// ---- Transpose: a reorder into a layout whose strides are those of the transposed result

ww_status ww_fast_transpose(ww_onednn *e, const ww_node *n, bool *taken, ww_error *err)
{
    const ww_shape *x = &ww_value_tensor(e, n->input[0])->shape, *y = &ww_value_tensor(e, n->output[0])->shape;
    const ww_attribute *perm = ww_node_attribute(n, "perm", WW_ATTRIBUTE_INTS);
    ww_place in = e->value[n->input[0]].places.item[0];
    if (x->rank == 0)
        return WW_OK;
    dnnl_memory_desc_t plain = ww_md_plain(y);
    dnnl_dims_t strides;
    for (int i = 0; i < x->rank; i++) {
        int from = perm ? (int)perm->ints[i] : x->rank - 1 - i;
        strides[from] = plain.format_desc.blocking.strides[i];
    }
    ww_place seen = {-1, plain};
    WW_DNNL(dnnl_memory_desc_init_by_strides(&seen.md, x->rank, in.md.dims, dnnl_f32, strides));
    *taken = true;
    // Already in that order, as nhwc is for a transposition to it: only the name of the layout changes.
    if (dnnl_memory_desc_equal(&seen.md, &in.md)) {
        ww_value_at(e, n->output[0], &(ww_place){in.buffer, plain});
        return WW_OK;
    }
    seen.buffer = ww_value_out(e, n->output[0], &plain).buffer;
    return ww_step_reorder(e, &in, &seen, err);
}
