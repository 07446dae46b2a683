// SPDX-License-Identifier: MIT
#include "cluster/search.h"

static ww_search elsewhere; // of this process; `pairs` NULL: none

void ww_search_set(const ww_search *search) { elsewhere = search ? *search : (ww_search){0}; }

const ww_search *ww_search_for(size_t count) { return elsewhere.pairs && count >= elsewhere.least ? &elsewhere : NULL; }

ww_status ww_search_check(const ww_neighbour *near, const int32_t *found, const ww_search_query *query, ww_error *err)
{
    const size_t k = (size_t)query->k;
    for (size_t i = 0; i < query->count; i++) {
        bool fine = found[i] >= 0 && found[i] <= query->k;
        for (int32_t n = 0; fine && n < found[i]; n++)
            fine = near[i * k + (size_t)n].index < query->count;
        if (!fine)
            return ww_fail(err, WW_ERR_FORMAT, "the search for neighbours elsewhere (ww_search_by) made no sense");
    }
    return WW_OK;
}
