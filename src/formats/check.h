// SPDX-License-Identifier: MIT
// Data sets read back: what a trainer would stumble over is told, a line a finding. Whoever wrote the set: the layout
// is recognised by its files.
#ifndef WW_FORMATS_CHECK_H
#define WW_FORMATS_CHECK_H
#include "base/folder.h"
#include "base/vector.h"

typedef struct ww_checked_picture {
    uint64_t hash;
    int side;   // ww_side
    char *path; // owned
} ww_checked_picture;

typedef struct ww_checker {
    ww_folder *folder;
    const char *prefix; // of the format at hand: "" or "yolo/"
    int (*on_finding)(void *user, const char *line);
    void *user;
    bool stopped; // it returned something else than 0
    ww_dataset_check_result *result;
    WW_VECTOR(ww_checked_picture) pictures; // of the format at hand
} ww_checker;

// ww_dataset_check; *result is never NULL.
ww_status ww_check_dataset(const char *dir, int (*on_finding)(void *user, const char *line), void *user,
                           ww_dataset_check_result *result, ww_error *err);

// --- for the formats. Paths are relative to the format's folder.
void ww_check_found(ww_checker *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
// Something that is worth knowing, but no fault.
void ww_check_note(ww_checker *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
ww_status ww_check_exists(ww_checker *c, const char *path, ww_entry_kind kind, bool *there, ww_error *err);
// Names in a folder, none where there is no such folder. Free with ww_folder_names_free.
ww_status ww_check_list(ww_checker *c, const char *path, char ***names, size_t *count, ww_error *err);
// Reads and decodes the picture and remembers its content; a picture that cannot be read is a finding.
ww_status ww_check_picture(ww_checker *c, const char *path, int side, ww_error *err);

// --- the formats: each looks whether it is there (*found), and at what there is of it.
typedef ww_status ww_format_check(ww_checker *c, bool *found, ww_error *err);
ww_format_check ww_check_coco;    // check_coco.c
ww_format_check ww_check_yolo;    // check_yolo.c
ww_format_check ww_check_folders; // check_folders.c: imagefolder and chips

#endif
