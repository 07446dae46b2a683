// SPDX-License-Identifier: MIT
// What is judged against the truth: faces, where and when they were seen, and who they were taken for; from a library,
// or from a table of faces that anybody wrote.
#ifndef WW_EVALUATE_PREDICTIONS_H
#define WW_EVALUATE_PREDICTIONS_H
#include "library/catalog.h"
#include "base/csv.h"
#include "evaluate/label_encoding.h"
#include "library/library.h"

typedef struct ww_predicted_source {
    const char *path;  // borrowed
    int width, height; // 0: not known
    size_t first_face, face_count;
} ww_predicted_source;

typedef struct ww_predicted_face {
    uint32_t source; // index
    int64_t time_us;
    double x, y, width, height; // pixels of the source
    float quality;              // 0..1; 1 where it is not told
    int32_t person;             // index of a title; -1: nobody, or a stranger who is ignored
} ww_predicted_face;

typedef struct ww_predictions {
    const char *where; // the folder or the table, as in messages; borrowed
    ww_predicted_source *source;
    size_t source_count;
    ww_predicted_face *face; // by source, then time; of a library: in the order of ww_store_faces
    size_t face_count;
    const char **title; // of people: the name, or Face_N
    size_t title_count;
    // What the above points into.
    ww_library *library; // NULL: it was a table
    ww_catalog catalog;
    ww_csv table;
    ww_label_encoding sources, people; // of a table
} ww_predictions;

// `where`: a folder with a library, or a table (csv.h) with the columns source, x, y, width, height (or w, h), person,
// and if wanted time_s (0), quality (1), name; a person that is empty or -1 is nobody. The library stays open as long
// as `answer`. Free it, also after a failure.
ww_status ww_predictions_open(ww_predictions *predictions, const char *where, const ww_callbacks *callbacks,
                              ww_error *err);
// The table alone, from memory.
ww_status ww_predictions_read_table(ww_predictions *predictions, const char *path, const void *bytes, size_t size,
                                    ww_error *err);
void ww_predictions_free(ww_predictions *predictions);

#define WW_NO_FACE ((size_t)-1)

// Which of the faces first .. first + count - 1, all of one source, is meant by a truth that knows one person a
// picture. WW_EVAL_MIDDLE: the nearest to the middle, if it is within a quarter of the sides of it (root of the squares
// of its shares of width and height); WW_EVAL_LARGEST: of the largest area. WW_NO_FACE: none.
size_t ww_predictions_counted(const ww_predictions *predictions, size_t first, size_t count, ww_eval_face which);
// WW_ERR_ARGUMENT: the middle is asked for, and this source does not tell its size.
ww_status ww_predictions_can_count(const ww_predictions *predictions, ww_eval_face which, ww_error *err);

#endif
