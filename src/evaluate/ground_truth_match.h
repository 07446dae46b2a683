// SPDX-License-Identifier: MIT
// Which true person each face of an answer is.
//
// Places: a face is whose place its middle is in at its time; of several places the nearest in time, then the one that
// overlaps it most (intersection over union), then the first. A face in no place is false, unless the truth does not
// speak of its file, or with time_s of its moment. A true face is a row, or with start_s and end_s each whole second of
// one: floor(time) in [ceil(start), floor(end)); it is found if a face's middle is there, whosever face it is.
//
// Pictures: of each picture (each frame, in footage) one face counts, and nobody knows of the others. A true face is a
// picture.
#ifndef WW_EVALUATE_GROUND_TRUTH_MATCH_H
#define WW_EVALUATE_GROUND_TRUTH_MATCH_H
#include "evaluate/ground_truth.h"

#define WW_MATCH_FALSE (-1)   // no true face there
#define WW_MATCH_UNKNOWN (-2) // the truth does not tell

typedef struct ww_matched {
    int32_t *person; // of each face: a place in truth->people, or one of the above
    size_t matched, false_faces, unknown;
    size_t wanted, found; // true faces
    size_t absent;        // files that the truth names and that were not scanned
    const char *absent_example;
    size_t absent_line;
} ww_matched;

// WW_ERR_NOT_FOUND: none of the files of the truth was scanned. WW_ERR_FORMAT: the truth does not tell of which file it
// speaks, or speaks twice of one picture. Free it, also after a failure.
ww_status ww_ground_truth_match(const ww_ground_truth *truth, const ww_predictions *predictions, ww_eval_face which,
                                ww_matched *matched, ww_error *err);
void ww_matched_free(ww_matched *matched);

#endif
