// SPDX-License-Identifier: MIT
// What the two sides of mpi_transport.h agree on. Private to mpi/.
#ifndef WW_MPI_MESSAGES_H
#define WW_MPI_MESSAGES_H
#include "base/memory.h"

#include <mpi.h>
#include <stdint.h>
#include <time.h>

enum {
    WW_MPI_VERSION = 2,
    WW_TAG_HELLO = 30001, // below these, the number of a worker; MPI promises tags up to 32767
    WW_TAG_STOP = 30002,
    WW_TAG_BEGIN = 30003,
    WW_MPI_WHY_BYTES = 512,
    WW_MPI_WORKERS_PER_OPENER = 16 // one cannot read and hash as fast as many look
};

typedef struct ww_mpi_begun { // what rank 0 knows of its library and the others do not
    int32_t version, precision;
} ww_mpi_begun;

typedef struct ww_mpi_hello { // all ranks run the same program on the same kind of machine
    int32_t version, workers; // workers 0: it cannot work
    char why[WW_MPI_WHY_BYTES];
} ww_mpi_hello;

// Openers of a rank with so many workers.
static inline int ww_mpi_openers(int workers) { return 1 + workers / WW_MPI_WORKERS_PER_OPENER; }

// Takes in a message from `source` if one is there: its bytes (the caller's, free), else NULL. Ends the program where
// there is no memory for it, as a message cannot be refused.
static inline void *ww_mpi_take(int source, MPI_Status *from, int *bytes)
{
    int there = 0;
    MPI_Iprobe(source, MPI_ANY_TAG, MPI_COMM_WORLD, &there, from);
    if (!there)
        return NULL;
    MPI_Get_count(from, MPI_BYTE, bytes);
    void *data = ww_try_alloc((size_t)*bytes + 1);
    if (!data)
        ww_out_of_memory((size_t)*bytes);
    MPI_Recv(data, *bytes, MPI_BYTE, from->MPI_SOURCE, from->MPI_TAG, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    return data;
}

typedef struct ww_mpi_nap { // how long nothing has come
    long ns;
} ww_mpi_nap;

#define WW_MPI_NAP_FIRST_NS 50000L
#define WW_MPI_NAP_LONGEST_NS 2000000L // looking so often takes about 1 % of a core (docs/scale.md)

static inline void ww_mpi_sleep(ww_mpi_nap *nap)
{
    nap->ns = nap->ns ? nap->ns * 2 : WW_MPI_NAP_FIRST_NS;
    if (nap->ns > WW_MPI_NAP_LONGEST_NS)
        nap->ns = WW_MPI_NAP_LONGEST_NS;
    nanosleep(&(struct timespec){.tv_nsec = nap->ns}, NULL);
}

#endif
