// SPDX-License-Identifier: MIT
// The sieve: finds every pair of vectors that lie within eps of one another, without an N x N matrix.
//
// Each vector is centred, turned so that its first coordinates tell most (frame.h) and rounded to a byte a coordinate.
// Let x' be the rounded vector and a the length of what the rounding took away, measured for each row. Then by the
// triangle inequality
//
//     |x - y|  >=  |x' - y'| - a_x - a_y,      and the same for any leading part of the coordinates,
//
// so a pair with |x' - y'| > eps + a_x + a_y is far and never looked at again. Squared, and with 2 a_x a_y <= a_x^2 +
// a_y^2, this parts into one number a row, so that the test is one comparison of integers:
//
//     candidate  <=>  q_x . q_y  >=  g_x + g_y,     g = (|q|^2 - (2 eps a + 2 a^2) / step^2 - eps^2 / (2 step^2)) / 2.
//
// Where each vector stands for several that are spread about it, s their mean squared distance from it, mean squared
// distances between such are |x - y|^2 + s_x + s_y, and s / step^2 / 2 comes on top of g.
//
// What passes is a candidate only; ww_sieve_near decides it in double. Bytes are a quarter of the floats and 64 of them
// are multiplied in one instruction: of 100,000 faces one pair in some ten thousand is ever looked at in full.
#ifndef WW_CLUSTER_SIEVE_H
#define WW_CLUSTER_SIEVE_H
#include "base/error.h"
#include "cluster/buckets.h"
#include "cluster/frame.h"
#include "cluster/kernels.h"

#define WW_CLUSTER_DIM_MAX 8192 // sums of products of bytes stay in 32 bits

typedef struct ww_sieve {
    const float *vectors; // the caller's, count x dim
    size_t count;
    int dim;
    bool products;           // distances from dot products, not from differences
    double eps, eps_squared; // eps_squared as scikit-learn rounds it; eps a little above its root
    const ww_cluster_kernels *kernels;
    double *norms; // count; squared lengths, NaN for a vector that is not finite

    size_t rows, padded_rows;                         // finite vectors; the same rounded up to whole tiles
    bool parted;                                      // only pairs between two parts are wanted
    size_t first_rows;                                // of the first part, which come first
    uint32_t *row;                                    // place in the sieve -> row of `vectors`
    ww_buckets *buckets;                              // or NULL; then places hold rows or WW_NO_ROW
    int groups, head_groups;                          // of four dimensions
    uint8_t *panels;                                  // padded_rows x groups x 4, see kernels.h
    int32_t *start_head, *start, *limit_head, *limit; // padded_rows each, see ww_sieve_tile
} ww_sieve;

// `vectors` must outlive the sieve. `kernels` NULL: the fastest. Vectors with a value that is not finite are left out.
// `spread`, count entries >= 0, or NULL: pairs are of interest only where squared distance and the spread of both add
// up to at most eps^2.
ww_status ww_sieve_build(ww_sieve *sieve, const float *vectors, size_t count, int dim, double eps, const double *spread,
                         const ww_cluster_kernels *kernels, ww_error *err);
// A sieve of the pairs between the first `parts->first` vectors and the others, all of them part of `parts->total`.
typedef struct ww_sieve_parts {
    size_t first;          // 0: no parts, all pairs
    size_t total;          // decides how distances are computed
    const uint32_t *order; // all vectors, which are finite, in the order in which they lie in the sieve; NULL: its own
    const double *spread;  // as for ww_sieve_build
} ww_sieve_parts;
ww_status ww_sieve_build_parts(ww_sieve *sieve, const float *vectors, size_t count, int dim, double eps,
                               const ww_sieve_parts *parts, const ww_cluster_kernels *kernels, ww_error *err);
void ww_sieve_free(ww_sieve *sieve);

// Squared distance of two rows of `vectors` in double, and whether it is <= eps^2, both in the way of scikit-learn (see
// sieve.c): up to 15 dimensions as the sum of squared differences, above as |a|^2 + |b|^2 - 2 a.b. The order of the
// sums is fixed, so that ties are decided alike on every machine. Symmetric.
double ww_sieve_distance_squared(const ww_sieve *sieve, uint32_t a, uint32_t b);
static inline bool ww_sieve_near(const ww_sieve *sieve, uint32_t a, uint32_t b)
{
    return ww_sieve_distance_squared(sieve, a, b) <= sieve->eps_squared;
}

#endif
