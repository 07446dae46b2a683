// SPDX-License-Identifier: MIT
// How good labels are, against the truth. Labels are any numbers; every negative one means nobody, and a nobody stands
// alone: it is a cluster (or a class) of one. Time N log N, memory linear.
#ifndef WW_EVALUATE_SCORE_H
#define WW_EVALUATE_SCORE_H
#include "base/error.h"
#include <stddef.h>
#include <stdint.h>

typedef struct ww_cluster_score {
    size_t count;            // vectors
    size_t people, clusters; // different labels >= 0 in the ground truth and in what is judged
    size_t nobodies;         // judged to be nobody
    // Over all pairs of vectors: of those put together, how many belong together; of those that belong together, how
    // many are put together. With no pair to judge: 1.
    double pair_precision, pair_recall, pair_f1;
    // B-cubed (Bagga, Baldwin 1998): the same shares seen from one vector, averaged over all vectors.
    double bcubed_precision, bcubed_recall, bcubed_f1;
    double nmi;    // mutual information over the mean of the two entropies; 1 where both are 0
    double purity; // share of vectors that are of the most frequent person of their cluster
} ww_cluster_score;

// count 0 gives ones.
ww_status ww_cluster_score_labels(const int32_t *truth, const int32_t *labels, size_t count, ww_cluster_score *score,
                                  ww_error *err);

#endif
