// SPDX-License-Identifier: MIT
// The families of operators (one file each) and what they share with the code that fuses and speeds them up.
#ifndef WW_NN_OPS_OPS_H
#define WW_NN_OPS_OPS_H
#include "nn/ops/op.h"

typedef struct ww_op_family {
    const ww_op *op;
    size_t count;
} ww_op_family;

extern const ww_op_family ww_ops_conv, ww_ops_matrix, ww_ops_move, ww_ops_padded_add, ww_ops_pointwise, ww_ops_pool,
    ww_ops_reduce, ww_ops_resize, ww_ops_select, ww_ops_shape;

// The sliding window of a convolution or pooling over height and width.
typedef struct ww_window {
    int64_t kernel[2], stride[2], dilation[2], pad_begin[2], pad_end[2];
} ww_window;

// Reads kernel_shape (or takes `kernel` where it is not NULL), strides, dilations, pads and auto_pad; all of them
// bounded.
ww_status ww_window_read(const ww_call *c, const int64_t *kernel, ww_window *w, ww_error *err);
// Output size along spatial axis `i`; <= 0: the window does not fit.
int64_t ww_window_out(const ww_window *w, int i, int64_t in, bool ceil_mode);

// If the node is an activation whose parameters are known, describes it as a post-op.
bool ww_call_activation(const ww_call *c, ww_post *post);

// Gemm as the fast version needs it.
typedef struct ww_gemm {
    int64_t m, n, k;
    bool transpose_a, transpose_b;
    float alpha, beta;
} ww_gemm;
void ww_gemm_read(const ww_call *c, ww_gemm *g);

// How Resize maps an output coordinate to the input.
typedef enum ww_coordinates {
    WW_COORDINATES_HALF_PIXEL,
    WW_COORDINATES_ASYMMETRIC,
    WW_COORDINATES_ALIGN_CORNERS,
    WW_COORDINATES_PYTORCH_HALF_PIXEL,
} ww_coordinates;

typedef enum ww_nearest {
    WW_NEAREST_ROUND_PREFER_FLOOR,
    WW_NEAREST_ROUND_PREFER_CEIL,
    WW_NEAREST_FLOOR,
    WW_NEAREST_CEIL
} ww_nearest;

typedef struct ww_resize {
    bool linear;
    ww_coordinates coordinates;
    ww_nearest nearest;
    float scale[WW_NN_RANK_MAX]; // output size / input size, as the file gives it
} ww_resize;
// The two input positions an output position mixes along one axis, and the share of the second (0 for nearest).
typedef struct ww_tap {
    int64_t first, second;
    float share;
} ww_tap;
ww_tap ww_resize_tap(const ww_resize *r, int axis, int64_t at, int64_t in, int64_t out);
ww_status ww_resize_read(const ww_call *c, ww_resize *r, ww_shape *out, ww_error *err);

// Softmax runs over n elements that lie `inner` elements apart.
void ww_softmax_span(const ww_call *c, int64_t *n, int64_t *inner);

// BatchNormalization as what it is at inference: x * factor + offset. Its four statistics must be constants.
void ww_batch_norm_line(const ww_call *c, int64_t channel, float *factor, float *offset);

#endif
