// SPDX-License-Identifier: MIT
// https://protobuf.dev/programming-guides/encoding/ says how messages are laid out,
// https://github.com/onnx/onnx/blob/main/onnx/onnx.proto which field has which number.
#include "onnx_writer.h"

#include <stdlib.h>
#include <string.h>

static void put_varint(ww_buffer *b, uint64_t v)
{
    do {
        unsigned char byte = (unsigned char)((v & 127) | (v > 127 ? 128 : 0));
        ww_buffer_add(b, &byte, 1);
        v >>= 7;
    } while (v);
}

void onnx_varint(ww_buffer *b, int field, int64_t value)
{
    put_varint(b, (uint64_t)field << 3);
    put_varint(b, (uint64_t)value);
}

void onnx_bytes(ww_buffer *b, int field, const void *data, size_t bytes)
{
    put_varint(b, (uint64_t)field << 3 | 2);
    put_varint(b, bytes);
    if (bytes)
        ww_buffer_add(b, data, bytes);
}

static void put_float(ww_buffer *b, int field, float f)
{
    put_varint(b, (uint64_t)field << 3 | 5);
    ww_buffer_add(b, &f, sizeof f);
}

static void put_text(ww_buffer *b, int field, const char *text) { onnx_bytes(b, field, text, strlen(text)); }

// Moves `from` into `to` as a nested message.
static void put_message(ww_buffer *to, int field, ww_buffer *from)
{
    onnx_bytes(to, field, from->data, from->bytes);
    ww_buffer_free(from);
}

static void put_port(ww_buffer *graph, int field, const char *name, const onnx_dims *dims)
{
    ww_buffer port = {0}, type = {0}, tensor = {0}, shape = {0};
    for (int i = 0; dims && i < dims->rank; i++) {
        ww_buffer dim = {0};
        if (dims->dim[i] < 0)
            put_text(&dim, 2, "any");
        else
            onnx_varint(&dim, 1, dims->dim[i]);
        put_message(&shape, 1, &dim);
    }
    onnx_varint(&tensor, 1, ONNX_FLOAT);
    if (dims)
        put_message(&tensor, 2, &shape);
    put_message(&type, 1, &tensor);
    put_text(&port, 1, name);
    put_message(&port, 2, &type);
    put_message(graph, field, &port);
}

void onnx_input(onnx_writer *w, const char *name, onnx_dims dims) { put_port(&w->graph, 11, name, &dims); }

void onnx_output(onnx_writer *w, const char *name) { put_port(&w->graph, 12, name, NULL); }

void onnx_shaped_output(onnx_writer *w, const char *name, onnx_dims dims) { put_port(&w->graph, 12, name, &dims); }

void onnx_raw(onnx_writer *w, const char *name, onnx_dims dims, int type, const void *data, size_t bytes)
{
    ww_buffer tensor = {0};
    for (int i = 0; i < dims.rank; i++)
        onnx_varint(&tensor, 1, dims.dim[i]);
    onnx_varint(&tensor, 2, type);
    put_text(&tensor, 8, name);
    onnx_bytes(&tensor, 9, data, bytes);
    put_message(&w->graph, 5, &tensor);
}

void onnx_floats(onnx_writer *w, const char *name, onnx_dims dims, const float *data)
{
    size_t count = 1;
    for (int i = 0; i < dims.rank; i++)
        count *= (size_t)dims.dim[i];
    onnx_raw(w, name, dims, ONNX_FLOAT, data, count * sizeof *data);
}

void onnx_ints(onnx_writer *w, const char *name, int count, const int64_t *data)
{
    onnx_raw(w, name, (onnx_dims){1, {count}}, ONNX_INT64, data, (size_t)count * sizeof *data);
}

static void put_attribute(ww_buffer *node, const char *text, size_t length)
{
    char name[64] = "", *end;
    size_t split = strcspn(text, "=:");
    ww_buffer a = {0};
    memcpy(name, text, split);
    put_text(&a, 1, name);
    const char *value = text + split + 1, *stop = text + length;
    if (text[split] == ':') {
        onnx_bytes(&a, 4, value, (size_t)(stop - value));
        onnx_varint(&a, 20, 3);
    } else if (memchr(value, ',', (size_t)(stop - value))) {
        for (; value < stop; value = end + 1)
            onnx_varint(&a, 8, strtoll(value, &end, 10));
        onnx_varint(&a, 20, 7);
    } else if (stop[-1] == 'f') {
        put_float(&a, 2, strtof(value, NULL));
        onnx_varint(&a, 20, 1);
    } else {
        onnx_varint(&a, 3, strtoll(value, NULL, 10));
        onnx_varint(&a, 20, 2);
    }
    put_message(node, 5, &a);
}

static void put_names(ww_buffer *node, int field, const char *names)
{
    for (size_t n; *names; names += n + (names[n] == ' ')) {
        n = strcspn(names, " ");
        onnx_bytes(node, field, names, n == 1 && *names == '-' ? 0 : n);
    }
}

void onnx_node(onnx_writer *w, const char *op, const char *inputs, const char *outputs, const char *attributes)
{
    ww_buffer node = {0};
    put_names(&node, 1, inputs);
    put_names(&node, 2, outputs);
    put_text(&node, 4, op);
    for (size_t n; *attributes; attributes += n + (attributes[n] == ' ')) {
        n = strcspn(attributes, " ");
        put_attribute(&node, attributes, n);
    }
    put_message(&w->graph, 1, &node);
}

void onnx_metadata(onnx_writer *w, const char *key, const char *value)
{
    ww_buffer pair = {0};
    put_text(&pair, 1, key);
    put_text(&pair, 2, value);
    put_message(&w->metadata, 14, &pair);
}

ww_buffer onnx_finish(onnx_writer *w)
{
    ww_buffer model = {0}, opset = {0};
    onnx_varint(&model, 1, 7);
    put_message(&model, 7, &w->graph);
    onnx_varint(&opset, 2, w->opset ? w->opset : 11);
    put_message(&model, 8, &opset);
    if (w->metadata.bytes)
        ww_buffer_add(&model, w->metadata.data, w->metadata.bytes);
    ww_buffer_free(&w->metadata);
    *w = (onnx_writer){0};
    return model;
}
