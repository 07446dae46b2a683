// SPDX-License-Identifier: MIT
#include "base/distance.h"

double ww_distance_squared(const float *a, const float *b, int dim)
{
    double sum = 0;
    for (int i = 0; i < dim; i++)
        sum += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
    return sum;
}
