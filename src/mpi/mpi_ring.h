// SPDX-License-Identifier: MIT
// Blocks of rows in a ring. Each rank holds one block; blocks travel, and each rank compares its own with those that
// come by, so that each two blocks meet once; with an even number of ranks the last meeting is shared by the two.
#ifndef WW_MPI_MPI_RING_H
#define WW_MPI_MPI_RING_H
#include "base/error.h"
#include "cluster/block.h"
#include <stdbool.h>

// Called again and again while this rank waits for the others; NULL: nothing is.
void ww_mpi_while_waiting(void (*ask)(void));

// The same status on all ranks: WW_OK where all are well, else that of the lowest rank that is not, with its message.
ww_status ww_mpi_agree(ww_status status, ww_error *err);

// Bytes of any number to or from another rank.
void ww_mpi_transfer(void *data, size_t bytes, int peer, bool sends);

// Threads of this rank, so that all ranks of its machine together have its processors. Called by all ranks alike.
int ww_mpi_fair_threads(void);

// The block of rows of a rank; ranks are counted around the ring.
ww_block ww_mpi_block(size_t count, int rank, int ranks);

// What is known of a row lies in columns. Those of `joined` are seen side by side: the own rows, then the visitor's.
enum { WW_RING_COLUMNS = 5, WW_RING_JOINED = 2 };

typedef struct ww_mpi_ring {
    size_t count;                  // rows of all
    size_t bytes[WW_RING_COLUMNS]; // of a row; 0: there is no such column. The first is always there
    // filled in; room for the largest block, of joined columns for two:
    char *own[WW_RING_COLUMNS];
    char *visitor[WW_RING_COLUMNS]; // the rows that are passed on
    char *next[WW_RING_COLUMNS];    // those that come; scratch in between
    int rank, ranks;
    ww_block rows; // own
} ww_mpi_ring;

// Compares the own rows `a` with each other (`b` empty), or `a`, the first of them, with `b` of a visitor; `visitor`:
// the columns of b.
typedef ww_status ww_mpi_meet(void *user, const ww_mpi_ring *ring, ww_block a, ww_block b, char *const *visitor,
                              ww_error *err);

// count and bytes are set. The same status on all ranks, here and below.
ww_status ww_mpi_ring_open(ww_mpi_ring *ring, ww_error *err);
void ww_mpi_ring_close(ww_mpi_ring *ring);

typedef struct ww_mpi_round {
    ww_mpi_meet *meet;
    void *user;
    int fresh;                                      // columns from this one on begin as zeros in visitors
    int (*progress)(void *user, double share_done); // may be NULL; non-zero: ends it on all ranks
    void *progress_user;
} ww_mpi_round;

// Has each two rows meet once, beginning with the own ones. Visitors begin as copies of the own rows. What the joined
// columns held is lost.
ww_status ww_mpi_ring_go_round(ww_mpi_ring *ring, const ww_mpi_round *round, ww_error *err);

// After that: sends the visitor home, so that `visitor` holds what others made of the own rows.
void ww_mpi_ring_go_home(ww_mpi_ring *ring);

#endif
