// SPDX-License-Identifier: MIT
// The upper triangle of all pairs is cut into strips of BLOCK rows against all rows from there on; a worker takes the
// next strip. In a strip, blocks of BLOCK x BLOCK pairs are looked at tile by tile: rows of x stay in the first cache,
// those of y stream by.
#include "cluster/pairs.h"
#include "base/memory.h"
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum {
    BLOCK = 4 * WW_TILE_Y, // rows; a multiple of WW_TILE_X and WW_TILE_Y
    BATCH = 512,           // candidates handed over at a time
    THREADS_MAX = 256,
};

typedef struct pairs_walk {
    const ww_sieve *sieve;
    const ww_pair_visitor *visitor;
    atomic_size_t next_strip;
    atomic_bool cancelled;
    pthread_mutex_t progress_lock;
    double pairs_done; // under progress_lock
} pairs_walk;

typedef struct worker {
    pairs_walk *walk;
    int8_t *x; // BLOCK rows of the strip, [tile][group][WW_TILE_X][WW_GROUP]
    ww_pair batch[BATCH];
    size_t batched;
    pthread_t thread;
} worker;

static void flush(worker *w)
{
    if (w->batched)
        w->walk->visitor->visit(w->walk->visitor->user, w->batch, w->batched);
    w->batched = 0;
}

// Copies the rows of a strip out of their panels, without the unsigned offset.
static void load_strip(worker *w, size_t first, size_t rows)
{
    const ww_sieve *s = w->walk->sieve;
    for (size_t r = 0; r < rows; r++) {
        const size_t place = first + r;
        const uint8_t *from =
            s->panels + place / WW_PANEL * s->groups * WW_GROUP * WW_PANEL + place % WW_PANEL * WW_GROUP;
        int8_t *to = w->x + (r / WW_TILE_X * s->groups * WW_TILE_X + r % WW_TILE_X) * WW_GROUP;
        for (int g = 0; g < s->groups; g++)
            for (int d = 0; d < WW_GROUP; d++)
                to[g * WW_TILE_X * WW_GROUP + d] = (int8_t)(from[g * WW_PANEL * WW_GROUP + d] - s->kernels->offset);
    }
}

static void add_candidates(worker *w, size_t x, size_t y, const uint64_t may[WW_TILE_X])
{
    const ww_sieve *s = w->walk->sieve;
    for (size_t r = 0; r < WW_TILE_X; r++)
        for (uint64_t left = may[r]; left; left &= left - 1) {
            const size_t other = y + (size_t)__builtin_ctzll(left);
            if (other <= x + r || (s->parted && (x + r >= s->first_rows || other < s->first_rows)))
                continue; // on or below the diagonal, or within a part
            if (w->batched == BATCH)
                flush(w);
            w->batch[w->batched++] = (ww_pair){s->row[x + r], s->row[other]};
        }
}

// Rows x .. x+7, the r-th tile of the strip, against rows y .. y+47.
static void look_at_tile(worker *w, size_t r, size_t x, size_t y)
{
    const ww_sieve *s = w->walk->sieve;
    const size_t row_bytes = (size_t)s->groups * WW_GROUP;
    const ww_sieve_tile tile = {w->x + r * WW_TILE_X * row_bytes,
                                s->panels + y * row_bytes,
                                row_bytes * WW_PANEL,
                                {s->head_groups, s->limit_head + x, s->start_head + y},
                                {s->groups, s->limit + x, s->start + y}};
    uint64_t may[WW_TILE_X];
    if (s->kernels->sieve(&tile, may))
        add_candidates(w, x, y, may);
}

static void look_at_block(worker *w, size_t x, size_t x_end, size_t y, size_t y_end)
{
    for (size_t j = y; j < y_end; j += WW_TILE_Y)
        for (size_t i = x; i < x_end && i < j + WW_TILE_Y; i += WW_TILE_X)
            look_at_tile(w, (i - x) / WW_TILE_X, i, j);
}

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

static void report(pairs_walk *walk, size_t pairs)
{
    const double rows = (double)walk->sieve->padded_rows;
    pthread_mutex_lock(&walk->progress_lock);
    walk->pairs_done += (double)pairs;
    if (walk->visitor->progress && !atomic_load(&walk->cancelled)
        && walk->visitor->progress(walk->visitor->progress_user,
                                   fmin(1, 2 * walk->pairs_done / (rows * (rows + BLOCK))))
               != 0)
        atomic_store(&walk->cancelled, true);
    pthread_mutex_unlock(&walk->progress_lock);
}

// Rows that are compared with what follows them, and from which row on that is.
static size_t x_rows_of(const ww_sieve *s) { return s->parted ? s->first_rows : s->rows; }
static size_t y_begin(const ww_sieve *s, size_t x) { return s->parted ? s->first_rows / BLOCK * BLOCK : x; }

static void *work(void *argument)
{
    worker *w = argument;
    pairs_walk *walk = w->walk;
    const ww_sieve *s = walk->sieve;
    const ww_pair_visitor *v = walk->visitor;
    for (;;) {
        const size_t x = atomic_fetch_add(&walk->next_strip, 1) * BLOCK;
        if (x >= x_rows_of(s) || atomic_load(&walk->cancelled))
            break;
        const size_t x_end = smaller(x + BLOCK, s->padded_rows), x_rows = smaller(x_end, s->rows) - x;
        load_strip(w, x, x_end - x);
        for (size_t y = y_begin(s, x); y < s->rows && !atomic_load_explicit(&walk->cancelled, memory_order_relaxed);
             y += BLOCK) {
            const size_t y_end = smaller(y + BLOCK, s->padded_rows), y_rows = smaller(y_end, s->rows) - y;
            if (!v->settled || !v->settled(v->user, s->row + x, x_rows, s->row + y, y_rows))
                look_at_block(w, x, x_end, y, y_end);
            flush(w);
        }
        report(walk, (s->padded_rows - x) * (x_end - x));
    }
    return NULL;
}

ww_status ww_pairs_visit(const ww_sieve *s, const ww_pair_visitor *visitor, int threads, ww_error *err)
{
    const size_t strips = (s->rows + BLOCK - 1) / BLOCK;
    const size_t wanted = smaller(smaller(threads < 1 ? 1 : (size_t)threads, THREADS_MAX), strips ? strips : 1);
    pairs_walk walk = {.sieve = s, .visitor = visitor, .progress_lock = PTHREAD_MUTEX_INITIALIZER};
    worker *workers = ww_try_array(wanted, sizeof *workers);
    ww_status status = WW_OK;
    size_t ready = 0, started = 1;
    for (; workers && ready < wanted; ready++) {
        workers[ready].walk = &walk;
        workers[ready].x = ww_try_array((size_t)BLOCK * WW_GROUP, (size_t)s->groups);
        if (!workers[ready].x)
            break; // as below
    }
    if (ready == 0) {
        status = ww_fail_memory(err, "comparing %zu vectors", s->count);
        goto done;
    }
    while (started < ready && pthread_create(&workers[started].thread, NULL, work, &workers[started]) == 0)
        started++; // with fewer threads than wanted it takes longer, no more
    work(&workers[0]);
    for (size_t i = 1; i < started; i++)
        pthread_join(workers[i].thread, NULL);
    if (atomic_load(&walk.cancelled))
        status = ww_fail(err, WW_ERR_CANCELLED, "clustering was cancelled");
    for (size_t i = 0; i < ready; i++)
        free(workers[i].x);
done:
    free(workers);
    pthread_mutex_destroy(&walk.progress_lock);
    return status;
}
