// SPDX-License-Identifier: MIT
// Small networks made and run in a line or two.
#ifndef WW_TESTS_NN_CASE_H
#define WW_TESTS_NN_CASE_H
#include "nn/session.h"
#include "onnx_writer.h"

// Finishes and loads the file; NULL with *err filled when it is refused.
ww_net *case_load(onnx_writer *w, ww_error *err);
// Runs the net on `x`; the output's shape goes to *shape (may be NULL) and its numbers, to be freed, are returned.
// NULL: refused, see *err.
float *case_run(const ww_net *net, onnx_dims input, const float *x, ww_session_options options, int output,
                ww_shape *shape, ww_error *err);

// 0, 1, 2, ... count-1 times step; good for the whole program.
const float *case_ramp(float step);
#define CASE_RAMP_MAX 65536

#endif
