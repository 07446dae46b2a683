// SPDX-License-Identifier: MIT
// Leaders: from a sample, one vector of each larger crowd (a leader has others within eps and no leader within eps).
// Every vector goes to the leader nearest to it; those near none stay together at the end. What crowds there are
// besides are too small to matter here.
#include "cluster/order.h"
#include "base/memory.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROWS_MIN = 4096,
    SAMPLE = 4096,
    LEADERS_MAX = 128,
    CROWD_MIN = 4, // of the sample
};

typedef struct leader {
    const float *vector;
    float squared; // |vector|^2
    int followers;
} leader;

static float squared_length(const ww_cluster_kernels *kernels, const float *x, int dim)
{
    return kernels->dot_float(x, x, (size_t)dim);
}

// The nearest leader within eps; -1: none.
static int nearest_leader(const ww_cluster_kernels *kernels, const leader *leaders, int count, const float *x, int dim,
                          float eps_squared)
{
    const float squared = squared_length(kernels, x, dim);
    float best_squared = eps_squared;
    int best = -1;
    for (int i = 0; i < count; i++) {
        const float distance = squared + leaders[i].squared - 2 * kernels->dot_float(x, leaders[i].vector, (size_t)dim);
        if (distance <= best_squared) {
            best_squared = distance;
            best = i;
        }
    }
    return best;
}

static int compare_followers(const void *a, const void *b)
{
    const leader *x = a, *y = b;
    return (x->followers < y->followers) - (x->followers > y->followers);
}

// Returns how many; `leaders` has room for the whole sample.
static int find_leaders(const float *vectors, int dim, float eps_squared, const ww_cluster_kernels *kernels,
                        const uint32_t *row, size_t rows, leader *leaders)
{
    int count = 0, kept = 0;
    for (size_t k = 0; k < SAMPLE; k++) {
        const float *x = vectors + (size_t)row[k * rows / SAMPLE] * dim;
        const int near = nearest_leader(kernels, leaders, count, x, dim, eps_squared);
        if (near >= 0)
            leaders[near].followers++;
        else
            leaders[count++] = (leader){x, squared_length(kernels, x, dim), 1};
    }
    qsort(leaders, (size_t)count, sizeof *leaders, compare_followers);
    while (kept < count && kept < LEADERS_MAX && leaders[kept].followers >= CROWD_MIN)
        kept++;
    return kept;
}

void ww_order_rows(const float *vectors, int dim, double eps, const ww_cluster_kernels *kernels, uint32_t *row,
                   size_t rows)
{
    if (rows < ROWS_MIN)
        return;
    const float eps_squared = (float)(eps * eps);
    leader *leaders = ww_try_array(SAMPLE, sizeof *leaders);
    size_t *start = ww_try_array(LEADERS_MAX + 2, sizeof *start);
    uint16_t *chosen = ww_alloc_array(rows, sizeof *chosen, SIZE_MAX);
    uint32_t *ordered = ww_alloc_array(rows, sizeof *ordered, SIZE_MAX);
    if (!leaders || !start || !chosen || !ordered)
        goto done; // the order as it is will do
    const int count = find_leaders(vectors, dim, eps_squared, kernels, row, rows, leaders);
    if (count == 0)
        goto done;
    for (size_t k = 0; k < rows; k++) {
        const int near = nearest_leader(kernels, leaders, count, vectors + (size_t)row[k] * dim, dim, eps_squared);
        chosen[k] = (uint16_t)(near < 0 ? count : near);
        start[chosen[k] + 1]++;
    }
    for (int i = 0; i <= count; i++)
        start[i + 1] += start[i];
    for (size_t k = 0; k < rows; k++)
        ordered[start[chosen[k]]++] = row[k];
    memcpy(row, ordered, rows * sizeof *row);
done:
    free(leaders);
    free(start);
    free(chosen);
    free(ordered);
}
