// SPDX-License-Identifier: MIT
// Which cells the rows of a cell look into, found as they are asked for.
#ifndef WW_CLUSTER_CELL_PROBES_H
#define WW_CLUSTER_CELL_PROBES_H
#include "cluster/cells.h"

typedef struct ww_cell_probes {
    const ww_cells *cells;
    ww_coded_part around; // the centres around the one at hand
    float *scratch;
    uint16_t *probe; // rows of the cell, in their order, x cells->probes: the nearest, its own, first
    size_t room;
} ww_cell_probes;

// One for each thread. False: no memory; to be freed all the same.
bool ww_cell_probes_start(ww_cell_probes *probes, const ww_cells *cells);
void ww_cell_probes_free(ww_cell_probes *probes);
// Fills `probe` for the rows of this cell. False: no memory.
bool ww_cell_probes_find(ww_cell_probes *probes, size_t cell);

#endif
