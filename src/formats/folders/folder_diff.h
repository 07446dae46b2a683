// SPDX-License-Identifier: MIT
// What a person did to the folders since they were written: which portraits are where now, by their content.
#ifndef WW_FORMATS_FOLDERS_FOLDER_DIFF_H
#define WW_FORMATS_FOLDERS_FOLDER_DIFF_H
#include "library/export_manifest.h"

#define WW_UNSORTED_FOLDER "Unsorted"

typedef struct ww_diff_folder { // a folder right below the library's, on record or on disk
    char *name;                 // owned
    bool on_record;             // the last export wrote portraits into it
    bool exists;
    bool mounted;       // another file system is mounted there
    size_t listed;      // portraits on record in it
    size_t present;     // of these, still where they were
    size_t moved, gone; // the others: found in another place, or nowhere
    size_t first;       // of its entries in ww_folder_diff.portrait, which follow one another
    size_t entries;     // how many these are
} ww_diff_folder;

typedef struct ww_diff_portrait { // one that is not (only) where it was written
    size_t face;                  // index in the catalog
    size_t from;                  // folder
    size_t to;                    // folder; SIZE_MAX: nowhere
    bool copied;                  // it is still where it was written, too
} ww_diff_portrait;

typedef struct ww_folder_diff {
    WW_VECTOR(ww_diff_folder) folder;     // by name
    WW_VECTOR(ww_diff_portrait) portrait; // folder by folder
    WW_VECTOR(char *) missing;            // recorded paths of portraits that are not there; owned
    // portraits and labels of ours in places that are not on record: paths and hashes
    WW_VECTOR(ww_manifest_file) found;
    WW_VECTOR(char *) foreign; // files that are not ours, in people's folders; owned
    size_t present;            // portraits in their places
} ww_folder_diff;

ww_status ww_folder_diff_find(const ww_export_manifest *manifest, ww_folder_diff *diff, ww_error *err);
void ww_folder_diff_free(ww_folder_diff *diff);

// Whether portraits that the last export wrote are not where they were, while others are: somebody sorted by hand.
// *missing: how many. Only looks at names.
ww_status ww_folder_diff_any(ww_library *library, size_t *missing, ww_error *err);

#endif
