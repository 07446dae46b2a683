// SPDX-License-Identifier: MIT
// Any bytes as a truth, a list of pairs and a table of faces; as a table of faces also matched with itself as the
// truth.
#include "evaluate/pair_list.h"
#include "evaluate/ground_truth_match.h"
#include "must.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_pairs(const uint8_t *data, size_t size)
{
    ww_pair_list list;
    ww_error err = {0};
    if (ww_pair_list_read(&list, "fuzz", data, size, &err) != WW_OK)
        MUST(strncmp(err.message, "fuzz", 4) == 0);
    else
        for (size_t i = 0; i < list.count; i++)
            MUST(*list.pair[i].picture[0].name && *list.pair[i].picture[1].name);
    ww_pair_list_free(&list);
}

static void match(const ww_ground_truth *truth, const ww_predictions *answer)
{
    ww_matched matched;
    ww_error err = {0};
    if (ww_ground_truth_match(truth, answer, WW_EVAL_LARGEST, &matched, &err) == WW_OK) {
        MUST(matched.matched + matched.false_faces + matched.unknown == answer->face_count);
        MUST(matched.found <= matched.wanted);
    }
    ww_matched_free(&matched);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ww_ground_truth truth, paths;
    ww_predictions answer;
    ww_error err = {0};
    read_pairs(data, size);
    const ww_status known = ww_ground_truth_read(&truth, "fuzz", data, size, &err),
                    answered = ww_predictions_read_table(&answer, "fuzz", data, size, &err);
    if (known == WW_OK && answered == WW_OK)
        match(&truth, &answer);
    if (answered == WW_OK) {
        if (ww_ground_truth_of_paths(&paths, &answer, WW_PATH_FILE, &err) == WW_OK)
            match(&paths, &answer);
        ww_ground_truth_free(&paths);
    }
    ww_ground_truth_free(&truth);
    ww_predictions_free(&answer);
    return 0;
}
