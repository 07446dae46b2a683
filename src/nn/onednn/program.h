// SPDX-License-Identifier: MIT
// What the files of onednn/ share: the program under construction.
//
// A program is a list of steps (a oneDNN primitive, or a reference operator) over buffers. While it is built, each
// value of the plan has one or more places: a buffer and the layout in which the value lies there. The first place is
// the layout its maker chose (mostly nChw16c or the like); others are added when a reader wants another layout, by a
// reorder step that later readers share. Buffers get their addresses only when all steps are known, so that those that
// never live at the same time can share memory (arena.h).
#ifndef WW_NN_ONEDNN_PROGRAM_H
#define WW_NN_ONEDNN_PROGRAM_H
#include "nn/arena.h"
#include "nn/onednn/onednn.h"
#include "nn/plan.h"
#include "nn/profile.h"

#include "base/vector.h"
#include "nn/onednn/guard.h"

typedef struct ww_onednn_buffer {
    ww_arena_span span; // steps in which it is used
    void *fixed;        // constants: memory that is there already
    bool owned;         // ... and is the program's
    int pending;        // reads by nodes still to come of any value that lies here
} ww_onednn_buffer;

typedef struct ww_place {
    int buffer;
    dnnl_memory_desc_t md;
} ww_place;

typedef struct ww_value_state {
    WW_VECTOR(ww_place) places;
    int left; // reads by nodes still to come
} ww_value_state;

typedef struct ww_step_arg {
    int arg; // DNNL_ARG_*
    ww_place at;
} ww_step_arg;

// A loop of our own, for a case that oneDNN is slow at: one input, one output, in layouts that were agreed on when it
// was made.
typedef struct ww_kernel {
    void (*run)(void *state, const float *in, float *out);
    void (*free)(void *state);
    void *state;
    bool starved; // it is a case for this loop, but there was no memory for it
} ww_kernel;

typedef struct ww_step {
    size_t layer;               // of the net; net->node_count: none
    dnnl_primitive_t primitive; // NULL: a kernel or a reference operator
    ww_kernel kernel;           // run is NULL: a reference operator
    WW_VECTOR(ww_step_arg) args;
    dnnl_exec_arg_t *exec;  // made from args once the buffers have addresses
    const ww_node *node;    // reference operator
    WW_VECTOR(int) in, out; // its buffers; -1 for what is left out
    ww_call call;
    ww_tensor *tensor;
} ww_step;

struct ww_onednn {
    ww_net_plan *plan;
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    WW_VECTOR(ww_onednn_buffer) buffers;
    WW_VECTOR(ww_step) steps;
    ww_value_state *value;
    char *arena;
    int *output_buffer;
    int input_buffer;
    ww_layer_clock clock;
    bool starved; // no memory for a buffer, place or step: what is built is not to be run. Asked after each node
};

// Turns a dnnl_status_t into an error naming the call.
ww_status ww_dnnl_fail(dnnl_status_t status, const char *call, ww_error *err);
#define WW_DNNL(call)                                                                                                  \
    do {                                                                                                               \
        dnnl_status_t ww_dnnl_status = (call);                                                                         \
        if (ww_dnnl_status != dnnl_success)                                                                            \
            return ww_dnnl_fail(ww_dnnl_status, #call, err);                                                           \
    } while (0)

// ---- layouts
// Row-major layout of a shape (rank 0 becomes one dimension of 1).
dnnl_memory_desc_t ww_md_plain(const ww_shape *s);
// Any layout oneDNN likes.
dnnl_memory_desc_t ww_md_any(const ww_shape *s);
// The same bytes mean the same numbers in both (for instance nChw16c and nchw at 1x1 pixels).
bool ww_md_same_bytes(const dnnl_memory_desc_t *a, const dnnl_memory_desc_t *b);

// ---- values and buffers
static inline const ww_tensor *ww_value_tensor(const ww_onednn *e, int value) { return &e->plan->value[value].tensor; }
// The layout in which the value lies as it was made.
const dnnl_memory_desc_t *ww_value_md(const ww_onednn *e, int value);
// The value in layout `md`, reordered (once) where it is not there yet.
ww_status ww_value_in(ww_onednn *e, int value, const dnnl_memory_desc_t *md, ww_place *at, ww_error *err);
ww_status ww_value_plain(ww_onednn *e, int value, ww_place *at, ww_error *err);
// A new buffer for a value made in layout `md`; buffer -1 after setting e->starved.
ww_place ww_value_out(ww_onednn *e, int value, const dnnl_memory_desc_t *md);
// Puts the value where another lies (in place, or an alias).
void ww_value_at(ww_onednn *e, int value, const ww_place *at);
// The same for a result of its input's layout: over the input if nobody else needs that.
ww_place ww_value_over(ww_onednn *e, int output, const ww_place *in);
// True if nothing after the current node reads what is in the buffer, so that the node may write over it.
bool ww_buffer_is_free_after(const ww_onednn *e, int buffer);
// Constant numbers (weights) in the layout a primitive wants, reordered now, once.
ww_status ww_weights(ww_onednn *e, const float *data, const dnnl_memory_desc_t *from, const dnnl_memory_desc_t *to,
                     ww_place *at, ww_error *err);

// ---- steps
// Asks for a primitive; takes `attr` over (NULL: there was no memory for it). *taken = false where oneDNN has none for
// this case, which is then left to the reference.
ww_status ww_make_pd(ww_onednn *e, const_dnnl_op_desc_t desc, dnnl_primitive_attr_t attr, dnnl_primitive_desc_t *pd,
                     bool *taken, ww_error *err);
// True if oneDNN would run its own reference, which is no faster than ours.
bool ww_pd_is_plain_c(const_dnnl_primitive_desc_t pd);
ww_status ww_step_reorder(ww_onednn *e, const ww_place *from, const ww_place *to, ww_error *err);
// Adds a primitive; its scratchpad is found memory in the arena. Takes `pd` over.
ww_status ww_step_add(ww_onednn *e, dnnl_primitive_desc_t pd, const ww_step_arg *args, size_t count, ww_error *err);
void ww_step_free(ww_step *s);
// Adds a loop of our own; takes its state over.
void ww_step_kernel(ww_onednn *e, const ww_kernel *kernel, const ww_place *from, const ww_place *to);
// Attributes with the caller's scratchpad; NULL: no memory.
dnnl_primitive_attr_t ww_attr(void);
// The same with the node's post-ops: a sum is added from what the output holds already, or where `sum_in_place` is
// false from a second tensor of layout `other`.
ww_status ww_make_attr(const ww_node *n, bool sum_in_place, const dnnl_memory_desc_t *other,
                       dnnl_primitive_attr_t *attr, ww_error *err);
ww_status ww_append_activation(dnnl_post_ops_t ops, const ww_post *post, ww_error *err);
// The oneDNN form of an activation; false where it has none of one step.
bool ww_eltwise(const ww_post *post, dnnl_alg_kind_t *kind, float *alpha, float *beta);
// The value that a node's post-ops add (the last, if there are several), or WW_NO_VALUE.
int ww_sum_input(const ww_node *n, int *sums);
// Where a node with a sum writes: a place that holds `other` and may be written over.
ww_status ww_sum_place(ww_onednn *e, const ww_node *n, int other, const dnnl_memory_desc_t *md, ww_place *out,
                       ww_error *err);

#endif
