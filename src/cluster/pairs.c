// SPDX-License-Identifier: MIT
// The upper triangle of all pairs is cut into strips of BLOCK rows against all rows from there on; a worker takes the
// next strip. In a strip, blocks of BLOCK x BLOCK pairs are looked at tile by tile: rows of x stay in the first cache,
// those of y stream by.
#include "cluster/pairs.h"
#include "base/memory.h"
#include "cluster/bucket_pairs.h"
#include "cluster/cell_probes.h"
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
    BLOCK = 4 * WW_TILE_Y, // rows; a multiple of WW_TILE_X and WW_TILE_Y
    THREADS_MAX = 256,
};

typedef struct worker worker;

typedef struct pairs_walk {
    const ww_sieve *sieve;
    const ww_cells *cells; // or NULL
    const size_t *place;   // of some rows alone, or NULL
    size_t places;
    const ww_pair_visitor *visitor;
    void (*look)(worker *w, size_t item); // does one of the items
    size_t items;
    atomic_size_t next_item;
    atomic_bool cancelled;
    pthread_mutex_t progress_lock;
    double done, all; // in any unit; `done` under progress_lock
} pairs_walk;

// A strip: up to BLOCK rows that are compared with others.
struct worker {
    pairs_walk *walk;
    size_t rows, place[BLOCK]; // where they lie in the sieve; the last tile is filled up with rows near nobody
    uint32_t row[BLOCK];       // of the vectors
    int32_t limit_head[BLOCK], limit[BLOCK];
    int8_t *x;    // [tile][group][WW_TILE_X][WW_GROUP]
    bool upwards; // only pairs with rows that lie behind
    ww_pair batch[WW_PAIRS_BATCH];
    size_t batched;
    ww_cell_probes probes;     // where there are cells
    uint32_t *looking, *start; // rows of a cell by the cell they look into; where those of each cell begin
    size_t looking_room;
    bool no_memory;
    ww_bucket_worker *in_buckets; // where the rows lie in buckets
    pthread_t thread;
};

static void flush(worker *w)
{
    if (w->batched)
        w->walk->visitor->visit(w->walk->visitor->user, w->batch, w->batched);
    w->batched = 0;
}

// Makes a strip of w->place, copying the rows out of their panels, without the unsigned offset.
static void load_strip(worker *w)
{
    const ww_sieve *s = w->walk->sieve;
    for (size_t r = 0; r < w->rows; r++) {
        const size_t place = w->place[r];
        const uint8_t *from = s->panels + ww_panel_row(place, (size_t)s->groups);
        int8_t *to = w->x + ww_tile_row(r, (size_t)s->groups);
        for (int g = 0; g < s->groups; g++)
            for (int d = 0; d < WW_GROUP; d++)
                to[g * WW_TILE_X * WW_GROUP + d] = (int8_t)(from[g * WW_PANEL * WW_GROUP + d] - s->kernels->offset);
        w->row[r] = s->row[place];
        w->limit_head[r] = s->limit_head[place];
        w->limit[r] = s->limit[place];
    }
    for (size_t r = w->rows; r % WW_TILE_X; r++)
        w->limit_head[r] = w->limit[r] = INT32_MAX;
}

static void load_rows(worker *w, size_t first, size_t rows)
{
    w->rows = rows;
    for (size_t r = 0; r < rows; r++)
        w->place[r] = first + r;
    load_strip(w);
}

static bool wanted_pair(const worker *w, size_t place, size_t other)
{
    const ww_sieve *s = w->walk->sieve;
    return (w->upwards ? other > place : other != place)
           && (!s->parted || (place < s->first_rows && other >= s->first_rows));
}

static void add_candidates(worker *w, size_t x, size_t y, const uint64_t may[WW_TILE_X])
{
    const ww_sieve *s = w->walk->sieve;
    for (size_t r = 0; r < WW_TILE_X; r++)
        for (uint64_t left = may[r]; left; left &= left - 1) {
            const size_t other = y + (size_t)__builtin_ctzll(left);
            if (!wanted_pair(w, w->place[x + r], other))
                continue;
            if (w->batched == WW_PAIRS_BATCH)
                flush(w);
            w->batch[w->batched++] = (ww_pair){w->row[x + r], s->row[other]};
        }
}

// Rows x .. x+7 of the strip against rows y .. y+47 of the sieve.
static void look_at_tile(worker *w, size_t x, size_t y)
{
    const ww_sieve *s = w->walk->sieve;
    const size_t row_bytes = (size_t)s->groups * WW_GROUP;
    const ww_sieve_tile tile = {w->x + x * row_bytes,
                                s->panels + y * row_bytes,
                                row_bytes * WW_PANEL,
                                {s->head_groups, w->limit_head + x, s->start_head + y},
                                {s->groups, w->limit + x, s->start + y}};
    uint64_t may[WW_TILE_X];
    if (s->kernels->sieve(&tile, may))
        add_candidates(w, x, y, may);
}

// The strip against rows y .. y_end-1 of the sieve; all the tiles of a block, but those on the wrong side of the
// diagonal.
static void look_at_block(worker *w, size_t y, size_t y_end)
{
    const ww_sieve *s = w->walk->sieve;
    const ww_pair_visitor *v = w->walk->visitor;
    const size_t y_rows = (y_end < s->rows ? y_end : s->rows) - y;
    if (v->settled && v->settled(v->user, w->row, w->rows, s->row + y, y_rows))
        return;
    for (size_t j = y; j < y_end; j += WW_TILE_Y)
        for (size_t i = 0; i < w->rows && (!w->upwards || w->place[i] < j + WW_TILE_Y); i += WW_TILE_X)
            look_at_tile(w, i, j);
    flush(w);
}

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

static void report(pairs_walk *walk, double done)
{
    pthread_mutex_lock(&walk->progress_lock);
    walk->done += done;
    if (walk->visitor->progress && !atomic_load(&walk->cancelled)
        && walk->visitor->progress(walk->visitor->progress_user, fmin(1, walk->done / walk->all)) != 0)
        atomic_store(&walk->cancelled, true);
    pthread_mutex_unlock(&walk->progress_lock);
}

static bool goes_on(const worker *w) { return !atomic_load_explicit(&w->walk->cancelled, memory_order_relaxed); }

// Rows that are compared with what follows them, and from which row on that is.
static size_t x_rows_of(const ww_sieve *s) { return s->parted ? s->first_rows : s->rows; }
static size_t y_begin(const ww_sieve *s, size_t x) { return s->parted ? s->first_rows / BLOCK * BLOCK : x; }

// A strip against all rows from there on.
static void look_at_strip(worker *w, size_t item)
{
    const ww_sieve *s = w->walk->sieve;
    const size_t x = item * BLOCK, rows = smaller(BLOCK, s->rows - x);
    w->upwards = true;
    load_rows(w, x, rows);
    for (size_t y = y_begin(s, x); y < s->rows && goes_on(w); y += BLOCK)
        look_at_block(w, y, smaller(y + BLOCK, s->padded_rows));
    report(w->walk, (double)(s->padded_rows - x) * (double)rows);
}

// Some of the rows that are wanted against all.
static void look_at_rows(worker *w, size_t item)
{
    const ww_sieve *s = w->walk->sieve;
    const size_t first = item * BLOCK;
    w->upwards = false;
    w->rows = smaller(BLOCK, w->walk->places - first);
    memcpy(w->place, w->walk->place + first, w->rows * sizeof *w->place);
    load_strip(w);
    for (size_t y = 0; y < s->rows && goes_on(w); y += BLOCK)
        look_at_block(w, y, smaller(y + BLOCK, s->padded_rows));
    report(w->walk, (double)w->rows);
}

// A chunk of the buckets against all from there on.
static void look_at_chunk(worker *w, size_t item)
{
    ww_bucket_look(w->in_buckets, item, &w->walk->cancelled);
    report(w->walk, w->walk->sieve->parted ? 1 : (double)(w->walk->items - item));
}

// The strip against all rows of a cell, and those beside it in the same tiles.
static void look_into_cell(worker *w, int cell)
{
    const ww_sieve *s = w->walk->sieve;
    const size_t begin = w->walk->cells->start[cell], end = w->walk->cells->start[cell + 1];
    load_strip(w);
    for (size_t y = begin / WW_TILE_Y * WW_TILE_Y; y < end && goes_on(w); y += BLOCK)
        look_at_block(w, y, smaller(smaller(y + BLOCK, s->padded_rows), (end + WW_TILE_Y - 1) / WW_TILE_Y * WW_TILE_Y));
    w->rows = 0;
}

// Sorts the rows of a cell by the cells they look into. False: no memory.
static bool sort_by_target(worker *w, size_t first, size_t rows)
{
    const ww_cells *c = w->walk->cells;
    const size_t probes = (size_t)c->probes;
    const uint16_t *probe = w->probes.probe;
    if (w->looking_room < rows * probes) {
        free(w->looking);
        w->looking_room = rows * probes;
        w->looking = ww_alloc_array(w->looking_room, sizeof *w->looking, SIZE_MAX);
        if (!w->looking) {
            w->looking_room = 0;
            return false;
        }
    }
    memset(w->start, 0, ((size_t)c->count + 2) * sizeof *w->start);
    for (size_t k = 0; k < rows * probes; k++)
        w->start[probe[k] + 2]++;
    for (int t = 0; t < c->count; t++)
        w->start[t + 2] += w->start[t + 1];
    for (size_t k = 0; k < rows * probes; k++) // place by place, so in order
        w->looking[w->start[probe[k] + 1]++] = (uint32_t)(first + k / probes);
    return true;
}

static void look_from_cell(worker *w, size_t cell)
{
    const ww_cells *c = w->walk->cells;
    const size_t first = c->start[cell], rows = c->start[cell + 1] - first;
    if (!ww_cell_probes_find(&w->probes, cell) || !sort_by_target(w, first, rows)) {
        w->no_memory = true;
        atomic_store(&w->walk->cancelled, true);
        return;
    }
    for (int target = 0; target < c->count; target++) {
        w->upwards = (size_t)target == cell;
        w->rows = 0;
        for (uint32_t k = w->start[target]; k < w->start[target + 1]; k++) {
            w->place[w->rows++] = w->looking[k];
            if (w->rows == BLOCK || k + 1 == w->start[target + 1])
                look_into_cell(w, target);
        }
    }
    report(w->walk, (double)rows);
}

static void *work(void *argument)
{
    worker *w = argument;
    pairs_walk *walk = w->walk;
    for (;;) {
        const size_t item = atomic_fetch_add(&walk->next_item, 1);
        if (item >= walk->items || atomic_load(&walk->cancelled))
            break;
        walk->look(w, item);
    }
    return NULL;
}

static void release(worker *w)
{
    free(w->x);
    free(w->looking);
    free(w->start);
    ww_cell_probes_free(&w->probes);
    ww_bucket_worker_free(w->in_buckets);
}

static bool prepare(worker *w, pairs_walk *walk)
{
    *w = (worker){.walk = walk};
    const bool probing = !walk->cells || ww_cell_probes_start(&w->probes, walk->cells);
    w->x = ww_try_array((size_t)BLOCK * WW_GROUP, (size_t)walk->sieve->groups);
    if (walk->cells)
        w->start = ww_try_array((size_t)walk->cells->count + 2, sizeof *w->start);
    if (walk->sieve->buckets)
        w->in_buckets = ww_bucket_worker_new(walk->sieve, walk->visitor);
    if (probing && w->x && (w->start || !walk->cells) && (w->in_buckets || !walk->sieve->buckets))
        return true;
    release(w);
    return false;
}

static ww_status run_walk(pairs_walk *walk, int threads, ww_error *err)
{
    const size_t wanted =
        smaller(smaller(threads < 1 ? 1 : (size_t)threads, THREADS_MAX), walk->items ? walk->items : 1);
    worker *workers = ww_try_array(wanted, sizeof *workers);
    ww_status status = WW_OK;
    bool no_memory = false;
    size_t ready = 0, started = 1;
    pthread_mutex_init(&walk->progress_lock, NULL);
    while (workers && ready < wanted && prepare(&workers[ready], walk))
        ready++; // as below
    if (ready == 0) {
        status = ww_fail_memory(err, "comparing %zu vectors", walk->sieve->count);
        goto done;
    }
    while (started < ready && pthread_create(&workers[started].thread, NULL, work, &workers[started]) == 0)
        started++; // with fewer threads than wanted it takes longer, no more
    work(&workers[0]);
    for (size_t i = 1; i < started; i++)
        pthread_join(workers[i].thread, NULL);
    for (size_t i = 0; i < ready; i++) {
        no_memory |= workers[i].no_memory;
        release(&workers[i]);
    }
    if (no_memory)
        status = ww_fail_memory(err, "comparing %zu vectors", walk->sieve->count);
    else if (atomic_load(&walk->cancelled))
        status = ww_fail(err, WW_ERR_CANCELLED, "clustering was cancelled");
done:
    free(workers);
    pthread_mutex_destroy(&walk->progress_lock);
    return status;
}

ww_status ww_pairs_visit(const ww_sieve *s, const ww_pair_visitor *visitor, int threads, ww_error *err)
{
    const double rows = (double)s->padded_rows;
    pairs_walk walk = {.sieve = s,
                       .visitor = visitor,
                       .look = look_at_strip,
                       .items = (x_rows_of(s) + BLOCK - 1) / BLOCK,
                       .all = rows * (rows + BLOCK) / 2};
    if (s->buckets) {
        walk.look = look_at_chunk;
        walk.items = ww_bucket_items(s);
        walk.all = s->parted ? (double)walk.items : (double)walk.items * (double)(walk.items + 1) / 2;
    }
    return run_walk(&walk, threads, err);
}

ww_status ww_pairs_visit_rows(const ww_sieve *s, const size_t *place, size_t count, const ww_pair_visitor *visitor,
                              int threads, ww_error *err)
{
    pairs_walk walk = {.sieve = s,
                       .place = place,
                       .places = count,
                       .visitor = visitor,
                       .look = look_at_rows,
                       .items = (count + BLOCK - 1) / BLOCK,
                       .all = (double)count};
    return run_walk(&walk, threads, err);
}

ww_status ww_pairs_visit_cells(const ww_sieve *s, const ww_cells *cells, const ww_pair_visitor *visitor, int threads,
                               ww_error *err)
{
    pairs_walk walk = {.sieve = s,
                       .cells = cells,
                       .visitor = visitor,
                       .look = look_from_cell,
                       .items = (size_t)cells->count,
                       .all = (double)s->rows};
    return run_walk(&walk, threads, err);
}
