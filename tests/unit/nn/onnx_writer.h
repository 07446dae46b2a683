// SPDX-License-Identifier: MIT
// Writes small ONNX files in memory, for tests: enough of the protobuf wire format, by hand, so that the reader is not
// tested with itself.
#ifndef WW_TESTS_ONNX_WRITER_H
#define WW_TESTS_ONNX_WRITER_H
#include "base/buffer.h"
#include <stdint.h>

enum {
    ONNX_FLOAT = 1,
    ONNX_UINT8 = 2,
    ONNX_INT8 = 3,
    ONNX_INT32 = 6,
    ONNX_INT64 = 7,
    ONNX_FLOAT16 = 10,
    ONNX_DOUBLE = 11
};

typedef struct onnx_writer {
    ww_buffer graph, metadata;
    int opset; // 0: 11
} onnx_writer;

typedef struct onnx_dims {
    int rank;
    int64_t dim[8];
} onnx_dims;

// A dimension of -1 is written as a name ("not fixed").
void onnx_input(onnx_writer *w, const char *name, onnx_dims dims);
void onnx_output(onnx_writer *w, const char *name);
void onnx_shaped_output(onnx_writer *w, const char *name, onnx_dims dims);
// An initializer with raw bytes of an element type.
void onnx_raw(onnx_writer *w, const char *name, onnx_dims dims, int type, const void *data, size_t bytes);
void onnx_floats(onnx_writer *w, const char *name, onnx_dims dims, const float *data);
void onnx_ints(onnx_writer *w, const char *name, int count, const int64_t *data);
// Inputs and outputs are lists of names with spaces between, "-" for one left out. Attributes: "axis=1 pads=1,1,1,1
// axes=2, alpha=0.1f mode:nearest"; a comma makes a list, an f a float, a colon a string.
void onnx_node(onnx_writer *w, const char *op, const char *inputs, const char *outputs, const char *attributes);
void onnx_metadata(onnx_writer *w, const char *key, const char *value);
// The finished file, to be freed with ww_buffer_free; empties the writer.
ww_buffer onnx_finish(onnx_writer *w);

// The wire format itself, for tests that write something wrong on purpose.
void onnx_varint(ww_buffer *b, int field, int64_t value);
void onnx_bytes(ww_buffer *b, int field, const void *data, size_t bytes);

#endif
