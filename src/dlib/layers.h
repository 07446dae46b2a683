// SPDX-License-Identifier: MIT
// The layers of a dlib network in the order in which data passes them, as far as the file tells (layers.c reads one,
// net_reader.c the whole list), before they become a graph (build.c).
#ifndef WW_DLIB_LAYERS_H
#define WW_DLIB_LAYERS_H
#include "base/vector.h"
#include "dlib/net.h"
#include "dlib/stream.h"

#define WW_DLIB_LAYERS_MAX 4096
#define WW_DLIB_SIDE_MAX 1000000 // a tensor's dimension

typedef enum ww_dlib_layer_kind {
    WW_DLIB_MARK, // a tag or a skip; the file does not tell them apart
    WW_DLIB_CON,
    WW_DLIB_AFFINE, // x * gamma + beta, by channel or by element
    WW_DLIB_ACTIVATION,
    WW_DLIB_SCALE, // x * alpha
    WW_DLIB_MAX_POOL,
    WW_DLIB_AVG_POOL,
    WW_DLIB_FC,
    WW_DLIB_ADD_PREV,
    WW_DLIB_CONCAT,
} ww_dlib_layer_kind;

typedef struct ww_dlib_layer {
    ww_dlib_layer_kind kind;
    size_t at;                            // byte of the file where it begins, for messages
    const char *op;                       // ACTIVATION: the operator's name
    double alpha;                         // ACTIVATION, SCALE: its parameter
    int64_t kernel[2], stride[2], pad[2]; // CON and pools: y, x; a kernel of 0 is the whole picture
    int64_t dim[4];                       // CON: filters; FC: inputs, outputs; AFFINE: 1, k, rows, columns
    bool by_channel;                      // AFFINE
    int tag_count;                        // CONCAT
    // CON, FC: filters, biases (NULL: none); AFFINE: gamma, beta; PRelu: one slope
    float *weights, *offsets;
} ww_dlib_layer;

typedef WW_VECTOR(ww_dlib_layer) ww_dlib_layers;

void ww_dlib_layers_free(ww_dlib_layers *l);

// The details of one layer, from its name on. WW_ERR_UNSUPPORTED names a layer that is not known. Nothing is left to
// free on failure.
void ww_dlib_read_layer(ww_dat *d, ww_dlib_layer *layer);
// A tensor that is not needed (gradients, cached results).
void ww_dlib_skip_tensor(ww_dat *d);

// ends.c: the loss layer at one end of the file's order and the input layer at the other.
void ww_dlib_read_loss(ww_dat *d, ww_dlib_net *net);
void ww_dlib_read_input(ww_dat *d, ww_dlib_input *in);

// build.c: makes the graph. Takes the layers' numbers over; `info` gets kind and cell geometry. `name` is the net's.
ww_status ww_dlib_build(const char *name, ww_dlib_layers *layers, const ww_dlib_net *info, ww_net **net, ww_error *err);

#endif
