// SPDX-License-Identifier: MIT
// Reads an ONNX file into a ww_net.
//
// protobuf-c parses the bytes into a tree of messages; this file walks the tree and keeps what the engine needs. The
// file may be hostile: the parser's memory is limited to a multiple of the file's size (two bytes of file can ask for a
// hundred of memory), every count is bounded, every name must be made exactly once and before it is used, which also
// rules out cycles.
#include "nn/graph.h"
#include "nn/onnx/names.h"
#include "nn/onnx/tensor.h"
#include "nn/ops/op.h"

#include "base/ascii.h"
#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { // AttributeProto.AttributeType
    ONNX_ATTRIBUTE_FLOAT = 1,
    ONNX_ATTRIBUTE_INT,
    ONNX_ATTRIBUTE_STRING,
    ONNX_ATTRIBUTE_TENSOR,
    ONNX_ATTRIBUTE_GRAPH,
    ONNX_ATTRIBUTE_FLOATS,
    ONNX_ATTRIBUTE_INTS,
};

#define OPSET_MIN 7        // before it, broadcasting had other rules
#define NAME_SHOWN_MAX 100 // characters of a file's name for something that go into a message

// What the parser may allocate for a file of `size` bytes: numbers stored as one-byte varints become eight bytes, small
// messages structs.
#define PARSE_BYTES_FIXED ((size_t)4 << 20)
#define PARSE_BYTES_FACTOR 16

typedef struct parse_budget {
    size_t left;
    bool starved; // there was no memory, though the budget allowed it
} parse_budget;

typedef struct reader {
    ww_net *net;
    ww_names names;
    size_t value_capacity;
    int opset;
    ww_error *err;
} reader;

static void *budget_alloc(void *user, size_t bytes)
{
    parse_budget *budget = user;
    if (bytes > budget->left)
        return NULL;
    budget->left -= bytes;
    void *p = ww_try_alloc(bytes);
    budget->starved = budget->starved || !p;
    return p;
}

static void budget_free(void *user, void *p) { free(p); }

// A name from the file made fit for a one-line message.
static const char *shown(const char *name, char text[NAME_SHOWN_MAX + 1])
{
    size_t n = 0;
    for (; name && name[n] && n < NAME_SHOWN_MAX; n++)
        text[n] = ww_ascii_is_control(name[n]) ? '?' : name[n];
    text[n] = 0;
    return text;
}

static ww_status no_memory(reader *r) { return ww_fail_memory(r->err, "the network's graph"); }

static ww_status add_value(reader *r, const char *name, int *index)
{
    char text[NAME_SHOWN_MAX + 1];
    ww_net *net = r->net;
    if (ww_names_find(&r->names, name))
        return ww_fail(r->err, WW_ERR_FORMAT, "the value '%s' is made twice", shown(name, text));
    if (net->value_count >= WW_NN_VALUES_MAX)
        return ww_fail(r->err, WW_ERR_FORMAT, "more than %d values", WW_NN_VALUES_MAX);
    if (net->value_count == r->value_capacity) {
        size_t wider = r->value_capacity ? 2 * r->value_capacity : 256;
        ww_value *grown = ww_try_widen(net->value, net->value_count, wider, sizeof *grown);
        if (!grown)
            return no_memory(r);
        net->value = grown;
        r->value_capacity = wider;
    }
    *index = (int)net->value_count++;
    char *own_name = net->value[*index].name = ww_try_strdup(name);
    return own_name && ww_names_add(&r->names, own_name, *index) ? WW_OK : no_memory(r);
}

static ww_status read_initializers(reader *r, const Ww__Onnx__Graph *g)
{
    char text[NAME_SHOWN_MAX + 1];
    if (g->n_sparse_initializer > 0)
        return ww_fail(r->err, WW_ERR_UNSUPPORTED, "sparse weights are not supported; save the model with dense ones");
    for (size_t i = 0; i < g->n_initializer; i++) {
        const Ww__Onnx__Tensor *t = g->initializer[i];
        if (!t->name || !*t->name)
            return ww_fail(r->err, WW_ERR_FORMAT, "initializer %zu has no name", i);
        int index = 0;
        ww_status status = add_value(r, t->name, &index);
        if (status != WW_OK)
            return status;
        r->net->value[index].is_constant = true;
        if (ww_onnx_tensor(t, &r->net->value[index].constant, r->err) != WW_OK)
            return ww_error_prefix(r->err, "initializer '%s'", shown(t->name, text));
    }
    return WW_OK;
}

static ww_status read_port_shape(reader *r, const Ww__Onnx__Value *v, ww_shape *shape)
{
    char text[NAME_SHOWN_MAX + 1];
    *shape = (ww_shape){0};
    const Ww__Onnx__TensorType *type = v->type ? v->type->tensor_type : NULL;
    if (!type || !type->shape)
        return WW_OK;
    const Ww__Onnx__Shape *s = type->shape;
    if (s->n_dim > WW_NN_RANK_MAX)
        return ww_fail(r->err, WW_ERR_UNSUPPORTED, "'%s' has %zu dimensions", shown(v->name, text), s->n_dim);
    shape->rank = (int)s->n_dim;
    // Old exporters write 0 for a dimension that is not known.
    for (size_t i = 0; i < s->n_dim; i++)
        shape->dim[i] = s->dim[i]->has_dim_value && s->dim[i]->dim_value > 0 ? s->dim[i]->dim_value : -1;
    return WW_OK;
}

// Files before IR version 4 list their weights among the inputs too; those are skipped.
static ww_status read_inputs(reader *r, const Ww__Onnx__Graph *g)
{
    if (g->n_input > WW_NN_VALUES_MAX)
        return ww_fail(r->err, WW_ERR_FORMAT, "%zu inputs", g->n_input);
    r->net->input = ww_try_array(g->n_input, sizeof *r->net->input);
    if (!r->net->input)
        return no_memory(r);
    for (size_t i = 0; i < g->n_input; i++) {
        const Ww__Onnx__Value *v = g->input[i];
        if (!v->name || !*v->name)
            return ww_fail(r->err, WW_ERR_FORMAT, "input %zu has no name", i);
        int *known = ww_names_find(&r->names, v->name);
        if (known && r->net->value[*known].is_constant)
            continue;
        ww_port *port = &r->net->input[r->net->input_count];
        ww_status status = add_value(r, v->name, &port->value);
        if (status == WW_OK)
            status = read_port_shape(r, v, &port->shape);
        if (status != WW_OK)
            return status;
        r->net->input_count++;
    }
    return WW_OK;
}

static ww_status read_list_attribute(reader *r, const Ww__Onnx__Attribute *from, ww_attribute *to)
{
    size_t n = from->n_ints ? from->n_ints : from->n_floats;
    if (n > WW_NN_LIST_MAX)
        return ww_fail(r->err, WW_ERR_FORMAT, "attribute '%s' lists %zu numbers", to->name, n);
    to->count = n;
    if (to->kind == WW_ATTRIBUTE_INTS && n == from->n_ints) {
        to->ints = ww_try_array(n, sizeof *to->ints);
        if (n && to->ints)
            memcpy(to->ints, from->ints, n * sizeof *to->ints);
    } else if (to->kind == WW_ATTRIBUTE_FLOATS && n == from->n_floats) {
        to->floats = ww_try_array(n, sizeof *to->floats);
        if (n && to->floats)
            memcpy(to->floats, from->floats, n * sizeof *to->floats);
    } else {
        return ww_fail(r->err, WW_ERR_FORMAT, "attribute '%s' holds a list of another type than it says", to->name);
    }
    return to->ints || to->floats ? WW_OK : no_memory(r);
}

// Very old files leave the type out; it is then the member that is there.
static ww_attribute_kind attribute_kind(const Ww__Onnx__Attribute *a)
{
    switch (a->type) {
    case ONNX_ATTRIBUTE_FLOAT: return WW_ATTRIBUTE_FLOAT;
    case ONNX_ATTRIBUTE_INT: return WW_ATTRIBUTE_INT;
    case ONNX_ATTRIBUTE_STRING: return WW_ATTRIBUTE_STRING;
    case ONNX_ATTRIBUTE_TENSOR: return WW_ATTRIBUTE_TENSOR;
    case ONNX_ATTRIBUTE_FLOATS: return WW_ATTRIBUTE_FLOATS;
    case ONNX_ATTRIBUTE_INTS: return WW_ATTRIBUTE_INTS;
    case 0: break;
    default: return WW_ATTRIBUTE_OTHER;
    }
    return a->n_ints     ? WW_ATTRIBUTE_INTS
           : a->n_floats ? WW_ATTRIBUTE_FLOATS
           : a->has_i    ? WW_ATTRIBUTE_INT
           : a->has_f    ? WW_ATTRIBUTE_FLOAT
           : a->has_s    ? WW_ATTRIBUTE_STRING
           : a->t        ? WW_ATTRIBUTE_TENSOR
                         : WW_ATTRIBUTE_OTHER;
}

static ww_status read_attribute(reader *r, const Ww__Onnx__Attribute *from, ww_attribute *to)
{
    char text[NAME_SHOWN_MAX + 1];
    to->name = ww_strdup(shown(from->name, text));
    to->kind = attribute_kind(from);
    to->i = from->i;
    to->f = from->f;
    switch (to->kind) {
    case WW_ATTRIBUTE_STRING:
        to->s = ww_try_alloc(from->s.len + 1);
        if (to->s && from->s.len)
            memcpy(to->s, from->s.data, from->s.len);
        return to->s ? WW_OK : no_memory(r);
    case WW_ATTRIBUTE_TENSOR:
        if (!from->t)
            return ww_fail(r->err, WW_ERR_FORMAT, "attribute '%s' has no tensor", to->name);
        if (ww_onnx_tensor(from->t, &to->tensor, r->err) != WW_OK)
            return ww_error_prefix(r->err, "attribute '%s'", to->name);
        return WW_OK;
    case WW_ATTRIBUTE_INTS:
    case WW_ATTRIBUTE_FLOATS: return read_list_attribute(r, from, to);
    default: return WW_OK;
    }
}

static ww_status read_node_inputs(reader *r, const Ww__Onnx__Node *from, ww_node *to)
{
    char text[NAME_SHOWN_MAX + 1];
    to->input = ww_try_array(from->n_input, sizeof *to->input);
    if (!to->input)
        return no_memory(r);
    for (size_t i = 0; i < from->n_input; i++) {
        int *known = ww_names_find(&r->names, from->input[i]);
        if (from->input[i][0] && !known)
            return ww_fail(r->err, WW_ERR_FORMAT,
                           "reads '%s', which nothing before it makes (a cycle, or a damaged file)",
                           shown(from->input[i], text));
        to->input[to->input_count++] = known ? *known : WW_NO_VALUE;
    }
    return WW_OK;
}

static ww_status read_node_outputs(reader *r, const Ww__Onnx__Node *from, ww_node *to)
{
    to->output = ww_try_array(from->n_output, sizeof *to->output);
    if (!to->output)
        return no_memory(r);
    for (size_t i = 0; i < from->n_output; i++) {
        int index = WW_NO_VALUE;
        ww_status status = from->output[i][0] ? add_value(r, from->output[i], &index) : WW_OK;
        if (status != WW_OK)
            return status;
        to->output[to->output_count++] = index;
    }
    return WW_OK;
}

static ww_status read_node_parts(reader *r, const Ww__Onnx__Node *from, ww_node *to)
{
    char text[NAME_SHOWN_MAX + 1];
    const char *op_type = from->op_type ? from->op_type : "";
    bool standard = !from->domain || !*from->domain || strcmp(from->domain, "ai.onnx") == 0;
    to->op = standard ? ww_op_find(op_type) : NULL;
    if (!to->op)
        return ww_fail(r->err, WW_ERR_UNSUPPORTED, "the operator '%s' is not supported", shown(op_type, text));
    if (from->n_input > WW_NN_ARITY_MAX || from->n_output > WW_NN_ARITY_MAX || from->n_attribute > WW_NN_ARITY_MAX)
        return ww_fail(r->err, WW_ERR_FORMAT, "more than %d inputs, outputs or attributes", WW_NN_ARITY_MAX);
    if ((int)from->n_input < to->op->in_min || (int)from->n_input > to->op->in_max || from->n_output < 1)
        return ww_fail(r->err, WW_ERR_FORMAT, "%s cannot have %zu inputs and %zu outputs", to->op->name, from->n_input,
                       from->n_output);
    to->attribute = ww_try_array(from->n_attribute, sizeof *to->attribute);
    ww_status status = to->attribute ? read_node_inputs(r, from, to) : no_memory(r);
    for (size_t i = 0; i < from->n_attribute && status == WW_OK; i++) {
        status = read_attribute(r, from->attribute[i], &to->attribute[i]);
        to->attribute_count++;
    }
    return status == WW_OK ? read_node_outputs(r, from, to) : status;
}

static ww_status read_nodes(reader *r, const Ww__Onnx__Graph *g)
{
    char text[NAME_SHOWN_MAX + 1];
    if (g->n_node > WW_NN_NODES_MAX)
        return ww_fail(r->err, WW_ERR_FORMAT, "%zu nodes, more than the %d a network may have", g->n_node,
                       WW_NN_NODES_MAX);
    r->net->node = ww_try_array(g->n_node, sizeof *r->net->node);
    if (!r->net->node)
        return no_memory(r);
    for (size_t i = 0; i < g->n_node; i++) {
        const Ww__Onnx__Node *from = g->node[i];
        ww_node *to = &r->net->node[r->net->node_count++];
        to->name = from->name && *from->name ? ww_strdup(shown(from->name, text)) : ww_strf("node %zu", i);
        to->opset = r->opset;
        ww_status status = read_node_parts(r, from, to);
        if (status != WW_OK)
            return ww_error_prefix(r->err, "node '%s'", to->name), status;
    }
    return WW_OK;
}

static ww_status read_outputs(reader *r, const Ww__Onnx__Graph *g)
{
    char text[NAME_SHOWN_MAX + 1];
    if (g->n_output == 0 || g->n_output > WW_NN_ARITY_MAX)
        return ww_fail(r->err, WW_ERR_FORMAT, "%zu outputs", g->n_output);
    r->net->output = ww_try_array(g->n_output, sizeof *r->net->output);
    if (!r->net->output)
        return no_memory(r);
    for (size_t i = 0; i < g->n_output; i++) {
        const Ww__Onnx__Value *v = g->output[i];
        int *known = v->name ? ww_names_find(&r->names, v->name) : NULL;
        if (!known)
            return ww_fail(r->err, WW_ERR_FORMAT, "no node makes the output '%s'", shown(v->name, text));
        ww_port *port = &r->net->output[r->net->output_count++];
        port->value = *known;
        ww_status status = read_port_shape(r, v, &port->shape);
        if (status != WW_OK)
            return status;
    }
    return WW_OK;
}

static ww_status read_opset(reader *r, const Ww__Onnx__Model *m)
{
    r->opset = 0;
    for (size_t i = 0; i < m->n_opset_import; i++) {
        const Ww__Onnx__OperatorSet *o = m->opset_import[i];
        if (!o->domain || !*o->domain || strcmp(o->domain, "ai.onnx") == 0)
            r->opset = o->version > 1000 ? 1000 : (int)o->version;
    }
    if (r->opset < OPSET_MIN)
        return ww_fail(r->err, WW_ERR_UNSUPPORTED, "written for operator set %d; export it again for %d or newer",
                       r->opset, OPSET_MIN);
    return WW_OK;
}

static ww_status read_metadata(reader *r, const Ww__Onnx__Model *m)
{
    r->net->metadata = ww_try_array(m->n_metadata_props, sizeof *r->net->metadata);
    for (size_t i = 0; r->net->metadata && i < m->n_metadata_props; i++) {
        const Ww__Onnx__StringPair *p = m->metadata_props[i];
        ww_metadata *d = &r->net->metadata[r->net->metadata_count++];
        d->key = ww_try_strdup(p->key ? p->key : "");
        d->value = ww_try_strdup(p->value ? p->value : "");
        if (!d->key || !d->value)
            return no_memory(r);
    }
    return r->net->metadata ? WW_OK : no_memory(r);
}

static ww_status read_model(reader *r, const Ww__Onnx__Model *m)
{
    if (!m->graph || m->graph->n_node == 0)
        return ww_fail(r->err, WW_ERR_FORMAT, "holds no network");
    ww_status status = read_opset(r, m);
    if (status == WW_OK)
        status = read_initializers(r, m->graph);
    if (status == WW_OK)
        status = read_inputs(r, m->graph);
    if (status == WW_OK)
        status = read_nodes(r, m->graph);
    if (status == WW_OK)
        status = read_outputs(r, m->graph);
    return status == WW_OK ? read_metadata(r, m) : status;
}

ww_status ww_net_load(const void *bytes, size_t size, const char *name, ww_net **net, ww_error *err)
{
    *net = NULL;
    if (size > WW_NN_MODEL_BYTES_MAX)
        return ww_fail(err, WW_ERR_MEMORY, "%s: a model of %zu MiB; at most %zu are read", name, size >> 20,
                       WW_NN_MODEL_BYTES_MAX >> 20);
    parse_budget budget = {.left = PARSE_BYTES_FIXED + PARSE_BYTES_FACTOR * size};
    ProtobufCAllocator allocator = {budget_alloc, budget_free, &budget};
    Ww__Onnx__Model *model = size ? ww__onnx__model__unpack(&allocator, size, bytes) : NULL;
    if (budget.starved) {
        if (model)
            ww__onnx__model__free_unpacked(model, &allocator);
        return ww_fail_memory(err, "reading %s", name);
    }
    if (!model)
        return ww_fail(err, WW_ERR_FORMAT, "%s: not an ONNX model, or truncated", name);
    ww_error local;
    reader r = {.net = ww_alloc(sizeof *r.net), .err = err ? err : &local};
    r.net->name = ww_strdup(name);
    ww_status status = read_model(&r, model);
    ww__onnx__model__free_unpacked(model, &allocator);
    ww_names_free(&r.names);
    if (status != WW_OK) {
        ww_error_prefix(r.err, "%s", name);
        ww_net_free(r.net);
        return status;
    }
    *net = r.net;
    return WW_OK;
}
