// SPDX-License-Identifier: MIT
// The record of a data set's files, which lies in the set's folder: paths with the hashes of what was written there. As
// text, after a first line, one file a line: hash (16 hex digits), key (16 hex digits), bytes, time of the last change
// in nanoseconds (0: not known yet), path; a space between them. formats/dataset_out_write.c writes it; a scan
// goes by it to tell our pictures from footage.
#ifndef WW_LIBRARY_DATASET_RECORDS_H
#define WW_LIBRARY_DATASET_RECORDS_H
#include "base/buffer.h"
#include "base/folder.h"
#include "base/vector.h"

#define WW_DATASET_MANIFEST ".whoswho-dataset" // the record's name
#define WW_DATASET_MANIFEST_HEAD "whoswho data set 2\n"
// While an existing set is brought up to date, what is about to be written is on record in WW_DATASET_MANIFEST.1, .2
// and so on.
#define WW_DATASET_FIRST_INTENTS WW_DATASET_MANIFEST ".1"

typedef struct ww_file_record {
    char *path; // owned
    uint64_t hash;
    uint64_t key; // of all that its bytes are made from, see formats/dataset_out.h; 0: none
    uint64_t bytes;
    int64_t changed_ns; // ctime when it was written; 0: not known yet
} ww_file_record;

typedef WW_VECTOR(ww_file_record) ww_file_records;

// Whether what was looked at is certainly what was written, without reading it: a file of that size and ctime.
static inline bool ww_file_record_is_untouched(const ww_file_record *record, const ww_entry_info *info)
{
    return info->kind == WW_ENTRY_FILE && info->bytes == record->bytes && record->changed_ns != 0
           && record->changed_ns == ww_entry_changed_ns(info);
}

// Adds a copy of the record, with a path of its own.
ww_status ww_file_records_add(ww_file_records *records, const ww_file_record *record, ww_error *err);
void ww_file_records_free(ww_file_records *records);
// By path and hash; needed before looking.
void ww_file_records_sort(ww_file_records *records);
// The first record of `path`; `count` gets how many hashes it has.
size_t ww_file_records_find(const ww_file_records *records, const char *path, size_t *count);
bool ww_file_records_has(const ww_file_records *records, const char *path, uint64_t hash);
void ww_file_records_write(const ww_file_records *records, ww_buffer *text);
// Reads one line; record->path points into it. False: it tells of no file inside the folder.
bool ww_file_record_read(char *line, ww_file_record *record);
// Appends what stands in the file `path` of the folder, whose first line must be `head`. WW_ERR_FORMAT: it is no such
// record.
ww_status ww_file_records_read(ww_file_records *records, ww_folder *folder, const char *path, const char *head,
                               ww_error *err);

#endif
