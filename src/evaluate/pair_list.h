// SPDX-License-Identifier: MIT
// Pairs of pictures of which it is known whether they show one person. Two formats:
// - that of Labeled Faces in the Wild (pairs.txt): a first line "FOLDS N", then for each fold N lines "Name i j" (one
//   person's pictures i and j) and N lines "Name i Other j" (two people);
// - a table (csv.h) with the columns file1, file2, same (1, 0, yes, no, true, false) and, if wanted, fold (1, 2, ...);
//   without it pairs are dealt out into ten folds in turn, each kind by itself.
#ifndef WW_EVALUATE_PAIR_LIST_H
#define WW_EVALUATE_PAIR_LIST_H
#include "base/csv.h"

typedef struct ww_listed_picture {
    const char *name; // of a person, or of a file
    int number;       // of that person's picture; 0: name is that of a file
} ww_listed_picture;

typedef struct ww_listed_pair {
    ww_listed_picture picture[2];
    size_t line;
    uint32_t fold;
    bool same;
} ww_listed_pair;

typedef struct ww_pair_list {
    ww_listed_pair *pair;
    size_t count;
    char *text; // what the names point into
    ww_csv table;
} ww_pair_list;

// WW_ERR_FORMAT names file and line.
ww_status ww_pair_list_open(ww_pair_list *list, const char *path, ww_error *err);
// The same from memory; `path` is for messages and borrowed.
ww_status ww_pair_list_read(ww_pair_list *list, const char *path, const void *bytes, size_t size, ww_error *err);
void ww_pair_list_free(ww_pair_list *list);

#endif
