// SPDX-License-Identifier: MIT
// How good a result is, in words and figures; json_... print members of an object, each with a comma before it.
#ifndef WW_CLI_EVAL_SUMMARY_H
#define WW_CLI_EVAL_SUMMARY_H
#include "whoswho/whoswho.h"
#include <stdbool.h>
#include <stdio.h>

// What an evaluation tells while it runs, kept until its figures are printed.
typedef struct eval_notes {
    bool json;
    FILE *groups, *thresholds; // go to the texts below
    char *groups_text, *thresholds_text;
    size_t groups_bytes, thresholds_bytes;
    int told[2]; // mixed folders, split people
    int tried;   // thresholds
    double best_pair_f1, best_pair_at, best_bcubed_f1, best_bcubed_at;
} eval_notes;

bool eval_notes_open(eval_notes *notes, bool json);
void eval_notes_close(eval_notes *notes);
// For ww_eval_options; user: the notes.
int eval_note_group(void *user, const ww_eval_group *group);
int eval_note_threshold(void *user, double threshold, const ww_eval_scores *scores);

void say_people(const ww_eval_result *result, eval_notes *notes);
void json_people(const ww_eval_result *result, eval_notes *notes);
void say_pairs(const ww_eval_pairs_result *pairs);
void json_pairs(const ww_eval_pairs_result *pairs);

#endif
