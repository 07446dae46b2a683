// SPDX-License-Identifier: MIT
// Walks over all candidate pairs of a sieve with several threads. Every unordered pair of different rows comes by at
// most once, and every pair that is near comes by, unless `settled` said its block need not be looked at.
#ifndef WW_CLUSTER_PAIRS_H
#define WW_CLUSTER_PAIRS_H
#include "cluster/cells.h"
#include "cluster/pair_visitor.h"
#include "cluster/sieve.h"

// WW_ERR_CANCELLED when progress said so. threads < 1: one.
ww_status ww_pairs_visit(const ww_sieve *sieve, const ww_pair_visitor *visitor, int threads, ww_error *err);

// The same for the pairs of each of these rows, given by their places in the sieve, with all others; .a is the one that
// was given. Pairs of two of them come by twice.
ww_status ww_pairs_visit_rows(const ww_sieve *sieve, const size_t *place, size_t count, const ww_pair_visitor *visitor,
                              int threads, ww_error *err);

// The same for the pairs that cells lead to, of a sieve whose rows lie in the order of `cells`: those between a row and
// the rows of the cells it looks into. A pair may come by more than once.
ww_status ww_pairs_visit_cells(const ww_sieve *sieve, const ww_cells *cells, const ww_pair_visitor *visitor,
                               int threads, ww_error *err);

#endif
