// SPDX-License-Identifier: MIT
// Searches for near vectors (ww_search in whoswho/distribute.h) by all ranks, in a ring (mpi_ring.h): rank 0 has the
// vectors, hands each rank a block of them, and gets pairs or neighbours back. Neighbours found so far travel with the
// block they belong to.
#ifndef WW_MPI_MPI_SEARCH_H
#define WW_MPI_MPI_SEARCH_H
#include "whoswho/distribute.h"

// Rank 0: what ww_search_by takes.
ww_search ww_mpi_search_begin(void);
// Lets the other ranks go; how many searches they took part in.
int ww_mpi_search_end(void);

// The other ranks: works until rank 0 ends it.
void ww_mpi_search_serve(void);

#endif
