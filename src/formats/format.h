// SPDX-License-Identifier: MIT
// The formats of data sets: one file each behind this one interface. docs/how-to-add-an-export-format.md tells how to
// write one.
#ifndef WW_FORMATS_FORMAT_H
#define WW_FORMATS_FORMAT_H
#include "formats/dataset.h"
#include "formats/dataset_out.h"

typedef struct ww_export_format {
    const char *name;        // as --to takes it; also the folder it goes to where several are written
    const char *description; // one line for people
    bool has_person_folders; // see ww_dataset_class_has_folder
    // Whether the sides of the split are nothing to its reader, and every face is shown: for people, not for trainers.
    bool whole;
    // Whether it shows faces of nobody too, so that it is worth writing where nobody is a class yet.
    bool needs_no_people;
    // Puts the files of the set, in any order.
    ww_status (*write)(const ww_dataset *set, ww_dataset_out *out, ww_error *err);
} ww_export_format;

extern const ww_export_format ww_format_yolo, ww_format_imagefolder, ww_format_chips, ww_format_coco,
    ww_format_embeddings, ww_format_cvat, ww_format_labelstudio, ww_format_timeline, ww_format_xmp, ww_format_article;

// The formats, from 0; NULL after the last.
const ww_export_format *ww_format_at(size_t index);
// NULL: there is none of this name (the first `length` bytes).
const ww_export_format *ww_format_named(const char *name, size_t length);

#endif
