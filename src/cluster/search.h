// SPDX-License-Identifier: MIT
// Where near vectors are looked for: here, or by what the host named (ww_search_by in whoswho/distribute.h).
#ifndef WW_CLUSTER_SEARCH_H
#define WW_CLUSTER_SEARCH_H
#include "cluster/cluster.h"

void ww_search_set(const ww_search *search); // copied; NULL: here
// What searches among so many vectors are left to; NULL: they are done here.
const ww_search *ww_search_for(size_t count);

// Checks that what was found names vectors there are.
ww_status ww_search_check(const ww_neighbour *near, const int32_t *found, const ww_search_query *query, ww_error *err);

#endif
