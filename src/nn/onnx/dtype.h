// SPDX-License-Identifier: MIT
// ONNX's numbers for element types, which also operators hold (Cast).
#ifndef WW_NN_ONNX_DTYPE_H
#define WW_NN_ONNX_DTYPE_H
#include "nn/tensor.h"

// ONNX's number for an element type -> ours; false for strings and complex numbers. (tensor.c)
bool ww_onnx_dtype(int64_t data_type, ww_dtype *out);

#endif
