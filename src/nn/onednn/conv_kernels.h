// SPDX-License-Identifier: MIT
// Convolutions with loops of our own, where they beat oneDNN's. Each gives false where the case is not its own or the
// processor lacks AVX-512, and is then left to oneDNN. Without memory, kernel->starved is set as well.
#ifndef WW_NN_ONEDNN_CONV_KERNELS_H
#define WW_NN_ONEDNN_CONV_KERNELS_H
#include "nn/onednn/program.h"
#include "nn/ops/ops.h"

// A high window to a single channel, stride 1. Reads nhwc, writes plain. `weights` as in the file (1 x channels x rows
// x columns).
//
// In nhwc the pixels under one row of the window are one run of floats, so a result is a few dot products of such runs.
// The run of an input row is needed by as many output rows as the window is high: it is loaded once and multiplied with
// all rows of weights, for three neighbouring positions at a time, which makes 27 sums that live in registers (rows of
// weights are made up to 9 with zeros).
bool ww_conv_narrow(const ww_window *w, const ww_shape *x, const ww_shape *y, const float *weights, float bias,
                    ww_kernel *kernel);

// Windows of 5 x 5 at stride 1 or 2, many channels to many, by Winograd's minimal filtering (Lavin and Gray 2016,
// arXiv:1509.09308) with eight points a side: 64 products give 4 x 4 results at stride 1 (4 a result instead of 25). At
// stride 2 the even and odd rows and columns are four pictures, with windows of 3 x 3 taps each: 4 x 64 products give 6
// x 6 results (7.1 instead of 25). Reads and writes nhwc. `bias` may be NULL; `relu`: negative results become 0. All in
// float32; on random numbers the results are off by up to 4e-6 of the largest one at stride 1 and 3e-5 at stride 2
// (direct summation in float: about 1e-6).
bool ww_conv_winograd(const ww_window *w, const ww_shape *x, const ww_shape *y, const float *weights, const float *bias,
                      bool relu, ww_kernel *kernel);

#endif
