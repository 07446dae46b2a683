// SPDX-License-Identifier: MIT
#include "base/distance.h"

double ww_distance_squared(const float *a, const float *b, int dim)
{
    double sum = 0;
    for (int i = 0; i < dim; i++)
        sum += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
    return sum;
}

double ww_distance_squared_to_mean(const float *a, const double *mean, int dim)
{
    double sum = 0;
    for (int i = 0; i < dim; i++)
        sum += (a[i] - mean[i]) * (a[i] - mean[i]);
    return sum;
}

double ww_distance_squared_of_means(const double *a, const double *b, int dim)
{
    double sum = 0;
    for (int i = 0; i < dim; i++)
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum;
}
