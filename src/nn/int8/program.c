// SPDX-License-Identifier: MIT
// Building and running an int8 program; program.h says what it is.
#include "nn/int8/program.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const ww_int8_kind *const kinds[] = {&ww_int8_line,     &ww_int8_dense,  &ww_int8_each_channel,
                                            &ww_int8_doubling, &ww_int8_matrix, NULL};

static const ww_int8_kind *kind_of(const ww_int8 *e, const ww_node *n)
{
    const ww_int8_kind *const *kind = kinds;
    while (*kind && !(*kind)->fits(e, n))
        kind++;
    return *kind;
}

// ---- values

bool ww_int8_known(const ww_int8 *e, int value)
{
    return value >= 0 && e->value[value].scale > 0 && ww_int8_shape(e, value)->rank == 4
           && !ww_net_plan_is_constant(e->plan, value) && ww_shape_count(ww_int8_shape(e, value)) > 0;
}

// 0 is a byte of its own, so that padding is exact.
static void set_scale(ww_int8_value *v, const ww_value_range *r)
{
    v->scale = (r->high - r->low) / 255;
    v->zero = rintf(-r->low / v->scale);
}

void *ww_int8_alloc(ww_int8 *e, size_t bytes)
{
    if (bytes > e->bytes_left)
        return NULL;
    e->bytes_left -= bytes;
    return ww_alloc_array0(1, bytes, WW_NN_TENSOR_BYTES_MAX);
}

static ww_status no_room(const ww_int8 *e, ww_error *err)
{
    return ww_fail_memory(err, "the activations of %s", e->plan->net->name);
}

ww_status ww_int8_make_bytes(ww_int8 *e, int value, ww_error *err)
{
    const ww_shape *s = ww_int8_shape(e, value);
    ww_int8_value *v = ww_int8_root(e, value);
    ww_int8_picture *p = &v->picture;
    if (p->bytes)
        return WW_OK;
    p->row = (s->dim[3] + 2 * v->border) * s->dim[1];
    const int64_t picture = (s->dim[2] + 2 * v->border) * p->row;
    p->picture = v->kept ? picture : 0;
    const size_t bytes = (size_t)(v->kept ? s->dim[0] * picture : picture) + WW_INT8_SLACK;
    p->bytes = ww_int8_alloc(e, bytes);
    if (!p->bytes)
        return no_room(e, err);
    memset(p->bytes, (int)rintf(e->value[value].zero), bytes);
    p->first = p->bytes + v->border * (p->row + s->dim[1]);
    return WW_OK;
}

ww_status ww_int8_make_real(ww_int8 *e, int value, ww_error *err)
{
    ww_int8_value *v = &e->value[value];
    if (v->real)
        return WW_OK;
    v->real = ww_int8_alloc(e, ww_tensor_bytes(&e->plan->value[value].tensor));
    v->owned = true;
    return v->real ? WW_OK : no_room(e, err);
}

static ww_status add_conversion(ww_int8 *e, ww_int8_run_fn *run, int value, ww_error *err)
{
    const int64_t pictures = ww_int8_shape(e, value)->dim[0];
    return ww_int8_add_step(e, &(ww_int8_step){.run = run, .pictures = pictures, .from = value, .to = value}, err);
}

ww_status ww_int8_bytes_of(ww_int8 *e, int value, ww_error *err)
{
    if (ww_int8_root(e, value)->picture.bytes)
        return WW_OK;
    const ww_status status = ww_int8_make_bytes(e, value, err);
    return status == WW_OK ? ww_int8_add_quantising(e, value, err) : status;
}

ww_status ww_int8_add_quantising(ww_int8 *e, int value, ww_error *err)
{
    return add_conversion(e, ww_int8_run_quantise, value, err);
}

ww_status ww_int8_real_of(ww_int8 *e, int value, ww_error *err)
{
    if (e->value[value].real)
        return WW_OK;
    const ww_status status = ww_int8_make_real(e, value, err);
    return status == WW_OK ? add_conversion(e, ww_int8_run_dequantise, value, err) : status;
}

// ---- steps

static void free_step(ww_int8_step *s)
{
    free(s->weights);
    free(s->factor);
    free(s->offset);
    free(s->tensor);
    free((void *)s->call.in);
    free((void *)s->call.out);
}

ww_status ww_int8_add_step(ww_int8 *e, const ww_int8_step *s, ww_error *err)
{
    ww_int8_step kept = *s;
    if (ww_vector_push(&e->steps, kept))
        return WW_OK;
    free_step(&kept);
    return ww_fail_memory(err, "its step");
}

ww_status ww_int8_add_made(ww_int8 *e, ww_int8_step *s, ww_status status, ww_error *err)
{
    if (status == WW_OK)
        return ww_int8_add_step(e, s, err);
    free_step(s);
    return status;
}

static void run_reference(const ww_int8 *e, const ww_int8_step *s, int64_t picture)
{
    (void)e;
    (void)picture;
    s->node->op->reference(&s->call);
}

// A tensor of the value's real numbers, in `room`; NULL where there are none.
static ww_tensor *real_tensor(const ww_int8 *e, int value, ww_tensor *room)
{
    if (value < 0 || !e->value[value].real)
        return NULL;
    *room = e->plan->value[value].tensor;
    room->data = e->value[value].real;
    return room;
}

// An operator in float: tensors of its own for all it reads and writes.
static ww_status add_reference(ww_int8 *e, const ww_node *n, ww_error *err)
{
    ww_status status = WW_OK;
    for (int i = 0; i < n->input_count && status == WW_OK; i++)
        if (n->input[i] >= 0)
            status = ww_int8_real_of(e, n->input[i], err);
    for (int i = 0; i < n->output_count && status == WW_OK; i++)
        if (n->output[i] >= 0 && (i == 0 || e->plan->value[n->output[i]].uses > 0))
            status = ww_int8_make_real(e, n->output[i], err);
    if (status != WW_OK)
        return status;
    const ww_tensor **in = ww_try_array((size_t)n->input_count, sizeof *in);
    ww_tensor **out = ww_try_array((size_t)n->output_count, sizeof *out);
    ww_int8_step s = {.run = run_reference,
                      .pictures = 1,
                      .node = n,
                      .tensor = ww_try_array((size_t)n->input_count + (size_t)n->output_count, sizeof *s.tensor)};
    s.call = (ww_call){n, n->input_count, n->output_count, in, out};
    if (!in || !out || !s.tensor) {
        free_step(&s);
        return ww_fail_memory(err, "its step");
    }
    for (int i = 0; i < n->input_count; i++)
        in[i] = real_tensor(e, n->input[i], &s.tensor[i]);
    for (int i = 0; i < n->output_count; i++)
        out[i] = real_tensor(e, n->output[i], &s.tensor[n->input_count + i]);
    return ww_int8_add_step(e, &s, err);
}

static ww_status add_alias(ww_int8 *e, const ww_node *n, ww_error *err)
{
    const ww_status status = ww_int8_real_of(e, n->input[0], err);
    e->value[n->output[0]].real = e->value[n->input[0]].real;
    return status;
}

static ww_status add_node(ww_int8 *e, const ww_node *n, ww_error *err)
{
    const ww_int8_kind *kind = e->kind[n - e->plan->node];
    const size_t first = e->steps.count;
    const ww_status status = kind                               ? kind->add(e, n, err)
                             : ww_net_plan_is_alias(e->plan, n) ? add_alias(e, n, err)
                                                                : add_reference(e, n, err);
    for (size_t i = first; i < e->steps.count; i++)
        e->steps.item[i].layer = n->index;
    return status == WW_OK ? WW_OK : ww_net_plan_blame(e->plan, n, status, err);
}

// ---- opening

static void begin_values(ww_int8 *e)
{
    const ww_net *net = e->plan->net;
    for (size_t i = 0; i < e->plan->value_count; i++) {
        ww_int8_value *v = &e->value[i];
        v->root = (int)i;
        v->real = e->plan->value[i].tensor.data;
        if (i < net->value_count && net->range[i].known)
            set_scale(v, &net->range[i]);
    }
}

// Steps that follow one another and go picture by picture are all run for one picture before the next. What only they
// read need not be kept for the whole batch, which is much more than a cache holds; but where steps for the whole batch
// lie between them, all is.
static void find_kept(ww_int8 *e)
{
    const ww_net_plan *p = e->plan;
    bool whole = false, again = false;
    for (size_t i = 0; i < p->node_count; i++) {
        const ww_node *n = &p->node[i];
        const bool of_bytes = e->kind[i] && e->kind[i]->of_bytes;
        whole = whole || !of_bytes;
        again = again || (whole && of_bytes);
        for (int k = 0; k < n->input_count && !of_bytes; k++)
            if (n->input[k] >= 0)
                ww_int8_root(e, n->input[k])->kept = true;
    }
    for (int i = 0; i < p->net->output_count; i++)
        ww_int8_root(e, p->net->output[i].value)->kept = true;
    for (size_t i = 0; again && i < p->value_count; i++)
        e->value[i].kept = true;
}

static ww_status build(ww_int8 *e, const ww_cancel *cancel, ww_error *err)
{
    const ww_net_plan *p = e->plan;
    begin_values(e);
    for (size_t i = 0; i < p->node_count; i++) {
        e->kind[i] = kind_of(e, &p->node[i]);
        if (e->kind[i] && e->kind[i]->announce)
            e->kind[i]->announce(e, &p->node[i]);
    }
    find_kept(e);
    ww_status status = ww_layer_clock_make(&e->clock, p->net) ? WW_OK : ww_fail_memory(err, "the network's operators");
    e->clock.cancel = cancel;
    if (status == WW_OK)
        status = ww_int8_make_real(e, p->input, err);
    for (size_t i = 0; i < p->node_count && status == WW_OK; i++) {
        status = add_node(e, &p->node[i], err);
        if (status == WW_OK)
            status = ww_layer_clock_ask(&e->clock, err);
    }
    const size_t of_layers = e->steps.count;
    for (int i = 0; i < p->net->output_count && status == WW_OK; i++)
        status = ww_int8_real_of(e, p->net->output[i].value, err);
    for (size_t i = of_layers; i < e->steps.count; i++)
        e->steps.item[i].layer = p->net->node_count;
    return status;
}

ww_status ww_int8_open(ww_net_plan *plan, const ww_int8_kernel *kernel, size_t bytes_max, const ww_cancel *cancel,
                       ww_int8 **program, ww_error *err)
{
    ww_int8 *e = ww_alloc(sizeof *e);
    e->plan = plan;
    e->kernel = kernel ? kernel : ww_int8_kernel_best();
    e->bytes_left = bytes_max;
    e->value = ww_try_array(plan->value_count, sizeof *e->value);
    e->kind = ww_try_array(plan->node_count, sizeof *e->kind);
    const ww_status status = e->value && e->kind ? build(e, cancel, err) : ww_fail_memory(err, "the network's values");
    if (status != WW_OK) {
        ww_error_prefix(err, "%s", plan->net->name);
        ww_int8_close(e);
        e = NULL;
    }
    *program = e;
    return status;
}

void ww_int8_close(ww_int8 *e)
{
    if (!e)
        return;
    ww_profile_add(e->plan->net, &e->clock);
    ww_layer_clock_free(&e->clock);
    for (size_t i = 0; i < e->steps.count; i++)
        free_step(&e->steps.item[i]);
    for (size_t i = 0; e->value && i < e->plan->value_count; i++) {
        free(e->value[i].picture.bytes);
        if (e->value[i].owned)
            free(e->value[i].real);
    }
    ww_vector_free(&e->steps);
    free((void *)e->kind);
    free(e->value);
    free(e);
}

float *ww_int8_input(ww_int8 *e) { return e->value[e->plan->input].real; }

// The input is read by one step alone, the first, which makes bytes of it, and these are its numbers.
static bool begins_with_bytes(const ww_int8 *e)
{
    const int input = e->plan->input;
    const ww_shape *d = ww_int8_shape(e, input);
    const ww_int8_value *v = &e->value[input];
    const ww_int8_step *first = e->steps.count ? e->steps.item : NULL;
    return first && first->run == ww_int8_run_quantise && first->from == input && e->plan->value[input].uses == 1
           && v->scale == 1 && v->zero == 0 && d->dim[0] == 1 && d->dim[1] == 1;
}

bool ww_int8_put_bytes(ww_int8 *e, const uint8_t *rows, ptrdiff_t stride, int width, int height)
{
    const ww_shape *d = ww_int8_shape(e, e->plan->input);
    if (!begins_with_bytes(e) || width > d->dim[3] || height > d->dim[2])
        return false;
    const ww_int8_picture *p = &ww_int8_root(e, e->plan->input)->picture;
    const size_t covered = (size_t)width, whole = (size_t)d->dim[3];
    for (int y = 0; y < height; y++) {
        memcpy(p->first + y * p->row, rows + y * stride, covered);
        memset(p->first + y * p->row + covered, 0, whole - covered);
    }
    for (int64_t y = height; y < d->dim[2]; y++)
        memset(p->first + y * p->row, 0, whole);
    return e->put = true;
}

const float *ww_int8_output(const ww_int8 *e, int i) { return e->value[e->plan->net->output[i].value].real; }

// The steps from `first` up to `end`, one picture after the other.
static ww_status run_steps(ww_int8 *e, size_t first, size_t end, ww_error *err)
{
    ww_status status = WW_OK;
    for (int64_t n = 0; n < e->steps.item[first].pictures; n++)
        for (size_t i = first; i < end && status == WW_OK; i++) {
            const ww_int8_step *s = &e->steps.item[i];
            s->run(e, s, n);
            ww_layer_clock_lap(&e->clock, s->layer);
            status = ww_layer_clock_ask(&e->clock, err);
        }
    return status;
}

ww_status ww_int8_run(ww_int8 *e, ww_error *err)
{
    ww_status status = WW_OK;
    const ww_int8_step *step = e->steps.item;
    size_t first = e->put ? 1 : 0;
    e->put = false;
    ww_layer_clock_start(&e->clock);
    while (first < e->steps.count && status == WW_OK) {
        size_t end = first + 1;
        while (end < e->steps.count && step[end].pictures == step[first].pictures)
            end++;
        status = run_steps(e, first, end, err);
        first = end;
    }
    return status;
}
