// SPDX-License-Identifier: MIT
// Operators: for each a name, a check of its inputs that infers the outputs' shapes, a plain C reference, and (for the
// ones that matter) a builder of the fast version. One family a file; the table of families is in ops.c.
#ifndef WW_NN_OPS_OP_H
#define WW_NN_OPS_OP_H
#include "nn/graph.h"

// One node with its tensors in hand. While shapes are inferred, `data` is NULL except for constants; while it runs, all
// data is there and the outputs' data is writable and distinct from every input's.
typedef struct ww_call {
    const ww_node *node;
    int in_count, out_count;
    const ww_tensor *const *in; // NULL: an optional input that is left out
    ww_tensor *const *out;      // NULL: an output nobody reads
} ww_call;

// Checks attributes and inputs (of the file: never trusted) and sets type and shape of every output. Messages need not
// name the node: the caller puts it in front. After WW_OK the reference may rely on all it checked.
typedef ww_status ww_infer_fn(const ww_call *c, ww_error *err);
typedef void ww_reference_fn(const ww_call *c);

struct ww_onednn;
// Adds the node to a oneDNN program. *taken = false: this case is left to the reference.
typedef ww_status ww_fast_fn(struct ww_onednn *e, const ww_node *n, bool *taken, ww_error *err);

typedef enum ww_op_flags {
    WW_OP_ALIAS = 1, // output 0 is input 0's data under another shape (and of the same type)
    WW_OP_FOLDS = 2, // cheap enough to evaluate at session open when all its inputs are constants
    WW_OP_FUSES = 4, // takes activations and sums that follow it into its own loop (ww_node.post)
    WW_OP_SHAPE = 8, // needs only the shape of input 0: folds always
} ww_op_flags;

typedef struct ww_op {
    const char *name;
    int in_min, in_max, out_max;
    int flags;
    ww_infer_fn *infer;
    ww_reference_fn *reference;
    ww_fast_fn *fast; // NULL: the reference is fast enough
} ww_op;

// NULL when there is none of that name.
const ww_op *ww_op_find(const char *name);

// Helpers shared by the operator files.
static inline bool ww_call_has(const ww_call *c, int input) { return input < c->in_count && c->in[input]; }
static inline const ww_tensor *ww_call_in(const ww_call *c, int input)
{
    return ww_call_has(c, input) ? c->in[input] : NULL;
}
// `axis` (which may count from the end) in 0 .. rank-1.
ww_status ww_axis(int64_t axis, int rank, int *out, ww_error *err);
// A list of integers given as attribute `name` or, where that is absent, as constant input `input`; *list is borrowed
// from the file or NULL where neither is given. A file that computes it from the picture is WW_ERR_UNSUPPORTED.
ww_status ww_call_ints(const ww_call *c, const char *name, int input, const int64_t **list, size_t *count,
                       ww_error *err);
// Fails unless input `i` is float (or absent).
ww_status ww_want_floats(const ww_call *c, ww_error *err);
ww_status ww_want_rank(const ww_call *c, int input, int rank_min, int rank_max, ww_error *err);
// Sets output 0.
ww_status ww_give(const ww_call *c, ww_dtype type, const ww_shape *shape, ww_error *err);

// x after the activation; and a whole row of n results after every post-op of the node. `at` is the row's offset in the
// output.
float ww_activate(ww_activation act, float a, float b, float x);
void ww_apply_post(const ww_call *c, float *row, int64_t n, int64_t at);

#endif
