// SPDX-License-Identifier: MIT
// Building and running a oneDNN program; program.h says what it is.
#include "nn/onednn/program.h"

#include "base/memory.h"

#include <assert.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

// oneDNN's loops are OpenMP's; a session is to use one core, the caller's threads theirs. The setting belongs to the
// calling thread and is put back, so that a program that uses OpenMP itself does not notice.
static int one_core(void)
{
    int before = omp_get_max_threads();
    omp_set_num_threads(1);
    return before;
}

ww_status ww_dnnl_fail(dnnl_status_t status, const char *call, ww_error *err)
{
    call += strncmp(call, "ww_", 3) == 0 ? 3 : 0; // guard.h's name for it
    int length = (int)strcspn(call, "(");
    if (status == dnnl_out_of_memory)
        return ww_fail_memory(err, "%.*s", length, call);
    return ww_fail(err, WW_ERR_UNSUPPORTED, "%.*s failed with status %d", length, call, (int)status);
}

// ---- reference steps

static ww_status add_reference_step(ww_onednn *e, const ww_node *n, ww_error *err)
{
    ww_step s = {.node = n};
    bool kept = true;
    for (int i = 0; i < n->input_count && kept; i++) {
        ww_place at = {.buffer = -1};
        ww_status status = n->input[i] < 0 ? WW_OK : ww_value_plain(e, n->input[i], &at, err);
        if (status != WW_OK) {
            ww_step_free(&s);
            return status;
        }
        kept = ww_vector_push(&s.in, at.buffer);
    }
    for (int i = 0; i < n->output_count && kept; i++) {
        int value = n->output[i], buffer = -1;
        if (value >= 0 && (i == 0 || e->plan->value[value].uses > 0)) {
            dnnl_memory_desc_t md = ww_md_plain(&ww_value_tensor(e, value)->shape);
            buffer = ww_value_out(e, value, &md).buffer;
        }
        kept = ww_vector_push(&s.out, buffer);
    }
    if (kept && ww_vector_push(&e->steps, s))
        return WW_OK;
    ww_step_free(&s);
    return ww_fail_memory(err, "its step");
}

static bool fits_fast(const ww_onednn *e, const ww_node *n)
{
    if (!n->op->fast)
        return false;
    const ww_tensor *x = ww_value_tensor(e, n->input[0]), *y = ww_value_tensor(e, n->output[0]);
    return x->type == WW_F32 && ww_shape_count(&x->shape) > 0 && ww_shape_count(&y->shape) > 0;
}

static ww_status add_alias(ww_onednn *e, const ww_node *n, ww_error *err)
{
    ww_place at;
    ww_status status = ww_value_plain(e, n->input[0], &at, err);
    if (status != WW_OK)
        return status;
    at.md = ww_md_plain(&ww_value_tensor(e, n->output[0])->shape);
    ww_value_at(e, n->output[0], &at);
    return WW_OK;
}

// After a node is added its reads are done.
static void finish_reads(ww_onednn *e, const ww_node *n)
{
    for (int i = 0; i < n->input_count; i++) {
        if (n->input[i] < 0)
            continue;
        ww_value_state *v = &e->value[n->input[i]];
        v->left--;
        for (size_t k = 0; k < v->places.count; k++)
            e->buffers.item[v->places.item[k].buffer].pending--;
    }
}

static ww_status add_node(ww_onednn *e, const ww_node *n, ww_error *err)
{
    bool taken = false;
    ww_status status = WW_OK;
    const size_t first_step = e->steps.count;
    if (ww_net_plan_is_alias(e->plan, n)) {
        status = add_alias(e, n, err);
        taken = true;
    } else if (fits_fast(e, n)) {
        status = n->op->fast(e, n, &taken, err);
    }
    if (status == WW_OK && !taken && !e->starved)
        status = add_reference_step(e, n, err);
    for (size_t i = first_step; i < e->steps.count; i++)
        e->steps.item[i].layer = n->index;
    finish_reads(e, n);
    if (status == WW_OK && e->starved)
        status = ww_fail_memory(err, "its buffers");
    return status == WW_OK ? WW_OK : ww_net_plan_blame(e->plan, n, status, err);
}

// ---- opening

static ww_status add_constants_and_input(ww_onednn *e, ww_error *err)
{
    ww_net_plan *p = e->plan;
    for (size_t i = 0; i < p->value_count && !e->starved; i++) {
        e->value[i].left = p->value[i].uses;
        if (!p->value[i].tensor.data || p->value[i].uses == 0)
            continue;
        ww_onednn_buffer b = {.fixed = p->value[i].tensor.data};
        bool kept = ww_vector_push(&e->buffers, b);
        ww_place at = {kept ? (int)e->buffers.count - 1 : -1, ww_md_plain(&p->value[i].tensor.shape)};
        ww_value_at(e, (int)i, &at);
    }
    dnnl_memory_desc_t md = ww_md_plain(&ww_value_tensor(e, p->input)->shape);
    e->input_buffer = ww_value_out(e, p->input, &md).buffer;
    return e->starved ? ww_fail_memory(err, "the network's weights") : WW_OK;
}

static ww_status finish_outputs(ww_onednn *e, ww_error *err)
{
    const ww_net *net = e->plan->net;
    e->output_buffer = ww_try_array((size_t)net->output_count, sizeof *e->output_buffer);
    if (!e->output_buffer)
        return ww_fail_memory(err, "the network's outputs");
    for (int i = 0; i < net->output_count; i++) {
        ww_place at;
        ww_status status = ww_value_plain(e, net->output[i].value, &at, err);
        if (status != WW_OK)
            return status;
        e->output_buffer[i] = at.buffer;
    }
    return e->starved ? ww_fail_memory(err, "the network's outputs") : WW_OK;
}

static void touch(ww_onednn *e, int buffer, int step)
{
    if (buffer < 0)
        return;
    ww_arena_span *s = &e->buffers.item[buffer].span;
    s->first = s->first < 0 || step < s->first ? step : s->first;
    s->last = step > s->last ? step : s->last;
}

static ww_status place_buffers(ww_onednn *e, size_t bytes_max, ww_error *err)
{
    int steps = (int)e->steps.count;
    for (int i = 0; i < steps; i++) {
        const ww_step *s = &e->steps.item[i];
        for (size_t k = 0; k < s->args.count; k++)
            touch(e, s->args.item[k].at.buffer, i);
        for (size_t k = 0; k < s->in.count; k++)
            touch(e, s->in.item[k], i);
        for (size_t k = 0; k < s->out.count; k++)
            touch(e, s->out.item[k], i);
    }
    touch(e, e->input_buffer, 0);
    for (int i = 0; i < e->plan->net->output_count; i++)
        touch(e, e->output_buffer[i], steps);
    ww_arena_span *span = ww_try_array(e->buffers.count, sizeof *span);
    if (!span)
        return ww_fail_memory(err, "the network's buffers");
    for (size_t i = 0; i < e->buffers.count; i++) {
        span[i] = e->buffers.item[i].span;
        span[i].bytes = e->buffers.item[i].fixed || span[i].first < 0 ? 0 : span[i].bytes;
    }
    size_t total = 0;
    if (ww_arena_plan(span, e->buffers.count, &total))
        e->arena = ww_alloc_array0(1, total, bytes_max);
    for (size_t i = 0; i < e->buffers.count && e->arena; i++)
        if (!e->buffers.item[i].fixed)
            e->buffers.item[i].fixed = e->arena + span[i].offset;
    free(span);
    return e->arena ? WW_OK : ww_fail(err, WW_ERR_MEMORY, "needs %zu MiB for its activations", total >> 20);
}

static ww_status bind_primitive(ww_onednn *e, ww_step *s, ww_error *err)
{
    s->exec = ww_try_array(s->args.count, sizeof *s->exec);
    if (!s->exec)
        return ww_fail_memory(err, "the network's primitives");
    for (size_t k = 0; k < s->args.count; k++) {
        const ww_step_arg *a = &s->args.item[k];
        s->exec[k].arg = a->arg;
        WW_DNNL(ww_dnnl_memory_create(&s->exec[k].memory, &a->at.md, e->engine, e->buffers.item[a->at.buffer].fixed));
    }
    return WW_OK;
}

static ww_status bind_reference(ww_onednn *e, ww_step *s, ww_error *err)
{
    const ww_node *n = s->node;
    size_t count = s->in.count + s->out.count;
    s->tensor = ww_try_array(count, sizeof *s->tensor);
    const ww_tensor **in = ww_try_array(s->in.count, sizeof *in);
    ww_tensor **out = ww_try_array(s->out.count, sizeof *out);
    s->call = (ww_call){n, (int)s->in.count, (int)s->out.count, in, out};
    if (!s->tensor || !in || !out)
        return ww_fail_memory(err, "the network's operators");
    for (size_t k = 0; k < count; k++) {
        bool is_in = k < s->in.count;
        size_t at = is_in ? k : k - s->in.count;
        int buffer = is_in ? s->in.item[at] : s->out.item[at];
        if (buffer < 0)
            continue;
        s->tensor[k] = *ww_value_tensor(e, is_in ? n->input[at] : n->output[at]);
        s->tensor[k].data = e->buffers.item[buffer].fixed;
        if (is_in)
            in[at] = &s->tensor[k];
        else
            out[at] = &s->tensor[k];
    }
    return WW_OK;
}

static ww_status add_nodes(ww_onednn *e, ww_error *err)
{
    ww_status status = WW_OK;
    for (size_t i = 0; i < e->plan->node_count && status == WW_OK; i++) {
        status = add_node(e, &e->plan->node[i], err);
        if (status == WW_OK)
            status = ww_layer_clock_ask(&e->clock, err);
    }
    return status;
}

static ww_status build(ww_onednn *e, size_t bytes_max, const ww_cancel *cancel, ww_error *err)
{
    WW_DNNL(ww_dnnl_engine_create(&e->engine, dnnl_cpu, 0));
    WW_DNNL(ww_dnnl_stream_create(&e->stream, e->engine, dnnl_stream_default_flags));
    ww_status status =
        ww_layer_clock_make(&e->clock, e->plan->net) ? WW_OK : ww_fail_memory(err, "the network's operators");
    e->clock.cancel = cancel;
    if (status == WW_OK)
        status = add_constants_and_input(e, err);
    if (status == WW_OK)
        status = add_nodes(e, err);
    const size_t of_layers = e->steps.count;
    if (status == WW_OK)
        status = finish_outputs(e, err);
    for (size_t i = of_layers; i < e->steps.count; i++)
        e->steps.item[i].layer = e->plan->net->node_count;
    if (status == WW_OK)
        status = place_buffers(e, bytes_max, err);
    for (size_t i = 0; i < e->steps.count && status == WW_OK; i++) {
        if (e->steps.item[i].primitive)
            status = bind_primitive(e, &e->steps.item[i], err);
        else if (!e->steps.item[i].kernel.run)
            status = bind_reference(e, &e->steps.item[i], err);
    }
    return status;
}

ww_status ww_onednn_open(ww_net_plan *plan, size_t bytes_max, const ww_cancel *cancel, ww_onednn **out, ww_error *err)
{
    int threads = one_core();
    ww_onednn *e = ww_alloc(sizeof *e);
    e->plan = plan;
    e->value = ww_try_array(plan->value_count, sizeof *e->value);
    ww_status status = e->value ? build(e, bytes_max, cancel, err) : ww_fail_memory(err, "the network's values");
    omp_set_num_threads(threads);
    if (status != WW_OK) {
        ww_error_prefix(err, "%s", plan->net->name);
        ww_onednn_close(e);
        e = NULL;
    }
    *out = e;
    return status;
}

void ww_step_free(ww_step *s)
{
    for (size_t k = 0; k < s->args.count && s->exec; k++)
        dnnl_memory_destroy(s->exec[k].memory);
    dnnl_primitive_destroy(s->primitive);
    if (s->kernel.free)
        s->kernel.free(s->kernel.state);
    free(s->exec);
    free(s->tensor);
    free((void *)s->call.in);
    free((void *)s->call.out);
    ww_vector_free(&s->args);
    ww_vector_free(&s->in);
    ww_vector_free(&s->out);
}

void ww_onednn_close(ww_onednn *e)
{
    if (!e)
        return;
    ww_profile_add(e->plan->net, &e->clock);
    ww_layer_clock_free(&e->clock);
    for (size_t i = 0; i < e->steps.count; i++)
        ww_step_free(&e->steps.item[i]);
    for (size_t i = 0; i < e->buffers.count; i++)
        if (e->buffers.item[i].owned)
            free(e->buffers.item[i].fixed);
    for (size_t i = 0; e->value && i < e->plan->value_count; i++)
        ww_vector_free(&e->value[i].places);
    ww_vector_free(&e->steps);
    ww_vector_free(&e->buffers);
    dnnl_stream_destroy(e->stream);
    dnnl_engine_destroy(e->engine);
    free(e->value);
    free(e->arena);
    free(e->output_buffer);
    free(e);
}

float *ww_onednn_input(ww_onednn *e) { return e->buffers.item[e->input_buffer].fixed; }

const float *ww_onednn_output(const ww_onednn *e, int i) { return e->buffers.item[e->output_buffer[i]].fixed; }

static ww_status run_step(ww_onednn *e, const ww_step *s, ww_error *err)
{
    if (!s->primitive) {
        if (s->kernel.run)
            s->kernel.run(s->kernel.state, e->buffers.item[s->in.item[0]].fixed, e->buffers.item[s->out.item[0]].fixed);
        else
            s->node->op->reference(&s->call);
        return WW_OK;
    }
    dnnl_status_t done = ww_dnnl_primitive_execute(s->primitive, e->stream, (int)s->args.count, s->exec);
    if (done == dnnl_success)
        return WW_OK;
    const ww_status status = ww_dnnl_fail(done, "dnnl_primitive_execute", err);
    ww_error_prefix(err, "%s", e->plan->net->name);
    return status;
}

ww_status ww_onednn_run(ww_onednn *e, ww_error *err)
{
    int threads = one_core();
    ww_status status = WW_OK;
    ww_layer_clock_start(&e->clock);
    for (size_t i = 0; i < e->steps.count && status == WW_OK; i++) {
        status = run_step(e, &e->steps.item[i], err);
        ww_layer_clock_lap(&e->clock, e->steps.item[i].layer);
        if (status == WW_OK)
            status = ww_layer_clock_ask(&e->clock, err);
    }
    omp_set_num_threads(threads);
    return status;
}
