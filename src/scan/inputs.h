// SPDX-License-Identifier: MIT
// What the user named becomes a list of files: folders are searched through, in order of name, for photos and videos; hidden
// files, and folders that hold a whoswho.db (this program's own output), are passed over. Links to folders are not followed.
#ifndef WW_SCAN_INPUTS_H
#define WW_SCAN_INPUTS_H
#include "base/error.h"
#include "base/log.h"
#include "base/vector.h"
#include <stdbool.h>
#include <stdint.h>

#define WW_FOLDER_DEPTH_MAX 32

typedef struct ww_input {
    char *path;
    int64_t bytes; // size of the file; 0 when it cannot be had
    bool photo;    // begins like a photo (JPEG, PNG, WebP, GIF, BMP, TIFF)
} ww_input;

typedef WW_VECTOR(ww_input) ww_inputs;

// A named file is listed even if it does not exist (the scan reports it); a folder that cannot be read is logged and counted in
// *unreadable. Whatever is returned, `inputs` is to be freed.
ww_status ww_inputs_collect(const char *const *named, size_t count, const ww_log *log, ww_inputs *inputs, int64_t *unreadable,
                            ww_error *err);
void ww_inputs_free(ww_inputs *inputs);

#endif
