// SPDX-License-Identifier: MIT
#include "mpi/mpi_vectors.h"
#include "base/clock.h"
#include "base/distance.h"
#include "base/files.h"
#include "base/memory.h"
#include "mpi/mpi_dbscan.h"
#include "mpi/mpi_ring.h"

#include <mpi.h>
#include <stdlib.h>
#include <string.h>

enum { SMALLEST_CLUSTER = 2, ROWS_AT_A_TIME = 1024 };

static int rank_here(void)
{
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    return rank;
}

// Looks at the vectors of this rank's block.
static ww_status look_at_lengths(const ww_vectors_file *file, bool *unit, ww_error *err)
{
    int ranks = 1;
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    const ww_block own = ww_mpi_block(file->count, rank_here(), ranks);
    const size_t dim = (size_t)file->dim;
    float *rows = ww_try_array(ROWS_AT_A_TIME, dim * sizeof *rows);
    ww_status status = rows ? WW_OK : ww_fail_memory(err, "vectors of %d values", file->dim);
    *unit = true;
    for (size_t done = 0; status == WW_OK && *unit && done < own.count; done += ROWS_AT_A_TIME) {
        const size_t n = own.count - done < ROWS_AT_A_TIME ? own.count - done : ROWS_AT_A_TIME;
        status = ww_vectors_read_rows(file, own.first + done, n, rows, err);
        for (size_t i = 0; status == WW_OK && i < n; i++)
            *unit &= ww_vector_is_unit(rows + i * dim, file->dim);
    }
    free(rows);
    return status;
}

static ww_status check_unit_length(const ww_vectors_file *file, ww_error *err)
{
    bool unit = true;
    ww_status status = look_at_lengths(file, &unit, err);
    if (status == WW_OK && !unit)
        status = ww_fail(err, WW_ERR_ARGUMENT,
                         "the vectors are not of unit length, so how far faces of one person are apart is not known: "
                         "give --eps (dlib's: 0.5)");
    return ww_mpi_agree(status, err);
}

// Numbers clusters by their lowest row, as ww_method_run does; those of fewer than two are nobody.
static ww_status renumber(int32_t *labels, size_t count, ww_mpi_vectors *v, ww_error *err)
{
    int32_t *size = ww_alloc_array0(count, sizeof *size, SIZE_MAX);
    int32_t *number = ww_alloc_array0(count, sizeof *number, SIZE_MAX);
    const ww_status status = size && number ? WW_OK : ww_fail_memory(err, "%zu labels", count);
    int32_t next = 0;
    for (size_t i = 0; status == WW_OK && i < count; i++)
        if (labels[i] >= 0)
            size[labels[i]]++;
    for (size_t i = 0; status == WW_OK && i < count; i++) {
        if (labels[i] >= 0 && size[labels[i]] >= SMALLEST_CLUSTER) {
            if (number[labels[i]] == 0)
                number[labels[i]] = ++next;
            labels[i] = number[labels[i]] - 1;
        } else {
            labels[i] = WW_NOBODY;
            v->unassigned++;
        }
    }
    v->faces = (long long)count;
    v->people = next;
    free(size);
    free(number);
    return status;
}

static ww_status cluster(const ww_vectors_file *file, ww_mpi_vectors *v, ww_error *err)
{
    const ww_method_options *defaults = &ww_method_named("dbscan")->defaults;
    const ww_dbscan_options options = {.eps = v->eps > 0 ? v->eps : defaults->threshold,
                                       .min_samples = v->min_samples ? v->min_samples : defaults->min_samples,
                                       .threads = v->threads ? v->threads : ww_mpi_fair_threads()};
    const bool first = rank_here() == 0;
    int32_t *labels = first ? ww_try_array(file->count, sizeof *labels) : NULL;
    ww_status status = first && !labels ? ww_fail_memory(err, "%zu labels", file->count) : WW_OK;
    status = ww_mpi_agree(status, err);
    if (status == WW_OK && !(v->eps > 0))
        status = check_unit_length(file, err);
    if (status == WW_OK)
        status = ww_mpi_ring_dbscan(file, &options, labels, err);
    if (status == WW_OK && labels)
        status = renumber(labels, file->count, v, err);
    if (status == WW_OK && labels)
        status = ww_vector_labels_write(v->out, NULL, labels, file->count, false, err);
    free(labels);
    return ww_mpi_agree(status, err);
}

ww_status ww_mpi_cluster_vectors(ww_mpi_vectors *v, ww_error *err)
{
    const double begun = ww_seconds();
    ww_vectors_file file;
    ww_status status = ww_vectors_open(v->npy, &file, err);
    if (status == WW_OK && rank_here() == 0)
        status = ww_vector_labels_check(v->out, err);
    status = ww_mpi_agree(status, err);
    if (status == WW_OK)
        status = cluster(&file, v, err);
    ww_vectors_close(&file);
    v->wall_s = ww_seconds() - begun;
    return status;
}
