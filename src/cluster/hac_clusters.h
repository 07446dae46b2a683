// SPDX-License-Identifier: MIT
// The clusters of average linkage while they are joined (hac_method.c tells how).
#ifndef WW_CLUSTER_HAC_CLUSTERS_H
#define WW_CLUSTER_HAC_CLUSTERS_H
#include "cluster/kernels.h"

typedef struct ww_hac_clusters {
    size_t count;
    int dim;
    const ww_cluster_kernels *kernels;
    float *mean;          // count x dim; NaN where there is nothing (any more)
    double *mean_squared; // count: mean of |x|^2
    double *size;         // count: vectors
    uint32_t *into;       // count: where a cluster went, itself while it lives
} ww_hac_clusters;

// Mean squared distance over all pairs of vectors of two clusters. Symmetric.
static inline double ww_hac_squared(const ww_hac_clusters *c, uint32_t a, uint32_t b)
{
    const size_t dim = (size_t)c->dim;
    return c->mean_squared[a] + c->mean_squared[b]
           - 2 * (double)c->kernels->dot_float(c->mean + a * dim, c->mean + b * dim, dim);
}

static inline uint32_t ww_hac_now(ww_hac_clusters *c, uint32_t cluster)
{
    while (c->into[cluster] != cluster)
        cluster = c->into[cluster] = c->into[c->into[cluster]];
    return cluster;
}

#endif
