// SPDX-License-Identifier: MIT
// What the formats with one folder per person have in common: SIDE/PERSON/NAME.jpg, and metadata.jsonl on each side.
#ifndef WW_FORMATS_PERSON_FOLDERS_H
#define WW_FORMATS_PERSON_FOLDERS_H
#include "formats/format.h"

// Makes the picture of a face, *jpeg (the caller's, free), and adds members of its own to its line of metadata, each
// with a comma before it.
typedef ww_status ww_face_maker(const ww_dataset *set, size_t face, uint8_t **jpeg, size_t *bytes, ww_buffer *metadata,
                                ww_error *err);

// Puts the faces of all classes that are on every side.
ww_status ww_put_person_folders(const ww_dataset *set, ww_face_maker *make, ww_dataset_out *out, ww_error *err);

#endif
