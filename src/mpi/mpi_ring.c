// SPDX-License-Identifier: MIT
#include "mpi/mpi_ring.h"
#include "base/memory.h"

#include <limits.h>
#include <mpi.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGE_BYTES_MAX ((size_t)1 << 30) // MPI counts in int

ww_status ww_mpi_agree(ww_status status, ww_error *err)
{
    int rank = 0, lowest = INT_MAX;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    const int failed = status != WW_OK ? rank : INT_MAX;
    MPI_Allreduce(&failed, &lowest, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
    if (lowest == INT_MAX)
        return WW_OK;
    int code = status;
    MPI_Bcast(&code, 1, MPI_INT, lowest, MPI_COMM_WORLD);
    MPI_Bcast(err, sizeof *err, MPI_BYTE, lowest, MPI_COMM_WORLD);
    return (ww_status)code;
}

ww_block ww_mpi_block(size_t count, int rank, int ranks)
{
    const size_t n = (size_t)ranks, r = (size_t)rank, first = count / n * r + (count % n < r ? count % n : r);
    return (ww_block){first, count / n + (r < count % n)};
}

typedef struct ring {
    const ww_vectors_file *file;
    const ww_dbscan_options *options;
    int rank, ranks;
    size_t row_bytes;
    float *rows;      // those of the own block, then room for a visitor's
    float *visitor;   // the block that is passed on
    float *next;      // the one that comes
    ww_block of_rows; // the own block
} ring;

static ww_block block_of(const ring *r, int rank)
{
    return ww_mpi_block(r->file->count, (rank + r->ranks) % r->ranks, r->ranks);
}

static ww_status allocate(ring *r, ww_error *err)
{
    const size_t largest = block_of(r, 0).count;
    r->rows = ww_try_array(2 * largest, r->row_bytes);
    r->visitor = ww_try_array(largest, r->row_bytes);
    r->next = ww_try_array(largest, r->row_bytes);
    if (!r->rows || !r->visitor || !r->next)
        return ww_fail_memory(err, "three blocks of %zu vectors", largest);
    return WW_OK;
}

static void release(ring *r)
{
    free(r->rows);
    free(r->visitor);
    free(r->next);
}

// Passes the visitor on to the next rank and takes that of the one before; `held`: whose block it is, as both are known
// to all. Message by message, as MPI counts in int.
static void pass_on(ring *r, ww_block held, ww_block coming)
{
    const int to = (r->rank + 1) % r->ranks, from = (r->rank + r->ranks - 1) % r->ranks;
    const size_t out = held.count * r->row_bytes, in = coming.count * r->row_bytes;
    for (size_t at = 0; at < out || at < in; at += MESSAGE_BYTES_MAX) {
        const size_t sent = at >= out ? 0 : out - at < MESSAGE_BYTES_MAX ? out - at : MESSAGE_BYTES_MAX;
        const size_t got = at >= in ? 0 : in - at < MESSAGE_BYTES_MAX ? in - at : MESSAGE_BYTES_MAX;
        MPI_Sendrecv((char *)r->visitor + (sent ? at : 0), (int)sent, MPI_BYTE, to, 0, (char *)r->next + (got ? at : 0),
                     (int)got, MPI_BYTE, from, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    }
    float *done = r->visitor;
    r->visitor = r->next;
    r->next = done;
}

// Compares rows of the own block, from the first on, with the visitor's.
static ww_status compare(ring *r, ww_dbscan_state *state, ww_block own, ww_block other, ww_block of_visitor,
                         ww_error *err)
{
    if (own.count == 0 || other.count == 0)
        return WW_OK;
    memcpy((char *)r->rows + own.count * r->row_bytes,
           (const char *)r->visitor + (other.first - of_visitor.first) * r->row_bytes, other.count * r->row_bytes);
    return ww_dbscan_parts_add(state, r->rows, own, other, r->file->dim, r->options, err);
}

// The meeting that both ranks have, each from its side: the lower one gives the first half of its rows to itself and
// the second to the other. It is the last, so the own rows may be written over.
static ww_status compare_half(ring *r, ww_dbscan_state *state, bool lower, ww_block of_visitor, ww_error *err)
{
    const ww_block own = r->of_rows;
    if (lower)
        return compare(r, state, (ww_block){own.first, own.count / 2}, of_visitor, of_visitor, err);
    const ww_block second = {of_visitor.first + of_visitor.count / 2, of_visitor.count - of_visitor.count / 2};
    return compare(r, state, own, second, of_visitor, err);
}

static ww_status go_round(ring *r, ww_dbscan_state *state, ww_error *err)
{
    const ww_block own = r->of_rows;
    ww_status status =
        own.count ? ww_dbscan_parts_add(state, r->rows, own, (ww_block){0}, r->file->dim, r->options, err) : WW_OK;
    status = ww_mpi_agree(status, err);
    memcpy(r->visitor, r->rows, own.count * r->row_bytes);
    for (int step = 1; status == WW_OK && step <= r->ranks / 2; step++) {
        const ww_block of_visitor = block_of(r, r->rank - step);
        pass_on(r, block_of(r, r->rank - step + 1), of_visitor);
        status = 2 * step == r->ranks ? compare_half(r, state, r->rank < step, of_visitor, err)
                                      : compare(r, state, own, of_visitor, of_visitor, err);
        status = ww_mpi_agree(status, err);
    }
    return status;
}

static void transfer(void *data, size_t bytes, int peer, bool sends)
{
    for (size_t at = 0; at < bytes; at += MESSAGE_BYTES_MAX) {
        const int n = (int)(bytes - at < MESSAGE_BYTES_MAX ? bytes - at : MESSAGE_BYTES_MAX);
        if (sends)
            MPI_Send((char *)data + at, n, MPI_BYTE, peer, 1, MPI_COMM_WORLD);
        else
            MPI_Recv((char *)data + at, n, MPI_BYTE, peer, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    }
}

static void transfer_state(ww_dbscan_state *s, int peer, bool sends)
{
    transfer((void *)s->core, s->count * sizeof *s->core, peer, sends);
    transfer((void *)s->forest, s->count * sizeof *s->forest, peer, sends);
    transfer(s->seen, s->count * sizeof *s->seen, peer, sends);
    transfer(s->remembered, s->count * s->remembered_max * sizeof *s->remembered, peer, sends);
}

// Two by two, until rank 0 knows it all.
static ww_status merge_in_tree(const ring *r, ww_dbscan_state *state, ww_error *err)
{
    ww_dbscan_state other = {0};
    const bool receives = r->rank % 2 == 0 && r->rank + 1 < r->ranks;
    ww_status status = receives ? ww_dbscan_parts_start(&other, state->count, (int)state->min_samples, err) : WW_OK;
    status = ww_mpi_agree(status, err);
    for (int step = 1; status == WW_OK && step < r->ranks; step *= 2) {
        if (r->rank % (2 * step) == step) {
            transfer_state(state, r->rank - step, true);
            break;
        }
        if (r->rank + step < r->ranks) {
            transfer_state(&other, r->rank + step, false);
            ww_dbscan_state_merge(state, &other);
        }
    }
    ww_dbscan_state_free(&other);
    return status;
}

ww_status ww_mpi_ring_dbscan(const ww_vectors_file *file, const ww_dbscan_options *options, int32_t *labels,
                             ww_error *err)
{
    ring r = {.file = file, .options = options, .row_bytes = (size_t)file->dim * sizeof(float)};
    ww_dbscan_state state = {0};
    MPI_Comm_rank(MPI_COMM_WORLD, &r.rank);
    MPI_Comm_size(MPI_COMM_WORLD, &r.ranks);
    r.of_rows = block_of(&r, r.rank);
    ww_status status = allocate(&r, err);
    if (status == WW_OK)
        status = ww_vectors_read_rows(file, r.of_rows.first, r.of_rows.count, r.rows, err);
    if (status == WW_OK)
        status = ww_dbscan_parts_start(&state, file->count, options->min_samples, err);
    status = ww_mpi_agree(status, err);
    if (status == WW_OK)
        status = go_round(&r, &state, err);
    release(&r);
    if (status == WW_OK)
        status = merge_in_tree(&r, &state, err);
    if (status == WW_OK && labels)
        ww_dbscan_parts_label(&state, labels);
    ww_dbscan_state_free(&state);
    return status;
}
