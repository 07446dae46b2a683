// SPDX-License-Identifier: MIT
#ifndef WW_BASE_DISTANCE_H
#define WW_BASE_DISTANCE_H
#include <stdbool.h>

// How far apart two vectors of `dim` values are: the square of the Euclidean distance, summed in double precision.
double ww_distance_squared(const float *a, const float *b, int dim);
// The same, given up as soon as it is certain to be `bound` or more: then INFINITY.
double ww_distance_squared_below(const float *a, const float *b, int dim, double bound);
// ww_distance_squared where one of them, or both, is a mean.
double ww_distance_squared_to_mean(const float *a, const double *mean, int dim);
double ww_distance_squared_of_means(const double *a, const double *b, int dim);
// The Euclidean length of a vector, summed in double precision.
double ww_vector_length(const float *v, int dim);
// Whether that is 1, or near enough (within 0.01) to count as 1.
bool ww_vector_is_unit(const float *v, int dim);

#endif
