// SPDX-License-Identifier: MIT
// What the data sets of annotation tools have in common when they are checked: one file that tells of the pictures in
// images/, with a list of labels, and boxes that bear one. Findings name the file and the line (from 1).
#ifndef WW_FORMATS_CHECK_ANNOTATED_H
#define WW_FORMATS_CHECK_ANNOTATED_H
#include "formats/check.h"

typedef struct ww_annotated {
    ww_checker *c;
    const char *file; // with the prefix, for messages
    char **picture;   // names in images/, sorted by bytes
    size_t pictures;
    uint8_t *told;           // of each: how often the file tells of it, up to 2
    WW_VECTOR(char *) label; // those there may be; owned, sorted by ww_annotated_sort_labels
    ww_label_boxes boxes;    // of the picture at hand
} ww_annotated;

typedef struct ww_annotated_kind {
    const char *file; // its name in the format's folder
    size_t bytes_max;
    // Adds the labels, where another file lists them. NULL: the file does.
    ww_status (*read_labels)(ww_annotated *a, ww_error *err);
    // Reads the file, with a zero byte behind it, by the functions below. What it returns but WW_ERR_MEMORY is a
    // finding: the file cannot be read.
    ww_status (*read)(ww_annotated *a, const uint8_t *data, size_t bytes, ww_error *err);
} ww_annotated_kind;

// A ww_format_check: *found, where the file is there.
ww_status ww_annotated_check(ww_checker *c, const ww_annotated_kind *kind, bool *found, ww_error *err);

// The label is copied. Once all are added they are sorted, before the first box.
ww_status ww_annotated_add_label(ww_annotated *a, const char *label, ww_error *err);
void ww_annotated_sort_labels(ww_annotated *a);
// Of the picture at hand: the box in shares of it. A label that was not added is a finding.
ww_status ww_annotated_box(ww_annotated *a, const char *label, ww_box box, size_t line, ww_error *err);
// The picture at hand ends and is looked at, with its boxes and size in a->boxes; `name` is its name in images/.
ww_status ww_annotated_picture(ww_annotated *a, const char *name, size_t line, ww_error *err);

#endif
