// SPDX-License-Identifier: MIT
// Convolutions of bytes: which are done, and how their weights become bytes.
#include "nn/int8/program.h"

#include "base/memory.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    QUAD = WW_INT8_QUAD,
    PADDING_MAX = 16,
    TERMS_MAX = 32768, // of a sum: 255 x 127 each
    ADD_NONE = WW_NO_VALUE,
};

#define WEIGHT_MAX 127

// What a node asks for.
typedef struct request {
    ww_window window;
    int64_t groups;
    const float *weights, *bias; // bias: NULL, none
    const ww_shape *x, *k, *y;
    int add;                   // a value, or ADD_NONE
    float slope;               // of what is below 0
    const ww_post *activation; // another than that
} request;

static bool read_posts(const ww_node *n, request *r)
{
    r->add = ADD_NONE;
    r->slope = 1;
    for (int i = 0; i < n->post_count; i++) {
        const ww_post *p = &n->post[i];
        const bool last = i == n->post_count - 1;
        if (p->kind == WW_POST_ADD && i == 0)
            r->add = n->input[p->input];
        else if (p->kind == WW_POST_ACTIVATION && last && p->activation == WW_ACT_RELU)
            r->slope = 0;
        else if (p->kind == WW_POST_ACTIVATION && last && p->activation == WW_ACT_LEAKY_RELU && p->a >= 0 && p->a <= 1)
            r->slope = p->a;
        else if (p->kind == WW_POST_ACTIVATION && last)
            r->activation = p;
        else
            return false;
    }
    return true;
}

static bool read_window(const ww_int8 *e, const ww_node *n, request *r)
{
    ww_call_frame f;
    ww_net_plan_frame(e->plan, n, &f);
    if (ww_window_read(&f.call, &f.in[1]->shape.dim[2], &r->window, NULL) != WW_OK)
        return false;
    for (int i = 0; i < 2; i++)
        if (r->window.dilation[i] != 1 || r->window.pad_begin[i] > PADDING_MAX || r->window.pad_end[i] > PADDING_MAX)
            return false;
    return true;
}

static bool read_request(const ww_int8 *e, const ww_node *n, request *r)
{
    *r = (request){0};
    const bool has_bias = n->input_count > 2 && n->input[2] >= 0;
    if (strcmp(n->op->name, "Conv") != 0 || !ww_int8_known(e, n->input[0])
        || !ww_net_plan_is_constant(e->plan, n->input[1])
        || (has_bias && !ww_net_plan_is_constant(e->plan, n->input[2])))
        return false;
    r->x = ww_int8_shape(e, n->input[0]);
    r->k = ww_int8_shape(e, n->input[1]);
    r->y = ww_int8_shape(e, n->output[0]);
    r->groups = ww_node_int(n, "group", 1);
    r->weights = ww_f32(&e->plan->value[n->input[1]].tensor);
    r->bias = has_bias ? ww_f32(&e->plan->value[n->input[2]].tensor) : NULL;
    return ww_shape_span(r->k, 1, 4) <= TERMS_MAX && read_posts(n, r) && read_window(e, n, r);
}

// Of a node that was found to fit.
static request request_of(const ww_int8 *e, const ww_node *n)
{
    request r;
    const bool fits = read_request(e, n, &r);
    assert(fits);
    (void)fits;
    return r;
}

// ---- scales

static float largest(const float *x, int64_t count)
{
    float most = 0;
    for (int64_t i = 0; i < count; i++)
        most = fabsf(x[i]) > most ? fabsf(x[i]) : most;
    return most;
}

// Whether no result is beyond WW_INT8_REACH, whatever the bytes: with ranges that mean anything none is.
static bool is_bounded(const ww_int8 *e, const ww_node *n, const request *r)
{
    const float scale = e->value[n->output[0]].scale;
    const double range = 255 * (double)e->value[n->input[0]].scale, unit = scale > 0 && scale < 1 ? (double)scale : 1;
    double reach = 2 * range * (double)ww_shape_span(r->k, 1, 4) * (double)largest(r->weights, ww_shape_count(r->k));
    if (r->bias)
        reach += (double)largest(r->bias, r->k->dim[0]);
    if (r->add != ADD_NONE)
        reach += 2 * 255 * (double)e->value[r->add].scale;
    return reach / unit < WW_INT8_REACH - 255;
}

// The weights of a node in bytes, in the node's order, and the scale of each output channel's.
typedef struct weight_bytes {
    int16_t *byte; // -WEIGHT_MAX .. WEIGHT_MAX
    float *scale;
} weight_bytes;

static void free_weight_bytes(weight_bytes *w)
{
    free(w->byte);
    free(w->scale);
}

// On failure free_weight_bytes() is the caller's, too.
static bool quantise_weights(const request *r, weight_bytes *w)
{
    const int64_t outs = r->k->dim[0], each = ww_shape_span(r->k, 1, 4);
    w->byte = ww_try_array((size_t)outs, (size_t)each * sizeof *w->byte);
    w->scale = ww_try_array((size_t)outs, sizeof *w->scale);
    if (!w->byte || !w->scale)
        return false;
    for (int64_t o = 0; o < outs; o++) {
        const float *real = r->weights + o * each;
        const float most = largest(real, each);
        w->scale[o] = most > 0 && isfinite(most) ? most / WEIGHT_MAX : 1;
        for (int64_t i = 0; i < each; i++)
            w->byte[o * each + i] = (int16_t)lrintf(real[i] / w->scale[o]);
    }
    return true;
}

// y / unit = factor x sum + offset: y's byte - zero where `unit` is y's scale, y itself where it is 1.
static void set_line(const request *r, const ww_int8_value *from, const ww_int8_value *add, double unit,
                     int64_t channel, const weight_bytes *w, ww_int8_step *s)
{
    const int64_t each = ww_shape_span(r->k, 1, 4);
    const double real = (double)from->scale * (double)w->scale[channel];
    int64_t weights = 0;
    for (int64_t i = 0; i < each; i++)
        weights += w->byte[channel * each + i];
    double offset = (r->bias ? (double)r->bias[channel] : 0) - real * (double)from->zero * (double)weights;
    if (add)
        offset -= (double)add->scale * (double)add->zero;
    s->factor[channel] = (float)(real / unit);
    s->offset[channel] = (float)(offset / unit);
}

static bool make_lines(ww_int8 *e, const ww_node *n, const request *r, bool bytes, const weight_bytes *w,
                       ww_int8_step *s)
{
    const size_t padded = (size_t)(r->y->dim[1] + WW_INT8_SLACK) * sizeof(float);
    const double unit = bytes ? (double)e->value[n->output[0]].scale : 1;
    const ww_int8_value *from = &e->value[n->input[0]];
    const ww_int8_value *add = r->add == ADD_NONE ? NULL : &e->value[r->add];
    s->factor = ww_int8_alloc(e, padded);
    s->offset = ww_int8_alloc(e, padded);
    if (!s->factor || !s->offset)
        return false;
    for (int64_t o = 0; o < r->y->dim[1]; o++)
        set_line(r, from, add, unit, o, w, s);
    return true;
}

static ww_int8_finish finish_of(const ww_int8 *e, const ww_node *n, const request *r, bool bytes, const ww_int8_step *s)
{
    const ww_int8_value *to = &e->value[n->output[0]];
    return (ww_int8_finish){.factor = s->factor,
                            .offset = s->offset,
                            .slope = r->slope,
                            .zero = bytes ? to->zero : 0,
                            .add_factor = r->add == ADD_NONE ? 0 : e->value[r->add].scale / to->scale};
}

static const uint8_t *window_start(const ww_int8 *e, int value, const request *r)
{
    const ww_int8_picture *p = &ww_int8_root(e, value)->picture;
    return p->first - r->window.pad_begin[0] * p->row - r->window.pad_begin[1] * r->x->dim[1];
}

// ---- one group

// Whether the result is made as bytes; numbers become bytes afterwards, too, where that is wanted.
static bool gives_bytes(const ww_int8 *e, const ww_node *n, const request *r)
{
    const ww_int8_value *to = &e->value[n->output[0]];
    return to->scale > 0 && !r->activation && (to->wanted || r->add != ADD_NONE);
}

static bool is_dense(const ww_int8 *e, const ww_node *n)
{
    request r;
    if (!read_request(e, n, &r) || r.groups != 1 || !is_bounded(e, n, &r))
        return false;
    return r.add == ADD_NONE || (ww_int8_known(e, r.add) && e->value[n->output[0]].scale > 0 && !r.activation);
}

static void announce(ww_int8 *e, const ww_node *n)
{
    const request r = request_of(e, n);
    ww_int8_value *from = &e->value[n->input[0]], *root = ww_int8_root(e, n->input[0]);
    from->wanted = root->wanted = true;
    for (int i = 0; i < 2; i++) {
        const int64_t pad = r.window.pad_begin[i] > r.window.pad_end[i] ? r.window.pad_begin[i] : r.window.pad_end[i];
        root->border = pad > root->border ? pad : root->border;
    }
    if (r.add != ADD_NONE)
        e->value[r.add].wanted = true;
}

static void activate(const ww_post *p, float *x, int64_t count)
{
    const bool sigmoid = p->activation == WW_ACT_SIGMOID;
    for (int64_t i = 0; i < count; i++)
        x[i] = sigmoid ? ww_int8_sigmoid(x[i]) : ww_activate(p->activation, p->a, p->b, x[i]);
}

static void run_dense(const ww_int8 *e, const ww_int8_step *s, int64_t n)
{
    ww_int8_conv c = s->conv;
    const int64_t reals = c.channels * c.width * c.height;
    c.in += n * s->in_picture;
    c.add = c.add ? c.add + n * s->add_picture : NULL;
    c.out = c.out ? c.out + n * s->out_picture : NULL;
    c.plane = c.plane ? c.plane + n * reals : NULL;
    e->kernel->run(&c);
    if (s->activation)
        activate(s->activation, c.plane, reals);
}

// Each row of a window as whole quads, its taps' channels side by side.
static bool pack_dense(ww_int8 *e, const request *r, const weight_bytes *bytes, ww_int8_step *s)
{
    const int64_t channels = r->k->dim[1], rows = r->k->dim[2], columns = r->k->dim[3], outs = r->k->dim[0];
    const int64_t quads = (columns * channels + QUAD - 1) / QUAD, run = quads * QUAD;
    int8_t *plain = ww_try_array((size_t)(outs * rows), (size_t)run);
    s->weights = ww_int8_alloc(e, e->kernel->packed_bytes(rows, quads, outs));
    if (!plain || !s->weights) {
        free(plain);
        return false;
    }
    const int16_t *w = bytes->byte;
    for (int64_t o = 0; o < outs; o++)
        for (int64_t c = 0; c < channels; c++)
            for (int64_t y = 0; y < rows; y++)
                for (int64_t x = 0; x < columns; x++)
                    plain[(o * rows + y) * run + x * channels + c] = (int8_t)*w++;
    e->kernel->pack(plain, rows, quads, outs, s->weights);
    free(plain);
    s->conv.rows = rows;
    s->conv.quads = quads;
    s->conv.weights = s->weights;
    return true;
}

static void place_dense(const ww_int8 *e, const ww_node *n, const request *r, bool bytes, ww_int8_step *s)
{
    const ww_int8_picture *in = &ww_int8_root(e, n->input[0])->picture, *out = &ww_int8_root(e, n->output[0])->picture;
    ww_int8_conv *c = &s->conv;
    s->pictures = r->y->dim[0];
    s->in_picture = in->picture;
    c->in = window_start(e, n->input[0], r);
    c->in_row = in->row;
    c->in_step = r->window.stride[1] * r->x->dim[1];
    c->in_down = r->window.stride[0] * in->row;
    c->channels = r->y->dim[1];
    c->height = r->y->dim[2];
    c->width = r->y->dim[3];
    c->finish = finish_of(e, n, r, bytes, s);
    if (bytes) {
        c->out = out->first;
        c->out_row = out->row;
        s->out_picture = out->picture;
    } else {
        c->plane = e->value[n->output[0]].real;
    }
    if (r->add != ADD_NONE) {
        const ww_int8_picture *add = &ww_int8_root(e, r->add)->picture;
        c->add = add->first;
        c->add_row = add->row;
        s->add_picture = add->picture;
    }
}

// What is read is there as bytes afterwards, and there is room for the result.
static ww_status make_ends(ww_int8 *e, const ww_node *n, const request *r, bool bytes, ww_error *err)
{
    ww_status status = ww_int8_bytes_of(e, n->input[0], err);
    if (status == WW_OK && r->add != ADD_NONE)
        status = ww_int8_bytes_of(e, r->add, err);
    if (status == WW_OK)
        status = bytes ? ww_int8_make_bytes(e, n->output[0], err) : ww_int8_make_real(e, n->output[0], err);
    return status;
}

static ww_status add_dense(ww_int8 *e, const ww_node *n, ww_error *err)
{
    const request r = request_of(e, n);
    const bool bytes = gives_bytes(e, n, &r);
    ww_int8_step s = {.run = run_dense, .node = n, .activation = r.activation};
    ww_status status = make_ends(e, n, &r, bytes, err);
    weight_bytes w = {0};
    if (status == WW_OK
        && (!quantise_weights(&r, &w) || !make_lines(e, n, &r, bytes, &w, &s) || !pack_dense(e, &r, &w, &s)))
        status = ww_fail_memory(err, "its weights");
    free_weight_bytes(&w);
    if (status == WW_OK)
        place_dense(e, n, &r, bytes, &s);
    return ww_int8_add_made(e, &s, status, err);
}

const ww_int8_kind ww_int8_dense = {is_dense, announce, add_dense, .of_bytes = true};

// ---- a window of its own for each channel

static bool is_each_channel(const ww_int8 *e, const ww_node *n)
{
    request r;
    return read_request(e, n, &r) && r.groups > 1 && r.groups == r.x->dim[1] && r.groups == r.y->dim[1]
           && r.add == ADD_NONE && !r.activation && e->value[n->output[0]].scale > 0 && is_bounded(e, n, &r);
}

static void run_each_channel(const ww_int8 *e, const ww_int8_step *s, int64_t n)
{
    ww_int8_depthwise d = s->depthwise;
    d.in += n * s->in_picture;
    d.out += n * s->out_picture;
    e->kernel->run_depthwise(&d);
}

static bool pack_each_channel(ww_int8 *e, const request *r, const weight_bytes *w, ww_int8_step *s)
{
    const int64_t channels = r->k->dim[0], taps = r->k->dim[2] * r->k->dim[3];
    int16_t *weights = s->weights = ww_int8_alloc(e, (size_t)(channels * taps) * sizeof *weights + WW_INT8_SLACK);
    for (int64_t o = 0; weights && o < channels; o++)
        for (int64_t i = 0; i < taps; i++)
            weights[i * channels + o] = w->byte[o * taps + i];
    return weights != NULL;
}

static void place_each_channel(const ww_int8 *e, const ww_node *n, const request *r, ww_int8_step *s)
{
    const ww_int8_picture *in = &ww_int8_root(e, n->input[0])->picture, *out = &ww_int8_root(e, n->output[0])->picture;
    s->pictures = r->y->dim[0];
    s->in_picture = in->picture;
    s->out_picture = out->picture;
    s->depthwise = (ww_int8_depthwise){.kernel = {r->k->dim[2], r->k->dim[3]},
                                       .in_row = in->row,
                                       .in_step = r->window.stride[1] * r->x->dim[1],
                                       .in_down = r->window.stride[0] * in->row,
                                       .width = r->y->dim[3],
                                       .height = r->y->dim[2],
                                       .channels = r->y->dim[1],
                                       .weights = s->weights,
                                       .finish = finish_of(e, n, r, true, s),
                                       .in = window_start(e, n->input[0], r),
                                       .out = out->first,
                                       .out_row = out->row};
}

static ww_status add_each_channel(ww_int8 *e, const ww_node *n, ww_error *err)
{
    const request r = request_of(e, n);
    ww_int8_step s = {.run = run_each_channel, .node = n};
    ww_status status = make_ends(e, n, &r, true, err);
    weight_bytes w = {0};
    if (status == WW_OK
        && (!quantise_weights(&r, &w) || !make_lines(e, n, &r, true, &w, &s) || !pack_each_channel(e, &r, &w, &s)))
        status = ww_fail_memory(err, "its weights");
    free_weight_bytes(&w);
    if (status == WW_OK)
        place_each_channel(e, n, &r, &s);
    return ww_int8_add_made(e, &s, status, err);
}

const ww_int8_kind ww_int8_each_channel = {is_each_channel, announce, add_each_channel, .of_bytes = true};

// ---- a x + b of one channel: the same bytes, with another scale

static bool is_line(const ww_int8 *e, const ww_node *n)
{
    request r;
    if (!read_request(e, n, &r) || ww_shape_count(r.k) != 1 || !ww_shape_equal(r.x, r.y) || n->post_count > 0)
        return false;
    const int from = n->input[0];
    return r.weights[0] > 0 && from == e->plan->input && e->plan->value[from].uses == 1
           && !ww_net_plan_is_output(e->plan, n->output[0]);
}

static void announce_line(ww_int8 *e, const ww_node *n)
{
    const request r = request_of(e, n);
    const ww_int8_value *from = &e->value[n->input[0]];
    ww_int8_value *to = &e->value[n->output[0]];
    to->root = n->input[0];
    to->scale = from->scale * r.weights[0];
    to->zero = from->zero - (r.bias ? r.bias[0] : 0) / to->scale;
}

// Nothing to do: its bytes are made of the numbers of the input when they are wanted.
static ww_status add_line(ww_int8 *e, const ww_node *n, ww_error *err)
{
    ww_status status = ww_int8_make_bytes(e, n->output[0], err);
    return status == WW_OK ? ww_int8_add_quantising(e, n->input[0], err) : status;
}

const ww_int8_kind ww_int8_line = {is_line, announce_line, add_line, .of_bytes = true};
