// SPDX-License-Identifier: MIT
#include "cluster/directions.h"
#include "base/memory.h"
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ITERATIONS = 6 }; // measured: with 60 the leading half of 128 embeddings holds 0.4 % more

static void add_scaled(double *restrict to, const double *restrict from, double scale, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] += scale * from[i];
}

static double dot(const double *a, const double *b, size_t n)
{
    enum { LANES = 8 };
    double lane[LANES] = {0}, sum = 0;
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (size_t l = 0; l < LANES; l++)
            lane[l] += a[i + l] * b[i + l];
    for (; i < n; i++)
        sum += a[i] * b[i];
    for (size_t l = 0; l < LANES; l++)
        sum += lane[l];
    return sum;
}

// Sum of the outer products of the rows.
static void add_covariance(const float *rows, size_t count, size_t dim, double *covariance, double *scratch)
{
    memset(covariance, 0, dim * dim * sizeof *covariance);
    for (size_t r = 0; r < count; r++) {
        for (size_t d = 0; d < dim; d++)
            scratch[d] = rows[r * dim + d];
        for (size_t d = 0; d < dim; d++)
            add_scaled(covariance + d * dim, scratch, scratch[d], dim);
    }
}

// Makes the rows of q orthonormal, from the first on (modified Gram-Schmidt). One that depends on those before it is
// replaced by the next axis that does not.
static void orthonormalise(double *q, size_t dim)
{
    size_t axis = 0;
    for (size_t k = 0; k < dim; k++) {
        double *row = q + k * dim;
        double before = sqrt(dot(row, row, dim)), length = 0;
        for (;;) {
            for (size_t j = 0; j < k; j++)
                add_scaled(row, q + j * dim, -dot(row, q + j * dim, dim), dim);
            length = sqrt(dot(row, row, dim));
            if (length > 1e-6 * before && length > 0)
                break;
            memset(row, 0, dim * sizeof *row);
            row[axis++ % dim] = before = 1;
        }
        for (size_t d = 0; d < dim; d++)
            row[d] /= length;
    }
}

// Frobenius norm of basis * basis^T - 1, an upper bound of its spectral norm.
static double distance_from_orthonormal(const float *basis, size_t dim)
{
    double sum = 0;
    for (size_t i = 0; i < dim; i++)
        for (size_t j = 0; j <= i; j++) {
            double product = i == j ? -1 : 0;
            for (size_t k = 0; k < dim; k++)
                product += (double)basis[i * dim + k] * (double)basis[j * dim + k];
            sum += product * product * (i == j ? 1 : 2);
        }
    return sqrt(sum) + 1e-12 * (double)dim;
}

double ww_principal_directions(const float *rows, size_t count, int dim, float *basis)
{
    const size_t n = (size_t)dim;
    double *covariance = ww_alloc_array(n * n, sizeof *covariance, SIZE_MAX),
           *q = ww_alloc_array0(n * n, sizeof *q, SIZE_MAX);
    double *next = ww_alloc_array(n * n, sizeof *next, SIZE_MAX), result = -1;
    if (!covariance || !q || !next)
        goto done;
    add_covariance(rows, count, n, covariance, next);
    for (size_t d = 0; d < n; d++)
        q[d * n + d] = 1;
    for (int round = 0; round < ITERATIONS; round++) {
        memset(next, 0, n * n * sizeof *next);
        for (size_t k = 0; k < n; k++)
            for (size_t d = 0; d < n; d++)
                add_scaled(next + k * n, covariance + d * n, q[k * n + d], n);
        double *held = q;
        q = next;
        next = held;
        orthonormalise(q, n);
    }
    orthonormalise(q, n); // once more, now that they are nearly so: as orthogonal as doubles can be
    for (size_t k = 0; k < n; k++)
        for (size_t d = 0; d < n; d++)
            basis[d * n + k] = (float)q[k * n + d];
    result = distance_from_orthonormal(basis, n);
done:
    free(covariance);
    free(q);
    free(next);
    return result;
}
