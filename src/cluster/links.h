// SPDX-License-Identifier: MIT
// What is known of the vectors, in the form the methods use: vectors that must be together are one group, and each group knows which
// groups it cannot be with.
//
// Groups and vectors also get an order of their own, which follows from their contents alone. A method that goes by this order gives
// the same clusters however its input was shuffled; only exact copies of one another are still told apart by their index.
#ifndef WW_CLUSTER_LINKS_H
#define WW_CLUSTER_LINKS_H
#include "cluster/cluster.h"

typedef struct ww_links {
    size_t count, groups;
    uint32_t *group;        // count: the group of each vector; groups are numbered in the order of contents
    uint32_t *rank;         // count: place of each vector in the order of contents
    uint32_t *member_start; // groups + 1
    uint32_t *member;       // count: vectors of group g are member[member_start[g]] .. member[member_start[g + 1] - 1], by rank
    size_t *cannot_start;   // groups + 1
    uint32_t *cannot;       // the groups that group g cannot be with, ascending, each pair from both sides
} ww_links;

ww_status ww_links_build(ww_links *links, const float *vectors, size_t count, int dim, const ww_constraints *constraints, ww_error *err);
void ww_links_free(ww_links *links);

// Whether some group that `group` cannot be with is in `cluster`.
static inline bool ww_links_forbid(const ww_links *links, uint32_t group, const uint32_t *cluster_of_group, uint32_t cluster)
{
    for (size_t i = links->cannot_start[group]; i < links->cannot_start[group + 1]; i++)
        if (cluster_of_group[links->cannot[i]] == cluster)
            return true;
    return false;
}

#endif
