// SPDX-License-Identifier: MIT
// The frame in which vectors are rounded to bytes: an origin (their mean), an orthonormal basis (their principal
// directions, the strongest first; left out where it would not pay) and a step. It is made from a sample and changes
// only the speed, never a result: whatever the frame, `rounding` and `stretch` bound what it does to distances.
#ifndef WW_CLUSTER_FRAME_H
#define WW_CLUSTER_FRAME_H
#include "cluster/kernels.h"

typedef struct ww_coordinate_frame {
    int dim;
    float *mean;     // dim
    float *basis;    // dim x dim, column k is the k-th direction; NULL: the axes as they are
    double step;     // one unit of the bytes
    double rounding; // |computed - exact coordinates| <= rounding * |x - mean|
    double stretch;  // |coordinates of a - coordinates of b| <= stretch * |a - b|
} ww_coordinate_frame;

// `row` names the `rows` vectors to use (all finite); `levels` is the largest byte. False: no memory (free the frame
// all the same).
bool ww_coordinate_frame_build(ww_coordinate_frame *frame, const float *vectors, int dim, const uint32_t *row,
                               size_t rows, int levels, const ww_cluster_kernels *kernels);
void ww_coordinate_frame_free(ww_coordinate_frame *frame);

// Coordinates of one vector, dim floats; `centred` is scratch of the same size. Returns |x - mean|.
double ww_coordinate_frame_map(const ww_coordinate_frame *frame, const ww_cluster_kernels *kernels, const float *vector,
                               float *centred, float *out);

#endif
