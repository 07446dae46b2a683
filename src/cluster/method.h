// SPDX-License-Identifier: MIT
// What a method sees: vectors in groups (links.h), and options with the defaults filled in. It writes a number for each
// group; groups with the same number are one cluster. Methods go by the order of the groups, never by that of the
// vectors.
#ifndef WW_CLUSTER_METHOD_H
#define WW_CLUSTER_METHOD_H
#include "cluster/cluster.h"
#include "cluster/links.h"

#define WW_NO_CLUSTER UINT32_MAX

typedef struct ww_method_problem {
    const float *vectors;
    size_t count;
    int dim;
    ww_method_options options;
    const ww_links *links;
} ww_method_problem;

ww_status ww_dbscan_run(const ww_method_problem *problem, uint32_t *cluster_of_group, ww_error *err);
ww_status ww_whispers_run(const ww_method_problem *problem, uint32_t *cluster_of_group, ww_error *err);
ww_status ww_hac_run(const ww_method_problem *problem, uint32_t *cluster_of_group, ww_error *err);
ww_status ww_template_linkage_run(const ww_method_problem *problem, uint32_t *cluster_of_group, ww_error *err);
ww_status ww_map_equation_run(const ww_method_problem *problem, uint32_t *cluster_of_group, ww_error *err);

// Average linkage among these groups alone (see hac_method.c): joins the two closest clusters that may be together
// until no two are within `threshold` (INFINITY: until only what cannot be together is apart). Each group gets the
// number of one group of its cluster. `place`: scratch, an entry for each group of the problem, all WW_NO_CLUSTER
// before and after.
ww_status ww_hac_merge(const ww_method_problem *problem, const uint32_t *groups, size_t group_count, double threshold,
                       uint32_t *place, uint32_t *cluster_of_group, ww_error *err);

#endif
