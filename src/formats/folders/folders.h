// SPDX-License-Identifier: MIT
// Writers: the store becomes the folders, labels, montages, table and page that people use. One file a format behind
// one interface: a writer gets the store and the output folder and emits files through a ww_exporter, which keeps the
// record of what was written.
#ifndef WW_FORMATS_FOLDERS_FOLDERS_H
#define WW_FORMATS_FOLDERS_FOLDERS_H
#include "base/error.h"
#include "base/log.h"
#include "store/store.h"

typedef struct ww_folders_options {
    const char *dir; // the output folder (holds whoswho.db)
    // done of total files; non-zero cancels. Asked in between, too, with the same `done`. May be NULL.
    int (*progress)(void *user, int64_t done, int64_t total);
    void *user;
    const ww_log *log; // told what was left to the user, by name; may be NULL
    // ids of faces, ascending, that are not to be written; their rows stay in faces.csv. May be NULL
    const int64_t *hidden;
    size_t hidden_count;
    bool csv_safe; // see WW_SETTING_CSV_SAFE
} ww_folders_options;

typedef struct ww_folders_counts {
    int64_t people;    // with at least one face
    int64_t portraits; // all of them, the unassigned included; not those of ignored people
    int64_t unassigned;
    int64_t frames;
    int64_t files_written; // new or changed
    int64_t files_kept;    // held the right bytes already
    int64_t files_removed; // of an earlier export, no longer true
    int64_t files_left;    // the user's: made or changed since the last export, and therefore not touched
} ww_folders_counts;

// Writes everything that docs/architecture.md shows under "On disk" except whoswho.db itself, and data.yaml with the
// classes of the YOLO labels. Files that hold the right bytes are left alone; files of an earlier export that are no
// longer part of the data set are removed, and folders that this empties. A file that a person put there or changed is
// never touched: of faces.csv, data.yaml and index.html ours is then written as whoswho-faces.csv and so on; of the
// others it is not written. Killed half-way, the next call completes it, also when the people have changed in between.
// Two exports of one library give the same tree, byte for byte.
//
// The store must not be in a transaction. Memory: some 200 bytes a face and 8 MiB, whatever the size of the pictures.
// *counts is set on failure too.
ww_status ww_folders_write(ww_store *store, const ww_folders_options *options, ww_folders_counts *counts,
                           ww_error *err);

#endif
