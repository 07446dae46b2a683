// SPDX-License-Identifier: MIT
#include "cluster/cells.h"
#include "base/memory.h"
#include "base/random.h"
#include "cluster/coded.h"
#include "cluster/columns.h"
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROWS_PER_CENTRE = 16, // of the sample that centres are learned from
    ROUNDS = 4,           // of k-means
    COUNT_MAX = 16384,    // of cells
    ROOTS = 4,            // as many cells as the root of the rows, times
    SAMPLES = 1024,       // vectors whose near pairs are all found; half say how many cells, half how well that went
    SAMPLE_PAIRS = 64,    // of each, so many pairs stand for the others
    BATCH = 240,          // rows that a worker takes at a time
    THREADS_MAX = 256,
};
_Static_assert(COUNT_MAX <= UINT16_MAX, "ww_cells keeps their numbers in 16 bits");
// Shares of the progress of the whole search, roughly; together WW_CELLS_SHARE.
#define LEARN_SHARE 0.1
#define CHOOSE_SHARE 0.1
#define SORT_SHARE 0.2

typedef struct cells_builder {
    ww_cells *cells;
    const float *vectors;
    size_t dim;
    const ww_cells_wanted *wanted;
    ww_columns centres; // while they are learned
    ww_coded coded;     // after that
} builder;

static const float *row_of(const builder *b, size_t row) { return b->vectors + row * b->dim; }

// ---- Work in batches of rows, on several threads --------------------------------------------------------------------

typedef void (*batch_work)(const builder *b, size_t first, size_t end, float *scratch, void *user);

typedef struct batches {
    const builder *b;
    batch_work work;
    void *user;
    size_t rows;
    atomic_size_t next;
    double from, share;     // of the progress
    atomic_bool *cancelled; // set where progress says so
} batches;

typedef struct batch_worker {
    batches *all;
    float *scratch; // of `scratch_floats`
    bool reports;
    pthread_t thread;
} batch_worker;

static void *work_in_batches(void *argument)
{
    batch_worker *w = argument;
    batches *all = w->all;
    const ww_cells_wanted *wanted = all->b->wanted;
    while (!atomic_load(all->cancelled)) {
        const size_t first = atomic_fetch_add(&all->next, BATCH);
        if (first >= all->rows)
            break;
        all->work(all->b, first, first + BATCH < all->rows ? first + BATCH : all->rows, w->scratch, all->user);
        if (w->reports && wanted->progress
            && wanted->progress(wanted->user, all->from + all->share * (double)first / (double)all->rows) != 0)
            atomic_store(all->cancelled, true);
    }
    return NULL;
}

static ww_status run_batches(const builder *b, size_t rows, size_t scratch_floats, batch_work work, void *user,
                             double from, double share, ww_error *err)
{
    atomic_bool cancelled = false;
    batches all = {.b = b, .work = work, .user = user, .rows = rows, .from = from, .share = share};
    all.cancelled = &cancelled;
    const int wanted = b->wanted->threads < 1 ? 1 : b->wanted->threads > THREADS_MAX ? THREADS_MAX : b->wanted->threads;
    batch_worker *workers = ww_try_array((size_t)wanted, sizeof *workers);
    int ready = 0, started = 1;
    for (; workers && ready < wanted; ready++) {
        workers[ready] = (batch_worker){.all = &all, .reports = ready == 0};
        workers[ready].scratch = ww_try_array(scratch_floats, sizeof *workers[ready].scratch);
        if (!workers[ready].scratch)
            break; // with fewer it takes longer, no more
    }
    if (ready == 0) {
        free(workers);
        return ww_fail_memory(err, "the cells of %zu vectors", b->cells->rows);
    }
    while (started < ready && pthread_create(&workers[started].thread, NULL, work_in_batches, &workers[started]) == 0)
        started++;
    work_in_batches(&workers[0]);
    for (int i = 1; i < started; i++)
        pthread_join(workers[i].thread, NULL);
    for (int i = 0; i < ready; i++)
        free(workers[i].scratch);
    free(workers);
    return atomic_load(&cancelled) ? ww_fail(err, WW_ERR_CANCELLED, "clustering was cancelled") : WW_OK;
}

// ---- Centres --------------------------------------------------------------------------------------------------------

static int nearest(const float *distance, size_t count)
{
    size_t best = 0;
    for (size_t c = 1; c < count; c++)
        if (distance[c] < distance[best])
            best = c;
    return (int)best;
}

static void place_centres(builder *b)
{
    for (size_t c = 0; c < b->centres.count; c++)
        ww_columns_put(&b->centres, c, b->cells->centre + c * b->dim);
}

// Rows at .. at+3 of every `step`-th; beyond `end` the last again.
static void four_rows(const builder *b, size_t at, size_t end, size_t step, const float *row[WW_PRODUCT_ROWS])
{
    for (size_t r = 0; r < WW_PRODUCT_ROWS; r++)
        row[r] = row_of(b, (at + r < end ? at + r : end - 1) * step);
}

typedef struct learning {
    size_t step;   // every so many rows are in the sample
    uint16_t *own; // of each row of the sample, its cell
} learning;

static void find_own(const builder *b, size_t first, size_t end, float *scratch, void *user)
{
    const learning *l = user;
    const float *row[WW_PRODUCT_ROWS];
    for (size_t k = first; k < end; k += WW_PRODUCT_ROWS) {
        four_rows(b, k, end, l->step, row);
        ww_columns_measure(&b->centres, row, scratch);
        for (size_t r = 0; r < WW_PRODUCT_ROWS && k + r < end; r++)
            l->own[k + r] = (uint16_t)nearest(scratch + r * b->centres.padded, b->centres.count);
    }
}

// Each centre becomes the mean of the rows of the sample in its cell; one that has none stays.
static bool move_centres(builder *b, const learning *l, size_t sample)
{
    const size_t cells = (size_t)b->cells->count;
    double *sum = ww_alloc_array0(cells, b->dim * sizeof *sum, SIZE_MAX);
    size_t *members = ww_alloc_array0(cells, sizeof *members, SIZE_MAX);
    const bool fine = sum && members;
    for (size_t k = 0; fine && k < sample; k++) {
        members[l->own[k]]++;
        for (size_t d = 0; d < b->dim; d++)
            sum[l->own[k] * b->dim + d] += row_of(b, k * l->step)[d];
    }
    for (size_t c = 0; fine && c < cells; c++)
        for (size_t d = 0; members[c] && d < b->dim; d++)
            b->cells->centre[c * b->dim + d] = (float)(sum[c * b->dim + d] / (double)members[c]);
    free(sum);
    free(members);
    return fine;
}

static ww_status learn_centres(builder *b, ww_error *err)
{
    const size_t cells = (size_t)b->cells->count, wanted = cells * ROWS_PER_CENTRE;
    learning l = {.step = b->cells->rows > wanted ? b->cells->rows / wanted : 1};
    const size_t sample = b->cells->rows / l.step;
    l.own = ww_alloc_array(sample, sizeof *l.own, SIZE_MAX);
    ww_status status = l.own ? WW_OK : ww_fail_memory(err, "the cells of %zu vectors", b->cells->rows);
    for (size_t c = 0; c < cells; c++) // distinct rows of the sample, spread evenly
        memcpy(b->cells->centre + c * b->dim, row_of(b, c * sample / cells * l.step), b->dim * sizeof(float));
    for (int round = 0; status == WW_OK && round < ROUNDS; round++) {
        place_centres(b);
        status = run_batches(b, sample, WW_PRODUCT_ROWS * b->centres.padded, find_own, &l, LEARN_SHARE * round / ROUNDS,
                             LEARN_SHARE / ROUNDS, err);
        if (status == WW_OK && !move_centres(b, &l, sample))
            status = ww_fail_memory(err, "the cells of %zu vectors", b->cells->rows);
    }
    place_centres(b);
    free(l.own);
    return status;
}

// ---- How many cells to look into ------------------------------------------------------------------------------------

typedef struct sample_pairs {
    uint32_t row;
    uint32_t near[SAMPLE_PAIRS];
    size_t found; // near pairs there are
} sample_pairs;

// Wellons' lowbias32, a bijection (github.com/skeeto/hash-prospector).
static uint32_t mixed(uint32_t x)
{
    x = (x ^ x >> 16) * 0x7feb352dU;
    x = (x ^ x >> 15) * 0x846ca68bU;
    return x ^ x >> 16;
}

// Keeps each of those found alike often, whatever their order: the ones whose number, mixed up, is least.
static void take_pair(sample_pairs *s, uint32_t other)
{
    size_t at = s->found < SAMPLE_PAIRS ? s->found : SAMPLE_PAIRS;
    s->found++;
    if (at == SAMPLE_PAIRS && mixed(other) > mixed(s->near[at - 1]))
        return;
    at -= at == SAMPLE_PAIRS;
    for (; at > 0 && mixed(s->near[at - 1]) > mixed(other); at--)
        s->near[at] = s->near[at - 1];
    s->near[at] = other;
}

typedef struct sampling {
    sample_pairs *of; // SAMPLES
    ww_columns rows;  // the same as columns
    pthread_mutex_t lock;
} sampling;

static void find_pairs(const builder *b, size_t first, size_t end, float *scratch, void *user)
{
    sampling *s = user;
    const double near = b->wanted->eps * b->wanted->eps;
    const float *row[WW_PRODUCT_ROWS];
    for (size_t i = first; i < end; i += WW_PRODUCT_ROWS) {
        four_rows(b, i, end, 1, row);
        ww_columns_measure(&s->rows, row, scratch);
        for (size_t r = 0; r < WW_PRODUCT_ROWS && i + r < end; r++) {
            const float squared = b->wanted->kernels->dot_float(row[r], row[r], b->dim);
            for (size_t k = 0; k < SAMPLES; k++)
                if ((double)(squared + scratch[r * s->rows.padded + k]) <= near && s->of[k].row != i + r) {
                    pthread_mutex_lock(&s->lock);
                    take_pair(&s->of[k], (uint32_t)(i + r));
                    pthread_mutex_unlock(&s->lock);
                }
        }
    }
}

// Adds the pairs of one sample to share[], by how many cells it takes to find them. `x`, `y`: scratch.
static void rank_pairs(const builder *b, const sample_pairs *s, ww_coded_distances *x, ww_coded_distances *y,
                       double *share)
{
    const size_t kept = s->found < SAMPLE_PAIRS ? s->found : SAMPLE_PAIRS, count = b->coded.count;
    const float *row[WW_CODED_ROWS] = {row_of(b, s->row)};
    ww_coded_distances_find(x, row, 1);
    const size_t own = ww_coded_nearest(x->by_row, count);
    for (size_t k = 0; k < kept; k++) {
        const size_t at = k % WW_CODED_ROWS, rows = kept - k < WW_CODED_ROWS ? kept - k : WW_CODED_ROWS;
        for (size_t r = 0; at == 0 && r < rows; r++)
            row[r] = row_of(b, s->near[k + r]);
        if (at == 0)
            ww_coded_distances_find(y, row, rows);
        const int32_t *distance = y->by_row + at * count;
        const size_t to = ww_coded_rank(x->by_row, count, ww_coded_nearest(distance, count)),
                     back = ww_coded_rank(distance, count, own);
        share[to < back ? to : back] += (double)s->found / (double)kept;
    }
}

// The fewest cells that find `recall` of what share[] counts, and in *found what `probes` of them find.
static int probes_for(const double *share, int count, double recall, int probes, double *found)
{
    double all = 0, so_far = 0;
    int needed = 1;
    for (int c = 0; c < count; c++)
        all += share[c];
    *found = all > 0 ? 0 : 1;
    for (int c = 0; c < count; c++) {
        if (so_far < recall * all)
            needed = c + 1;
        so_far += share[c];
        if (c < probes && all > 0)
            *found += share[c] / all;
    }
    return needed;
}

static ww_status draw_samples(const builder *b, sampling *s, ww_error *err)
{
    ww_random random = {1};
    s->of = ww_alloc_array0(SAMPLES, sizeof *s->of, SIZE_MAX);
    const ww_status status = ww_columns_allocate(&s->rows, SAMPLES, b->dim, b->wanted->kernels, err);
    if (status != WW_OK || !s->of)
        return status != WW_OK ? status : ww_fail_memory(err, "%d samples", SAMPLES);
    for (size_t i = 0; i < SAMPLES; i++) {
        s->of[i].row = ww_random_below(&random, (uint32_t)b->cells->rows);
        ww_columns_put(&s->rows, i, row_of(b, s->of[i].row));
    }
    return WW_OK;
}

static ww_status choose_probes(builder *b, ww_error *err)
{
    const size_t count = (size_t)b->cells->count;
    sampling s = {.lock = PTHREAD_MUTEX_INITIALIZER};
    ww_coded_distances x, y;
    bool roomy = ww_coded_distances_allocate(&x, &b->coded);
    roomy = ww_coded_distances_allocate(&y, &b->coded) && roomy; // both are freed
    double *share = ww_alloc_array0(2 * count, sizeof *share, SIZE_MAX), ignored;
    ww_status status = draw_samples(b, &s, err);
    if (status == WW_OK && (!roomy || !share))
        status = ww_fail_memory(err, "the cells of %zu vectors", b->cells->rows);
    if (status == WW_OK)
        status = run_batches(b, b->cells->rows, WW_PRODUCT_ROWS * s.rows.padded, find_pairs, &s, LEARN_SHARE,
                             CHOOSE_SHARE, err);
    for (size_t i = 0; status == WW_OK && i < SAMPLES; i++)
        rank_pairs(b, &s.of[i], &x, &y, share + i % 2 * count);
    if (status == WW_OK) {
        // what is missed may be half of what may be missed: the sample is one of many
        b->cells->probes = probes_for(share, (int)count, 1 - (1 - b->wanted->recall) / 2, 0, &ignored);
        probes_for(share + count, (int)count, 0, b->cells->probes, &b->cells->recall);
    }
    free(s.of);
    ww_columns_free(&s.rows);
    pthread_mutex_destroy(&s.lock);
    ww_coded_distances_free(&x);
    ww_coded_distances_free(&y);
    free(share);
    return status;
}

// ---- The cells ------------------------------------------------------------------------------------------------------

static void probe_rows(const builder *b, size_t first, size_t end, float *scratch, void *user)
{
    const size_t probes = (size_t)b->cells->probes;
    uint16_t *probe = user;
    for (size_t i = first; i < end; i += WW_CODED_ROWS) {
        const float *row[WW_CODED_ROWS];
        const size_t rows = end - i < WW_CODED_ROWS ? end - i : WW_CODED_ROWS;
        for (size_t r = 0; r < rows; r++)
            row[r] = row_of(b, i + r);
        ww_coded_choose(&b->coded, row, rows, probes, scratch, probe + i * probes);
    }
}

static ww_status sort_rows(builder *b, ww_error *err)
{
    ww_cells *c = b->cells;
    const size_t probes = (size_t)c->probes;
    c->probe = ww_alloc_array(c->rows, probes * sizeof *c->probe, SIZE_MAX);
    c->start = ww_alloc_array0((size_t)c->count + 1, sizeof *c->start, SIZE_MAX);
    c->order = ww_alloc_array(c->rows, sizeof *c->order, SIZE_MAX);
    if (!c->probe || !c->start || !c->order)
        return ww_fail_memory(err, "%d cells to look into for each of %zu vectors", c->probes, c->rows);
    const ww_status status = run_batches(b, c->rows, ww_coded_choose_scratch(&b->coded, probes), probe_rows, c->probe,
                                         LEARN_SHARE + CHOOSE_SHARE, SORT_SHARE, err);
    if (status != WW_OK)
        return status;
    for (size_t i = 0; i < c->rows; i++)
        c->start[c->probe[i * probes] + 1]++;
    for (int k = 0; k < c->count; k++)
        c->start[k + 1] += c->start[k];
    for (size_t i = 0; i < c->rows; i++)
        c->order[c->start[c->probe[i * probes]]++] = (uint32_t)i;
    memmove(c->start + 1, c->start, (size_t)c->count * sizeof *c->start);
    c->start[0] = 0;
    return WW_OK;
}

ww_status ww_cells_build(ww_cells *c, const float *vectors, size_t rows, int dim, const ww_cells_wanted *wanted,
                         ww_error *err)
{
    const double even = ROOTS * sqrt((double)rows), most = (double)rows / ROWS_PER_CENTRE;
    const int count = (int)fmax(1, fmin(fmin(even, most), COUNT_MAX));
    *c = (ww_cells){.rows = rows, .count = count, .probes = 1, .recall = 1};
    builder b = {.cells = c, .vectors = vectors, .dim = (size_t)dim, .wanted = wanted};
    ww_status status = ww_columns_allocate(&b.centres, (size_t)count, b.dim, wanted->kernels, err);
    c->centre = ww_alloc_array((size_t)count, b.dim * sizeof *c->centre, SIZE_MAX);
    if (status == WW_OK && !c->centre)
        status = ww_fail_memory(err, "the cells of %zu vectors", rows);
    if (status == WW_OK && rows > 0)
        status = learn_centres(&b, err);
    if (status == WW_OK)
        status = ww_coded_build(&b.coded, c->centre, rows > 0 ? (size_t)count : 0, dim, wanted->kernels, err);
    if (status == WW_OK && rows > 0)
        status = choose_probes(&b, err);
    if (status == WW_OK)
        status = sort_rows(&b, err);
    ww_columns_free(&b.centres);
    ww_coded_free(&b.coded);
    if (status != WW_OK)
        ww_cells_free(c);
    return status;
}

void ww_cells_free(ww_cells *c)
{
    free(c->centre);
    free(c->probe);
    free(c->start);
    free(c->order);
    memset(c, 0, sizeof *c);
}
