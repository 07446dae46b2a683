// SPDX-License-Identifier: MIT
// A sync at work. Private to sync*.c.
#ifndef WW_FORMATS_FOLDERS_SYNC_H
#define WW_FORMATS_FOLDERS_SYNC_H
#include "formats/folders/folder_diff.h"
#include "decisions/decide.h"
#include "library/notify.h"

typedef struct ww_sync {
    ww_people_view view;
    ww_export_manifest manifest;
    ww_folder_diff diff;
    // of each folder: whose portraits were written into it, or who it was renamed for; SIZE_MAX: nobody's
    size_t *person;
    bool *single;    // of each face: it went its own way, what became of its folder does not explain where it is
    size_t *by_goal; // the entries of diff.portrait by where they went, then by where they were; sync_portraits.c's
    int64_t batch, decisions;
    ww_listener listener;
} ww_sync;

// Appends the entry if status is WW_OK, says its words, and empties it in any case.
ww_status ww_sync_decide(ww_sync *sync, ww_entry *entry, ww_status status, ww_error *err);

// --- sync_portraits.c: decisions about single portraits.
ww_status ww_sync_portraits(ww_sync *sync, ww_error *err);

// ww_library_sync.
ww_status ww_folders_sync(ww_library *library, int dry_run, int (*on_line)(void *user, const char *line), void *user,
                          ww_sync_result *result, ww_error *err);

#endif
