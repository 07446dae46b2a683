// SPDX-License-Identifier: MIT
#ifndef WW_MPI_CMD_CLUSTER_H
#define WW_MPI_CMD_CLUSTER_H

// whoswho-mpi cluster: called by all ranks alike; the same exit code on all.
int mpi_cluster(int argc, char **argv);

#endif
