// SPDX-License-Identifier: MIT
// DBSCAN of vectors that are too many for one memory: blocks of rows are compared two at a time, wherever they are,
// each two once, and what was learned is merged (dbscan_state.h). Label for label what ww_dbscan gives.
#ifndef WW_CLUSTER_DBSCAN_PARTS_H
#define WW_CLUSTER_DBSCAN_PARTS_H
#include "cluster/block.h"
#include "cluster/cluster.h"
#include "cluster/dbscan_state.h"

// A state for `count` vectors; min_samples - 1 numbers each. WW_ERR_ARGUMENT: min_samples is out of range, or so large
// that these would cost more than vectors do (above WW_PARTS_SAMPLES_MAX).
enum { WW_PARTS_SAMPLES_MAX = 129 };
ww_status ww_dbscan_parts_start(ww_dbscan_state *state, size_t count, int min_samples, ww_error *err);

// Takes note of all near pairs within block a (b->count 0) or between a and b. `vectors`: the rows of a, then those of
// b. Every vector is in some block that is looked at within or between; all values are finite.
ww_status ww_dbscan_parts_add(ww_dbscan_state *state, const float *vectors, ww_block a, ww_block b, int dim,
                              const ww_dbscan_options *options, ww_error *err);

// The labels, once all pairs were taken note of.
void ww_dbscan_parts_label(ww_dbscan_state *state, int32_t *labels);

#endif
