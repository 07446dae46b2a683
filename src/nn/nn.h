// SPDX-License-Identifier: MIT
// Networks: a model file becomes a ww_net (immutable, shared by all threads); a ww_session runs it for one input shape
// on one thread.
#ifndef WW_NN_NN_H
#define WW_NN_NN_H
#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WW_NN_RANK_MAX 8
#define WW_NN_MODEL_BYTES_MAX ((size_t)512 << 20)
#define WW_NN_TENSOR_BYTES_MAX ((size_t)1 << 30) // one activation or weight

typedef struct ww_shape {
    int rank;
    int64_t dim[WW_NN_RANK_MAX]; // -1: not fixed by the file
} ww_shape;

typedef enum ww_backend {
    WW_BACKEND_ONEDNN,    // the fast one
    WW_BACKEND_REFERENCE, // plain C, one loop an operator: the oracle for the fast one
} ww_backend;

typedef struct ww_net ww_net;
typedef struct ww_session ww_session;

// Reads an ONNX model from memory (the bytes are copied as needed; the caller may free them afterwards). `name` is used
// in messages. WW_ERR_FORMAT: truncated, hostile or inconsistent; WW_ERR_UNSUPPORTED: an operator or attribute the
// engine lacks; both name node and file.
ww_status ww_net_load(const void *bytes, size_t size, const char *name, ww_net **net, ww_error *err);
ww_status ww_net_load_file(const char *path, ww_net **net, ww_error *err);
void ww_net_free(ww_net *net);
const char *ww_net_name(const ww_net *net);

// Gives the ranges of the network's values as lines of `NAME LOW HIGH`, LOW <= 0 < HIGH (# begins a comment). Sessions
// on the fast backend that are opened from then on compute in int8 (int8/program.h) where they know the ranges of what
// goes in and comes out, and give the same answers on every processor. WW_ERR_FORMAT names the line.
ww_status ww_net_set_ranges(ww_net *net, const char *text, size_t size, ww_error *err);
bool ww_net_is_int8(const ww_net *net);

// How long the layers of a network took, in all sessions of it that are closed: calls on_layer for each that took any
// time, in the order of the file (a layer fused into another counts with that), and returns the number of runs.
typedef void ww_on_layer(void *user, const char *name, const char *op, double seconds);
int64_t ww_net_times(const ww_net *net, ww_on_layer *on_layer, void *user);

// Inputs that are not initialisers, and outputs, in the file's order; names and shapes as the file gives them
// (borrowed).
int ww_net_input_count(const ww_net *net);
const char *ww_net_input_name(const ww_net *net, int i);
const ww_shape *ww_net_input_shape(const ww_net *net, int i);
int ww_net_output_count(const ww_net *net);
const char *ww_net_output_name(const ww_net *net, int i);
const ww_shape *ww_net_output_shape(const ww_net *net, int i);
// Value of a metadata_props entry of the file, or NULL.
const char *ww_net_metadata(const ww_net *net, const char *key);

// Plans a run for one concrete input shape (all networks here have one input): infers every shape, folds constants and
// batch norms, fuses activations and sums, makes the primitives and the buffers. Where the file fixes an input
// dimension a different size is tried all the same (fully convolutional detectors export with a fixed size but run at
// any); if the graph does not fit it, WW_ERR_UNSUPPORTED.
ww_status ww_session_open(const ww_net *net, const ww_shape *input, ww_backend backend, ww_session **session,
                          ww_error *err);
void ww_session_close(ww_session *session);
// Where the input belongs: float32, plain NCHW, in the session's own memory; fill it before each run.
float *ww_session_input(ww_session *session);
// Instead, for a grey picture where the network begins with its bytes (int8, one picture, a range of 0 to 255): copies
// width x height of them to the top left of the input for the next run; what they do not cover is 0. False: it does
// not, and nothing was done.
bool ww_session_put_bytes(ww_session *session, const uint8_t *rows, ptrdiff_t stride, int width, int height);
// One thread at a time; each session uses one core. WW_ERR_CANCELLED: see ww_session_options.
ww_status ww_session_run(ww_session *session, ww_error *err);
// Output i after a run: float32, plain row-major (NCHW), borrowed until the next run.
const float *ww_session_output(const ww_session *session, int i, ww_shape *shape);

#endif
