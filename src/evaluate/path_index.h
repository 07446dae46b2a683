// SPDX-License-Identifier: MIT
// Which file is meant: a list made elsewhere names pictures by as much of their paths as is needed, "Ada/Ada_0001.jpg".
#ifndef WW_EVALUATE_PATH_INDEX_H
#define WW_EVALUATE_PATH_INDEX_H
#include "base/error.h"
#include <stddef.h>

typedef struct ww_named_path {
    const char *base; // points into path
    const char *path; // borrowed
    size_t index;
} ww_named_path;

typedef struct ww_path_index {
    ww_named_path *item; // by base, then index
    size_t count;
} ww_path_index;

#define WW_PATH_NONE ((size_t)-1)    // no such path
#define WW_PATH_SEVERAL ((size_t)-2) // more than one

// `path`: count strings, borrowed as long as the index lives.
ww_status ww_path_index_make(const char *const *path, size_t count, ww_path_index *paths, ww_error *err);
void ww_path_index_free(ww_path_index *paths);

// Index of the path that `name` means: the same one, else the one that ends with it or with which it ends, by whole
// names of folders: "a/b.jpg" means "x/a/b.jpg", and so does "/home/x/a/b.jpg".
size_t ww_path_index_find(const ww_path_index *paths, const char *name);
// As Labeled Faces in the Wild calls its pictures: person "Ada", number 4 is Ada_0004.jpg (or another ending) in a
// folder Ada; in whatever folder, if no folder Ada has it. *known (may be NULL): how many pictures of that person there
// are, Ada_*.
size_t ww_path_index_find_numbered(const ww_path_index *paths, const char *person, int number, size_t *known);

#endif
