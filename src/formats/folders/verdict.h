// SPDX-License-Identifier: MIT
// What is to become of one file of the export: whether it is there, is what is wanted, and whose it is.
//
// A file of which the size and the ctime are those on record is what was written, and is not read to tell that it is
// right. Before anything is replaced or removed, the file is read: only content that is on record is ours.
// Private to formats/folders/.
#ifndef WW_FORMATS_FOLDERS_VERDICT_H
#define WW_FORMATS_FOLDERS_VERDICT_H
#include "base/folder.h"
#include "formats/folders/records.h"

typedef enum ww_verdict {
    WW_VERDICT_CREATE, // nothing is there
    WW_VERDICT_REPLACE,
    WW_VERDICT_KEEP,  // it is what is wanted
    WW_VERDICT_LEAVE, // it is the user's
} ww_verdict;

typedef struct ww_files { // borrowed, but for the place
    const ww_records *records;
    ww_folder *folder;
    ww_folder_place place; // of the file looked at last
} ww_files;

typedef struct ww_judgement {
    ww_verdict verdict;
    size_t recorded;         // hashes on record for the path
    const ww_record *record; // the one of what is there, if it is the only one; else NULL
    int64_t changed_ns;      // ctime of what is there
} ww_judgement;

// `path` is to hold these bytes, whose XXH64 is `hash`.
ww_status ww_judge(ww_files *files, const char *path, const void *data, size_t bytes, uint64_t hash,
                   ww_judgement *judgement, ww_error *err);
// `path` is to hold what was made from `key`: WW_VERDICT_KEEP if it does; else anything.
ww_status ww_judge_made(ww_files *files, const char *path, uint64_t key, ww_judgement *judgement, ww_error *err);
// *ours: the content of the file is on record.
ww_status ww_is_ours(ww_files *files, const char *path, bool *ours, ww_error *err);

// Whether the record says all that is known of a file that is kept.
static inline bool ww_record_is_current(const ww_judgement *j, uint64_t key)
{
    return j->record && j->record->key == key && j->record->changed_ns == j->changed_ns;
}

#endif
