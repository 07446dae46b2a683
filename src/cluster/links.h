// SPDX-License-Identifier: MIT
// What is known of the vectors, in the form the methods use: vectors that must be together are one group, and each
// group knows which groups it cannot be with.
//
// Groups and vectors also get an order of their own, which follows from their contents alone. A method that goes by
// this order gives the same clusters however its input was shuffled; only exact copies of one another are still told
// apart by their index.
#ifndef WW_CLUSTER_LINKS_H
#define WW_CLUSTER_LINKS_H
#include "cluster/cluster.h"

// Of each of several nodes, which others it cannot be with: to[start[n]] .. to[start[n + 1] - 1], each pair from both
// sides.
typedef struct ww_cannot {
    size_t *start; // nodes + 1
    uint32_t *to;
    bool *at_once; // of each entry of `to`: they were seen at once, and nothing else parts them; NULL: none is so
} ww_cannot;

// Whether some node that `node` cannot be with is in `cluster`.
static inline bool ww_cannot_join(const ww_cannot *cannot, uint32_t node, const uint32_t *cluster_of, uint32_t cluster)
{
    for (size_t i = cannot->start[node]; i < cannot->start[node + 1]; i++)
        if (cluster_of[cannot->to[i]] == cluster)
            return true;
    return false;
}

typedef struct ww_links {
    size_t count, groups;
    uint32_t *group;        // count: the group of each vector; groups are numbered in the order of contents
    uint32_t *rank;         // count: place of each vector in the order of contents
    uint32_t *member_start; // groups + 1
    // count: vectors of group g are member[member_start[g]] .. member[member_start[g + 1] - 1], by rank
    uint32_t *member;
    ww_cannot cannot; // between groups, ascending
} ww_links;

ww_status ww_links_build(ww_links *links, const float *vectors, size_t count, int dim,
                         const ww_constraints *constraints, ww_error *err);
void ww_links_free(ww_links *links);

#endif
