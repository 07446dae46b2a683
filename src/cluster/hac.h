// SPDX-License-Identifier: MIT
// How the work of average linkage is parted; for hac_method.c and its tests.
#ifndef WW_CLUSTER_HAC_H
#define WW_CLUSTER_HAC_H
#include "cluster/method.h"

// No result depends on it but where distances are exactly equal.
typedef struct ww_hac_plan {
    size_t plain_max;         // of so few clusters every one is compared with all
    size_t pairs_per_cluster; // near pairs a stage aims at
    size_t pairs_max;         // and never (as far as a sample tells) more than these
    uint32_t depth_max;       // joins one upon another within a stage, before bounds are too worn to be trusted
} ww_hac_plan;

extern const ww_hac_plan ww_hac_plan_default;

// ww_hac_merge (method.h) by another plan; for tests.
ww_status ww_hac_merge_planned(const ww_method_problem *problem, const uint32_t *groups, size_t group_count,
                               double threshold, const ww_hac_plan *plan, uint32_t *place, uint32_t *cluster_of_group,
                               ww_error *err);

#endif
