// SPDX-License-Identifier: MIT
// A transport (whoswho/distribute.h) on MPI. Rank 0 has the library; every other rank runs as many workers as it has
// threads, and an opener, with one more for every 16 workers.
//
//   rank 0: BEGIN (the precision of its library) --> rank r, which opens its models in it
//   rank r: HELLO (its number of workers, or why it cannot work) --> rank 0
//   rank 0: request, tag = number of the worker in its rank --> rank r --> reply, same tag --> rank 0, until STOP
//
// One message a request and one a reply; a worker has one of either on the way. Nobody waits inside MPI, whose waiting
// spins: one thread of each rank looks for messages and sleeps in between, longer the longer nothing comes.
#ifndef WW_MPI_MPI_TRANSPORT_H
#define WW_MPI_MPI_TRANSPORT_H
#include "whoswho/distribute.h"
#include <stdbool.h>

// MPI_Init and MPI_Finalize, for whoever has no other business with MPI. rank and ranks are set.
ww_status ww_mpi_begin(int *argc, char ***argv, int *rank, int *ranks, ww_error *err);
void ww_mpi_end(void);

// --- rank 0
typedef struct ww_mpi_hub ww_mpi_hub;

typedef struct ww_mpi_traffic {
    int64_t requests, request_bytes, reply_bytes;
} ww_mpi_traffic;

// Tells all ranks to compute in `precision`, and waits for their HELLO. `ended` (may be NULL) is asked while it is at
// work; what to do when true is its affair.
ww_status ww_mpi_hub_begin(ww_precision precision, bool (*ended)(void), ww_mpi_hub **hub, ww_error *err);
void ww_mpi_hub_transport(ww_mpi_hub *hub, ww_transport *transport); // borrowed from the hub
// Sends STOP to all ranks, also if the hub never began (NULL); *traffic (may be NULL) tells what went through.
void ww_mpi_hub_end(ww_mpi_hub *hub, ww_mpi_traffic *traffic);

// --- the other ranks
// Opens the models, in the precision that BEGIN tells whatever `models` say, and works until STOP; returns once it
// came.
ww_status ww_mpi_serve(const ww_model_options *models, const ww_scan_options *options, ww_error *err);
// For a rank that does not come to that: says so, and waits for STOP.
void ww_mpi_decline(const char *why);

#endif
