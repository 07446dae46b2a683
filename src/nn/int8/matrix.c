// SPDX-License-Identifier: MIT
// A matrix times the real numbers that a network ends with: a convolution of pictures of one pixel. The sums are those
// of the reference operator, in double and in the same order; but the matrix is laid out so that a block of its rows is
// added up at once, which the compiler makes vectors of.
#include "nn/int8/program.h"

#include <string.h>

enum { BLOCK = 16 };

static bool has_bias(const ww_node *n) { return n->input_count > 2 && n->input[2] >= 0; }

static bool is_unpadded(const ww_int8 *e, const ww_node *n)
{
    ww_call_frame f;
    ww_window w;
    ww_net_plan_frame(e->plan, n, &f);
    return ww_window_read(&f.call, &f.in[1]->shape.dim[2], &w, NULL) == WW_OK
           && w.pad_begin[0] + w.pad_begin[1] + w.pad_end[0] + w.pad_end[1] == 0;
}

static bool is_matrix(const ww_int8 *e, const ww_node *n)
{
    if (strcmp(n->op->name, "Conv") != 0 || n->post_count > 0 || ww_int8_known(e, n->input[0])
        || !ww_net_plan_is_constant(e->plan, n->input[1])
        || (has_bias(n) && !ww_net_plan_is_constant(e->plan, n->input[2])) || !is_unpadded(e, n))
        return false;
    const ww_shape *x = ww_int8_shape(e, n->input[0]), *k = ww_int8_shape(e, n->input[1]);
    return ww_shape_span(x, 2, 4) == 1 && ww_shape_span(k, 2, 4) == 1 && k->dim[1] == x->dim[1] && k->dim[0] >= BLOCK;
}

static void run_block(const float *x, int64_t columns, const float *weight, const float *bias, int64_t rows, float *y)
{
    double sum[BLOCK];
    for (int i = 0; i < BLOCK; i++)
        sum[i] = bias[i];
    for (int64_t k = 0; k < columns; k++, weight += BLOCK)
        for (int i = 0; i < BLOCK; i++)
            sum[i] += (double)x[k] * (double)weight[i];
    for (int64_t i = 0; i < BLOCK && i < rows; i++)
        y[i] = (float)sum[i];
}

static void run(const ww_int8 *e, const ww_int8_step *s, int64_t n)
{
    const int64_t columns = ww_int8_shape(e, s->from)->dim[1], rows = ww_int8_shape(e, s->to)->dim[1];
    const float *x = e->value[s->from].real + n * columns, *weights = s->weights;
    float *y = e->value[s->to].real + n * rows;
    for (int64_t first = 0; first < rows; first += BLOCK)
        run_block(x, columns, weights + first * columns, s->offset + first, rows - first, y + first);
}

// Block after block of rows: of each column the block's numbers.
static bool pack(ww_int8 *e, const ww_node *n, ww_int8_step *s)
{
    const ww_shape *k = ww_int8_shape(e, n->input[1]);
    const int64_t rows = k->dim[0], columns = k->dim[1], blocks = (rows + BLOCK - 1) / BLOCK;
    const float *weight = ww_f32(&e->plan->value[n->input[1]].tensor);
    float *to = s->weights = ww_int8_alloc(e, (size_t)(blocks * columns * BLOCK) * sizeof *to);
    s->offset = ww_int8_alloc(e, (size_t)(blocks * BLOCK) * sizeof *s->offset);
    if (!to || !s->offset)
        return false;
    for (int64_t row = 0; row < rows; row++)
        for (int64_t i = 0; i < columns; i++)
            to[(row / BLOCK * columns + i) * BLOCK + row % BLOCK] = *weight++;
    if (has_bias(n))
        memcpy(s->offset, ww_f32(&e->plan->value[n->input[2]].tensor), (size_t)rows * sizeof *s->offset);
    return true;
}

static ww_status add(ww_int8 *e, const ww_node *n, ww_error *err)
{
    ww_int8_step s = {.run = run,
                      .pictures = ww_int8_shape(e, n->input[0])->dim[0],
                      .node = n,
                      .from = n->input[0],
                      .to = n->output[0]};
    ww_status status = ww_int8_real_of(e, s.from, err);
    if (status == WW_OK)
        status = ww_int8_make_real(e, s.to, err);
    if (status == WW_OK && !pack(e, n, &s))
        status = ww_fail_memory(err, "its weights");
    return ww_int8_add_made(e, &s, status, err);
}

const ww_int8_kind ww_int8_matrix = {.fits = is_matrix, .add = add};
