// SPDX-License-Identifier: MIT
// What the user named becomes a list of files: folders are searched through, in order of name, for photos and videos;
// hidden files, and folders that hold a whoswho.db (this program's own output), are passed over. Links to folders are
// not followed.
#ifndef WW_SCAN_SOURCE_LIST_H
#define WW_SCAN_SOURCE_LIST_H
#include "base/error.h"
#include "base/log.h"
#include "base/vector.h"
#include <stdbool.h>
#include <stdint.h>

#define WW_FOLDER_DEPTH_MAX 32

typedef struct ww_source_file {
    char *path;
    int64_t bytes; // size of the file; 0 when it cannot be had
    bool photo;    // begins like a photo (JPEG, PNG, WebP, GIF, BMP, TIFF)
} ww_source_file;

typedef WW_VECTOR(ww_source_file) ww_source_list;

// A named file is listed even if it does not exist (the scan reports it); a folder that cannot be read is logged and
// counted in *unreadable. Whatever is returned, `inputs` is to be freed.
ww_status ww_source_list_collect(const char *const *named, size_t count, const ww_log *log, ww_source_list *inputs,
                                 int64_t *unreadable, ww_error *err);
void ww_source_list_free(ww_source_list *inputs);

#endif
