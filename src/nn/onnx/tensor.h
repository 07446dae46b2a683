// SPDX-License-Identifier: MIT
#ifndef WW_NN_ONNX_TENSOR_H
#define WW_NN_ONNX_TENSOR_H
#include "nn/tensor.h"
#include "onnx.pb-c.h"

// Decodes a tensor of the file. The sizes must agree exactly; every real type becomes float, every integer type int64.
ww_status ww_onnx_tensor(const Ww__Onnx__Tensor *t, ww_tensor *out, ww_error *err);

#endif
