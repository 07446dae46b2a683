// SPDX-License-Identifier: MIT
// Writers: the store becomes the folders, labels, montages, table and page that people use. One file a format behind one interface:
// a writer gets the store and the output folder and emits files through a ww_exporter, which keeps the record of what was written.
#ifndef WW_DATASET_DATASET_H
#define WW_DATASET_DATASET_H
#include "base/error.h"
#include "store/store.h"

typedef struct ww_export_options {
    const char *dir; // the output folder (holds whoswho.db)
    // done of total files; non-zero cancels. May be NULL.
    int (*progress)(void *user, int64_t done, int64_t total);
    void *user;
} ww_export_options;

typedef struct ww_export_counts {
    int64_t people, portraits, unsorted, frames, files_written, files_kept, files_removed;
} ww_export_counts;

// Writes everything DESIGN's "On disk" shows except whoswho.db itself. Files that hold the right bytes are left alone, files of an earlier export
// that are no longer part of the data set are removed (only if they still hold what was written), everything else in the folder is the user's and is never
// touched. Killed half-way, the next call completes it.
ww_status ww_export(ww_store *store, const ww_export_options *options, ww_export_counts *counts, ww_error *err);

#endif
