// SPDX-License-Identifier: MIT
// The store's record of exported files, in memory by the hashes of their paths: 48 bytes a file. Two paths with the
// same XXH64 would be mistaken for one another; among a million files that happens once in thirty million libraries,
// and then leaves one stale file behind. Private to folders/.
#ifndef WW_FORMATS_FOLDERS_RECORDS_H
#define WW_FORMATS_FOLDERS_RECORDS_H
#include "base/folder.h"
#include "base/vector.h"
#include "store/store.h"

typedef struct ww_record {
    uint64_t path, content; // XXH64 each
    uint64_t key, bytes;    // as in ww_exported_row
    int64_t changed_ns;
    bool wanted; // by this export
} ww_record;

typedef struct ww_records {
    WW_VECTOR(ww_record) known; // sorted by (path, content)
    WW_VECTOR(uint64_t) added;  // paths of this export that were not on record
    WW_VECTOR(char *) stale;    // paths on record that are not wanted, once looked for
} ww_records;

// Reads the record. WW_ERR_STORE: it names a file outside the output folder.
ww_status ww_records_load(ww_records *r, ww_store *store, ww_error *err);
// Removes what a killed export may have left as `temporary` in the folders on record.
ww_status ww_records_clear_temporary(ww_store *store, ww_folder *folder, const char *temporary, ww_error *err);
void ww_records_free(ww_records *r);

// The first record of the path; *count of them follow one another. NULL: there are none.
const ww_record *ww_records_find(const ww_records *r, const char *path, size_t *count);
bool ww_records_has(const ww_records *r, const char *path, uint64_t content);
size_t ww_records_count(const ww_records *r, const char *path); // hashes recorded for it
ww_status ww_records_want(ww_records *r, const char *path, ww_error *err);
ww_status ww_records_find_stale(ww_records *r, ww_store *store, ww_error *err);

#endif
