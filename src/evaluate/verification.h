// SPDX-License-Identifier: MIT
// Verification: of two faces, are they one person? A trial is a pair of which the answer is known; how near the two
// vectors are decides. After the protocol of Labeled Faces in the Wild, View 2 (Huang, Ramesh, Berg, Learned-Miller
// 2007): the trials come in folds, and each fold is judged by the distance that does best on all the others.
#ifndef WW_EVALUATE_VERIFICATION_H
#define WW_EVALUATE_VERIFICATION_H
#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WW_VERIFICATION_FOLDS_MAX 100
#define WW_VERIFICATION_KEPT 4 // shares of the trials kept, see ww_verification_kept

typedef struct ww_trial {
    double distance; // anything that is not finite: one of the faces was not found
    float quality;   // of the poorer face
    uint32_t fold;   // 0, 1, ... without gaps
    bool same;       // the truth
} ww_trial;

typedef struct ww_verification {
    size_t trials, same; // same: of one person
    size_t missing;      // with a face that was not found
    size_t folds;
    // Mean over the folds of the share judged rightly, and its standard error (deviation of a sample over the root of
    // the folds). A missing trial is judged wrongly. A pair is accepted below the distance that judges most of what was
    // found in the other folds rightly: midway between two of theirs, and of equally good ones the largest.
    double accuracy, standard_error;
    double threshold; // mean over the folds of the largest distance accepted of the others
    // Over all trials, by distance alone; missing ones are never accepted. Trials of one distance are accepted
    // together.
    double roc_area; // under the curve of true accepts over false accepts; ties count half
    // share of the same that is accepted where at most this share (0.01, 0.001) of the different is
    double tar_1e2, tar_1e3;
    // where as large a share of the same is refused as of the different is accepted; between two trials
    double equal_error_rate;
    // on a straight line
    // Share judged wrongly, each by its fold's distance, among the ww_verification_kept percent of highest quality;
    // missing ones are the poorest, and of equal quality the earlier is kept. Rounded down to whole trials.
    double error_kept[WW_VERIFICATION_KEPT];
} ww_verification;

extern const int ww_verification_kept[WW_VERIFICATION_KEPT]; // 100, 90, 80, 60

// WW_ERR_ARGUMENT: fewer than two folds or more than the maximum, a fold without trials, or not both kinds of trial.
// Time count x (log count + folds).
ww_status ww_verify(const ww_trial *trial, size_t count, ww_verification *result, ww_error *err);

#endif
