// SPDX-License-Identifier: MIT
#ifndef WW_MPI_CMD_CLUSTER_H
#define WW_MPI_CMD_CLUSTER_H
#include <stdbool.h>

// whoswho-mpi cluster: called by all ranks alike; the same exit code on all.
int mpi_cluster(int argc, char **argv);

// Whether the command line is that of DBSCAN of vectors, for mpi_cluster (or asks for help); other ones are whoswho's.
bool mpi_cluster_is_dbscan(int argc, char **argv);
bool mpi_cluster_is_quiet(int argc, char **argv); // nothing but errors is to be told

#endif
