// SPDX-License-Identifier: MIT
// Values, layouts, buffers and steps of a oneDNN program.
#include "nn/onednn/program.h"

#include "base/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

// ---- layouts

static int md_dims(const ww_shape *s, dnnl_dims_t dims)
{
    for (int i = 0; i < s->rank; i++)
        dims[i] = s->dim[i];
    if (s->rank == 0)
        dims[0] = 1;
    return s->rank ? s->rank : 1;
}

dnnl_memory_desc_t ww_md_plain(const ww_shape *s)
{
    dnnl_dims_t dims = {0}, strides = {0};
    int rank = md_dims(s, dims);
    dnnl_dim_t step = 1;
    for (int i = rank - 1; i >= 0; i--) {
        strides[i] = step;
        step *= dims[i] > 0 ? dims[i] : 1;
    }
    dnnl_memory_desc_t md;
    dnnl_status_t status = dnnl_memory_desc_init_by_strides(&md, rank, dims, dnnl_f32, strides);
    assert(status == dnnl_success);
    (void)status;
    return md;
}

dnnl_memory_desc_t ww_md_any(const ww_shape *s)
{
    dnnl_dims_t dims = {0};
    int rank = md_dims(s, dims);
    dnnl_memory_desc_t md;
    dnnl_status_t status = dnnl_memory_desc_init_by_tag(&md, rank, dims, dnnl_f32, dnnl_format_tag_any);
    assert(status == dnnl_success);
    (void)status;
    return md;
}

// Dense row-major, perhaps cut into blocks along one axis after which every axis is 1: then the blocks follow each
// other as the numbers do.
static bool is_row_major(const dnnl_memory_desc_t *md)
{
    const dnnl_blocking_desc_t *b = &md->format_desc.blocking;
    if (md->format_kind != dnnl_blocked || b->inner_nblks > 1 || md->offset0 != 0)
        return false;
    dnnl_dim_t step = 1;
    for (int i = md->ndims - 1; i >= 0; i--) {
        if (md->padded_dims[i] != md->dims[i])
            return false;
        bool blocked = b->inner_nblks == 1 && b->inner_idxs[0] == i;
        if (blocked && step != 1)
            return false;
        dnnl_dim_t stride = blocked ? b->inner_blks[0] : step;
        if (md->dims[i] > (blocked ? b->inner_blks[0] : 1) && b->strides[i] != stride)
            return false;
        step *= md->dims[i];
    }
    return true;
}

bool ww_md_same_bytes(const dnnl_memory_desc_t *a, const dnnl_memory_desc_t *b)
{
    if (dnnl_memory_desc_equal(a, b))
        return true;
    return a->ndims == b->ndims && memcmp(a->dims, b->dims, (size_t)a->ndims * sizeof a->dims[0]) == 0
           && is_row_major(a) && is_row_major(b);
}

// ---- values and buffers

static int add_buffer(ww_onednn *e, size_t bytes)
{
    ww_onednn_buffer b = {.span = {.bytes = bytes, .first = -1, .last = -1}};
    if (!ww_vector_push(&e->buffers, b)) {
        e->starved = true;
        return -1;
    }
    return (int)e->buffers.count - 1;
}

const dnnl_memory_desc_t *ww_value_md(const ww_onednn *e, int value)
{
    assert(e->value[value].places.count > 0);
    return &e->value[value].places.item[0].md;
}

void ww_value_at(ww_onednn *e, int value, const ww_place *at)
{
    if (at->buffer < 0 || !ww_vector_push(&e->value[value].places, *at)) {
        e->starved = true;
        return;
    }
    e->buffers.item[at->buffer].pending += e->value[value].left;
}

ww_place ww_value_out(ww_onednn *e, int value, const dnnl_memory_desc_t *md)
{
    const ww_tensor *t = ww_value_tensor(e, value);
    ww_place at = {add_buffer(e, t->type == WW_F32 ? dnnl_memory_desc_get_size(md) : ww_tensor_bytes(t)), *md};
    ww_value_at(e, value, &at);
    return at;
}

bool ww_buffer_is_free_after(const ww_onednn *e, int buffer)
{
    return buffer >= 0 && !e->buffers.item[buffer].fixed && e->buffers.item[buffer].pending == 1;
}

ww_place ww_value_over(ww_onednn *e, int output, const ww_place *in)
{
    if (!ww_buffer_is_free_after(e, in->buffer))
        return ww_value_out(e, output, &in->md);
    ww_value_at(e, output, in);
    return *in;
}

static ww_status reorder_now(ww_onednn *e, dnnl_primitive_desc_t pd, const dnnl_memory_desc_t *from, const void *data,
                             const dnnl_memory_desc_t *to, void *result, ww_error *err)
{
    dnnl_primitive_t reorder = NULL;
    dnnl_memory_t source = NULL, target = NULL;
    dnnl_status_t status = ww_dnnl_primitive_create(&reorder, pd);
    if (status == dnnl_success)
        status = ww_dnnl_memory_create(&source, from, e->engine, (void *)data);
    if (status == dnnl_success)
        status = ww_dnnl_memory_create(&target, to, e->engine, result);
    if (status == dnnl_success)
        status = ww_dnnl_primitive_execute(reorder, e->stream, 2,
                                           (dnnl_exec_arg_t[]){{DNNL_ARG_FROM, source}, {DNNL_ARG_TO, target}});
    if (status == dnnl_success)
        status = ww_dnnl_stream_wait(e->stream);
    dnnl_memory_destroy(source);
    dnnl_memory_destroy(target);
    dnnl_primitive_destroy(reorder);
    return status == dnnl_success ? WW_OK : ww_dnnl_fail(status, "reorder of weights", err);
}

ww_status ww_weights(ww_onednn *e, const float *data, const dnnl_memory_desc_t *from, const dnnl_memory_desc_t *to,
                     ww_place *at, ww_error *err)
{
    size_t bytes = dnnl_memory_desc_get_size(to);
    dnnl_primitive_desc_t pd;
    *at = (ww_place){add_buffer(e, bytes), *to};
    if (at->buffer < 0)
        return ww_fail_memory(err, "its weights");
    ww_onednn_buffer *b = &e->buffers.item[at->buffer];
    b->fixed = ww_alloc_array0(1, bytes, 2 * WW_NN_TENSOR_BYTES_MAX);
    b->owned = true;
    if (!b->fixed)
        return ww_fail_memory(err, "%zu bytes of weights", bytes);
    WW_DNNL(ww_dnnl_reorder_primitive_desc_create(&pd, from, e->engine, to, e->engine, NULL));
    ww_status status = reorder_now(e, pd, from, data, to, b->fixed, err);
    dnnl_primitive_desc_destroy(pd);
    return status;
}

ww_status ww_value_in(ww_onednn *e, int value, const dnnl_memory_desc_t *md, ww_place *at, ww_error *err)
{
    ww_value_state *v = &e->value[value];
    for (size_t i = 0; i < v->places.count; i++)
        if (ww_md_same_bytes(&v->places.item[i].md, md)) {
            *at = (ww_place){v->places.item[i].buffer, *md};
            return WW_OK;
        }
    ww_place from = v->places.item[0];
    if (ww_net_plan_is_constant(e->plan, value)) {
        ww_status status = ww_weights(e, ww_f32(ww_value_tensor(e, value)), &from.md, md, at, err);
        if (status == WW_OK)
            ww_value_at(e, value, at);
        return status;
    }
    *at = ww_value_out(e, value, md);
    return ww_step_reorder(e, &from, at, err);
}

ww_status ww_value_plain(ww_onednn *e, int value, ww_place *at, ww_error *err)
{
    if (ww_value_tensor(e, value)->type != WW_F32 || ww_shape_count(&ww_value_tensor(e, value)->shape) == 0) {
        *at = e->value[value].places.item[0]; // only ever made plain
        return WW_OK;
    }
    dnnl_memory_desc_t md = ww_md_plain(&ww_value_tensor(e, value)->shape);
    return ww_value_in(e, value, &md, at, err);
}

// ---- steps

ww_status ww_make_pd(ww_onednn *e, const_dnnl_op_desc_t desc, dnnl_primitive_attr_t attr, dnnl_primitive_desc_t *pd,
                     bool *taken, ww_error *err)
{
    *taken = false;
    if (!attr)
        return ww_fail_memory(err, "dnnl_primitive_attr_create");
    dnnl_status_t made = ww_dnnl_primitive_desc_create(pd, desc, attr, e->engine, NULL);
    dnnl_primitive_attr_destroy(attr);
    *taken = made == dnnl_success;
    return made == dnnl_success || made == dnnl_unimplemented || made == dnnl_invalid_arguments
               ? WW_OK
               : ww_dnnl_fail(made, "dnnl_primitive_desc_create", err);
}

bool ww_pd_is_plain_c(const_dnnl_primitive_desc_t pd)
{
    const char *name = "";
    return dnnl_primitive_desc_query(pd, dnnl_query_impl_info_str, 0, &name) == dnnl_success
           && strncmp(name, "ref", 3) == 0;
}

ww_status ww_step_reorder(ww_onednn *e, const ww_place *from, const ww_place *to, ww_error *err)
{
    dnnl_primitive_desc_t pd;
    dnnl_primitive_attr_t attr = ww_attr();
    dnnl_status_t made =
        attr ? ww_dnnl_reorder_primitive_desc_create(&pd, &from->md, e->engine, &to->md, e->engine, attr)
             : dnnl_out_of_memory;
    dnnl_primitive_attr_destroy(attr);
    if (made != dnnl_success)
        return ww_dnnl_fail(made, "dnnl_reorder_primitive_desc_create", err);
    return ww_step_add(e, pd, (ww_step_arg[]){{DNNL_ARG_FROM, *from}, {DNNL_ARG_TO, *to}}, 2, err);
}

ww_status ww_step_add(ww_onednn *e, dnnl_primitive_desc_t pd, const ww_step_arg *args, size_t count, ww_error *err)
{
    ww_step s = {0};
    bool kept = true;
    for (size_t i = 0; i < count && kept; i++)
        kept = ww_vector_push(&s.args, args[i]);
    const dnnl_memory_desc_t *scratch = dnnl_primitive_desc_query_md(pd, dnnl_query_scratchpad_md, 0);
    size_t bytes = scratch ? dnnl_memory_desc_get_size(scratch) : 0;
    if (bytes > 0) {
        ww_step_arg a = {DNNL_ARG_SCRATCHPAD, {add_buffer(e, bytes), *scratch}};
        kept = kept && ww_vector_push(&s.args, a);
    }
    dnnl_status_t status = kept ? ww_dnnl_primitive_create(&s.primitive, pd) : dnnl_out_of_memory;
    dnnl_primitive_desc_destroy(pd);
    if (status == dnnl_success && ww_vector_push(&e->steps, s))
        return WW_OK;
    dnnl_primitive_destroy(s.primitive);
    ww_vector_free(&s.args);
    return ww_dnnl_fail(status == dnnl_success ? dnnl_out_of_memory : status, "dnnl_primitive_create", err);
}

void ww_step_kernel(ww_onednn *e, const ww_kernel *kernel, const ww_place *from, const ww_place *to)
{
    ww_step s = {.kernel = *kernel};
    if (ww_vector_push(&s.in, from->buffer) && ww_vector_push(&s.out, to->buffer) && ww_vector_push(&e->steps, s))
        return;
    ww_step_free(&s);
    e->starved = true;
}

dnnl_primitive_attr_t ww_attr(void)
{
    dnnl_primitive_attr_t attr = NULL;
    if (ww_dnnl_primitive_attr_create(&attr) != dnnl_success)
        return NULL;
    dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user);
    return attr;
}
