// SPDX-License-Identifier: MIT
// A decision while it is taken down. Private to decisions/.
#ifndef WW_DECISIONS_TAKING_H
#define WW_DECISIONS_TAKING_H
#include "base/buffer.h"
#include "decisions/people_view.h"
#include "library/export_manifest.h"

typedef struct ww_taking {
    ww_people_view *view;
    ww_export_manifest manifest; // read when portraits are named by their paths
    bool manifest_read;
    const ww_decision *decision;
    int64_t batch;
    int64_t faces;
    ww_buffer words; // of all entries
} ww_taking;

// Appends the entry, keeps its words and empties it.
ww_status ww_taking_finish(ww_taking *t, ww_entry *entry, ww_status status, ww_error *err);
// The face of the portrait at this path.
ww_status ww_taking_portrait(ww_taking *t, const char *path, size_t *face, ww_error *err);

// --- decide_faces.c: decisions that speak of faces, by portraits or by ids
bool ww_speaks_of_faces(const ww_decision *decision);
ww_status ww_take_faces(ww_taking *t, ww_error *err);

#endif
