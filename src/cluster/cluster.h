// SPDX-License-Identifier: MIT
// Clustering: plain arrays in, labels out. Vectors are N x dim float32, row-major, contiguous.
#ifndef WW_CLUSTER_CLUSTER_H
#define WW_CLUSTER_CLUSTER_H
#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WW_NOBODY (-1) // label of a vector that belongs to no cluster (DBSCAN's noise)

typedef struct ww_dbscan_options {
    double eps;      // Euclidean distance; <= counts as near
    int min_samples; // points within eps, the point itself included, that make it a core point
    int threads;     // 0: one
    // Called now and then from one thread at a time; non-zero cancels. May be NULL.
    int (*progress)(void *user, double share_done);
    void *user;
} ww_dbscan_options;

// DBSCAN (Ester, Kriegel, Sander, Xu 1996), exact; label for label what scikit-learn's sklearn.cluster.DBSCAN(metric="euclidean") gives:
// clusters are numbered by their lowest-numbered core point; a border point within reach of several clusters belongs to the lowest numbered one.
// labels: count entries, the caller's. Memory linear in count (no N x N matrix); the result does not depend on `threads`.
ww_status ww_dbscan(const float *vectors, size_t count, int dim, const ww_dbscan_options *options, int32_t *labels, ww_error *err);

#endif
