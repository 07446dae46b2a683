// SPDX-License-Identifier: MIT
// Exact DBSCAN on several ranks, in a ring (mpi_ring.h). What they learned (cluster/dbscan_state.h) is merged in a
// tree.
#ifndef WW_MPI_MPI_DBSCAN_H
#define WW_MPI_MPI_DBSCAN_H
#include "cluster/dbscan_parts.h"
#include "formats/vectors.h"

// Labels of all rows of the open file, written on rank 0 alone (count entries there, NULL elsewhere). The same status
// on all ranks.
ww_status ww_mpi_ring_dbscan(const ww_vectors_file *file, const ww_dbscan_options *options, int32_t *labels,
                             ww_error *err);

#endif
