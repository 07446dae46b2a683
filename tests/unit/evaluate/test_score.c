// SPDX-License-Identifier: MIT
// Scores against sums over all pairs, written down as the definitions have them.
#include "base/random.h"
#include "evaluate/score.h"
#include "harness.h"
#include <stdbool.h>

static bool together(const int32_t *labels, size_t a, size_t b)
{
    return a == b || (labels[a] >= 0 && labels[a] == labels[b]);
}

static void check_against_definitions(const int32_t *truth, const int32_t *labels, size_t count)
{
    ww_error err;
    ww_cluster_score s;
    double both = 0, put = 0, belong = 0, precision = 0, recall = 0, pure = 0, h_truth = 0, h_labels = 0, h_both = 0;
    for (size_t i = 0; i < count; i++) {
        double i_both = 0, i_put = 0, i_belong = 0;
        for (size_t j = 0; j < count; j++) {
            const bool p = together(labels, i, j), b = together(truth, i, j);
            i_both += p && b, i_put += p, i_belong += b;
            if (i < j)
                both += p && b, put += p, belong += b;
        }
        precision += i_both / i_put / (double)count, recall += i_both / i_belong / (double)count;
        h_truth -= log(i_belong / (double)count) / (double)count;
        h_labels -= log(i_put / (double)count) / (double)count;
        h_both -= log(i_both / (double)count) / (double)count;
        double best = 0; // of the most frequent person in the cluster of i, each member counting 1 / size
        for (size_t j = 0; j < count; j++) {
            double same = 0;
            for (size_t k = 0; k < count && together(labels, i, j); k++)
                same += together(labels, i, k) && together(truth, j, k);
            best = fmax(best, same);
        }
        pure += best / i_put / (double)count;
    }
    CHECK_OK(ww_cluster_score_labels(truth, labels, count, &s, &err));
    CHECK_NEAR(s.pair_precision, put > 0 ? both / put : 1, 1e-12);
    CHECK_NEAR(s.pair_recall, belong > 0 ? both / belong : 1, 1e-12);
    CHECK_NEAR(s.bcubed_precision, precision, 1e-12);
    CHECK_NEAR(s.bcubed_recall, recall, 1e-12);
    CHECK_NEAR(s.purity, pure, 1e-12);
    CHECK_NEAR(s.nmi, h_truth + h_labels > 1e-12 ? 2 * (h_truth + h_labels - h_both) / (h_truth + h_labels) : 1, 1e-9);
}

TEST(random_labels_against_the_definitions)
{
    ww_random r = {21};
    for (int round = 0; round < 60; round++) {
        enum { COUNT_MAX = 70 };
        int32_t truth[COUNT_MAX], labels[COUNT_MAX];
        const size_t count = 1 + ww_random_below(&r, COUNT_MAX);
        const uint32_t people = 1 + ww_random_below(&r, 12);
        for (size_t i = 0; i < count; i++) {
            truth[i] = (int32_t)ww_random_below(&r, people) * 1000 - (round % 3 == 0);
            labels[i] = ww_random_below(&r, 3) ? truth[i] : (int32_t)ww_random_below(&r, people) - 2;
        }
        check_against_definitions(truth, labels, count);
    }
}

TEST(known_values)
{
    ww_error err;
    ww_cluster_score s;
    static const int32_t truth[6] = {0, 0, 0, 1, 1, 2}, labels[6] = {5, 5, 9, 9, -1, -1};
    CHECK_OK(ww_cluster_score_labels(truth, labels, 6, &s, &err));
    CHECK_NEAR(s.pair_precision, 1.0 / 2, 1e-12);
    CHECK_NEAR(s.pair_recall, 1.0 / 4, 1e-12);
    CHECK_NEAR(s.pair_f1, 1.0 / 3, 1e-12);
    CHECK_NEAR(s.purity, 5.0 / 6, 1e-12);
    CHECK_NEAR(s.bcubed_precision, (1 + 1 + 0.5 + 0.5 + 1 + 1) / 6, 1e-12);
    CHECK_NEAR(s.bcubed_recall, (2.0 / 3 + 2.0 / 3 + 1.0 / 3 + 0.5 + 0.5 + 1) / 6, 1e-12);
    CHECK_EQ(s.count, 6);
    CHECK_EQ(s.people, 3);
    CHECK_EQ(s.clusters, 2);
    CHECK_EQ(s.nobodies, 2);
}

TEST(all_right_and_nothing)
{
    ww_error err;
    ww_cluster_score s;
    static const int32_t truth[4] = {3, 3, -1, 8}, renumbered[4] = {0, 0, 4, -7};
    CHECK_OK(ww_cluster_score_labels(truth, renumbered, 4, &s, &err));
    CHECK(s.pair_f1 == 1 && s.bcubed_f1 == 1 && s.purity == 1);
    CHECK_NEAR(s.nmi, 1, 1e-12);
    CHECK_OK(ww_cluster_score_labels(truth, renumbered, 0, &s, &err));
    CHECK(s.pair_f1 == 1 && s.bcubed_f1 == 1 && s.purity == 1 && s.nmi == 1 && s.clusters == 0);
}

int main(void)
{
    RUN(random_labels_against_the_definitions);
    RUN(known_values);
    RUN(all_right_and_nothing);
    return FINISH();
}
