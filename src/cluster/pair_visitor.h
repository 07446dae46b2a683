// SPDX-License-Identifier: MIT
// Who is told of the candidate pairs of a sieve (pairs.h).
#ifndef WW_CLUSTER_PAIR_VISITOR_H
#define WW_CLUSTER_PAIR_VISITOR_H
#include "cluster/cluster.h"

enum { WW_PAIRS_BATCH = 512 };

typedef struct ww_pair_visitor {
    // True: nothing between these rows and those is of interest any more. May be NULL. Called from any worker, several
    // at a time.
    bool (*settled)(void *user, const uint32_t *a, size_t a_count, const uint32_t *b, size_t b_count);
    // 1 to WW_PAIRS_BATCH candidates, in no order. Called from any worker, several at a time.
    void (*visit)(void *user, const ww_pair *pairs, size_t count);
    void *user;
    // Called by one worker at a time; non-zero cancels. May be NULL.
    int (*progress)(void *user, double share_done);
    void *progress_user;
} ww_pair_visitor;

#endif
