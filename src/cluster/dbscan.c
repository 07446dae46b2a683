// SPDX-License-Identifier: MIT
// DBSCAN over a stream of near pairs, each seen once.
//
// A vector that has been seen near min_samples others is core and stays so. Until then it remembers its neighbours, of
// which there are fewer than min_samples; when it becomes core it is joined to those of them that are core, and forgets
// them. Two core vectors are joined at once. What is remembered at the end by a vector that never became core are its
// neighbours, and the core ones among them say where it belongs as a border point. So one pass over the pairs is
// enough, memory is min_samples - 1 numbers a vector, and no pair of core vectors that are joined already needs its
// distance: most pairs inside a person are never decided.
//
// Where min_samples is so large that remembering everything would cost more than the vectors themselves, a vector
// remembers as much as it may and is marked as one that forgot; two further passes then look again at the pairs of
// those only.
#include "base/forest.h"
#include "base/memory.h"
#include "cluster/cluster.h"
#include "cluster/pairs.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { REMEMBERED_MIN = 8, NEAR_BATCH = 512, NO_LABEL = INT32_MAX };

typedef enum dbscan_phase { PHASE_COUNT, PHASE_JOIN, PHASE_BORDER } dbscan_phase;

typedef struct dbscan {
    ww_sieve sieve;
    dbscan_phase phase;
    uint32_t min_samples, remembered_max;
    pthread_mutex_t lock;  // for all that follows; `core` and `forest` are read without it, too
    _Atomic uint8_t *core; // per vector: is core
    ww_forest *forest;     // of core vectors
    uint32_t *seen;        // per vector: neighbours so far, itself included, no more than min_samples of them
    uint32_t *remembered;  // remembered_max per vector
    bool any_forgot;
    uint8_t *forgot; // per vector: it had more neighbours than it could remember
    int32_t *labels; // the caller's
    const ww_dbscan_options *options;
    int passes_done;
} dbscan;

static bool is_core(const dbscan *d, uint32_t i)
{
    return atomic_load_explicit(&d->core[i], memory_order_relaxed) != 0;
}

static void remember(dbscan *d, uint32_t i, uint32_t other)
{
    if (is_core(d, i))
        return;
    const uint32_t known = d->seen[i]++ - 1;
    if (known < d->remembered_max)
        d->remembered[(size_t)i * d->remembered_max + known] = other;
    else
        d->forgot[i] = d->any_forgot = true;
}

static size_t remembered_count(const dbscan *d, uint32_t i)
{
    const uint32_t known = d->seen[i] - 1;
    return known < d->remembered_max ? known : d->remembered_max;
}

static void make_core_if_due(dbscan *d, uint32_t i)
{
    if (is_core(d, i) || d->seen[i] < d->min_samples)
        return;
    const uint32_t *others = d->remembered + (size_t)i * d->remembered_max;
    for (size_t k = 0; k < remembered_count(d, i); k++)
        if (is_core(d, others[k]))
            ww_forest_join(d->forest, i, others[k]);
    atomic_store_explicit(&d->core[i], 1, memory_order_relaxed);
}

// Takes note of a near pair.
static void note(dbscan *d, uint32_t a, uint32_t b)
{
    switch (d->phase) {
    case PHASE_COUNT:
        if (is_core(d, a) && is_core(d, b)) {
            ww_forest_join(d->forest, a, b);
            break;
        }
        remember(d, a, b);
        remember(d, b, a);
        make_core_if_due(d, a);
        make_core_if_due(d, b);
        break;
    case PHASE_JOIN: ww_forest_join(d->forest, a, b); break;
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
    const bool core_a = is_core(d, a), core_b = is_core(d, b);
    if (d->phase == PHASE_BORDER)
        return (core_a && !core_b && d->forgot[b]) || (core_b && !core_a && d->forgot[a]);
    if (core_a && core_b)
        return (d->phase == PHASE_COUNT || d->forgot[a] || d->forgot[b])
               && ww_forest_root(d->forest, a) != ww_forest_root(d->forest, b);
    return d->phase == PHASE_COUNT;
}

static void visit(void *user, const ww_pair *pairs, size_t count)
{
    dbscan *d = user;
    ww_pair near[NEAR_BATCH];
    while (count > 0) {
        const size_t n = count < NEAR_BATCH ? count : NEAR_BATCH;
        size_t found = 0;
        for (size_t i = 0; i < n; i++)
            if (matters(d, pairs[i].a, pairs[i].b) && ww_sieve_near(&d->sieve, pairs[i].a, pairs[i].b))
                near[found++] = pairs[i];
        if (found) {
            pthread_mutex_lock(&d->lock);
            for (size_t i = 0; i < found; i++)
                note(d, near[i].a, near[i].b);
            pthread_mutex_unlock(&d->lock);
        }
        pairs += n;
        count -= n;
    }
}

// All of them core and in one component (phase BORDER: none of them is a border point to be looked at again).
static bool settled_rows(const dbscan *d, uint32_t root, const uint32_t *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!is_core(d, rows[i]) || (d->phase != PHASE_BORDER && ww_forest_root(d->forest, rows[i]) != root))
            return false;
    return true;
}

static bool settled(void *user, const uint32_t *a, size_t a_count, const uint32_t *b, size_t b_count)
{
    const dbscan *d = user;
    const uint32_t root = ww_forest_root(d->forest, a[0]);
    return settled_rows(d, root, b, b_count) && settled_rows(d, root, a, a_count);
}

static int progress(void *user, double share_done)
{
    const dbscan *d = user;
    const double passes = d->remembered_max < d->min_samples - 1 ? 3 : 1;
    return d->options->progress(d->options->user, (d->passes_done + share_done) / passes);
}

static ww_status pass(dbscan *d, dbscan_phase phase, ww_error *err)
{
    const ww_pair_visitor visitor = {settled, visit, d, d->options->progress ? progress : NULL, d};
    d->phase = phase;
    const ww_status status = ww_pairs_visit(&d->sieve, &visitor, d->options->threads, err);
    d->passes_done++;
    return status;
}

// Core points: clusters numbered by their lowest member, which is the root. All others: NO_LABEL.
static void label_core(dbscan *d)
{
    int32_t next = 0;
    for (uint32_t i = 0; i < d->sieve.count; i++) {
        d->labels[i] = NO_LABEL;
        if (is_core(d, i)) {
            const uint32_t root = ww_forest_root_compress(d->forest, i);
            d->labels[i] = root == i ? next++ : d->labels[root];
        }
    }
}

static void label_border(dbscan *d)
{
    for (uint32_t i = 0; i < d->sieve.count; i++) {
        if (is_core(d, i))
            continue;
        const uint32_t *others = d->remembered + (size_t)i * d->remembered_max;
        for (size_t k = 0; k < remembered_count(d, i); k++)
            if (is_core(d, others[k]) && d->labels[others[k]] < d->labels[i])
                d->labels[i] = d->labels[others[k]];
        if (d->labels[i] == NO_LABEL)
            d->labels[i] = WW_NOBODY;
    }
}

static ww_status allocate(dbscan *d, ww_error *err)
{
    const size_t count = d->sieve.count;
    d->core = ww_alloc_array0(count, sizeof *d->core, SIZE_MAX);
    d->forest = ww_alloc_array(count, sizeof *d->forest, SIZE_MAX);
    d->seen = ww_alloc_array(count, sizeof *d->seen, SIZE_MAX);
    d->forgot = ww_alloc_array0(count, sizeof *d->forgot, SIZE_MAX);
    d->remembered = ww_alloc_array(count, d->remembered_max * sizeof *d->remembered, SIZE_MAX);
    if (!d->core || !d->forest || !d->seen || !d->forgot || !d->remembered)
        return ww_fail(err, WW_ERR_MEMORY, "no memory to cluster %zu vectors", count);
    ww_forest_init(d->forest, count);
    for (size_t i = 0; i < count; i++) {
        d->seen[i] = 1;
        d->core[i] = d->min_samples == 1 && d->sieve.norms[i] == d->sieve.norms[i]; // not where it is NaN
    }
    return WW_OK;
}

// As much as half the vectors take is remembered, and always a little.
static uint32_t remembered_max(uint32_t min_samples, int dim)
{
    const uint32_t affordable = dim / 2 > REMEMBERED_MIN ? (uint32_t)dim / 2 : REMEMBERED_MIN;
    return min_samples - 1 < affordable ? min_samples - 1 : affordable;
}

ww_status ww_dbscan(const float *vectors, size_t count, int dim, const ww_dbscan_options *options, int32_t *labels,
                    ww_error *err)
{
    if (options->min_samples < 1)
        return ww_fail(err, WW_ERR_ARGUMENT, "min_samples is %d; it must be at least 1", options->min_samples);
    dbscan d = {.min_samples = (uint32_t)options->min_samples,
                .options = options,
                .labels = labels,
                .lock = PTHREAD_MUTEX_INITIALIZER};
    d.remembered_max = remembered_max(d.min_samples, dim);
    ww_status status = ww_sieve_build(&d.sieve, vectors, count, dim, options->eps, NULL, options->kernels, err);
    if (status == WW_OK)
        status = allocate(&d, err);
    if (status == WW_OK)
        status = pass(&d, PHASE_COUNT, err);
    if (status == WW_OK && d.any_forgot)
        status = pass(&d, PHASE_JOIN, err);
    if (status == WW_OK) {
        label_core(&d);
        if (d.any_forgot)
            status = pass(&d, PHASE_BORDER, err);
    }
    if (status == WW_OK)
        label_border(&d);
    ww_sieve_free(&d.sieve);
    free(d.core);
    free(d.forest);
    free(d.seen);
    free(d.forgot);
    free(d.remembered);
    pthread_mutex_destroy(&d.lock);
    return status;
}
