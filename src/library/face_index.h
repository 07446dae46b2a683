// SPDX-License-Identifier: MIT
// Faces by where and when they are, so that a key written earlier finds its face again.
#ifndef WW_LIBRARY_FACE_INDEX_H
#define WW_LIBRARY_FACE_INDEX_H
#include "base/error.h"
#include "library/face_key.h"
#include <stddef.h>

#define WW_KEY_OVERLAP_MIN 0.5 // intersection over union from which two boxes at one time are one face

typedef struct ww_face_index_entry {
    const ww_face_key *key; // borrowed
    uint32_t index;
} ww_face_index_entry;

typedef struct ww_face_index {
    ww_face_index_entry *sorted; // by source, time, index
    size_t count;
} ww_face_index;

// `keys` must outlive the index.
ww_status ww_face_index_make(const ww_face_key *keys, size_t count, ww_face_index *index, ww_error *err);
void ww_face_index_free(ww_face_index *index);

// The face a key speaks of: of those at its very moment the one whose box overlaps most, by half at least. When there
// is none, as after a scan that kept other frames, the nearest in time within the same second (whose frames are all of
// one shot). Its index, or `index->count`.
uint32_t ww_face_index_find(const ww_face_index *index, const ww_face_key *key);

double ww_key_overlap(const ww_face_key *a, const ww_face_key *b); // intersection over union, wherever and whenever
int ww_face_index_order(const void *a, const void *b);             // for qsort: by source, time, index

#endif
