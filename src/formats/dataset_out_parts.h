// SPDX-License-Identifier: MIT
// What dataset_out_open.c (finding out what is there) and dataset_out_write.c (writing) share. Private to them.
#ifndef WW_FORMATS_DATASET_OUT_PARTS_H
#define WW_FORMATS_DATASET_OUT_PARTS_H
#include "formats/dataset_out.h"
#include "library/dataset_records.h"

typedef struct ww_dataset_pending { // a file that is to be written
    uint8_t *data;                  // owned
    size_t bytes;
    bool is_new;      // nothing may be there when it is written
    size_t index;     // of its record in `now`
    const char *path; // of the record beside it in `intents`
} ww_dataset_pending;

struct ww_dataset_out {
    ww_folder *folder;
    ww_folder_place place; // in `folder`: where was looked or written last
    bool is_new;           // made by this export: nothing is there but what it writes
    char *dir;             // the final name
    char *work;            // the name until the end; NULL: the set is there already
    char *prefix;
    ww_library *library;
    double share;
    char temporary[WW_FOLDER_TEMPORARY_BYTES];
    ww_file_records known; // what may be there, sorted
    ww_file_records now;   // what this export wants there
    WW_VECTOR(ww_dataset_pending) batch;
    ww_file_records intents; // beside `batch`
    size_t batch_bytes;
    int intents_written; // number of the last RECORD.N
    ww_dataset_out_counts counts;
};

// Name of a record of intents, from 1; the caller's (free).
char *ww_dataset_intents_path(int number);
// WW_ERR_ARGUMENT: the folder `dir` holds what is not ours.
ww_status ww_dataset_not_ours(const char *dir, ww_error *err);
// `records` may be NULL: none yet.
ww_status ww_dataset_write_manifest(ww_dataset_out *out, const ww_file_records *records, ww_error *err);

#endif
