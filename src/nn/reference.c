// SPDX-License-Identifier: MIT
#include "nn/reference.h"
#include "nn/profile.h"

#include "base/memory.h"
#include "nn/arena.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct ww_reference {
    const ww_net_plan *plan;
    ww_tensor *tensor; // one a value
    ww_call *call;     // one a node that is no alias
    size_t call_count;
    ww_layer_clock clock;
    char *arena;
};

// Values that are other views of the same numbers share the memory of the first.
static int *find_roots(const ww_net_plan *p)
{
    int *root = ww_try_array(p->value_count, sizeof *root);
    for (size_t i = 0; root && i < p->value_count; i++)
        root[i] = (int)i;
    for (size_t i = 0; root && i < p->node_count; i++)
        if (ww_net_plan_is_alias(p, &p->node[i]))
            root[p->node[i].output[0]] = root[p->node[i].input[0]];
    return root;
}

static void extend(ww_arena_span *s, int step)
{
    if (s->first < 0)
        s->first = step;
    s->last = step;
}

static ww_arena_span *live_spans(const ww_net_plan *p, const int *root)
{
    ww_arena_span *span = root ? ww_try_array(p->value_count, sizeof *span) : NULL;
    if (!span)
        return NULL;
    for (size_t i = 0; i < p->value_count; i++)
        span[i].first = -1;
    // The input is filled before the run and the outputs are read after it. The input stays whole all through: a caller
    // may run again.
    int end = (int)p->node_count;
    extend(&span[root[p->input]], 0);
    extend(&span[root[p->input]], end);
    for (size_t i = 0; i < p->node_count; i++) {
        const ww_node *n = &p->node[i];
        for (int k = 0; k < n->input_count; k++)
            if (n->input[k] >= 0)
                extend(&span[root[n->input[k]]], (int)i);
        for (int k = 0; k < n->output_count; k++)
            if (n->output[k] >= 0)
                extend(&span[root[n->output[k]]], (int)i);
    }
    for (int i = 0; i < p->net->output_count; i++)
        extend(&span[root[p->net->output[i].value]], end);
    for (size_t i = 0; i < p->value_count; i++) {
        bool needed = span[i].first >= 0 && !p->value[i].tensor.data;
        span[i].bytes = needed ? ww_tensor_bytes(&p->value[i].tensor) : 0;
    }
    return span;
}

static ww_status place(ww_reference *r, size_t bytes_max, ww_error *err)
{
    const ww_net_plan *p = r->plan;
    int *root = find_roots(p);
    ww_arena_span *span = live_spans(p, root);
    size_t total = 0;
    if (span && ww_arena_plan(span, p->value_count, &total))
        r->arena = ww_alloc_array0(1, total, bytes_max);
    r->tensor = ww_try_array(p->value_count, sizeof *r->tensor);
    bool made = span && r->arena && r->tensor;
    for (size_t i = 0; i < p->value_count && made; i++) {
        r->tensor[i] = p->value[i].tensor;
        ww_tensor *of = &p->value[root[i]].tensor;
        if (!r->tensor[i].data)
            r->tensor[i].data = of->data ? of->data : r->arena + span[root[i]].offset;
    }
    free(root);
    free(span);
    return made ? WW_OK
                : ww_fail(err, WW_ERR_MEMORY, "%s: needs %zu MiB for its activations", p->net->name, total >> 20);
}

static bool make_calls(ww_reference *r)
{
    const ww_net_plan *p = r->plan;
    r->call = ww_try_array(p->node_count, sizeof *r->call);
    for (size_t i = 0; r->call && i < p->node_count; i++) {
        const ww_node *n = &p->node[i];
        if (ww_net_plan_is_alias(p, n))
            continue;
        const ww_tensor **in = ww_try_array((size_t)n->input_count, sizeof *in);
        ww_tensor **out = ww_try_array((size_t)n->output_count, sizeof *out);
        r->call[r->call_count++] = (ww_call){n, n->input_count, n->output_count, in, out};
        if (!in || !out)
            return false;
        for (int k = 0; k < n->input_count; k++)
            in[k] = n->input[k] < 0 ? NULL : &r->tensor[n->input[k]];
        for (int k = 0; k < n->output_count; k++)
            out[k] = n->output[k] < 0 || (k > 0 && p->value[n->output[k]].uses == 0) ? NULL : &r->tensor[n->output[k]];
    }
    return r->call && ww_layer_clock_make(&r->clock, p->net);
}

ww_status ww_reference_open(ww_net_plan *plan, size_t bytes_max, const ww_cancel *cancel, ww_reference **out,
                            ww_error *err)
{
    ww_reference *r = ww_alloc(sizeof *r);
    r->plan = plan;
    *out = NULL;
    ww_status status = place(r, bytes_max, err);
    if (status == WW_OK && !make_calls(r))
        status = ww_fail_memory(err, "the operators of %s", plan->net->name);
    if (status != WW_OK) {
        ww_reference_close(r);
        return status;
    }
    r->clock.cancel = cancel;
    *out = r;
    return WW_OK;
}

void ww_reference_close(ww_reference *r)
{
    if (!r)
        return;
    ww_profile_add(r->plan->net, &r->clock);
    ww_layer_clock_free(&r->clock);
    for (size_t i = 0; i < r->call_count; i++) {
        free((void *)r->call[i].in);
        free((void *)r->call[i].out);
    }
    free(r->call);
    free(r->tensor);
    free(r->arena);
    free(r);
}

float *ww_reference_input(ww_reference *r) { return ww_f32(&r->tensor[r->plan->input]); }

const float *ww_reference_output(const ww_reference *r, int i)
{
    return ww_f32(&r->tensor[r->plan->net->output[i].value]);
}

ww_status ww_reference_run(ww_reference *r, ww_error *err)
{
    ww_status status = WW_OK;
    ww_layer_clock_start(&r->clock);
    for (size_t i = 0; i < r->call_count && status == WW_OK; i++) {
        r->call[i].node->op->reference(&r->call[i]);
        ww_layer_clock_lap(&r->clock, r->call[i].node->index);
        status = ww_layer_clock_ask(&r->clock, err);
    }
    return status;
}
