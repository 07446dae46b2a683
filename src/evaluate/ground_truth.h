// SPDX-License-Identifier: MIT
// What is true: who is where. Told by a table (csv.h), or by the paths of photos.
//
// A table with a place tells where somebody's face is, a row each:
//   person           who; empty: somebody who does not matter
//   x, y, w, h       (or width, height) a part of the picture, in pixels of the source; a face is there whose middle is
//   start_s, end_s   from when until before when; or
//   time_s           at this moment: of faces up to half a second from it the truth knows, of others it does not;
//                    with neither: always
//   source           the end of the path of the file ("b.mp4", "a/b.mp4"); may be left out where there is only one
// A table without a place tells who is on each picture: file (or source), person. One face of it counts, see
// ww_predictions_counted.
#ifndef WW_EVALUATE_GROUND_TRUTH_H
#define WW_EVALUATE_GROUND_TRUTH_H
#include "evaluate/predictions.h"

#define WW_GROUND_TRUTH_MOMENT_US 500000 // from a face, either way

typedef enum ww_ground_truth_kind {
    WW_GROUND_TRUTH_PLACES,
    WW_GROUND_TRUTH_PICTURES,
} ww_ground_truth_kind;

typedef struct ww_ground_truth_row {
    int32_t source; // place in truth.sources; -1: the only one there is
    int32_t person; // place in truth.people; -1: does not matter
    int64_t start_us, end_us;
    int64_t moment_us;          // places.moments: between the two
    double x, y, width, height; // places
    size_t line;
} ww_ground_truth_row;

typedef struct ww_ground_truth {
    const char *name; // of the table, or what it was told by; borrowed
    ww_ground_truth_kind kind;
    bool moments, seconds; // places: rows have time_s; start_s and end_s
    ww_ground_truth_row *row;
    size_t count;
    ww_label_encoding people, sources;
    // What these point into.
    ww_csv table;
    char *text;
} ww_ground_truth;

// WW_ERR_FORMAT names file and line. Free it, also after a failure.
ww_status ww_ground_truth_open(ww_ground_truth *truth, const char *path, ww_error *err);
// The same from memory; `path` is for messages and borrowed.
ww_status ww_ground_truth_read(ww_ground_truth *truth, const char *path, const void *bytes, size_t size, ww_error *err);

// The pictures' own paths tell: the folder they are in, or their names without a number at the end ("Ada_0001.jpg" is
// Ada). `answer` must outlive the truth.
typedef enum ww_path_part { WW_PATH_FOLDER, WW_PATH_FILE } ww_path_part;
ww_status ww_ground_truth_of_paths(ww_ground_truth *truth, const ww_predictions *predictions, ww_path_part part,
                                   ww_error *err);
void ww_ground_truth_free(ww_ground_truth *truth);

#endif
