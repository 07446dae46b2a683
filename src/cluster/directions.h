// SPDX-License-Identifier: MIT
// Principal directions of a set of vectors, by orthogonal iteration on their covariance.
#ifndef WW_CLUSTER_DIRECTIONS_H
#define WW_CLUSTER_DIRECTIONS_H
#include <stddef.h>

// `rows`: count vectors of dim values, centred. basis: dim x dim, column k becomes the k-th direction, roughly the
// strongest first (nothing relies on how well they are found). Returns how far it is from orthonormal: a bound of
// |basis * basis^T - 1|, computed in double from the floats written. No memory: -1, and nothing is written.
double ww_principal_directions(const float *rows, size_t count, int dim, float *basis);

#endif
