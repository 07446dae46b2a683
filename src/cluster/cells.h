// SPDX-License-Identifier: MIT
// Cells for a search that may miss a few near pairs: vectors are parted among the nearest of some centres (k-means on a
// sample; an inverted file, as in Sivic & Zisserman 2003 and Jegou et al. 2011), and each is compared with those in the
// cells nearest to it alone. A near pair is found if either of the two looks into the other's cell. How many cells are
// needed for that is measured (cells_sample.h).
//
// Which cells a row looks into is not kept, which would be most of the memory: it is found when its cell is visited
// (cell_probes.h), among the cells around its own alone.
#ifndef WW_CLUSTER_CELLS_H
#define WW_CLUSTER_CELLS_H
#include "cluster/cluster.h"
#include "cluster/coded.h"

#define WW_CELLS_SHARE 0.2 // of the whole search's progress: what building them reports

typedef struct ww_cells {
    const float *vectors; // the caller's, rows x dim
    size_t rows, dim;
    int count, probes; // cells; how many each row looks into, its own among them: all, until they are chosen
    int reach;         // of so many cells around its own
    float *centre;     // count x dim
    ww_coded coded;    // the same in bytes, by which all distances from them are measured
    uint16_t *around;  // count x reach: the cells nearest to each, itself among them, ascending; NULL: reach is count
    uint16_t *own;     // of each row, the cell it is in
    size_t *start;     // count + 1: rows of cell c are order[start[c]] .. order[start[c + 1] - 1]
    uint32_t *order;   // rows
    double recall;     // share of the near pairs of a sample that are found
} ww_cells;

typedef struct ww_cells_wanted {
    double recall; // share of the near pairs that is to be found, 0 to 1
    int threads;
    const ww_cluster_kernels *kernels;
    ww_cluster_progress progress; // 0 to WW_CELLS_SHARE, and to WW_CELLS_SAMPLE_SHARE; may be NULL
    void *user;
} ww_cells_wanted;

// `vectors`: rows x dim, all finite; they must outlive the cells. To be freed after success; nothing is left after a
// failure. What is built is fixed by the vectors, whatever the number of threads.
ww_status ww_cells_build(ww_cells *cells, const float *vectors, size_t rows, int dim, const ww_cells_wanted *wanted,
                         ww_error *err);
void ww_cells_free(ww_cells *cells);

static inline const float *ww_cells_row(const ww_cells *c, size_t row) { return c->vectors + row * c->dim; }

#endif
