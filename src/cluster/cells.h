// SPDX-License-Identifier: MIT
// Cells for a search that may miss a few near pairs: vectors are parted among the nearest of some centres (k-means on a
// sample; an inverted file, as in Sivic & Zisserman 2003 and Jegou et al. 2011), and each is compared with those in the
// cells nearest to it alone. A near pair is found if either of the two looks into the other's cell. How many cells are
// needed for that is measured: for a sample of vectors all near pairs are found exactly, and as many cells are taken as
// find the wanted share of them. A second sample says how well that went.
#ifndef WW_CLUSTER_CELLS_H
#define WW_CLUSTER_CELLS_H
#include "cluster/cluster.h"
#include "cluster/kernels.h"

#define WW_CELLS_SHARE 0.4 // of the whole search's progress: what building them reports

typedef struct ww_cells {
    size_t rows;
    int count, probes; // cells; how many each row looks into, its own among them
    float *centre;     // count x dim
    uint16_t *probe;   // rows x probes: the cells nearest to each row, the nearest, its own, first
    size_t *start;     // count + 1: rows of cell c are order[start[c]] .. order[start[c + 1] - 1]
    uint32_t *order;   // rows
    double recall;     // share of the near pairs of a sample that are found
} ww_cells;

typedef struct ww_cells_wanted {
    double eps, recall; // Euclidean distance of near pairs; share of them that is to be found, 0 to 1
    int threads;
    const ww_cluster_kernels *kernels;
    ww_cluster_progress progress; // 0 to WW_CELLS_SHARE; may be NULL
    void *user;
} ww_cells_wanted;

// `vectors`: rows x dim, all finite. To be freed after success; nothing is left after a failure. What is built is fixed
// by the vectors, whatever the number of threads.
ww_status ww_cells_build(ww_cells *cells, const float *vectors, size_t rows, int dim, const ww_cells_wanted *wanted,
                         ww_error *err);
void ww_cells_free(ww_cells *cells);

#endif
