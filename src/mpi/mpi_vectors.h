// SPDX-License-Identifier: MIT
// DBSCAN of a file of vectors by all ranks, with the table that ww_cluster_vector_files writes by "dbscan".
#ifndef WW_MPI_MPI_VECTORS_H
#define WW_MPI_MPI_VECTORS_H
#include "base/error.h"

typedef struct ww_mpi_vectors {
    const char *npy, *out;
    double eps;      // 0: 1.0, for vectors of unit length
    int min_samples; // 0: 5
    int threads;     // of each rank; 0: the processors of its machine, shared by its ranks
    // set:
    long long faces, people, unassigned; // on rank 0
    double wall_s;
} ww_mpi_vectors;

// Called by all ranks alike; the same status on all, whose error says which rank failed and why. WW_ERR_ARGUMENT: `out`
// is there, or eps is needed.
ww_status ww_mpi_cluster_vectors(ww_mpi_vectors *vectors, ww_error *err);

#endif
