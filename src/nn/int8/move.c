// SPDX-License-Identifier: MIT
// Between numbers and bytes, pictures twice the size, and activations of real numbers.
#include "nn/int8/program.h"

#include <math.h>
#include <string.h>

void ww_int8_run_quantise(const ww_int8 *e, const ww_int8_step *s, int64_t n)
{
    const ww_shape *d = ww_int8_shape(e, s->from);
    const ww_int8_value *v = &e->value[s->from];
    const ww_int8_picture *p = &ww_int8_root(e, s->to)->picture;
    const float *in = v->real + n * ww_shape_span(d, 1, 4), per = 1 / v->scale, zero = v->zero;
    for (int64_t c = 0; c < d->dim[1]; c++)
        for (int64_t y = 0; y < d->dim[2]; y++, in += d->dim[3])
            e->kernel->quantise(in, d->dim[3], d->dim[1], per, zero, p->first + n * p->picture + y * p->row + c);
}

void ww_int8_run_dequantise(const ww_int8 *e, const ww_int8_step *s, int64_t n)
{
    const ww_shape *d = ww_int8_shape(e, s->from);
    const ww_int8_value *v = &e->value[s->from];
    const ww_int8_picture *p = &ww_int8_root(e, s->from)->picture;
    float *out = v->real + n * ww_shape_span(d, 1, 4);
    for (int64_t c = 0; c < d->dim[1]; c++)
        for (int64_t y = 0; y < d->dim[2]; y++, out += d->dim[3]) {
            const uint8_t *in = p->first + n * p->picture + y * p->row + c;
            for (int64_t x = 0; x < d->dim[3]; x++)
                out[x] = v->scale * ((float)in[x * d->dim[1]] - v->zero);
        }
}

// exp by its series, in double: 2^k times exp of what is left, at most ln 2 / 2 either way.
float ww_int8_sigmoid(float x)
{
    static const double term[] = {1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040, 1.0 / 720, 1.0 / 120,
                                  1.0 / 24,      1.0 / 6,      1.0 / 2,     1,          1};
    const double bits_end_at_one = 6755399441055744.0, ln2 = 0.69314718055994530942; // 3 x 2^51
    const double bounded = x < -700 ? 700 : x > 700 ? -700 : -(double)x;
    const double k = bounded * (1 / ln2) + bits_end_at_one - bits_end_at_one, rest = bounded - k * ln2;
    double sum = 1.0 / 39916800; // 1 / 11!
    for (size_t i = 0; i < sizeof term / sizeof *term; i++)
        sum = sum * rest + term[i];
    const union {
        uint64_t bits;
        double d;
    } power = {(uint64_t)((int64_t)k + 1023) << 52};
    return (float)(1 / (1 + sum * power.d));
}

// ---- a picture of twice the size, each pixel four times

static bool doubles(const ww_int8 *e, const ww_node *n)
{
    ww_call_frame f;
    ww_resize r;
    ww_shape y;
    if (strcmp(n->op->name, "Resize") != 0 || n->post_count > 0 || !ww_int8_known(e, n->input[0]))
        return false;
    ww_net_plan_frame(e->plan, n, &f);
    const ww_shape *x = &f.in[0]->shape;
    if (ww_resize_read(&f.call, &r, &y, NULL) != WW_OK || r.linear || y.dim[0] != x->dim[0] || y.dim[1] != x->dim[1])
        return false;
    for (int axis = 2; axis < 4; axis++)
        for (int64_t o = 0; o < y.dim[axis]; o++)
            if (y.dim[axis] != 2 * x->dim[axis] || ww_resize_tap(&r, axis, o, x->dim[axis], y.dim[axis]).first != o / 2)
                return false;
    return true;
}

static void announce_doubling(ww_int8 *e, const ww_node *n)
{
    ww_int8_value *to = &e->value[n->output[0]], *from = &e->value[n->input[0]];
    to->scale = from->scale;
    to->zero = from->zero;
    from->wanted = true;
}

static void run_doubling(const ww_int8 *e, const ww_int8_step *s, int64_t n)
{
    const ww_shape *d = ww_int8_shape(e, s->from);
    const ww_int8_picture *from = &ww_int8_root(e, s->from)->picture, *to = &ww_int8_root(e, s->to)->picture;
    const size_t pixel = (size_t)d->dim[1];
    for (int64_t y = 0; y < d->dim[2]; y++) {
        const uint8_t *in = from->first + n * from->picture + y * from->row;
        uint8_t *out = to->first + n * to->picture + 2 * y * to->row;
        for (int64_t x = 0; x < d->dim[3]; x++, in += pixel) {
            memcpy(out + 2 * (size_t)x * pixel, in, pixel);
            memcpy(out + (2 * (size_t)x + 1) * pixel, in, pixel);
        }
        memcpy(out + to->row, out, 2 * (size_t)d->dim[3] * pixel);
    }
}

static ww_status add_doubling(ww_int8 *e, const ww_node *n, ww_error *err)
{
    ww_status status = ww_int8_bytes_of(e, n->input[0], err);
    if (status == WW_OK)
        status = ww_int8_make_bytes(e, n->output[0], err);
    const ww_int8_step s = {.run = run_doubling,
                            .pictures = ww_int8_shape(e, n->input[0])->dim[0],
                            .from = n->input[0],
                            .to = n->output[0]};
    return status == WW_OK ? ww_int8_add_step(e, &s, err) : status;
}

const ww_int8_kind ww_int8_doubling = {doubles, announce_doubling, add_doubling, .of_bytes = true};
