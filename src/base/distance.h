// SPDX-License-Identifier: MIT
#ifndef WW_BASE_DISTANCE_H
#define WW_BASE_DISTANCE_H

// How far apart two vectors of `dim` values are: the square of the Euclidean distance, summed in double precision.
double ww_distance_squared(const float *a, const float *b, int dim);

#endif
