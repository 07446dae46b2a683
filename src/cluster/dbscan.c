// SPDX-License-Identifier: MIT
// DBSCAN over a stream of near pairs, each seen once (dbscan_state.h): one pass over the pairs is enough, memory is
// min_samples - 1 numbers a vector, and no pair of core vectors that are joined already needs its distance: most pairs
// inside a person are never decided.
//
// Where min_samples is so large that remembering everything would cost more than the vectors themselves, a vector
// remembers as much as it may and is marked as one that forgot; two further passes then look again at the pairs of
// those only.
#include "base/memory.h"
#include "cluster/cells_sample.h"
#include "cluster/cluster.h"
#include "cluster/dbscan_parts.h"
#include "cluster/pairs.h"
#include <math.h>
#include <pthread.h>

enum { REMEMBERED_MIN = 8 };

typedef enum dbscan_phase { PHASE_COUNT, PHASE_JOIN, PHASE_BORDER } dbscan_phase;

typedef struct dbscan {
    ww_sieve sieve;
    dbscan_phase phase;
    pthread_mutex_t lock; // for changes of the state
    ww_dbscan_state state;
    int32_t *labels; // the caller's
    const ww_dbscan_options *options;
    int passes_done;
} dbscan;

static bool is_core(const dbscan *d, uint32_t i) { return ww_dbscan_is_core(&d->state, i); }

// Takes note of a near pair.
static void note(dbscan *d, uint32_t a, uint32_t b)
{
    switch (d->phase) {
    case PHASE_COUNT: ww_dbscan_state_note(&d->state, a, b); break;
    case PHASE_JOIN: ww_forest_join(d->state.forest, a, b); break;
    case PHASE_BORDER: {
        const uint32_t core = is_core(d, a) ? a : b, border = core == a ? b : a;
        if (d->labels[core] < d->labels[border])
            d->labels[border] = d->labels[core];
    }
    }
}

// Whether the distance of this candidate pair can still change anything.
static bool matters(const dbscan *d, uint32_t a, uint32_t b)
{
    const uint8_t *forgot = d->state.forgot;
    switch (d->phase) {
    case PHASE_COUNT: return ww_dbscan_state_asks(&d->state, a, b);
    case PHASE_JOIN:
        return is_core(d, a) && is_core(d, b) && (forgot[a] || forgot[b]) && ww_dbscan_state_asks(&d->state, a, b);
    case PHASE_BORDER: break;
    }
    return is_core(d, a) != is_core(d, b) && forgot[is_core(d, a) ? b : a];
}

static void visit(void *user, const ww_pair *pairs, size_t count)
{
    dbscan *d = user;
    ww_pair near[WW_PAIRS_BATCH];
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        if (matters(d, pairs[i].a, pairs[i].b) && ww_sieve_near(&d->sieve, pairs[i].a, pairs[i].b))
            near[found++] = pairs[i];
    if (found == 0)
        return;
    pthread_mutex_lock(&d->lock);
    for (size_t i = 0; i < found; i++)
        note(d, near[i].a, near[i].b);
    pthread_mutex_unlock(&d->lock);
}

// All of them core and in one component (phase BORDER: none of them is a border point to be looked at again).
static bool settled_rows(const dbscan *d, uint32_t root, const uint32_t *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!is_core(d, rows[i]) || (d->phase != PHASE_BORDER && ww_forest_root(d->state.forest, rows[i]) != root))
            return false;
    return true;
}

static bool settled(void *user, const uint32_t *a, size_t a_count, const uint32_t *b, size_t b_count)
{
    const dbscan *d = user;
    const uint32_t root = ww_forest_root(d->state.forest, a[0]);
    return settled_rows(d, root, b, b_count) && settled_rows(d, root, a, a_count);
}

static int progress(void *user, double share_done)
{
    const dbscan *d = user;
    const double passes = d->state.remembered_max < d->state.min_samples - 1 ? 3 : 1;
    return d->options->progress(d->options->user, (d->passes_done + share_done) / passes);
}

static int progress_after_cells(void *user, double share_done)
{
    const dbscan *d = user;
    return d->options->progress(d->options->user, WW_CELLS_SAMPLE_SHARE + (1 - WW_CELLS_SAMPLE_SHARE) * share_done);
}

static ww_status pass(dbscan *d, dbscan_phase phase, ww_error *err)
{
    const ww_pair_visitor visitor = {settled, visit, d, d->options->progress ? progress : NULL, d};
    d->phase = phase;
    const ww_status status = ww_pairs_visit(&d->sieve, &visitor, d->options->threads, err);
    d->passes_done++;
    return status;
}

// As much as half the vectors take is remembered, and always a little.
static uint32_t remembered_max(uint32_t min_samples, int dim)
{
    const uint32_t affordable = dim / 2 > REMEMBERED_MIN ? (uint32_t)dim / 2 : REMEMBERED_MIN;
    return min_samples - 1 < affordable ? min_samples - 1 : affordable;
}

static ww_status exact(dbscan *d, const float *vectors, size_t count, int dim, ww_error *err)
{
    const ww_dbscan_options *options = d->options;
    const uint32_t min_samples = (uint32_t)options->min_samples;
    ww_status status = ww_sieve_build(&d->sieve, vectors, count, dim, options->eps, NULL, options->kernels, err);
    if (status == WW_OK)
        status = ww_dbscan_state_start(&d->state, count, min_samples, remembered_max(min_samples, dim), err);
    for (size_t i = 0; status == WW_OK && min_samples == 1 && i < count; i++)
        d->state.core[i] = d->sieve.norms[i] == d->sieve.norms[i]; // not where it is NaN
    if (status == WW_OK)
        status = pass(d, PHASE_COUNT, err);
    if (status == WW_OK && d->state.any_forgot)
        status = pass(d, PHASE_JOIN, err);
    if (status == WW_OK) {
        ww_dbscan_state_label_core(&d->state, d->labels);
        if (d->state.any_forgot)
            status = pass(d, PHASE_BORDER, err);
    }
    if (status == WW_OK)
        ww_dbscan_state_label_border(&d->state, d->labels);
    return status;
}

static bool all_finite(const float *vectors, size_t values)
{
    bool finite = true;
    for (size_t i = 0; finite && i < values; i++)
        finite = isfinite(vectors[i]) != 0;
    return finite;
}

// The near pairs that cells lead to, in place of all.
static ww_status approximate(dbscan *d, const float *vectors, size_t count, int dim, ww_error *err)
{
    const ww_dbscan_options *o = d->options;
    const ww_cells_wanted wanted = {.recall = o->recall,
                                    .threads = o->threads,
                                    .kernels = o->kernels ? o->kernels : ww_cluster_kernels_best(),
                                    .progress = o->progress,
                                    .user = o->user};
    ww_cells cells = {0};
    if (!(o->recall > 0 && o->recall < 1))
        return ww_fail(err, WW_ERR_ARGUMENT, "a recall of %g; it must be above 0 and below 1", o->recall);
    if (dim < 1 || dim > WW_CLUSTER_DIM_MAX || count > INT32_MAX || !(o->eps > 0))
        return ww_fail(err, WW_ERR_ARGUMENT, "cannot compare %zu vectors of %d values at distance %g", count, dim,
                       o->eps);
    if (!all_finite(vectors, count * (size_t)dim))
        return ww_fail(err, WW_ERR_ARGUMENT, "a vector has a value that is not finite");
    ww_status status = ww_dbscan_parts_start(&d->state, count, o->min_samples, err);
    if (status == WW_OK)
        status = ww_cells_build(&cells, vectors, count, dim, &wanted, err);
    if (status == WW_OK)
        status = ww_sieve_build_parts(&d->sieve, vectors, count, dim, o->eps,
                                      &(ww_sieve_parts){.total = count, .order = cells.order}, o->kernels, err);
    if (status == WW_OK && count > 0)
        status = ww_cells_choose_probes(&cells, &d->sieve, &wanted, err);
    if (status == WW_OK) {
        const ww_pair_visitor visitor = {settled, visit, d, o->progress ? progress_after_cells : NULL, d};
        status = ww_pairs_visit_cells(&d->sieve, &cells, &visitor, o->threads, err);
    }
    if (status == WW_OK)
        ww_dbscan_parts_label(&d->state, d->labels);
    if (o->found)
        *o->found = cells.recall;
    ww_cells_free(&cells);
    return status;
}

ww_status ww_dbscan(const float *vectors, size_t count, int dim, const ww_dbscan_options *options, int32_t *labels,
                    ww_error *err)
{
    if (options->min_samples < 1)
        return ww_fail(err, WW_ERR_ARGUMENT, "min_samples is %d; it must be at least 1", options->min_samples);
    dbscan d = {.options = options, .labels = labels, .lock = PTHREAD_MUTEX_INITIALIZER};
    if (options->found)
        *options->found = 1;
    const ww_status status = (options->recall != 0 ? approximate : exact)(&d, vectors, count, dim, err);
    ww_sieve_free(&d.sieve);
    ww_dbscan_state_free(&d.state);
    pthread_mutex_destroy(&d.lock);
    return status;
}
