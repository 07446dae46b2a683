// SPDX-License-Identifier: MIT
// The walk over all candidate pairs of a sieve whose rows lie in buckets: chunk by chunk, rows and panels that the
// bounds of their centres leave (buckets.h) are looked at in full.
#ifndef WW_CLUSTER_BUCKET_PAIRS_H
#define WW_CLUSTER_BUCKET_PAIRS_H
#include "cluster/pair_visitor.h"
#include "cluster/sieve.h"
#include <stdatomic.h>

typedef struct ww_bucket_worker ww_bucket_worker;

// How many items there are; each is a chunk with all that follow, or, of the first of two parts, with all of the other.
size_t ww_bucket_items(const ww_sieve *sieve);
// NULL: no memory.
ww_bucket_worker *ww_bucket_worker_new(const ww_sieve *sieve, const ww_pair_visitor *visitor);
void ww_bucket_worker_free(ww_bucket_worker *worker); // may be NULL
// Ends early where `cancelled` becomes true.
void ww_bucket_look(ww_bucket_worker *worker, size_t item, const atomic_bool *cancelled);

#endif
