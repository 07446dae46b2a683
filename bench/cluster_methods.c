// SPDX-License-Identifier: MIT
// cluster_methods VECTORS TRUTH DIM METHOD THRESHOLD...: scores of a method at several thresholds, a line each.
// VECTORS: raw float32 rows; TRUTH: one int32 a row, negative for nobody.
#include "base/clock.h"
#include "base/files.h"
#include "cluster/cluster.h"
#include "evaluate/score.h"
#include <stdio.h>
#include <stdlib.h>

enum { THREADS = 2 };

int main(int argc, char **argv)
{
    ww_error err;
    uint8_t *vectors = NULL, *truth = NULL;
    size_t vector_bytes, truth_bytes;
    if (argc < 6 || !ww_method_named(argv[4])) {
        fprintf(stderr, "usage: cluster_methods VECTORS TRUTH DIM METHOD THRESHOLD...\n");
        return 2;
    }
    if (ww_read_file(argv[1], SIZE_MAX / 2, &vectors, &vector_bytes, &err) != WW_OK
        || ww_read_file(argv[2], SIZE_MAX / 2, &truth, &truth_bytes, &err) != WW_OK) {
        fprintf(stderr, "%s\n", err.message);
        free(vectors);
        return 1;
    }
    const int dim = atoi(argv[3]);
    const size_t count = truth_bytes / sizeof(int32_t);
    if (dim < 1 || vector_bytes != count * (size_t)dim * sizeof(float)) {
        fprintf(stderr, "%s does not hold %zu rows of %d values\n", argv[1], count, dim);
        return 2;
    }
    int32_t *labels = calloc(count + 1, sizeof *labels);
    printf("method            threshold  pair F1  precision  recall  BCubed F1    NMI  purity  clusters  nobody  "
           "seconds\n");
    ww_status status = WW_OK;
    for (int i = 5; i < argc && status == WW_OK; i++) {
        ww_cluster_score s;
        const double start = ww_seconds();
        const ww_method_options options = {.threshold = strtod(argv[i], NULL), .threads = THREADS};
        status = ww_method_run(ww_method_named(argv[4]), (const float *)(const void *)vectors, count, dim, &options,
                               labels, &err);
        const double seconds = ww_seconds() - start;
        if (status == WW_OK)
            status = ww_cluster_score_labels((const int32_t *)(const void *)truth, labels, count, &s, &err);
        if (status == WW_OK)
            printf("%-16s  %9.3f  %7.4f  %9.4f  %6.4f  %9.4f  %5.3f  %6.4f  %8zu  %6zu  %7.2f\n", argv[4],
                   options.threshold, s.pair_f1, s.pair_precision, s.pair_recall, s.bcubed_f1, s.nmi, s.purity,
                   s.clusters, s.nobodies, seconds);
        else
            fprintf(stderr, "%s\n", err.message);
    }
    free(labels);
    free(vectors);
    free(truth);
    return status == WW_OK ? 0 : 1;
}
