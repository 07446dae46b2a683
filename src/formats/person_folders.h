// SPDX-License-Identifier: MIT
// What the formats with one folder per person have in common: SIDE/PERSON/NAME.jpg, and metadata.jsonl on each side.
#ifndef WW_FORMATS_PERSON_FOLDERS_H
#define WW_FORMATS_PERSON_FOLDERS_H
#include "formats/format.h"
#include "formats/pictures.h"
#include "image/image.h"

// How the picture of a face is made, beside what ww_put_person_folders does for all: it encodes the picture as the
// options say, and makes none that is there already.
typedef struct ww_face_maker {
    // The picture, ww_image_free'd by the caller. `cache` is that of the face's frame. Called by several threads at
    // once.
    ww_status (*make)(const ww_dataset *set, size_t face, ww_frame_cache *cache, ww_image *image, ww_error *err);
    // The bytes of the picture as a file of that format, where the library keeps them: the caller's (free). NULL, or
    // WW_ERR_NOT_FOUND: it does not. Called by several threads at once.
    ww_status (*stored)(const ww_dataset *set, size_t face, const ww_picture_format *format, uint8_t **data,
                        size_t *bytes, ww_error *err);
    // Adds members to the face's line of metadata, each with a comma before it. NULL: there are none.
    void (*describe)(const ww_dataset *set, size_t face, ww_buffer *metadata);
    // What `make` reads of the options, as a number that differs where the picture would.
    uint64_t (*options_key)(const ww_dataset_options *options);
    // Where the options name none.
    ww_picture picture_format;
    int quality;
} ww_face_maker;

// Puts the faces of all classes that have a folder.
ww_status ww_put_person_folders(const ww_dataset *set, const ww_face_maker *maker, ww_dataset_out *out, ww_error *err);

#endif
