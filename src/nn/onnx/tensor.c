// SPDX-License-Identifier: MIT
// A tensor in a file keeps its numbers either as raw little-endian bytes or in one of five typed lists, depending on
// who wrote it and on the element type. Both are read as "the bits of element i", and the bits are then widened by
// type.
#include "nn/onnx/tensor.h"
#include "nn/onnx/dtype.h"

#include "base/memory.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { // TensorProto.DataType
    ONNX_FLOAT = 1,
    ONNX_UINT8,
    ONNX_INT8,
    ONNX_UINT16,
    ONNX_INT16,
    ONNX_INT32,
    ONNX_INT64,
    ONNX_STRING,
    ONNX_BOOL,
    ONNX_FLOAT16,
    ONNX_DOUBLE,
    ONNX_UINT32,
    ONNX_UINT64,
    ONNX_COMPLEX64,
    ONNX_COMPLEX128,
    ONNX_BFLOAT16,
};

#define ONNX_DATA_LOCATION_EXTERNAL 1

static int type_bytes(int type)
{
    switch (type) {
    case ONNX_UINT8:
    case ONNX_INT8:
    case ONNX_BOOL: return 1;
    case ONNX_UINT16:
    case ONNX_INT16:
    case ONNX_FLOAT16:
    case ONNX_BFLOAT16: return 2;
    case ONNX_FLOAT:
    case ONNX_INT32:
    case ONNX_UINT32: return 4;
    case ONNX_INT64:
    case ONNX_UINT64:
    case ONNX_DOUBLE: return 8;
    default: return 0;
    }
}

bool ww_onnx_dtype(int64_t type, ww_dtype *out)
{
    if (type < ONNX_FLOAT || type > ONNX_BFLOAT16 || !type_bytes((int)type))
        return false;
    bool real = type == ONNX_FLOAT || type == ONNX_FLOAT16 || type == ONNX_BFLOAT16 || type == ONNX_DOUBLE;
    *out = real ? WW_F32 : WW_I64;
    return true;
}

static float float_from_bits(uint32_t bits)
{
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

// IEEE 754 binary16: exponents begin at -14, where a float's begin at -126. Without branches, so that a list of them is
// read several at a time.
static float float_from_half(uint32_t half)
{
    const uint32_t exponent = half >> 10 & 31, fraction = half & 1023;
    const uint32_t bias = exponent == 31 ? 255 - 31 : 127 - 15;
    const float normal = float_from_bits((exponent + bias) << 23 | fraction << 13);
    const float small = (float)(int32_t)fraction * 0x1p-24F;
    const float magnitude = exponent == 0 ? small : normal;
    return half & 0x8000 ? -magnitude : magnitude;
}

static void read_halves(const uint8_t *bytes, float *to, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] = float_from_half((uint32_t)bytes[2 * i] | (uint32_t)bytes[2 * i + 1] << 8);
}

static float real_from_bits(int type, uint64_t bits)
{
    switch (type) {
    case ONNX_FLOAT: return float_from_bits((uint32_t)bits);
    case ONNX_FLOAT16: return float_from_half((uint32_t)bits & 0xffff);
    case ONNX_BFLOAT16: return float_from_bits((uint32_t)(bits & 0xffff) << 16);
    default: {
        double d;
        memcpy(&d, &bits, sizeof d);
        return fabs(d) > 3.4e38 ? (d < 0 ? -INFINITY : INFINITY) : (float)d;
    }
    }
}

static int64_t integer_from_bits(int type, uint64_t bits)
{
    switch (type) {
    case ONNX_UINT8: return (uint8_t)bits;
    case ONNX_INT8: return (int8_t)bits;
    case ONNX_UINT16: return (uint16_t)bits;
    case ONNX_INT16: return (int16_t)bits;
    case ONNX_INT32: return (int32_t)bits;
    case ONNX_UINT32: return (uint32_t)bits;
    case ONNX_BOOL: return bits != 0;
    default: return (int64_t)bits;
    }
}

static uint64_t little_endian(const uint8_t *bytes, int width)
{
    uint64_t bits = 0;
    for (int i = 0; i < width; i++)
        bits |= (uint64_t)bytes[i] << (8 * i);
    return bits;
}

// The typed list in which a file keeps elements of this type when it has no raw bytes, and how long it is.
static size_t list_length(const Ww__Onnx__Tensor *t)
{
    switch (t->data_type) {
    case ONNX_FLOAT: return t->n_float_data;
    case ONNX_DOUBLE: return t->n_double_data;
    case ONNX_INT64: return t->n_int64_data;
    case ONNX_UINT32:
    case ONNX_UINT64: return t->n_uint64_data;
    default: return t->n_int32_data;
    }
}

static uint64_t list_bits(const Ww__Onnx__Tensor *t, size_t i)
{
    uint32_t float_bits;
    uint64_t double_bits;
    switch (t->data_type) {
    case ONNX_FLOAT: memcpy(&float_bits, &t->float_data[i], sizeof float_bits); return float_bits;
    case ONNX_DOUBLE: memcpy(&double_bits, &t->double_data[i], sizeof double_bits); return double_bits;
    case ONNX_INT64: return (uint64_t)t->int64_data[i];
    case ONNX_UINT32:
    case ONNX_UINT64: return t->uint64_data[i];
    default: return (uint64_t)(int64_t)t->int32_data[i];
    }
}

static ww_status read_shape(const Ww__Onnx__Tensor *t, ww_shape *shape, ww_error *err)
{
    if (t->n_dims > WW_NN_RANK_MAX)
        return ww_fail(err, WW_ERR_UNSUPPORTED, "has %zu dimensions (at most %d are supported)", t->n_dims,
                       WW_NN_RANK_MAX);
    shape->rank = (int)t->n_dims;
    for (size_t i = 0; i < t->n_dims; i++) {
        if (t->dims[i] < 0)
            return ww_fail(err, WW_ERR_FORMAT, "has a negative dimension (%" PRId64 ")", t->dims[i]);
        shape->dim[i] = t->dims[i];
    }
    if (ww_shape_count(shape) < 0)
        return ww_fail(err, WW_ERR_FORMAT, "is larger than the %zu MiB a tensor may have",
                       WW_NN_TENSOR_BYTES_MAX >> 20);
    return WW_OK;
}

// As many as `out` has room for are there. Nearly all weights are raw floats, or raw halves.
static void read_elements(const Ww__Onnx__Tensor *t, size_t count, size_t width, ww_tensor *out)
{
    const bool raw = t->raw_data.len > 0;
    if (raw && t->data_type == ONNX_FLOAT && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__) {
        memcpy(out->data, t->raw_data.data, count * width);
        return;
    }
    if (raw && t->data_type == ONNX_FLOAT16) {
        read_halves(t->raw_data.data, ww_f32(out), count);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        uint64_t bits = raw ? little_endian(t->raw_data.data + i * width, (int)width) : list_bits(t, i);
        if (out->type == WW_F32)
            ww_f32(out)[i] = real_from_bits(t->data_type, bits);
        else
            ww_i64(out)[i] = integer_from_bits(t->data_type, bits);
    }
}

ww_status ww_onnx_tensor(const Ww__Onnx__Tensor *t, ww_tensor *out, ww_error *err)
{
    *out = (ww_tensor){0};
    if (t->n_external_data > 0 || t->data_location == ONNX_DATA_LOCATION_EXTERNAL)
        return ww_fail(err, WW_ERR_UNSUPPORTED, "keeps its data in another file; save the model as a single file");
    if (!ww_onnx_dtype(t->data_type, &out->type))
        return ww_fail(err, WW_ERR_UNSUPPORTED, "has element type %d, which is not supported", t->data_type);
    ww_status status = read_shape(t, &out->shape, err);
    if (status != WW_OK)
        return status;
    // The count is compared with what the file really holds before anything is allocated.
    size_t count = (size_t)ww_shape_count(&out->shape), width = (size_t)type_bytes(t->data_type);
    bool raw = t->raw_data.len > 0;
    size_t given = raw ? t->raw_data.len : list_length(t), wanted = raw ? count * width : count;
    if (given != wanted)
        return ww_fail(err, WW_ERR_FORMAT, "holds %zu %s where its shape needs %zu", given, raw ? "bytes" : "numbers",
                       wanted);
    out->data = ww_alloc_array(count, ww_dtype_bytes(out->type), WW_NN_TENSOR_BYTES_MAX);
    if (!out->data)
        return ww_fail_memory(err, "%zu elements", count);
    read_elements(t, count, width, out);
    return WW_OK;
}
