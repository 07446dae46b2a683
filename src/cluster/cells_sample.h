// SPDX-License-Identifier: MIT
// How many cells to look into: for a sample of vectors all near pairs are found exactly, and as many cells are taken as
// find the wanted share of them. A second sample says how well that went.
#ifndef WW_CLUSTER_CELLS_SAMPLE_H
#define WW_CLUSTER_CELLS_SAMPLE_H
#include "cluster/cells.h"
#include "cluster/sieve.h"

#define WW_CELLS_SAMPLE_SHARE 0.3 // of the whole search's progress: where this ends

// Chooses probes and reach, with the cells around each, and measures recall. `sieve`: of the same vectors, in the
// order of the cells.
ww_status ww_cells_choose_probes(ww_cells *cells, const ww_sieve *sieve, const ww_cells_wanted *wanted, ww_error *err);

#endif
