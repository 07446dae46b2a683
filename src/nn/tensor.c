// SPDX-License-Identifier: MIT
#include "nn/tensor.h"

#include "base/memory.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

int64_t ww_shape_count(const ww_shape *s)
{
    int64_t count = 1;
    bool empty = false;
    for (int i = 0; i < s->rank; i++) {
        if (s->dim[i] < 0)
            return -1;
        empty |= s->dim[i] == 0;
        if (s->dim[i] > 0 && __builtin_mul_overflow(count, s->dim[i], &count))
            return -1;
        if (count > (int64_t)(WW_NN_TENSOR_BYTES_MAX / sizeof(float)))
            return -1;
    }
    return empty ? 0 : count;
}

int64_t ww_shape_span(const ww_shape *s, int first, int last)
{
    int64_t n = 1;
    for (int i = first; i < last; i++)
        n *= s->dim[i];
    return n;
}

bool ww_shape_equal(const ww_shape *a, const ww_shape *b)
{
    return a->rank == b->rank && memcmp(a->dim, b->dim, (size_t)a->rank * sizeof a->dim[0]) == 0;
}

ww_shape ww_shape_of(int rank, const int64_t *dim)
{
    assert(rank >= 0 && rank <= WW_NN_RANK_MAX);
    ww_shape s = {.rank = rank};
    for (int i = 0; i < rank; i++)
        s.dim[i] = dim[i];
    return s;
}

bool ww_shape_broadcast(const ww_shape *a, const ww_shape *b, ww_shape *out)
{
    out->rank = a->rank > b->rank ? a->rank : b->rank;
    for (int i = 1; i <= out->rank; i++) {
        int64_t da = i <= a->rank ? a->dim[a->rank - i] : 1;
        int64_t db = i <= b->rank ? b->dim[b->rank - i] : 1;
        if (da != db && da != 1 && db != 1)
            return false;
        out->dim[out->rank - i] = da == 1 ? db : da;
    }
    return true;
}

void ww_shape_broadcast_strides(const ww_shape *s, const ww_shape *out, int64_t stride[WW_NN_RANK_MAX])
{
    int64_t step = 1;
    for (int i = 1; i <= out->rank; i++) {
        int64_t d = i <= s->rank ? s->dim[s->rank - i] : 1;
        stride[out->rank - i] = d == 1 ? 0 : step;
        step *= d;
    }
}

const char *ww_shape_text(const ww_shape *s, char text[WW_SHAPE_TEXT_MAX])
{
    snprintf(text, WW_SHAPE_TEXT_MAX, "scalar");
    int at = 0;
    for (int i = 0; i < s->rank && at < WW_SHAPE_TEXT_MAX; i++) {
        const char *cross = i ? "x" : "";
        at += s->dim[i] < 0 ? snprintf(text + at, (size_t)(WW_SHAPE_TEXT_MAX - at), "%s?", cross)
                            : snprintf(text + at, (size_t)(WW_SHAPE_TEXT_MAX - at), "%s%" PRId64, cross, s->dim[i]);
    }
    return text;
}

bool ww_tensor_alloc(ww_tensor *t)
{
    int64_t count = ww_shape_count(&t->shape);
    t->data = count < 0 ? NULL : ww_alloc_array0((size_t)count, ww_dtype_bytes(t->type), WW_NN_TENSOR_BYTES_MAX);
    return t->data != NULL;
}

int64_t ww_tensor_int(const ww_tensor *t, int64_t i)
{
    if (t->type == WW_I64)
        return ww_i64(t)[i];
    float v = ww_f32(t)[i];
    // Out-of-range floats (and NaN) must not reach the cast: it would be undefined.
    return v >= 9.2e18f ? INT64_MAX : v <= -9.2e18f ? INT64_MIN : v == v ? (int64_t)v : 0;
}

float ww_tensor_float(const ww_tensor *t, int64_t i) { return t->type == WW_F32 ? ww_f32(t)[i] : (float)ww_i64(t)[i]; }
