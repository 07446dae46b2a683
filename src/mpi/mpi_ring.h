// SPDX-License-Identifier: MIT
// Exact DBSCAN on several ranks. Each holds a block of the rows. Blocks travel around a ring, and each rank compares
// its own with those that come by, so that each two blocks meet once; with an even number of ranks the last meeting is
// shared by the two. What the ranks learned (cluster/dbscan_state.h) is merged in a tree.
#ifndef WW_MPI_MPI_RING_H
#define WW_MPI_MPI_RING_H
#include "cluster/dbscan_parts.h"
#include "formats/vectors.h"
#include <stdbool.h>

// The same status on all ranks: WW_OK where all are well, else that of the lowest rank that is not, with its message.
ww_status ww_mpi_agree(ww_status status, ww_error *err);

// The block of rows of a rank.
ww_block ww_mpi_block(size_t count, int rank, int ranks);

// Labels of all rows of the open file, written on rank 0 alone (count entries there, NULL elsewhere). The same status
// on all ranks.
ww_status ww_mpi_ring_dbscan(const ww_vectors_file *file, const ww_dbscan_options *options, int32_t *labels,
                             ww_error *err);

#endif
