// SPDX-License-Identifier: MIT
// Dense row-major arrays and their shapes: what constants are stored as and what the reference operators read and
// write.
#ifndef WW_NN_TENSOR_H
#define WW_NN_TENSOR_H
#include "nn/nn.h"

// Files know sixteen element types; here every kind of real number is a float and every kind of integer (and bool) an
// int64.
typedef enum ww_dtype { WW_F32, WW_I64 } ww_dtype;

typedef struct ww_tensor {
    ww_dtype type;
    ww_shape shape; // every dimension known (>= 0)
    void *data;     // float or int64_t, row-major; NULL while only the shape is known
} ww_tensor;

static inline float *ww_f32(const ww_tensor *t) { return t->data; }
static inline int64_t *ww_i64(const ww_tensor *t) { return t->data; }
static inline size_t ww_dtype_bytes(ww_dtype type) { return type == WW_F32 ? sizeof(float) : sizeof(int64_t); }

// Number of elements (1 for rank 0), or -1 when a dimension is not known or WW_NN_TENSOR_BYTES_MAX is exceeded.
int64_t ww_shape_count(const ww_shape *s);
// Product of the dimensions first .. last-1 of a shape whose count is known to be valid.
int64_t ww_shape_span(const ww_shape *s, int first, int last);
bool ww_shape_equal(const ww_shape *a, const ww_shape *b);
ww_shape ww_shape_of(int rank, const int64_t *dim);
// NumPy's broadcasting of two shapes; false when they do not fit.
bool ww_shape_broadcast(const ww_shape *a, const ww_shape *b, ww_shape *out);
// Strides in elements with which a tensor of shape `s` is read while an output of shape `out` is walked: 0 on broadcast
// axes.
void ww_shape_broadcast_strides(const ww_shape *s, const ww_shape *out, int64_t stride[WW_NN_RANK_MAX]);

#define WW_SHAPE_TEXT_MAX 192
// "1x3x640x384", "?" where not known, "scalar" for rank 0. Returns `text`.
const char *ww_shape_text(const ww_shape *s, char text[WW_SHAPE_TEXT_MAX]);

// Allocates data for t->type and t->shape, zeroed; false when the shape is beyond the bound or there is no memory.
bool ww_tensor_alloc(ww_tensor *t);
static inline size_t ww_tensor_bytes(const ww_tensor *t)
{
    return (size_t)ww_shape_count(&t->shape) * ww_dtype_bytes(t->type);
}
// Element i as an integer, whatever the type.
int64_t ww_tensor_int(const ww_tensor *t, int64_t i);
float ww_tensor_float(const ww_tensor *t, int64_t i);

#endif
