// SPDX-License-Identifier: MIT
// What the two sides of mpi_transport.h agree on. Private to mpi/.
#ifndef WW_MPI_MESSAGES_H
#define WW_MPI_MESSAGES_H
#include <mpi.h>
#include <stdint.h>
#include <time.h>

enum {
    WW_MPI_VERSION = 1,
    WW_TAG_HELLO = 30001, // below these, the number of a worker; MPI promises tags up to 32767
    WW_TAG_STOP = 30002,
    WW_MPI_WHY_BYTES = 512
};

typedef struct ww_mpi_hello { // all ranks run the same program on the same kind of machine
    int32_t version, workers; // workers 0: it cannot work
    char why[WW_MPI_WHY_BYTES];
} ww_mpi_hello;

// Openers of a rank with so many workers: one cannot read and hash as fast as many look.
static inline int ww_mpi_openers(int workers) { return 1 + workers / 16; }

typedef struct ww_mpi_nap { // how long nothing has come
    long ns;
} ww_mpi_nap;

#define WW_MPI_NAP_FIRST_NS 50000L
#define WW_MPI_NAP_LONGEST_NS 2000000L

static inline void ww_mpi_sleep(ww_mpi_nap *nap)
{
    nap->ns = nap->ns ? nap->ns * 2 : WW_MPI_NAP_FIRST_NS;
    if (nap->ns > WW_MPI_NAP_LONGEST_NS)
        nap->ns = WW_MPI_NAP_LONGEST_NS;
    nanosleep(&(struct timespec){.tv_nsec = nap->ns}, NULL);
}

#endif
