// SPDX-License-Identifier: MIT
// Files that whoswho itself wrote: in a folder with a library the portraits, frames and montages of its last export, in
// one with a data set what its record lists. They are no footage, wherever the user moved them inside that folder;
// everything else there is.
#ifndef WW_SCAN_OWN_FILES_H
#define WW_SCAN_OWN_FILES_H
#include "base/error.h"
#include "base/id_set.h"
#include "base/vector.h"
#include "library/library.h"

typedef struct ww_own_files {
    char *dir;              // the folder; owned
    WW_VECTOR(char *) path; // relative to it, sorted; owned
    ww_id_set content;      // hashes
} ww_own_files;

// Whether the folder holds a library or a data set.
bool ww_own_files_here(const char *dir);
// `open`: a library that is open, which may be that of the folder; NULL: none is. Whatever is returned, to be freed.
ww_status ww_own_files_load(ww_own_files *own, const char *dir, const ww_library *open, ww_error *err);
// Whether a file below own->dir is one of them: by its path, or by a name like ours and its content.
bool ww_own_files_has(const ww_own_files *own, const char *path);
void ww_own_files_free(ww_own_files *own);

#endif
