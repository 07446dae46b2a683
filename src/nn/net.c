// SPDX-License-Identifier: MIT
// The loaded network: its questions and its end. Reading is in onnx/.
#include "nn/graph.h"
#include "nn/profile.h"

#include "base/files.h"
#include "base/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

const ww_attribute *ww_node_attribute(const ww_node *n, const char *name, ww_attribute_kind kind)
{
    for (size_t i = 0; i < n->attribute_count; i++)
        if (n->attribute[i].kind == kind && strcmp(n->attribute[i].name, name) == 0)
            return &n->attribute[i];
    return NULL;
}

int64_t ww_node_int(const ww_node *n, const char *name, int64_t fallback)
{
    const ww_attribute *a = ww_node_attribute(n, name, WW_ATTRIBUTE_INT);
    return a ? a->i : fallback;
}

float ww_node_float(const ww_node *n, const char *name, float fallback)
{
    const ww_attribute *a = ww_node_attribute(n, name, WW_ATTRIBUTE_FLOAT);
    return a ? a->f : fallback;
}

const char *ww_node_string(const ww_node *n, const char *name, const char *fallback)
{
    const ww_attribute *a = ww_node_attribute(n, name, WW_ATTRIBUTE_STRING);
    return a ? a->s : fallback;
}

void ww_node_free_members(ww_node *n)
{
    for (size_t i = 0; i < n->attribute_count; i++) {
        ww_attribute *a = &n->attribute[i];
        free(a->name);
        free(a->s);
        free(a->ints);
        free(a->floats);
        free(a->tensor.data);
    }
    free(n->attribute);
    free(n->name);
    free(n->input);
    free(n->output);
}

ww_status ww_net_load_file(const char *path, ww_net **net, ww_error *err)
{
    uint8_t *bytes = NULL;
    size_t size;
    *net = NULL;
    ww_status status = ww_read_file(path, WW_NN_MODEL_BYTES_MAX, &bytes, &size, err);
    if (status == WW_OK)
        status = ww_net_load(bytes, size, path, net, err);
    free(bytes);
    return status;
}

void ww_net_free(ww_net *net)
{
    if (!net)
        return;
    for (size_t i = 0; i < net->value_count; i++) {
        free(net->value[i].name);
        free(net->value[i].constant.data);
    }
    for (size_t i = 0; i < net->node_count; i++)
        ww_node_free_members(&net->node[i]);
    for (size_t i = 0; i < net->metadata_count; i++) {
        free(net->metadata[i].key);
        free(net->metadata[i].value);
    }
    free(net->range);
    free(net->value);
    free(net->node);
    free(net->metadata);
    free(net->input);
    free(net->output);
    free(net->extra);
    ww_profile_free(net->profile);
    free(net->name);
    free(net);
}

const char *ww_net_name(const ww_net *net) { return net->name; }

int ww_net_input_count(const ww_net *net) { return net->input_count; }

const char *ww_net_input_name(const ww_net *net, int i)
{
    assert(i >= 0 && i < net->input_count);
    return net->value[net->input[i].value].name;
}

const ww_shape *ww_net_input_shape(const ww_net *net, int i)
{
    assert(i >= 0 && i < net->input_count);
    return &net->input[i].shape;
}

int ww_net_output_count(const ww_net *net) { return net->output_count; }

const char *ww_net_output_name(const ww_net *net, int i)
{
    assert(i >= 0 && i < net->output_count);
    return net->value[net->output[i].value].name;
}

const ww_shape *ww_net_output_shape(const ww_net *net, int i)
{
    assert(i >= 0 && i < net->output_count);
    return &net->output[i].shape;
}

const char *ww_net_metadata(const ww_net *net, const char *key)
{
    for (size_t i = 0; i < net->metadata_count; i++)
        if (strcmp(net->metadata[i].key, key) == 0)
            return net->metadata[i].value;
    return NULL;
}
