// SPDX-License-Identifier: MIT
// Everything follows from the contingency table: how many vectors carry each pair of (person, cluster). It has at most
// N cells that are not zero, and sorting the pairs lists them.
#include "evaluate/score.h"
#include "base/memory.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct labelled {
    int32_t label;
    uint32_t index;
} labelled;

static int compare_labelled(const void *a, const void *b)
{
    const labelled *x = a, *y = b;
    return x->label != y->label ? (x->label > y->label) - (x->label < y->label)
                                : (x->index > y->index) - (x->index < y->index);
}

static int compare_u64(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

// Numbers the labels 0, 1, ... without gaps, each nobody by itself; `sizes` gets how many carry each. Returns how many
// numbers there are; *named, how many of them are not nobodies.
static size_t number_labels(const int32_t *labels, size_t count, labelled *scratch, uint32_t *numbers, uint32_t *sizes,
                            size_t *named)
{
    size_t next = 0;
    *named = 0;
    for (size_t i = 0; i < count; i++)
        scratch[i] = (labelled){labels[i], (uint32_t)i};
    qsort(scratch, count, sizeof *scratch, compare_labelled);
    for (size_t i = 0; i < count; i++) {
        const int32_t label = scratch[i].label;
        if (i == 0 || label < 0 || label != scratch[i - 1].label) {
            sizes[next++] = 0;
            *named += label >= 0;
        }
        numbers[scratch[i].index] = (uint32_t)next - 1;
        sizes[next - 1]++;
    }
    return next;
}

static double pairs_among(double n) { return n * (n - 1) / 2; }

static double sum_of_pairs(const uint32_t *sizes, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += pairs_among(sizes[i]);
    return sum;
}

static double entropy(const uint32_t *sizes, size_t count, double total)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum -= sizes[i] / total * log(sizes[i] / total);
    return sum;
}

static double share(double part, double whole) { return whole > 0 ? part / whole : 1; }

static double harmonic_mean(double a, double b) { return a + b > 0 ? 2 * a * b / (a + b) : 0; }

typedef struct table {
    uint64_t *cell; // count; person << 32 | cluster of each vector, sorted
    uint32_t *person_size, *cluster_size, *cluster_best;
    size_t people, clusters; // nobodies counted one by one
} table;

static void score_table(const table *t, size_t count, ww_cluster_score *s)
{
    const double total = (double)count;
    double together = 0, information = 0, precision = 0, recall = 0, best = 0;
    memset(t->cluster_best, 0, t->clusters * sizeof *t->cluster_best);
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && t->cell[end] == t->cell[i];)
            end++;
        const double n = (double)(end - i);
        const uint32_t cluster = (uint32_t)t->cell[i];
        const double person_size = t->person_size[t->cell[i] >> 32], cluster_size = t->cluster_size[cluster];
        together += pairs_among(n);
        precision += n * n / cluster_size;
        recall += n * n / person_size;
        information += n / total * log(n * total / (person_size * cluster_size));
        if (n > t->cluster_best[cluster])
            t->cluster_best[cluster] = (uint32_t)n;
    }
    for (size_t c = 0; c < t->clusters; c++)
        best += t->cluster_best[c];
    const double entropies = entropy(t->person_size, t->people, total) + entropy(t->cluster_size, t->clusters, total);
    s->pair_precision = share(together, sum_of_pairs(t->cluster_size, t->clusters));
    s->pair_recall = share(together, sum_of_pairs(t->person_size, t->people));
    s->pair_f1 = harmonic_mean(s->pair_precision, s->pair_recall);
    s->bcubed_precision = share(precision, total);
    s->bcubed_recall = share(recall, total);
    s->bcubed_f1 = harmonic_mean(s->bcubed_precision, s->bcubed_recall);
    s->nmi = fmin(1, fmax(0, share(2 * information, entropies)));
    s->purity = share(best, total);
}

ww_status ww_cluster_score_labels(const int32_t *truth, const int32_t *labels, size_t count, ww_cluster_score *score,
                                  ww_error *err)
{
    ww_status status = WW_OK;
    table t = {0};
    t.cell = ww_alloc_array(count, sizeof *t.cell, SIZE_MAX);
    t.person_size = ww_alloc_array(count, sizeof *t.person_size, SIZE_MAX);
    t.cluster_size = ww_alloc_array(count, sizeof *t.cluster_size, SIZE_MAX);
    t.cluster_best = ww_alloc_array(count, sizeof *t.cluster_best, SIZE_MAX);
    uint32_t *person = ww_alloc_array(count, sizeof *person, SIZE_MAX),
             *cluster = ww_alloc_array(count, sizeof *cluster, SIZE_MAX);
    labelled *scratch = ww_alloc_array(count, sizeof *scratch, SIZE_MAX);
    if (!t.cell || !t.person_size || !t.cluster_size || !t.cluster_best || !person || !cluster || !scratch) {
        status = ww_fail(err, WW_ERR_MEMORY, "no memory to score %zu labels", count);
        goto done;
    }
    *score = (ww_cluster_score){.count = count};
    t.people = number_labels(truth, count, scratch, person, t.person_size, &score->people);
    t.clusters = number_labels(labels, count, scratch, cluster, t.cluster_size, &score->clusters);
    score->nobodies = t.clusters - score->clusters;
    for (size_t i = 0; i < count; i++)
        t.cell[i] = (uint64_t)person[i] << 32 | cluster[i];
    qsort(t.cell, count, sizeof *t.cell, compare_u64);
    score_table(&t, count, score);
done:
    free(t.cell);
    free(t.person_size);
    free(t.cluster_size);
    free(t.cluster_best);
    free(person);
    free(cluster);
    free(scratch);
    return status;
}
