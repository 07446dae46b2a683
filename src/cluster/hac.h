// SPDX-License-Identifier: MIT
// The clusters of average linkage while they are joined, and how the work is parted (hac.c tells how it goes).
#ifndef WW_CLUSTER_HAC_H
#define WW_CLUSTER_HAC_H
#include "cluster/kernels.h"
#include "cluster/method.h"

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
    return c->mean_squared[a] + c->mean_squared[b] -
           2 * (double)c->kernels->dot_float(c->mean + a * dim, c->mean + b * dim, dim);
}

static inline uint32_t ww_hac_now(ww_hac_clusters *c, uint32_t cluster)
{
    while (c->into[cluster] != cluster)
        cluster = c->into[cluster] = c->into[c->into[cluster]];
    return cluster;
}

// How the work is parted; no result depends on it but where distances are exactly equal.
typedef struct ww_hac_plan {
    size_t plain_max;         // of so few clusters every one is compared with all
    size_t pairs_per_cluster; // near pairs a stage aims at
    size_t pairs_max;         // and never (as far as a sample tells) more than these
    uint32_t depth_max;       // joins one upon another within a stage, before bounds are too worn to be trusted
} ww_hac_plan;

extern const ww_hac_plan ww_hac_plan_default;

// ww_hac_merge (method.h) by another plan; for tests.
ww_status ww_hac_merge_planned(const ww_method_problem *problem, const uint32_t *groups, size_t group_count, double threshold,
                               const ww_hac_plan *plan, uint32_t *place, uint32_t *cluster_of_group, ww_error *err);

#endif
