// SPDX-License-Identifier: MIT
// thresholds DIR TRUTH: which threshold suits the faces of the library in DIR, by what TRUTH says of them (see whoswho
// eval --help). cc thresholds.c $(pkg-config --cflags --libs whoswho)
#include <stdio.h>
#include <whoswho/whoswho.h>

static int print_scores(void *user, double threshold, const ww_eval_scores *s)
{
    (void)user;
    printf("%.2f  precision %.3f  recall %.3f  F1 %.3f\n", threshold, s->pair_precision, s->pair_recall, s->pair_f1);
    return 0;
}

int main(int argc, char **argv)
{
    static const double thresholds[] = {0.9, 1.0, 1.1, 1.2, 1.3};
    ww_error err = {0};
    ww_eval_options options = WW_EVAL_OPTIONS_INIT;
    ww_eval_result result = WW_EVAL_RESULT_INIT;
    if (argc != 3) {
        fputs("usage: thresholds DIR TRUTH\n", stderr);
        return 2;
    }
    options.face = WW_EVAL_LARGEST;
    options.threshold = thresholds;
    options.thresholds = sizeof thresholds / sizeof *thresholds;
    options.on_threshold = print_scores;
    if (ww_eval_people(argv[1], argv[2], &options, NULL, &result, &err) != WW_OK) {
        fprintf(stderr, "%s: %s\n", ww_status_name(err.status), err.message);
        return 1;
    }
    printf("as it is: F1 %.3f, %lld of %lld faces found\n", result.scores.pair_f1,
           (long long)(result.true_faces - result.missed), (long long)result.true_faces);
    return 0;
}
