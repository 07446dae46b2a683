// SPDX-License-Identifier: MIT
// How good a result is: people and verification against a truth.
#ifndef WHOSWHO_EVAL_H
#define WHOSWHO_EVAL_H
#include "whoswho/library.h"
#ifdef __cplusplus
extern "C" {
#endif

// --- how good it is: against a truth ---------------------------------------------------------------------------------

// Which face of a picture is meant by a truth that names one person a picture.
typedef enum ww_eval_face {
    WW_EVAL_MIDDLE, // the one nearest to the middle, if it is within a quarter of the sides of it
    WW_EVAL_LARGEST,
} ww_eval_face;

// How well faces are sorted; of those faces whose true person is known.
typedef struct ww_eval_scores {
    int64_t faces, people, folders, unassigned; // people: true ones among them; folders: with at least one of them
    // people with two or more of the faces; of these, all in one folder and nobody else's there
    int64_t repeated, whole;
    // Over pairs of faces: of those put together, how many belong together; of those that belong together, how many
    // are. A face in nobody's folder stands alone.
    double pair_precision, pair_recall, pair_f1;
    double bcubed_precision, bcubed_recall, bcubed_f1; // the same seen from a face, mean over the faces
    double nmi;                                        // mutual information over the mean of the two entropies
    double purity; // share of the sorted faces that are of the most frequent person of their folder
} ww_eval_scores;

typedef struct ww_eval_result {
    size_t size;                           // set by the INIT macro
    int64_t faces;                         // of the result
    int64_t matched, false_faces, unknown; // of somebody in the truth; where nobody is; of whom the truth says nothing
    int64_t true_faces, missed;            // of the truth (a picture, a moment, a second of somebody); not found
    int64_t people;                        // in the truth
    int64_t absent;                        // files that it names and that were not scanned
    int64_t mixed, split;                  // folders with more than one person; people not all in one folder
    ww_eval_scores scores;
    // What has still to be clicked: folders to merge (of a person, all but one), faces in a folder that is another's,
    // folders with nobody in them; and the sum of these for each person.
    int64_t merges, wrong, junk;
    double effort;
} ww_eval_result;

#define WW_EVAL_PARTS 4

typedef struct ww_eval_group {
    int split;                 // 0: a folder that mixes people; 1: a person whose faces are not in one folder
    const char *who;           // the folder's person, or the true one
    int64_t faces, unassigned; // unassigned: of a split person, in nobody's folder
    int64_t parts;             // people in the folder; folders with faces of the person
    int64_t shown;             // of them, the largest first:
    struct {
        const char *who;
        int64_t faces;
    } part[WW_EVAL_PARTS];
} ww_eval_group;

// Zero value: the middle face, five groups of each kind, no trying out. Callbacks may be NULL; what they are given is
// borrowed.
typedef struct ww_eval_options {
    size_t size; // set by the INIT macro
    ww_eval_face face;
    int worst; // how many mixed folders and split people are told at most; 0: 5, negative: none
    // mixed folders, then split people, each the worst first; not 0: no more
    int (*on_group)(void *user, const ww_eval_group *group);
    // Sorts the library's faces as `sorting` says, at each of these thresholds of the method (sorting.threshold does
    // not count), without storing anything.
    const double *threshold;
    size_t thresholds;
    ww_cluster_options sorting;
    int (*on_threshold)(void *user, double threshold, const ww_eval_scores *scores);
    void *user;
} ww_eval_options;

// How well a result agrees with the truth. `where`: the folder of a library, or a table such as faces.csv. `truth`:
// "folders" (the folder a photo is in says who is on it), "names" (the photo's name without the number at its end
// does), or a table of places and times, or of files (whoswho(1)). The store is only read.
WW_API ww_status ww_eval_people(const char *where, const char *truth, const ww_eval_options *options,
                                const ww_callbacks *callbacks, ww_eval_result *result, ww_error *err);

#define WW_EVAL_KEPT 4

typedef struct ww_eval_pairs_result {
    size_t size; // set by the INIT macro
    int64_t pairs, same, folds;
    int64_t missing;                 // pairs with a face that was not found: they count as wrong
    double accuracy, standard_error; // mean over the folds, each judged by the distance that is best on the others
    double threshold;                // mean of these distances
    double roc_area, tar_1e2, tar_1e3, equal_error_rate;
    int kept_percent[WW_EVAL_KEPT];  // of the pairs whose poorer face is best: 100, 90, 80, 60;
    double error_kept[WW_EVAL_KEPT]; // the share of these that is judged wrongly
} ww_eval_pairs_result;

// Face verification, after the protocol of Labeled Faces in the Wild, View 2: how well do the distances of the
// embeddings in the library in `folder` tell whether two pictures show one person? `pairs`: a file of LFW's format, or
// a table file1,file2,same (whoswho(1)).
// WW_ERR_NOT_FOUND: it names a picture that was not scanned. The store is only read.
WW_API ww_status ww_eval_pairs(const char *folder, const char *pairs, ww_eval_face face, const ww_callbacks *callbacks,
                               ww_eval_pairs_result *result, ww_error *err);

// --- what the structs that may grow begin with: their size, and the defaults -----------------------------------------

// clang-format off
#define WW_EVAL_RESULT_INIT {.size = sizeof(ww_eval_result)}
#define WW_EVAL_OPTIONS_INIT {.size = sizeof(ww_eval_options), .sorting = WW_CLUSTER_OPTIONS_INIT}
#define WW_EVAL_PAIRS_RESULT_INIT {.size = sizeof(ww_eval_pairs_result)}
// clang-format on

#ifdef __cplusplus
}
#endif
#endif
