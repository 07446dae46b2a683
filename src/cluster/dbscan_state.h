// SPDX-License-Identifier: MIT
// What DBSCAN knows after some of the near pairs, in any order. A pair may come twice as long as nobody forgot
// anything.
//
// A vector that has been seen near min_samples others is core and stays so. Until then it remembers its neighbours, of
// which there are fewer than min_samples; when it becomes core it is joined to those of them that are core, and forgets
// them. Two core vectors are joined at once. What is remembered at the end by a vector that never became core are its
// neighbours, and the core ones among them say where it belongs as a border point.
//
// Pairs may be parted among several states, of several machines for instance, and the states merged: what is core in
// one of them is core, and whoever is not core there still remembers all its neighbours among those pairs.
#ifndef WW_CLUSTER_DBSCAN_STATE_H
#define WW_CLUSTER_DBSCAN_STATE_H
#include "base/error.h"
#include "base/forest.h"
#include <stdbool.h>
#include <stddef.h>

typedef struct ww_dbscan_state {
    size_t count;
    uint32_t min_samples, remembered_max;
    _Atomic uint8_t *core; // per vector: is core; may be asked by any thread while another takes note
    ww_forest *forest;     // of core vectors, likewise
    uint32_t *seen;        // per vector: neighbours so far, itself included, no more than min_samples of them
    uint32_t *remembered;  // remembered_max per vector
    bool any_forgot;
    uint8_t *forgot; // per vector: it had more neighbours than it could remember
} ww_dbscan_state;

// Nobody has been seen yet. remembered_max: at most min_samples - 1, which is enough to forget nothing.
ww_status ww_dbscan_state_start(ww_dbscan_state *state, size_t count, uint32_t min_samples, uint32_t remembered_max,
                                ww_error *err);
void ww_dbscan_state_free(ww_dbscan_state *state);

static inline bool ww_dbscan_is_core(const ww_dbscan_state *s, uint32_t i)
{
    return atomic_load_explicit(&s->core[i], memory_order_relaxed) != 0;
}

// Takes note of a near pair; one thread at a time.
void ww_dbscan_state_note(ww_dbscan_state *state, uint32_t a, uint32_t b);
// Whether a pair, if it is near, can still change anything.
static inline bool ww_dbscan_state_asks(const ww_dbscan_state *s, uint32_t a, uint32_t b)
{
    return !ww_dbscan_is_core(s, a) || !ww_dbscan_is_core(s, b)
           || ww_forest_root(s->forest, a) != ww_forest_root(s->forest, b);
}

// Adds what `other` knows of other pairs. Neither may have forgotten anything.
void ww_dbscan_state_merge(ww_dbscan_state *state, const ww_dbscan_state *other);

// Labels of the core vectors: clusters are numbered by their lowest member, which is the root. Others get INT32_MAX.
void ww_dbscan_state_label_core(ww_dbscan_state *state, int32_t *labels);
// After that: gives all others the lowest label of the core vectors they remember, or WW_NOBODY.
void ww_dbscan_state_label_border(const ww_dbscan_state *state, int32_t *labels);

#endif
