// SPDX-License-Identifier: MIT
// What a sort found on its way, by which the next one need not look at what no decision has touched (sort_again.h).
#ifndef WW_PEOPLE_SORT_STATE_H
#define WW_PEOPLE_SORT_STATE_H
#include "library/catalog.h"
#include "library/settings.h"

#define WW_NO_FACE UINT32_MAX

// Each face stands for a group: the group's first, by its place in the catalog.
typedef struct ww_sort_state {
    uint32_t *cluster; // of each face: the cluster of seed faces it is in, whatever its size; WW_NO_FACE: none
    uint32_t *joined;  // of each face that has no person by that: the person it is nearest to; WW_NO_FACE: to none
    size_t count;
    double threshold; // the method's, as it was used
    int64_t journal;  // the last entry that was heeded
    // as ww_cluster_result has them
    int64_t duplicate_appearances, pairs_same, pairs_different;
    double false_merge, false_split;
} ww_sort_state;

ww_status ww_sort_state_make(ww_sort_state *state, size_t count, ww_error *err);
void ww_sort_state_free(ww_sort_state *state);

// All that a sort goes by but decisions, and who is who after it. What is left in the store goes with a digest of it.
typedef struct ww_sort_basis { // all borrowed
    const ww_catalog *faces;
    const int32_t *number; // of each face's person; NULL: as the catalog has it
    const ww_sort_settings *settings;
    double model_eps, seed_score;
} ww_sort_basis;

// Into the store, inside the caller's transaction; NULL: there is nothing the next sort could begin with.
ww_status ww_sort_state_store(ww_store *store, const ww_sort_basis *basis, const ww_sort_state *state, ww_error *err);
// *found: there is one, and it is of this basis. *state is then the caller's (ww_sort_state_free).
ww_status ww_sort_state_load(ww_store *store, const ww_sort_basis *basis, ww_sort_state *state, bool *found,
                             ww_error *err);

#endif
