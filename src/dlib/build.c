// SPDX-License-Identifier: MIT
// From dlib's list of layers to a graph of the engine's operators (ONNX's, and PaddedAdd for add_prev, which takes
// tensors of different sizes).
//
// What a mark is, and which one a later layer means, the file does not say (net.h). Here a mark right after a mark is a
// skip, which goes back to the first tag since the last join; every other mark is a tag.
#include "dlib/layers.h"
#include "nn/graph.h"
#include "nn/ops/op.h"

#include "base/memory.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPERATOR_SET 10 // Clip takes its bounds as attributes
#define NODES_A_LAYER 3
#define VALUES_A_LAYER 8
// Of one node: no layer has more.
enum { INPUTS_MAX = WW_NN_RANK_MAX, ATTRIBUTES_MAX = 4, INTS_MAX = 4 };

static const char owner; // its address marks the nets that are made here

// A place in the graph: a value, and which pixels of the input its cells look at.
typedef struct point {
    int value;
    bool is_row;              // [batch, numbers] rather than [batch, channels, rows, columns]
    int64_t numbers;          // of a row
    double step[2], start[2]; // y, x
} point;

typedef struct builder {
    ww_net *net;
    ww_error *err;
    point now;
    WW_VECTOR(point) tags; // since the last join
    bool after_mark;
    bool has_add, has_concat;
} builder;

static int add_value(builder *b, char *name)
{
    b->net->value[b->net->value_count].name = name;
    return (int)b->net->value_count++;
}

// Takes over the numbers of *data.
static int add_constant(builder *b, const ww_dlib_layer *l, const char *what, float **data, int rank,
                        const int64_t *dim)
{
    int v = add_value(b, ww_strf("byte %zu %s", l->at, what));
    b->net->value[v].is_constant = true;
    b->net->value[v].constant = (ww_tensor){WW_F32, ww_shape_of(rank, dim), *data};
    *data = NULL;
    return v;
}

static ww_node *add_node(builder *b, const ww_dlib_layer *l, const char *op)
{
    ww_node *n = &b->net->node[b->net->node_count++];
    n->name = ww_strf("byte %zu", l->at);
    n->op = ww_op_find(op);
    n->opset = OPERATOR_SET;
    n->input = ww_alloc(sizeof(int[INPUTS_MAX]));
    n->input[n->input_count++] = b->now.value;
    n->output = ww_alloc(sizeof *n->output);
    n->output[n->output_count++] = add_value(b, ww_strf("%s of byte %zu", op, l->at));
    b->now.value = n->output[0];
    return n;
}

static ww_attribute *add_attribute(ww_node *n, const char *name, ww_attribute_kind kind)
{
    if (!n->attribute)
        n->attribute = ww_alloc(sizeof(ww_attribute[ATTRIBUTES_MAX]));
    assert(n->attribute_count < ATTRIBUTES_MAX);
    ww_attribute *a = &n->attribute[n->attribute_count++];
    a->name = ww_strdup(name);
    a->kind = kind;
    return a;
}

static void add_ints(ww_node *n, const char *name, size_t count, const int64_t *list)
{
    ww_attribute *a = add_attribute(n, name, WW_ATTRIBUTE_INTS);
    a->count = count;
    assert(count <= INTS_MAX);
    a->ints = ww_alloc(sizeof(int64_t[INTS_MAX]));
    memcpy(a->ints, list, count * sizeof *list);
}

static void add_float(ww_node *n, const char *name, double value)
{
    add_attribute(n, name, WW_ATTRIBUTE_FLOAT)->f = (float)value;
}

static ww_status fail(builder *b, const ww_dlib_layer *l, const char *what)
{
    return ww_fail(b->err, WW_ERR_UNSUPPORTED, "%s: byte %zu: %s", b->net->name, l->at, what);
}

// ---- layers

static void look_through(builder *b, const ww_dlib_layer *l, const int64_t *kernel)
{
    for (int i = 0; i < 2; i++) {
        int64_t middle = kernel[i] / 2 - l->pad[i]; // dlib's middle of a window of even size is right of the middle
        b->now.start[i] += b->now.step[i] * (double)middle;
        b->now.step[i] *= (double)l->stride[i];
    }
}

static void add_window(ww_node *n, const ww_dlib_layer *l)
{
    add_ints(n, "strides", 2, l->stride);
    add_ints(n, "pads", 4, (int64_t[]){l->pad[0], l->pad[1], l->pad[0], l->pad[1]});
}

static ww_status build_con(builder *b, ww_dlib_layer *l)
{
    if (b->now.is_row)
        return fail(b, l, "a convolution of a row of numbers");
    ww_node *n = add_node(b, l, "Conv");
    add_window(n, l);
    n->input[n->input_count++] = add_constant(b, l, "filters", &l->weights, 4, l->dim);
    if (l->offsets)
        n->input[n->input_count++] = add_constant(b, l, "biases", &l->offsets, 1, l->dim);
    look_through(b, l, &l->dim[2]);
    return WW_OK;
}

static ww_status build_pool(builder *b, ww_dlib_layer *l)
{
    bool max = l->kind == WW_DLIB_MAX_POOL, global = l->kernel[0] == 0 && l->kernel[1] == 0;
    if (b->now.is_row || (!global && (l->kernel[0] == 0 || l->kernel[1] == 0)))
        return fail(b, l, "a pooling over one axis or of a row of numbers is not supported");
    ww_node *n = add_node(b, l,
                          global ? (max ? "GlobalMaxPool" : "GlobalAveragePool")
                          : max  ? "MaxPool"
                                 : "AveragePool");
    if (global)
        return WW_OK;
    add_ints(n, "kernel_shape", 2, l->kernel);
    add_window(n, l);
    look_through(b, l, l->kernel);
    return WW_OK;
}

static float *constant_row(size_t count, float value)
{
    float *v = ww_alloc_array(count, sizeof *v, WW_NN_TENSOR_BYTES_MAX);
    for (size_t i = 0; i < count && v; i++)
        v[i] = value;
    return v;
}

// One factor and offset a channel: a batch norm of mean 0 and variance 1, which is folded into the convolution before
// it.
static ww_status build_affine_by_channel(builder *b, ww_dlib_layer *l)
{
    float *mean = constant_row((size_t)l->dim[1], 0), *variance = constant_row((size_t)l->dim[1], 1);
    ww_node *n = add_node(b, l, "BatchNormalization");
    add_float(n, "epsilon", 0);
    n->input[n->input_count++] = add_constant(b, l, "gamma", &l->weights, 1, &l->dim[1]);
    n->input[n->input_count++] = add_constant(b, l, "beta", &l->offsets, 1, &l->dim[1]);
    n->input[n->input_count++] = add_constant(b, l, "mean", &mean, 1, &l->dim[1]);
    n->input[n->input_count++] = add_constant(b, l, "variance", &variance, 1, &l->dim[1]);
    return WW_OK;
}

static ww_status build_affine(builder *b, ww_dlib_layer *l)
{
    int64_t count = l->dim[1] * l->dim[2] * l->dim[3];
    if (l->dim[0] != 1 || (l->by_channel && count != l->dim[1]))
        return fail(b, l, "factors that are not one a channel");
    if (l->by_channel)
        return build_affine_by_channel(b, l);
    int rank = b->now.is_row ? 1 : 3;
    const int64_t *dim = b->now.is_row ? &count : &l->dim[1];
    ww_node *n = add_node(b, l, "Mul");
    n->input[n->input_count++] = add_constant(b, l, "gamma", &l->weights, rank, dim);
    n = add_node(b, l, "Add");
    n->input[n->input_count++] = add_constant(b, l, "beta", &l->offsets, rank, dim);
    return WW_OK;
}

static ww_status build_fc(builder *b, ww_dlib_layer *l)
{
    if (!b->now.is_row)
        add_node(b, l, "Flatten");
    ww_node *n = add_node(b, l, "Gemm");
    n->input[n->input_count++] = add_constant(b, l, "weights", &l->weights, 2, l->dim);
    if (l->offsets)
        n->input[n->input_count++] = add_constant(b, l, "biases", &l->offsets, 1, &l->dim[1]);
    b->now.is_row = true;
    b->now.numbers = l->dim[1];
    return WW_OK;
}

static ww_status build_activation(builder *b, ww_dlib_layer *l)
{
    bool has_slope = strcmp(l->op, "PRelu") == 0, is_clip = strcmp(l->op, "Clip") == 0;
    ww_node *n = add_node(b, l, l->op);
    if (has_slope)
        n->input[n->input_count++] = add_constant(b, l, "slope", &l->weights, 1, (int64_t[]){1});
    else if (is_clip)
        add_float(n, "min", 0);
    add_float(n, is_clip ? "max" : "alpha", l->alpha);
    return WW_OK;
}

static ww_status build_scale(builder *b, ww_dlib_layer *l)
{
    if (l->alpha == 1)
        return WW_OK;
    float *factor = constant_row(1, (float)l->alpha);
    ww_node *n = add_node(b, l, "Mul");
    n->input[n->input_count++] = add_constant(b, l, "factor", &factor, 1, (int64_t[]){1});
    return WW_OK;
}

// ---- marks and joins

static ww_status build_mark(builder *b, ww_dlib_layer *l)
{
    if (!b->after_mark) {
        return ww_vector_push(&b->tags, b->now) ? WW_OK : ww_fail_memory(b->err, "the layers of %s", b->net->name);
    }
    if (b->tags.count < 2)
        return fail(b, l, "a skip layer with no tag to go back to");
    b->now = b->tags.item[0];
    return WW_OK;
}

static ww_status build_add_prev(builder *b, ww_dlib_layer *l)
{
    if (b->tags.count == 0)
        return fail(b, l, "add_prev with no tag before it");
    point tag = b->tags.item[b->tags.count - 1];
    if (tag.is_row != b->now.is_row)
        return fail(b, l, "add_prev of a picture and a row of numbers");
    ww_node *n = add_node(b, l, b->now.is_row ? "Add" : "PaddedAdd");
    n->input[n->input_count++] = tag.value;
    b->tags.count = 0;
    b->has_add = true;
    return WW_OK;
}

static ww_status build_concat(builder *b, ww_dlib_layer *l)
{
    size_t count = (size_t)l->tag_count;
    if (b->tags.count < count)
        return fail(b, l, "concat of more tags than there are before it (inception blocks are not supported)");
    const point *first = &b->tags.item[b->tags.count - count];
    for (size_t i = 0; i < count; i++)
        if (first[i].is_row)
            return fail(b, l, "concat of rows of numbers");
    ww_node *n = add_node(b, l, "Concat");
    add_attribute(n, "axis", WW_ATTRIBUTE_INT)->i = 1;
    n->input_count = 0;
    for (size_t i = 0; i < count; i++)
        n->input[n->input_count++] = first[i].value;
    b->tags.count = 0;
    b->has_concat = true;
    return WW_OK;
}

static ww_status build_layer(builder *b, ww_dlib_layer *l)
{
    ww_status status = WW_OK;
    switch (l->kind) {
    case WW_DLIB_MARK: status = build_mark(b, l); break;
    case WW_DLIB_CON: status = build_con(b, l); break;
    case WW_DLIB_AFFINE: status = build_affine(b, l); break;
    case WW_DLIB_ACTIVATION: status = build_activation(b, l); break;
    case WW_DLIB_SCALE: status = build_scale(b, l); break;
    case WW_DLIB_MAX_POOL:
    case WW_DLIB_AVG_POOL: status = build_pool(b, l); break;
    case WW_DLIB_FC: status = build_fc(b, l); break;
    case WW_DLIB_ADD_PREV: status = build_add_prev(b, l); break;
    case WW_DLIB_CONCAT: status = build_concat(b, l); break;
    }
    b->after_mark = l->kind == WW_DLIB_MARK;
    return status;
}

// ---- the network

static ww_status start(builder *b, const char *name, size_t layers, const ww_dlib_net *info)
{
    ww_net *net = b->net = ww_alloc(sizeof *net);
    net->name = ww_strdup(name);
    net->node = ww_try_array((layers + 1) * NODES_A_LAYER, sizeof *net->node);
    net->value = ww_try_array((layers + 1) * VALUES_A_LAYER, sizeof *net->value);
    if (!net->node || !net->value)
        return ww_fail_memory(b->err, "the layers of %s", name);
    ww_dlib_net *extra = ww_alloc(sizeof *extra);
    *extra = *info;
    net->extra = extra;
    net->extra_owner = &owner;
    b->now = (point){.value = add_value(b, ww_strdup("input")), .step = {1, 1}};
    bool sized = info->input.kind == WW_DLIB_INPUT_RGB_SIZED;
    net->input = ww_alloc(sizeof *net->input);
    net->input_count = 1;
    net->input[0].value = b->now.value;
    net->input[0].shape =
        (ww_shape){4, {-1, info->input.channels, sized ? info->input.height : -1, sized ? info->input.width : -1}};
    return WW_OK;
}

static void finish(builder *b)
{
    static const char *const names[] = {"other", "mmod", "resnet", "densenet", "metric"};
    ww_net *net = b->net;
    ww_dlib_net *info = net->extra;
    net->output = ww_alloc(sizeof *net->output);
    net->output_count = 1;
    net->output[0] =
        (ww_port){b->now.value, {b->now.is_row ? 2 : 4, {-1, b->now.is_row ? b->now.numbers : -1, -1, -1}}};
    if (info->kind == WW_DLIB_METRIC && b->has_concat)
        info->kind = WW_DLIB_DENSENET;
    else if (info->kind == WW_DLIB_METRIC && b->has_add)
        info->kind = WW_DLIB_RESNET;
    info->step_y = b->now.step[0];
    info->step_x = b->now.step[1];
    info->start_y = b->now.start[0];
    info->start_x = b->now.start[1];
    net->metadata = ww_alloc(sizeof *net->metadata);
    net->metadata[net->metadata_count++] = (ww_metadata){ww_strdup("dlib.kind"), ww_strdup(names[info->kind])};
}

static ww_status check_constants(builder *b)
{
    for (size_t i = 0; i < b->net->value_count; i++)
        if (b->net->value[i].is_constant && !b->net->value[i].constant.data)
            return ww_fail_memory(b->err, "the constants of %s", b->net->name);
    if (b->net->node_count == 0)
        return ww_fail(b->err, WW_ERR_FORMAT, "%s: a network without layers", b->net->name);
    return WW_OK;
}

ww_status ww_dlib_build(const char *name, ww_dlib_layers *layers, const ww_dlib_net *info, ww_net **net, ww_error *err)
{
    builder b = {.err = err};
    ww_status status = start(&b, name, layers->count, info);
    for (size_t i = 0; i < layers->count && status == WW_OK; i++)
        status = build_layer(&b, &layers->item[i]);
    if (status == WW_OK)
        status = check_constants(&b);
    if (status == WW_OK)
        finish(&b);
    ww_vector_free(&b.tags);
    if (status != WW_OK) {
        ww_net_free(b.net);
        b.net = NULL;
    }
    *net = b.net;
    return status;
}

const ww_dlib_net *ww_net_dlib(const ww_net *net) { return net->extra_owner == &owner ? net->extra : NULL; }
