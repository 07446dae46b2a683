// SPDX-License-Identifier: MIT
#include "cluster/frame.h"
#include "base/memory.h"
#include "cluster/directions.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    SAMPLE_MAX = 4096,
    TURNED_SAMPLE_MAX = 2048,
    TURNED_DIM_MAX = 1024, // above, the rounding of float products eats up what turning gains
    // so many make up for the time it takes to find directions: 128 values 0.02 s, 512 values 0.8 s
    ROWS_A_DIMENSION = 128,
};
#define STEP_QUANTILE 0.995 // of the rows, how many fit the bytes without being clipped

// The k-th of `n` rows evenly spread over all.
static const float *sampled(const float *vectors, int dim, const uint32_t *row, size_t rows, size_t n, size_t k)
{
    return vectors + (size_t)row[(size_t)((double)k * (double)rows / (double)n)] * dim;
}

static void find_mean(ww_coordinate_frame *f, const float *vectors, const uint32_t *row, size_t rows, size_t n)
{
    for (int d = 0; d < f->dim; d++) {
        double sum = 0;
        for (size_t k = 0; k < n; k++)
            sum += sampled(vectors, f->dim, row, rows, n, k)[d];
        f->mean[d] = n ? (float)(sum / (double)n) : 0;
    }
}

static int compare_floats(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

// The step that lets all but a few of the sampled rows fit into `levels` bytes each way.
static double find_step(const ww_coordinate_frame *f, const ww_cluster_kernels *kernels, const float *vectors,
                        const uint32_t *row, size_t rows, size_t n, int levels, float *scratch)
{
    float *largest = scratch, *centred = scratch + n, *z = centred + f->dim;
    for (size_t k = 0; k < n; k++) {
        ww_coordinate_frame_map(f, kernels, sampled(vectors, f->dim, row, rows, n, k), centred, z);
        largest[k] = 0;
        for (int d = 0; d < f->dim; d++)
            largest[k] = fmaxf(largest[k], fabsf(z[d]));
    }
    if (n == 0)
        return 1;
    qsort(largest, n, sizeof *largest, compare_floats);
    const double step = (double)largest[(size_t)((double)(n - 1) * STEP_QUANTILE)] / levels;
    return step > FLT_MIN && step < FLT_MAX ? step : 1;
}

// Directions cost time with the cube of the dimensions and save it with the square of the rows. Without memory for
// them: without.
static void find_basis(ww_coordinate_frame *f, const float *vectors, const uint32_t *row, size_t rows)
{
    const size_t dim = (size_t)f->dim, n = rows < TURNED_SAMPLE_MAX ? rows : TURNED_SAMPLE_MAX;
    if (dim > TURNED_DIM_MAX || rows < ROWS_A_DIMENSION * dim)
        return;
    float *centred = ww_alloc_array(n, dim * sizeof *centred, SIZE_MAX);
    float *basis = ww_alloc_array(dim, dim * sizeof *basis, SIZE_MAX);
    double off = -1;
    if (centred && basis) {
        for (size_t k = 0; k < n; k++)
            for (size_t d = 0; d < dim; d++)
                centred[k * dim + d] = sampled(vectors, f->dim, row, rows, n, k)[d] - f->mean[d];
        off = ww_principal_directions(centred, n, f->dim, basis);
    }
    free(centred);
    if (!(off >= 0 && off < 0.01)) { // nor with directions of vectors too long for floats
        free(basis);
        return;
    }
    f->basis = basis;
    f->stretch = sqrt(1 + off);
    // A sum of dim products in float is off by at most (dim + 1) u times the sum of their sizes; over all coordinates
    // these come to at most sqrt(dim) |x - mean| for an orthonormal basis.
    f->rounding += (double)(dim + 2) * (FLT_EPSILON / 2) * 1.02 * sqrt((double)dim);
}

bool ww_coordinate_frame_build(ww_coordinate_frame *f, const float *vectors, int dim, const uint32_t *row, size_t rows,
                               int levels, const ww_cluster_kernels *kernels)
{
    const size_t n = rows < SAMPLE_MAX ? rows : SAMPLE_MAX;
    memset(f, 0, sizeof *f);
    f->dim = dim;
    f->mean = ww_try_array((size_t)dim, sizeof *f->mean);
    float *scratch = ww_try_array(n + 2 * (size_t)dim, sizeof *scratch);
    if (!f->mean || !scratch) {
        free(scratch);
        return false;
    }
    f->rounding = FLT_EPSILON;
    f->stretch = 1;
    find_mean(f, vectors, row, rows, n);
    find_basis(f, vectors, row, rows);
    f->step = find_step(f, kernels, vectors, row, rows, n, levels, scratch);
    free(scratch);
    return true;
}

void ww_coordinate_frame_free(ww_coordinate_frame *f)
{
    free(f->mean);
    free(f->basis);
    memset(f, 0, sizeof *f);
}

double ww_coordinate_frame_map(const ww_coordinate_frame *f, const ww_cluster_kernels *kernels, const float *vector,
                               float *centred, float *out)
{
    float *c = f->basis ? centred : out;
    for (int d = 0; d < f->dim; d++)
        c[d] = vector[d] - f->mean[d];
    const double length = sqrt(kernels->dot(c, c, (size_t)f->dim));
    if (f->basis)
        kernels->rotate(f->basis, c, out, (size_t)f->dim);
    return length;
}
