// SPDX-License-Identifier: MIT
// The int8 backend: runs a plan of a network whose values' ranges are known (ww_net_set_ranges).
//
// A value is held as bytes, real = scale x (byte - zero), with scale and zero from its range. Weights become bytes with
// a scale for each output channel. Sums of their products are exact integers, and a byte is made of a sum by a few
// float operations that are the same everywhere (kernels.h): the answers do not depend on the processor.
//
// Convolutions (of one group, or of one channel a group), the doubling of a picture, and the line of one channel (how
// exporters write the normalisation of a grey picture) are done so. What else a network has, or where a range is
// missing, is computed in float by the reference operators (matrices by matrix.c), which are plain C: right for the few
// numbers at the end of an embedder, and slow where it is more.
#ifndef WW_NN_INT8_PROGRAM_H
#define WW_NN_INT8_PROGRAM_H
#include "base/cancel.h"
#include "base/vector.h"
#include "nn/int8/kernels.h"
#include "nn/ops/ops.h"
#include "nn/plan.h"
#include "nn/profile.h"

typedef struct ww_int8 ww_int8;

// As ww_reference_open; `kernel` NULL: the best for this processor.
ww_status ww_int8_open(ww_net_plan *plan, const ww_int8_kernel *kernel, size_t bytes_max, const ww_cancel *cancel,
                       ww_int8 **program, ww_error *err);
void ww_int8_close(ww_int8 *e);
float *ww_int8_input(ww_int8 *e);
// As ww_session_put_bytes.
bool ww_int8_put_bytes(ww_int8 *e, const uint8_t *rows, ptrdiff_t stride, int width, int height);
const float *ww_int8_output(const ww_int8 *e, int i);
ww_status ww_int8_run(ww_int8 *e, ww_error *err);

// ---- what the files of int8/ share

// Pictures of bytes with a border that stands for what lies outside of them: 0.
typedef struct ww_int8_picture {
    uint8_t *bytes;  // owned; NULL: not made
    uint8_t *first;  // the first pixel of the first picture
    int64_t row;     // bytes from one to the next
    int64_t picture; // the same; 0: all pictures of a batch have the same place, one after the other
} ww_int8_picture;

typedef struct ww_int8_value {
    int root;                // the value that holds the bytes: itself, or what it is a line of
    float scale, zero;       // scale 0: no range
    int64_t border;          // pixels that windows reach over the edge; of the root
    bool wanted;             // as bytes, by a step
    bool kept;               // ... of all pictures of a batch at a time; of the root
    ww_int8_picture picture; // of the root
    float *real;             // plain; NULL: not made
    bool owned;
} ww_int8_value;

typedef struct ww_int8_step ww_int8_step;
typedef void ww_int8_run_fn(const ww_int8 *e, const ww_int8_step *s, int64_t picture);
struct ww_int8_step {
    ww_int8_run_fn *run;
    int64_t pictures; // run is called for each; 1 where it does the whole batch
    size_t layer;     // of the net
    const ww_node *node;
    int from, to; // values
    int64_t in_picture, add_picture, out_picture;
    ww_int8_conv conv;
    ww_int8_depthwise depthwise;
    const ww_post *activation; // of real numbers, beyond what the kernel does
    void *weights;             // owned, as are these
    float *factor, *offset;
    ww_call call;
    ww_tensor *tensor;
};

struct ww_int8 {
    ww_net_plan *plan;
    const ww_int8_kernel *kernel;
    ww_int8_value *value;
    const struct ww_int8_kind **kind; // of each node; NULL: done in float
    WW_VECTOR(ww_int8_step) steps;
    size_t bytes_left;
    bool put; // the input's bytes are there, for one run
    ww_layer_clock clock;
};

static inline const ww_shape *ww_int8_shape(const ww_int8 *e, int value) { return &e->plan->value[value].tensor.shape; }
static inline ww_int8_value *ww_int8_root(const ww_int8 *e, int value) { return &e->value[e->value[value].root]; }
bool ww_int8_known(const ww_int8 *e, int value); // rank 4, of a known range, no constant

// Memory within the program's bound, zeroed; NULL: none.
void *ww_int8_alloc(ww_int8 *e, size_t bytes);
// The value as bytes, or as real numbers: with room for them, and a step that converts, where it is held otherwise.
ww_status ww_int8_bytes_of(ww_int8 *e, int value, ww_error *err);
ww_status ww_int8_real_of(ww_int8 *e, int value, ww_error *err);
// A step that makes bytes of the value's numbers.
ww_status ww_int8_add_quantising(ww_int8 *e, int value, ww_error *err);
// Room for the bytes, or the numbers, of a value that a step is going to make.
ww_status ww_int8_make_bytes(ww_int8 *e, int value, ww_error *err);
ww_status ww_int8_make_real(ww_int8 *e, int value, ww_error *err);
// Takes over what the step owns.
ww_status ww_int8_add_step(ww_int8 *e, const ww_int8_step *s, ww_error *err);
// The same where making the step went well; else releases what it owns, and returns `status`.
ww_status ww_int8_add_made(ww_int8 *e, ww_int8_step *s, ww_status status, ww_error *err);

// One kind of node that is done with bytes. Asked in order.
typedef struct ww_int8_kind {
    bool (*fits)(const ww_int8 *e, const ww_node *n);
    // Before any step is made: notes what the node wants of its inputs, and what its output is. NULL: nothing.
    void (*announce)(ww_int8 *e, const ww_node *n);
    ww_status (*add)(ww_int8 *e, const ww_node *n, ww_error *err);
    bool of_bytes; // reads nothing else
} ww_int8_kind;

extern const ww_int8_kind ww_int8_line, ww_int8_dense, ww_int8_each_channel, ww_int8_doubling, ww_int8_matrix;

// move.c
void ww_int8_run_quantise(const ww_int8 *e, const ww_int8_step *s, int64_t picture);
void ww_int8_run_dequantise(const ww_int8 *e, const ww_int8_step *s, int64_t picture);
// 1 / (1 + exp(-x)), the same on every processor; within 1e-7 of it.
float ww_int8_sigmoid(float x);

#endif
