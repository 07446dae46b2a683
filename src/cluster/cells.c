// SPDX-License-Identifier: MIT
#include "cluster/cells.h"
#include "base/memory.h"
#include "cluster/batches.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROWS_PER_CENTRE = 16, // of the sample that centres are learned from
    ROUNDS = 4,           // of k-means
    COUNT_MAX = 16384,    // of cells
    ROOTS = 4,            // as many cells as the root of the rows, times
};
_Static_assert(COUNT_MAX <= UINT16_MAX, "ww_cells keeps their numbers in 16 bits");
_Static_assert(WW_BATCH_ROWS % WW_CODED_ROWS == 0, "whole batches of coded rows");
// Shares of the progress of the whole search, roughly.
#define LEARN_SHARE 0.1
#define SORT_SHARE (WW_CELLS_SHARE - LEARN_SHARE)

// ---- Centres --------------------------------------------------------------------------------------------------------

typedef struct nearest_centres {
    const ww_cells *cells;
    size_t step;   // every so many rows are asked
    uint16_t *own; // of each that is, its cell
} nearest_centres;

static void find_own(void *user, size_t first, size_t end, float *scratch)
{
    const nearest_centres *n = user;
    const ww_cells *c = n->cells;
    const float *row[WW_CODED_ROWS];
    for (size_t k = first; k < end; k += WW_CODED_ROWS) {
        const size_t rows = end - k < WW_CODED_ROWS ? end - k : WW_CODED_ROWS;
        for (size_t r = 0; r < rows; r++)
            row[r] = ww_cells_row(c, (k + r) * n->step);
        ww_coded_find_nearest(&c->coded, row, rows, scratch, n->own + k);
    }
}

// Makes bytes of the centres as they are now, and finds the nearest of each of so many rows.
static ww_status find_nearest(ww_cells *c, const ww_cells_wanted *wanted, nearest_centres *n, size_t rows, double from,
                              double share, ww_error *err)
{
    ww_coded_free(&c->coded);
    const ww_status status = ww_coded_build(&c->coded, c->centre, (size_t)c->count, (int)c->dim, wanted->kernels, err);
    const ww_batch_job job = {.work = find_own,
                              .user = n,
                              .rows = rows,
                              .scratch_floats = ww_coded_nearest_scratch(&c->coded),
                              .threads = wanted->threads,
                              .progress = wanted->progress,
                              .progress_user = wanted->user,
                              .from = from,
                              .share = share};
    return status == WW_OK ? ww_batches_run(&job, err) : status;
}

// Each centre becomes the mean of the rows of the sample in its cell; one that has none stays.
static bool move_centres(ww_cells *c, const nearest_centres *n, size_t sample)
{
    const size_t cells = (size_t)c->count;
    double *sum = ww_alloc_array0(cells, c->dim * sizeof *sum, SIZE_MAX);
    size_t *members = ww_alloc_array0(cells, sizeof *members, SIZE_MAX);
    const bool fine = sum && members;
    for (size_t k = 0; fine && k < sample; k++) {
        members[n->own[k]]++;
        for (size_t d = 0; d < c->dim; d++)
            sum[n->own[k] * c->dim + d] += ww_cells_row(c, k * n->step)[d];
    }
    for (size_t k = 0; fine && k < cells; k++)
        for (size_t d = 0; members[k] && d < c->dim; d++)
            c->centre[k * c->dim + d] = (float)(sum[k * c->dim + d] / (double)members[k]);
    free(sum);
    free(members);
    return fine;
}

static ww_status learn_centres(ww_cells *c, const ww_cells_wanted *wanted, ww_error *err)
{
    const size_t cells = (size_t)c->count, enough = cells * ROWS_PER_CENTRE;
    nearest_centres n = {.cells = c, .step = c->rows > enough ? c->rows / enough : 1};
    const size_t sample = c->rows / n.step;
    n.own = ww_alloc_array(sample, sizeof *n.own, SIZE_MAX);
    ww_status status = n.own ? WW_OK : ww_fail_memory(err, "the cells of %zu vectors", c->rows);
    for (size_t k = 0; k < cells; k++) // distinct rows of the sample, spread evenly
        memcpy(c->centre + k * c->dim, ww_cells_row(c, k * sample / cells * n.step), c->dim * sizeof(float));
    for (int round = 0; status == WW_OK && round < ROUNDS; round++) {
        status = find_nearest(c, wanted, &n, sample, LEARN_SHARE * round / ROUNDS, LEARN_SHARE / ROUNDS, err);
        if (status == WW_OK && !move_centres(c, &n, sample))
            status = ww_fail_memory(err, "the cells of %zu vectors", c->rows);
    }
    free(n.own);
    return status;
}

// ---- The cells ------------------------------------------------------------------------------------------------------

static void order_rows(ww_cells *c)
{
    for (size_t i = 0; i < c->rows; i++)
        c->start[c->own[i] + 1]++;
    for (int k = 0; k < c->count; k++)
        c->start[k + 1] += c->start[k];
    for (size_t i = 0; i < c->rows; i++)
        c->order[c->start[c->own[i]]++] = (uint32_t)i;
    memmove(c->start + 1, c->start, (size_t)c->count * sizeof *c->start);
    c->start[0] = 0;
}

static ww_status allocate(ww_cells *c, ww_error *err)
{
    c->centre = ww_alloc_array((size_t)c->count, c->dim * sizeof *c->centre, SIZE_MAX);
    c->start = ww_alloc_array0((size_t)c->count + 1, sizeof *c->start, SIZE_MAX);
    c->order = ww_alloc_array(c->rows, sizeof *c->order, SIZE_MAX);
    c->own = ww_alloc_array(c->rows, sizeof *c->own, SIZE_MAX);
    if (!c->centre || !c->start || !c->order || !c->own)
        return ww_fail_memory(err, "the cells of %zu vectors", c->rows);
    return WW_OK;
}

ww_status ww_cells_build(ww_cells *c, const float *vectors, size_t rows, int dim, const ww_cells_wanted *wanted,
                         ww_error *err)
{
    const double even = ROOTS * sqrt((double)rows), most = (double)rows / ROWS_PER_CENTRE;
    const int count = (int)fmax(1, fmin(fmin(even, most), COUNT_MAX));
    *c = (ww_cells){.vectors = vectors, .rows = rows, .dim = (size_t)dim, .count = count, .recall = 1};
    c->reach = c->probes = count;
    ww_status status = allocate(c, err);
    if (status == WW_OK && rows > 0)
        status = learn_centres(c, wanted, err);
    if (status == WW_OK && rows > 0)
        status = find_nearest(c, wanted, &(nearest_centres){c, 1, c->own}, rows, LEARN_SHARE, SORT_SHARE, err);
    if (status == WW_OK)
        order_rows(c);
    if (status != WW_OK)
        ww_cells_free(c);
    return status;
}

void ww_cells_free(ww_cells *c)
{
    free(c->centre);
    ww_coded_free(&c->coded);
    free(c->around);
    free(c->own);
    free(c->start);
    free(c->order);
    memset(c, 0, sizeof *c);
}
