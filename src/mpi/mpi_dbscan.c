// SPDX-License-Identifier: MIT
#include "mpi/mpi_dbscan.h"
#include "mpi/mpi_ring.h"

typedef struct learner {
    ww_dbscan_state state;
    const ww_dbscan_options *options;
    int dim;
} learner;

static ww_status meet(void *user, const ww_mpi_ring *ring, ww_block a, ww_block b, char *const *visitor, ww_error *err)
{
    learner *l = user;
    (void)visitor;
    return ww_dbscan_parts_add(&l->state, (const float *)(const void *)ring->own[0], a, b, l->dim, l->options, err);
}

static void transfer_state(ww_dbscan_state *s, int peer, bool sends)
{
    ww_mpi_transfer((void *)s->core, s->count * sizeof *s->core, peer, sends);
    ww_mpi_transfer((void *)s->forest, s->count * sizeof *s->forest, peer, sends);
    ww_mpi_transfer(s->seen, s->count * sizeof *s->seen, peer, sends);
    ww_mpi_transfer(s->remembered, s->count * s->remembered_max * sizeof *s->remembered, peer, sends);
}

// Two by two, until rank 0 knows it all.
static ww_status merge_in_tree(const ww_mpi_ring *r, ww_dbscan_state *state, ww_error *err)
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
    ww_mpi_ring r = {.count = file->count, .bytes = {(size_t)file->dim * sizeof(float)}};
    learner l = {.options = options, .dim = file->dim};
    const ww_mpi_round round = {.meet = meet, .user = &l, .fresh = WW_RING_COLUMNS};
    ww_status status = ww_mpi_ring_open(&r, err);
    if (status == WW_OK) {
        status = ww_vectors_read_rows(file, r.rows.first, r.rows.count, (float *)(void *)r.own[0], err);
        if (status == WW_OK)
            status = ww_dbscan_parts_start(&l.state, file->count, options->min_samples, err);
        status = ww_mpi_agree(status, err);
    }
    if (status == WW_OK)
        status = ww_mpi_ring_go_round(&r, &round, err);
    ww_mpi_ring_close(&r);
    if (status == WW_OK)
        status = merge_in_tree(&r, &l.state, err);
    if (status == WW_OK && labels)
        ww_dbscan_parts_label(&l.state, labels);
    ww_dbscan_state_free(&l.state);
    return status;
}
