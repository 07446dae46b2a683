// SPDX-License-Identifier: MIT
#include "base/distance.h"

#include <math.h>

#define UNIT_TOLERANCE 0.01

double ww_distance_squared(const float *a, const float *b, int dim)
{
    double sum = 0;
    for (int i = 0; i < dim; i++)
        sum += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
    return sum;
}

enum { LANES = 8, BLOCK = 32 }; // sums that grow side by side, and values between two looks at them
#define ROUNDING 1e-3           // more than the sums in single precision can be wrong by, as a share

// Of 128 and more values a quarter tells mostly that two vectors are far from each other.
static int is_far(const float *a, const float *b, int dim, double bound)
{
    float lane[LANES] = {0};
    for (int i = 0; i + BLOCK <= dim; i += BLOCK) {
        for (int k = 0; k < BLOCK; k += LANES)
            for (int l = 0; l < LANES; l++)
                lane[l] += (a[i + k + l] - b[i + k + l]) * (a[i + k + l] - b[i + k + l]);
        float sum = 0;
        for (int l = 0; l < LANES; l++)
            sum += lane[l];
        if (sum > bound * (1 + ROUNDING))
            return 1;
    }
    return 0;
}

double ww_distance_squared_below(const float *a, const float *b, int dim, double bound)
{
    if (is_far(a, b, dim, bound))
        return INFINITY;
    const double exact = ww_distance_squared(a, b, dim);
    return exact < bound ? exact : INFINITY;
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

double ww_vector_length(const float *v, int dim)
{
    double squared = 0;
    for (int i = 0; i < dim; i++)
        squared += (double)v[i] * v[i];
    return sqrt(squared);
}

bool ww_vector_is_unit(const float *v, int dim) { return fabs(ww_vector_length(v, dim) - 1) <= UNIT_TOLERANCE; }
