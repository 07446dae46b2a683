// SPDX-License-Identifier: MIT
// The graph of a network as read from a file: values (tensors by name) and the nodes that make them, in an order in
// which every node comes after the makers of its inputs. Immutable once loaded; a session works on a copy of the node
// list (plan.h).
#ifndef WW_NN_GRAPH_H
#define WW_NN_GRAPH_H
#include "nn/tensor.h"

#define WW_NN_NODES_MAX 20000
#define WW_NN_VALUES_MAX 100000
#define WW_NN_ARITY_MAX 1024 // inputs, outputs or attributes of one node
#define WW_NN_LIST_MAX 65536 // numbers in one list attribute
#define WW_NO_VALUE (-1)     // an optional input or output that is left out

typedef enum ww_attribute_kind {
    WW_ATTRIBUTE_OTHER, // a kind no operator here reads (sub-graphs, string lists)
    WW_ATTRIBUTE_INT,
    WW_ATTRIBUTE_FLOAT,
    WW_ATTRIBUTE_STRING,
    WW_ATTRIBUTE_INTS,
    WW_ATTRIBUTE_FLOATS,
    WW_ATTRIBUTE_TENSOR,
} ww_attribute_kind;

typedef struct ww_attribute {
    char *name;
    ww_attribute_kind kind;
    int64_t i;
    float f;
    char *s;
    size_t count; // of ints or floats
    int64_t *ints;
    float *floats;
    ww_tensor tensor;
} ww_attribute;

// What is done to every element of a node's result before it is stored; made by fusion (fuse.c), never by the file.
typedef enum ww_activation {
    WW_ACT_RELU,       // max(x, 0)
    WW_ACT_LEAKY_RELU, // x < 0 ? a x : x
    WW_ACT_CLIP,       // min(max(x, a), b)
    WW_ACT_SIGMOID,    // 1 / (1 + exp(-x))
    WW_ACT_TANH,
    WW_ACT_HARD_SIGMOID, // min(max(a x + b, 0), 1)
    WW_ACT_HARD_SWISH,   // x min(max(x / 6 + 1/2, 0), 1)
    WW_ACT_EXP,
    WW_ACT_SQRT,
    WW_ACT_ELU,    // x < 0 ? a (exp(x) - 1) : x
    WW_ACT_LINEAR, // a x + b
    WW_ACT_ABS,
    WW_ACT_LOG,
} ww_activation;

typedef enum ww_post_kind { WW_POST_ACTIVATION, WW_POST_ADD } ww_post_kind;

typedef struct ww_post {
    ww_post_kind kind;
    ww_activation activation;
    float a, b;
    int input; // WW_POST_ADD: which input of the node is added (same shape as the result)
} ww_post;

#define WW_POST_MAX 4

struct ww_op;

typedef struct ww_node {
    char *name;   // "node 12" where the file gives none
    size_t index; // in ww_net.node; of a plan's fused node: the first's
    const struct ww_op *op;
    int opset; // version of the operator set the file was written for
    int input_count, output_count;
    int *input, *output; // values, or WW_NO_VALUE
    size_t attribute_count;
    ww_attribute *attribute;
    int post_count;
    ww_post post[WW_POST_MAX];
} ww_node;

typedef struct ww_value {
    char *name;
    bool is_constant;
    ww_tensor constant;
} ww_value;

typedef struct ww_port {
    int value;
    ww_shape shape;
} ww_port;

typedef struct ww_metadata {
    char *key, *value;
} ww_metadata;

typedef struct ww_net_profile ww_net_profile; // profile.h

// What a value of the network was seen to hold; by it floats become bytes.
typedef struct ww_value_range {
    bool known;
    float low, high;
} ww_value_range;

struct ww_net {
    char *name;
    ww_value_range *range;             // one a value; NULL: it computes in float32
    _Atomic(ww_net_profile *) profile; // NULL until a session is opened
    // What the reader of the file keeps beside the graph (NULL: nothing): plain memory that belongs to the net. A
    // reader knows its own by `extra_owner`, the address of something that is only its.
    const void *extra_owner;
    void *extra;
    size_t value_count, node_count, metadata_count;
    ww_value *value;
    ww_node *node;
    ww_metadata *metadata;
    int input_count, output_count;
    ww_port *input, *output;
};

// Attributes of a node by name; `fallback` where it is absent or of another kind.
const ww_attribute *ww_node_attribute(const ww_node *n, const char *name, ww_attribute_kind kind);
int64_t ww_node_int(const ww_node *n, const char *name, int64_t fallback);
float ww_node_float(const ww_node *n, const char *name, float fallback);
const char *ww_node_string(const ww_node *n, const char *name, const char *fallback);

void ww_node_free_members(ww_node *n);

#endif
