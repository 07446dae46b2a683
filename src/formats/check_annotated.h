// SPDX-License-Identifier: MIT
// What the data sets of annotation tools have in common when they are checked: one file that tells of the pictures in
// images/, with a list of labels, and boxes that bear one.
#ifndef WW_FORMATS_CHECK_ANNOTATED_H
#define WW_FORMATS_CHECK_ANNOTATED_H
#include "formats/check.h"

typedef struct ww_annotated {
    ww_checker *c;
    const char *file;        // with the prefix, for messages
    char **picture;          // names in images/, sorted by bytes
    size_t pictures;         //
    uint8_t *told;           // of each: how often the file tells of it, up to 2
    WW_VECTOR(char *) label; // those there may be; owned, sorted by ww_annotated_sort_labels
    ww_label_boxes boxes;    // of the picture at hand
} ww_annotated;

ww_status ww_annotated_open(ww_checker *c, const char *file, ww_annotated *a, ww_error *err);
void ww_annotated_close(ww_annotated *a);
ww_status ww_annotated_add_label(ww_annotated *a, const char *label, ww_error *err);
void ww_annotated_sort_labels(ww_annotated *a);
// Of the picture at hand: the box in shares of it.
ww_status ww_annotated_box(ww_annotated *a, const char *label, ww_box box, size_t line, ww_error *err);
// The picture at hand ends; `name` is its name in images/.
ww_status ww_annotated_picture(ww_annotated *a, const char *name, size_t line, ww_error *err);
// After the file: pictures that it does not tell of.
void ww_annotated_find_untold(ww_annotated *a);

#endif
