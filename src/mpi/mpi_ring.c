// SPDX-License-Identifier: MIT
#include "mpi/mpi_ring.h"
#include "base/memory.h"
#include "mpi/messages.h"
#include "pipeline/pipeline.h"

#include <limits.h>
#include <mpi.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGE_BYTES_MAX ((size_t)1 << 30) // MPI counts in int

static void (*asked_while_waiting)(void);

void ww_mpi_while_waiting(void (*ask)(void)) { asked_while_waiting = ask; }

// Ranks that are done before others sleep, where MPI would spin.
static void wait_for_lowest(int own, int *lowest)
{
    MPI_Request request;
    ww_mpi_nap nap = {0};
    int done = 0;
    MPI_Iallreduce(&own, lowest, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD, &request);
    for (MPI_Test(&request, &done, MPI_STATUS_IGNORE); !done; MPI_Test(&request, &done, MPI_STATUS_IGNORE)) {
        if (asked_while_waiting)
            asked_while_waiting();
        ww_mpi_sleep(&nap);
    }
}

ww_status ww_mpi_agree(ww_status status, ww_error *err)
{
    int rank = 0, lowest = INT_MAX;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    const int failed = status != WW_OK ? rank : INT_MAX;
    wait_for_lowest(failed, &lowest);
    if (lowest == INT_MAX)
        return WW_OK;
    int code = status;
    MPI_Bcast(&code, 1, MPI_INT, lowest, MPI_COMM_WORLD);
    MPI_Bcast(err, sizeof *err, MPI_BYTE, lowest, MPI_COMM_WORLD);
    return (ww_status)code;
}

void ww_mpi_transfer(void *data, size_t bytes, int peer, bool sends)
{
    for (size_t at = 0; at < bytes; at += MESSAGE_BYTES_MAX) {
        const int n = (int)(bytes - at < MESSAGE_BYTES_MAX ? bytes - at : MESSAGE_BYTES_MAX);
        if (sends)
            MPI_Send((char *)data + at, n, MPI_BYTE, peer, 1, MPI_COMM_WORLD);
        else
            MPI_Recv((char *)data + at, n, MPI_BYTE, peer, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    }
}

int ww_mpi_fair_threads(void)
{
    MPI_Comm machine;
    int here = 1;
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &machine);
    MPI_Comm_size(machine, &here);
    MPI_Comm_free(&machine);
    return ww_cpu_count() > here ? ww_cpu_count() / here : 1;
}

ww_block ww_mpi_block(size_t count, int rank, int ranks)
{
    const size_t n = (size_t)ranks, r = (size_t)((rank % ranks + ranks) % ranks),
                 first = count / n * r + (count % n < r ? count % n : r);
    return (ww_block){first, count / n + (r < count % n)};
}

ww_status ww_mpi_ring_open(ww_mpi_ring *r, ww_error *err)
{
    MPI_Comm_rank(MPI_COMM_WORLD, &r->rank);
    MPI_Comm_size(MPI_COMM_WORLD, &r->ranks);
    r->rows = ww_mpi_block(r->count, r->rank, r->ranks);
    const size_t largest = ww_mpi_block(r->count, 0, r->ranks).count;
    bool there = true;
    for (int c = 0; c < WW_RING_COLUMNS; c++) {
        if (r->bytes[c] == 0)
            continue;
        r->own[c] = ww_try_array((c < WW_RING_JOINED ? 2 : 1) * largest, r->bytes[c]);
        r->visitor[c] = ww_try_array(largest, r->bytes[c]);
        r->next[c] = ww_try_array(largest, r->bytes[c]);
        there = there && r->own[c] && r->visitor[c] && r->next[c];
    }
    return ww_mpi_agree(there ? WW_OK : ww_fail_memory(err, "four blocks of %zu vectors", largest), err);
}

void ww_mpi_ring_close(ww_mpi_ring *r)
{
    for (int c = 0; c < WW_RING_COLUMNS; c++) {
        free(r->own[c]);
        free(r->visitor[c]);
        free(r->next[c]);
    }
}

// Sends a column of the visitor to a rank while that of another comes in. Message by message, as MPI counts in int.
static void exchange(ww_mpi_ring *r, int column, size_t out_rows, int to, size_t in_rows, int from)
{
    const size_t out = out_rows * r->bytes[column], in = in_rows * r->bytes[column];
    for (size_t at = 0; at < out || at < in; at += MESSAGE_BYTES_MAX) {
        const size_t sent = at >= out ? 0 : out - at < MESSAGE_BYTES_MAX ? out - at : MESSAGE_BYTES_MAX;
        const size_t got = at >= in ? 0 : in - at < MESSAGE_BYTES_MAX ? in - at : MESSAGE_BYTES_MAX;
        MPI_Sendrecv(r->visitor[column] + (sent ? at : 0), (int)sent, MPI_BYTE, to, 0, r->next[column] + (got ? at : 0),
                     (int)got, MPI_BYTE, from, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    }
    char *done = r->visitor[column];
    r->visitor[column] = r->next[column];
    r->next[column] = done;
}

static ww_block block_of(const ww_mpi_ring *r, int rank) { return ww_mpi_block(r->count, rank, r->ranks); }

// Passes the visitor, the block of the rank `step - 1` before, on to the next rank and takes that of the one before.
static void pass_on(ww_mpi_ring *r, int step)
{
    const int to = (r->rank + 1) % r->ranks, from = (r->rank + r->ranks - 1) % r->ranks;
    const size_t held = block_of(r, r->rank - step + 1).count, coming = block_of(r, r->rank - step).count;
    for (int c = 0; c < WW_RING_COLUMNS; c++)
        if (r->bytes[c])
            exchange(r, c, held, to, coming, from);
}

void ww_mpi_ring_go_home(ww_mpi_ring *r)
{
    const int steps = r->ranks / 2;
    const int to = (r->rank - steps + r->ranks) % r->ranks, from = (r->rank + steps) % r->ranks;
    for (int c = WW_RING_JOINED; c < WW_RING_COLUMNS; c++)
        if (r->bytes[c] && steps > 0)
            exchange(r, c, block_of(r, to).count, to, r->rows.count, from);
}

static ww_status meet(ww_mpi_ring *r, const ww_mpi_round *round, ww_block own, ww_block other, ww_block of_visitor,
                      ww_error *err)
{
    char *theirs[WW_RING_COLUMNS] = {0};
    if (own.count == 0 || other.count == 0)
        return WW_OK;
    for (int c = 0; c < WW_RING_COLUMNS; c++) {
        if (r->bytes[c] == 0)
            continue;
        theirs[c] = r->visitor[c] + (other.first - of_visitor.first) * r->bytes[c];
        if (c < WW_RING_JOINED)
            memcpy(r->own[c] + own.count * r->bytes[c], theirs[c], other.count * r->bytes[c]);
    }
    return round->meet(round->user, r, own, other, theirs, err);
}

// The meeting that both ranks have, each from its side: the lower one gives the first half of its rows to itself and
// the second to the other. It is the last, so the own rows may be written over.
static ww_status meet_half(ww_mpi_ring *r, const ww_mpi_round *round, bool lower, ww_block of_visitor, ww_error *err)
{
    const ww_block own = r->rows;
    if (lower)
        return meet(r, round, (ww_block){own.first, own.count / 2}, of_visitor, of_visitor, err);
    const ww_block second = {of_visitor.first + of_visitor.count / 2, of_visitor.count - of_visitor.count / 2};
    return meet(r, round, own, second, of_visitor, err);
}

static ww_status report(const ww_mpi_ring *r, const ww_mpi_round *round, int step, ww_error *err)
{
    const double share = (1 + 2.0 * step) / r->ranks; // of the comparisons
    if (!round->progress || round->progress(round->progress_user, share < 1 ? share : 1) == 0)
        return WW_OK;
    return ww_fail(err, WW_ERR_CANCELLED, "clustering was cancelled");
}

ww_status ww_mpi_ring_go_round(ww_mpi_ring *r, const ww_mpi_round *round, ww_error *err)
{
    const ww_block own = r->rows;
    char *const none[WW_RING_COLUMNS] = {0};
    ww_status status = own.count ? round->meet(round->user, r, own, (ww_block){0}, none, err) : WW_OK;
    for (int c = 0; c < round->fresh; c++)
        if (r->bytes[c])
            memcpy(r->visitor[c], r->own[c], own.count * r->bytes[c]);
    for (int step = 0;; step++) {
        if (status == WW_OK)
            status = report(r, round, step, err);
        status = ww_mpi_agree(status, err);
        if (status != WW_OK || step == r->ranks / 2)
            return status;
        const ww_block of_visitor = block_of(r, r->rank - step - 1);
        pass_on(r, step + 1);
        status = 2 * step + 2 == r->ranks ? meet_half(r, round, r->rank < step + 1, of_visitor, err)
                                          : meet(r, round, own, of_visitor, of_visitor, err);
    }
}
