// SPDX-License-Identifier: MIT
// eval_driver labels|trials FILE: figures of the cluster room, a line "name value" each, for eval_parity.py. The lines
// of FILE are "truth label", or "distance same fold quality" (a distance of inf: not found).
#include "evaluate/score.h"
#include "evaluate/verification.h"

#include <stdio.h>
#include <string.h>

enum { LINES_MAX = 100000 };

static int32_t truth[LINES_MAX], label[LINES_MAX];
static ww_trial trial[LINES_MAX];

static int judge_labels(FILE *f, ww_error *err)
{
    size_t count = 0;
    ww_cluster_score s;
    while (count < LINES_MAX && fscanf(f, "%d %d", &truth[count], &label[count]) == 2)
        count++;
    if (ww_cluster_score_labels(truth, label, count, &s, err) != WW_OK)
        return 1;
    printf("pair_precision %.12g\npair_recall %.12g\nbcubed_precision %.12g\nbcubed_recall %.12g\nnmi %.12g\npurity "
           "%.12g\n",
           s.pair_precision, s.pair_recall, s.bcubed_precision, s.bcubed_recall, s.nmi, s.purity);
    return 0;
}

static int judge_trials(FILE *f, ww_error *err)
{
    size_t count = 0;
    ww_verification v;
    for (int same; count < LINES_MAX; count++) {
        ww_trial *t = &trial[count];
        if (fscanf(f, "%lf %d %u %f", &t->distance, &same, &t->fold, &t->quality) != 4)
            break;
        t->same = same;
    }
    if (ww_verify(trial, count, &v, err) != WW_OK)
        return 1;
    printf(
        "accuracy %.12g\nstandard_error %.12g\nroc_area %.12g\ntar_1e2 %.12g\ntar_1e3 %.12g\nequal_error_rate %.12g\n",
        v.accuracy, v.standard_error, v.roc_area, v.tar_1e2, v.tar_1e3, v.equal_error_rate);
    for (int i = 0; i < WW_VERIFICATION_KEPT; i++)
        printf("error_%d %.12g\n", ww_verification_kept[i], v.error_kept[i]);
    return 0;
}

int main(int argc, char **argv)
{
    ww_error err = {0};
    FILE *f = argc == 3 ? fopen(argv[2], "r") : NULL;
    if (!f) {
        fprintf(stderr, "usage: eval_driver labels|trials FILE\n");
        return 2;
    }
    const int failed = strcmp(argv[1], "labels") == 0 ? judge_labels(f, &err) : judge_trials(f, &err);
    fclose(f);
    if (failed)
        fprintf(stderr, "%s\n", err.message);
    return failed;
}
