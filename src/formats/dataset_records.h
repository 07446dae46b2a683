// SPDX-License-Identifier: MIT
// The record of a data set's files: paths with the hashes of what was written there. As text, one file a line: hash (16
// hex digits), key (16 hex digits), bytes, time of the last change in nanoseconds (0: not known yet), path; a space
// between them.
#ifndef WW_FORMATS_DATASET_RECORDS_H
#define WW_FORMATS_DATASET_RECORDS_H
#include "base/buffer.h"
#include "base/folder.h"
#include "base/vector.h"

typedef struct ww_file_record {
    char *path; // owned
    uint64_t hash;
    uint64_t key; // of all that its bytes are made from, see ww_dataset_out_keep; 0: none
    uint64_t bytes;
    int64_t changed_ns; // ctime when it was written; 0: not known yet
} ww_file_record;

typedef WW_VECTOR(ww_file_record) ww_file_records;

// Adds a copy of the record, with a path of its own.
ww_status ww_file_records_add(ww_file_records *records, const ww_file_record *record, ww_error *err);
void ww_file_records_free(ww_file_records *records);
// By path and hash; needed before looking.
void ww_file_records_sort(ww_file_records *records);
// The first record of `path`; `count` gets how many hashes it has.
size_t ww_file_records_find(const ww_file_records *records, const char *path, size_t *count);
bool ww_file_records_has(const ww_file_records *records, const char *path, uint64_t hash);
void ww_file_records_write(const ww_file_records *records, size_t from, ww_buffer *text);
// Appends what stands in the file `path` of the folder, whose first line must be `head`. WW_ERR_FORMAT: it is no such
// record.
ww_status ww_file_records_read(ww_file_records *records, ww_folder *folder, const char *path, const char *head,
                               ww_error *err);

#endif
