// SPDX-License-Identifier: MIT
// Of each cluster, which others may be near: lists that hold every cluster whose squared distance is at most
// `reach_squared`, each with a number the distance is sure not to be below. They stay complete while clusters are
// joined, because the mean squared distance to a join is the mean of those to its parts: it is never below the smaller,
// and what neither part had in its list is beyond reach of the join.
//
// A bound is below the distance as real numbers would give it. What floats may put a computed distance off is
// ww_near_error(): each join rounds a mean, so it grows with the number of joins one upon another.
#ifndef WW_CLUSTER_HAC_NEAR_H
#define WW_CLUSTER_HAC_NEAR_H
#include "cluster/cluster.h"
#include "cluster/hac_clusters.h"

typedef struct ww_near_entry {
    uint32_t cluster; // as it was; where it went since: ww_hac_now
    float at_least;
} ww_near_entry;

typedef struct ww_near_list {
    ww_near_entry *entry;
    uint32_t count, room;
    bool own; // its entries are its own allocation, not part of the pool
} ww_near_list;

typedef struct ww_near_lists {
    size_t count;
    ww_near_list *of;
    ww_near_entry *pool;
    double reach_squared;
    double unit;                    // of the error
    uint32_t *depth;                // count: joins one upon another since the lists were built
    uint32_t depth_top;             // the largest there is
    uint32_t *turn_of, *slot, turn; // count: where in `scratch` a cluster is, if turn_of equals `turn`
    struct ww_near_merged *scratch; // room for the entries of two lists
    size_t scratch_room;
} ww_near_lists;

// What is needed of a set of lists before it is built.
typedef struct ww_near_wanted {
    double limit_squared; // lists reach a little farther than this, by what `depth_max` joins may put distances off
    uint32_t depth_max;
    int threads;
    ww_cluster_progress progress; // may be NULL
    void *user;
} ww_near_wanted;

// Lists of all clusters that have a mean.
ww_status ww_near_build(ww_near_lists *lists, const ww_hac_clusters *clusters, const ww_near_wanted *wanted,
                        ww_error *err);
void ww_near_free(ww_near_lists *lists);

// How far the computed squared distance of these two may be from the true one.
static inline double ww_near_error(const ww_near_lists *l, int dim, uint32_t a, uint32_t b)
{
    return l->unit * ((double)l->depth[a] + l->depth[b] + dim + 8);
}

// Brings the list of `c` up to date: clusters that are now, each once, without `c`. `gone`, count entries: who is out
// of all play. Returns the place of the one with the lowest bound; only for a list that is not empty afterwards.
uint32_t ww_near_refresh(ww_near_lists *lists, ww_hac_clusters *clusters, uint32_t c, const bool *gone);

// Puts the list of b, which is about to be joined into a, into that of a. `share_a`, `share_b`: of their vectors.
ww_status ww_near_join(ww_near_lists *lists, ww_hac_clusters *clusters, uint32_t a, uint32_t b, double share_a,
                       double share_b, const bool *gone, ww_error *err);

// The largest float not above `x`.
float ww_near_float_below(double x);

#endif
