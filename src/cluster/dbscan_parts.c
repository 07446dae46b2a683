// SPDX-License-Identifier: MIT
#include "cluster/dbscan_parts.h"
#include "cluster/pairs.h"
#include <pthread.h>

typedef struct adder {
    ww_dbscan_state *state;
    ww_sieve sieve;
    ww_block a, b;
    pthread_mutex_t lock; // for changes of the state
} adder;

static uint32_t global_row(const adder *d, uint32_t row) { return ww_block_row(d->a, d->b, row); }

static void visit(void *user, const ww_pair *pairs, size_t count)
{
    adder *d = user;
    ww_pair near[WW_PAIRS_BATCH];
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        const ww_pair global = {global_row(d, pairs[i].a), global_row(d, pairs[i].b)};
        if (ww_dbscan_state_asks(d->state, global.a, global.b) && ww_sieve_near(&d->sieve, pairs[i].a, pairs[i].b))
            near[found++] = global;
    }
    if (found == 0)
        return;
    pthread_mutex_lock(&d->lock);
    for (size_t i = 0; i < found; i++)
        ww_dbscan_state_note(d->state, near[i].a, near[i].b);
    pthread_mutex_unlock(&d->lock);
}

static bool settled_rows(const adder *d, uint32_t root, const uint32_t *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const uint32_t row = global_row(d, rows[i]);
        if (!ww_dbscan_is_core(d->state, row) || ww_forest_root(d->state->forest, row) != root)
            return false;
    }
    return true;
}

static bool settled(void *user, const uint32_t *a, size_t a_count, const uint32_t *b, size_t b_count)
{
    const adder *d = user;
    const uint32_t root = ww_forest_root(d->state->forest, global_row(d, a[0]));
    return settled_rows(d, root, b, b_count) && settled_rows(d, root, a, a_count);
}

ww_status ww_dbscan_parts_start(ww_dbscan_state *state, size_t count, int min_samples, ww_error *err)
{
    if (min_samples < 1 || min_samples > WW_PARTS_SAMPLES_MAX)
        return ww_fail(err, WW_ERR_ARGUMENT, "min_samples is %d; for vectors in parts it can be 1 to %d", min_samples,
                       WW_PARTS_SAMPLES_MAX);
    if (count > INT32_MAX)
        return ww_fail(err, WW_ERR_ARGUMENT, "%zu vectors; at most %d can be clustered", count, INT32_MAX);
    const ww_status status = ww_dbscan_state_start(state, count, (uint32_t)min_samples, (uint32_t)min_samples - 1, err);
    for (size_t i = 0; status == WW_OK && min_samples == 1 && i < count; i++)
        state->core[i] = 1;
    return status;
}

ww_status ww_dbscan_parts_add(ww_dbscan_state *state, const float *vectors, ww_block a, ww_block b, int dim,
                              const ww_dbscan_options *options, ww_error *err)
{
    adder d = {.state = state, .a = a, .b = b, .lock = PTHREAD_MUTEX_INITIALIZER};
    const ww_sieve_parts parts = {.first = b.count ? a.count : 0, .total = state->count};
    const ww_pair_visitor visitor = {settled, visit, &d, options->progress, options->user};
    ww_status status =
        ww_sieve_build_parts(&d.sieve, vectors, a.count + b.count, dim, options->eps, &parts, options->kernels, err);
    if (status == WW_OK)
        status = ww_pairs_visit(&d.sieve, &visitor, options->threads, err);
    ww_sieve_free(&d.sieve);
    pthread_mutex_destroy(&d.lock);
    return status;
}

void ww_dbscan_parts_label(ww_dbscan_state *state, int32_t *labels)
{
    ww_dbscan_state_label_core(state, labels);
    ww_dbscan_state_label_border(state, labels);
}
