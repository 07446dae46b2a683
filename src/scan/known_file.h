// SPDX-License-Identifier: MIT
// Files that were hashed before: what their content is, by what the file system says of them, without reading them.
//
// A file is taken for what it was when path, size, inode, times of change (mtime and ctime) are as they were, and those
// times lie two seconds before the time at which it was hashed: file systems tell times apart by up to two seconds
// (FAT), and a change within the same two would not show ("racy" in Git's words). Where drives on a network give other
// inodes each time, the files are hashed again.
#ifndef WW_SCAN_KNOWN_FILE_H
#define WW_SCAN_KNOWN_FILE_H
#include "store/store.h"
#include <stdbool.h>
#include <stdint.h>

typedef struct ww_source_file {
    char *path;    // as named, or the named folder's and what lies below
    char *file;    // the same from the root
    int64_t bytes; // size of the file; 0 when it cannot be had
    bool photo;    // begins like a photo (JPEG, PNG, WebP, GIF, BMP, TIFF)
    ww_file_stamp stamp;
    bool known;       // it is as it was when it was hashed last
    uint64_t content; // XXH64 of it, if it is known or was hashed since
    int tracks;       // that it has beside the main one, the same
    int64_t hashed_ns;
} ww_source_file;

// Fills `input`'s stamp, and its content if that is known; `store` may be NULL. What cannot be looked at has no stamp.
ww_status ww_known_file_look(ww_store *store, ww_source_file *input, ww_error *err);
// Puts on record what the content is that was hashed at `hashed_ns`, after the stamp was taken.
ww_status ww_known_file_record(ww_store *store, const ww_source_file *input, ww_error *err);
int64_t ww_known_file_now_ns(void);

#endif
