// SPDX-License-Identifier: MIT
// Walks over all candidate pairs of a sieve with several threads. Every unordered pair of different rows comes by at
// most once, and every pair that is near comes by, unless `settled` said its block need not be looked at.
#ifndef WW_CLUSTER_PAIRS_H
#define WW_CLUSTER_PAIRS_H
#include "cluster/cells.h"
#include "cluster/cluster.h"
#include "cluster/sieve.h"

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

// WW_ERR_CANCELLED when progress said so. threads < 1: one.
ww_status ww_pairs_visit(const ww_sieve *sieve, const ww_pair_visitor *visitor, int threads, ww_error *err);

// The same for the pairs that cells lead to, of a sieve whose rows lie in the order of `cells`: those between a row and
// the rows of the cells it looks into. A pair may come by more than once.
ww_status ww_pairs_visit_cells(const ww_sieve *sieve, const ww_cells *cells, const ww_pair_visitor *visitor,
                               int threads, ww_error *err);

#endif
