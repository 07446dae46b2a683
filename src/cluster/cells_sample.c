// SPDX-License-Identifier: MIT
#include "cluster/cells_sample.h"
#include "base/memory.h"
#include "base/random.h"
#include "cluster/batches.h"
#include "cluster/pairs.h"
#include <math.h>
#include <pthread.h>
#include <stdlib.h>

enum {
    SAMPLE_PART = 100, // one of so many vectors is in the sample, every other to say how well it went
    SAMPLES_MIN = 1024,
    SAMPLES_MAX = 8192,
    SAMPLE_PAIRS = WW_CODED_ROWS - 1, // of each, so many pairs stand for the others
    REACH_PART = 8,                   // an eighth of the cells are around each
    REACH_MIN = 64,
    REACH_PROBES = 2, // at least so many times the cells that are looked into, so that few are missed for its sake
};

#define REACH_SHARE 0.25 // of the pairs that may be missed, those of cells that are not around each other
#define ERRORS 2.5       // standard errors by which the share that is found is to be above the wanted one

typedef struct sample_pairs {
    uint32_t row;
    uint32_t near[SAMPLE_PAIRS];
    uint16_t rank[SAMPLE_PAIRS]; // of each, how many cells are nearer than the one by which it is found
    size_t found;                // near pairs there are
} sample_pairs;

typedef struct sampling {
    const ww_cells *cells;
    const ww_sieve *sieve;
    const ww_cells_wanted *wanted;
    sample_pairs *of; // by place
    size_t *place;    // in the sieve, ascending
    size_t count;
    pthread_mutex_t lock;
} sampling;

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

// ---- The pairs of the sample ----------------------------------------------------------------------------------------

static int compare_rows(const void *a, const void *b)
{
    const sample_pairs *x = a, *y = b;
    return (x->row > y->row) - (x->row < y->row);
}

// Spread evenly over the rows as they lie in the sieve.
static bool draw_samples(sampling *s, size_t rows)
{
    ww_random random = {1};
    s->count = rows / SAMPLE_PART < SAMPLES_MIN ? SAMPLES_MIN : rows / SAMPLE_PART;
    s->count = s->count > SAMPLES_MAX ? SAMPLES_MAX : s->count;
    s->count = s->count > rows ? rows : s->count;
    s->of = ww_try_array(s->count, sizeof *s->of);
    s->place = ww_try_array(s->count, sizeof *s->place);
    if (!s->of || !s->place)
        return false;
    for (size_t i = 0; i < s->count; i++) {
        const size_t first = i * rows / s->count, end = (i + 1) * rows / s->count;
        s->place[i] = first + ww_random_below(&random, (uint32_t)(end - first));
        s->of[i].row = s->sieve->row[s->place[i]];
    }
    qsort(s->of, s->count, sizeof *s->of, compare_rows);
    return true;
}

static void visit(void *user, const ww_pair *pairs, size_t count)
{
    sampling *s = user;
    for (size_t i = 0; i < count; i++) {
        if (!ww_sieve_near(s->sieve, pairs[i].a, pairs[i].b))
            continue;
        sample_pairs *of = bsearch(&(sample_pairs){.row = pairs[i].a}, s->of, s->count, sizeof *s->of, compare_rows);
        pthread_mutex_lock(&s->lock);
        take_pair(of, pairs[i].b);
        pthread_mutex_unlock(&s->lock);
    }
}

static int progress(void *user, double share_done)
{
    const sampling *s = user;
    return s->wanted->progress(s->wanted->user, WW_CELLS_SHARE + (WW_CELLS_SAMPLE_SHARE - WW_CELLS_SHARE) * share_done);
}

// ---- How far they are -----------------------------------------------------------------------------------------------

static int compare_numbers(const void *a, const void *b)
{
    const uint16_t x = *(const uint16_t *)a, y = *(const uint16_t *)b;
    return (x > y) - (x < y);
}

// How many of the cells around `own` are nearer than `target`, by the distances from all cells; their number where
// it is none of them.
static size_t rank_around(const ww_cells *c, const int32_t *distance, uint16_t own, uint16_t target)
{
    if (!c->around)
        return ww_coded_rank(distance, (size_t)c->count, target);
    const uint16_t *around = c->around + (size_t)own * (size_t)c->reach;
    const int32_t limit = distance[target];
    if (!bsearch(&target, around, (size_t)c->reach, sizeof *around, compare_numbers))
        return (size_t)c->count - 1;
    size_t rank = 0;
    for (int k = 0; k < c->reach; k++)
        rank += distance[around[k]] < limit || (distance[around[k]] == limit && around[k] < target);
    return rank;
}

static double lost_share(const sample_pairs *s, int probes)
{
    const size_t kept = s->found < SAMPLE_PAIRS ? s->found : SAMPLE_PAIRS;
    size_t lost = 0;
    for (size_t k = 0; k < kept; k++)
        lost += s->rank[k] >= probes;
    return kept ? (double)lost / (double)kept : 0;
}

// By how many cells the pairs of samples are found.
static void rank_pairs(void *user, size_t first, size_t end, float *scratch)
{
    const sampling *s = user;
    const ww_cells *c = s->cells;
    const size_t count = c->coded.count;
    const float *row[WW_CODED_ROWS];
    for (sample_pairs *of = s->of + first; of < s->of + end; of++) {
        const size_t kept = of->found < SAMPLE_PAIRS ? of->found : SAMPLE_PAIRS;
        const uint16_t own = c->own[of->row];
        row[0] = ww_cells_row(c, of->row);
        for (size_t k = 0; k < kept; k++)
            row[k + 1] = ww_cells_row(c, of->near[k]);
        const int32_t *distance = ww_coded_distances(&c->coded, row, kept + 1, scratch);
        for (size_t k = 0; k < kept; k++) {
            const uint16_t its = c->own[of->near[k]];
            const size_t to = rank_around(c, distance, own, its),
                         back = rank_around(c, distance + (k + 1) * count, its, own);
            of->rank[k] = (uint16_t)(to < back ? to : back);
        }
    }
}

// Of the near pairs of every other sample, from this one on: the share that so many cells miss, and how far off that
// may be for the choice of the sample (its standard error).
typedef struct missed {
    double share, error;
} missed;

static missed missed_by(const sampling *s, size_t from, int probes)
{
    double all = 0, lost = 0, squares = 0;
    missed m = {0, 0};
    for (size_t i = from; i < s->count; i += 2) {
        all += (double)s->of[i].found;
        lost += (double)s->of[i].found * lost_share(&s->of[i], probes);
    }
    if (!(all > 0))
        return m;
    m.share = lost / all;
    for (size_t i = from; i < s->count; i += 2) {
        const double off = (double)s->of[i].found * (lost_share(&s->of[i], probes) - m.share);
        squares += off * off;
    }
    m.error = sqrt(squares) / all;
    return m;
}

// The fewest cells that, likely, find the wanted share of all near pairs.
static int fewest_probes(const sampling *s, int count)
{
    int low = 1, high = count; // high is enough
    while (low < high) {
        const int middle = low + (high - low) / 2;
        const missed m = missed_by(s, 0, middle);
        if (m.share + ERRORS * m.error <= 1 - s->wanted->recall)
            high = middle;
        else
            low = middle + 1;
    }
    return high;
}

static void find_around(void *user, size_t first, size_t end, float *scratch)
{
    const ww_cells *c = user;
    const size_t reach = (size_t)c->reach;
    const float *row[WW_CODED_ROWS];
    for (size_t k = first; k < end; k += WW_CODED_ROWS) {
        const size_t rows = end - k < WW_CODED_ROWS ? end - k : WW_CODED_ROWS;
        for (size_t r = 0; r < rows; r++)
            row[r] = c->centre + (k + r) * c->dim;
        ww_coded_choose(&c->coded, row, rows, reach, scratch, c->around + k * reach);
        for (size_t r = 0; r < rows; r++)
            qsort(c->around + (k + r) * reach, reach, sizeof *c->around, compare_numbers);
    }
}

// Lists the cells around each; where more than half are wanted, that is all of them, and no list.
static ww_status reach_out(ww_cells *c, const ww_cells_wanted *wanted, size_t reach, ww_error *err)
{
    const size_t count = (size_t)c->count;
    free(c->around);
    c->around = NULL;
    c->reach = c->count;
    if (reach > count / 2)
        return WW_OK;
    c->reach = (int)reach;
    c->around = ww_alloc_array(count, reach * sizeof *c->around, SIZE_MAX);
    const ww_batch_job job = {.work = find_around,
                              .user = c,
                              .rows = count,
                              .scratch_floats = ww_coded_choose_scratch(&c->coded, reach),
                              .threads = wanted->threads};
    return c->around ? ww_batches_run(&job, err) : ww_fail_memory(err, "%zu cells around each of %zu", reach, count);
}

// Reach grows until it is no longer for its sake that many cells are needed.
static ww_status choose(ww_cells *c, sampling *s, ww_error *err)
{
    const size_t count = (size_t)c->count;
    const ww_batch_job job = {.work = rank_pairs,
                              .user = s,
                              .rows = s->count,
                              .scratch_floats = ww_coded_distances_scratch(&c->coded),
                              .threads = s->wanted->threads};
    for (size_t reach = count / REACH_PART < REACH_MIN ? REACH_MIN : count / REACH_PART;; reach *= 2) {
        ww_status status = reach_out(c, s->wanted, reach, err);
        if (status == WW_OK)
            status = ww_batches_run(&job, err);
        if (status != WW_OK)
            return status;
        c->probes = fewest_probes(s, c->count);
        c->recall = 1 - missed_by(s, 1, c->probes).share;
        if (!c->around
            || (REACH_PROBES * c->probes <= c->reach
                && missed_by(s, 0, c->reach).share <= REACH_SHARE * (1 - s->wanted->recall)))
            return WW_OK;
    }
}

ww_status ww_cells_choose_probes(ww_cells *c, const ww_sieve *sieve, const ww_cells_wanted *wanted, ww_error *err)
{
    sampling s = {.cells = c, .sieve = sieve, .wanted = wanted, .lock = PTHREAD_MUTEX_INITIALIZER};
    const ww_pair_visitor visitor = {NULL, visit, &s, wanted->progress ? progress : NULL, &s};
    ww_status status = draw_samples(&s, c->rows) ? WW_OK : ww_fail_memory(err, "a sample of %zu vectors", c->rows);
    if (status == WW_OK)
        status = ww_pairs_visit_rows(sieve, s.place, s.count, &visitor, wanted->threads, err);
    if (status == WW_OK)
        status = choose(c, &s, err);
    pthread_mutex_destroy(&s.lock);
    free(s.of);
    free(s.place);
    return status;
}
