// SPDX-License-Identifier: MIT
// Faces that somebody drew a box around and the scan did not find: looked for once more where the box is, and added to
// the library as a scan would.
#ifndef WW_IDENTIFY_DRAWN_FACES_H
#define WW_IDENTIFY_DRAWN_FACES_H
#include "base/box.h"
#include "library/library.h"
#include "models/loaded.h"

typedef struct ww_drawn_face {
    int64_t frame;     // id
    int width, height; // of the upright source frame
    int faces;         // that the frame has already
    ww_box box;        // pixels of the source frame
} ww_drawn_face;

// Adds those in whose box the detector sees something of a face, if it is asked for less than usual: its landmarks are
// needed to compare faces. The box is the drawn one. *added: how many. None where the library was made with another
// embedder. One transaction.
ww_status ww_add_drawn_faces(ww_library *library, const ww_models *models, const ww_drawn_face *drawn, size_t count,
                             int64_t *added, ww_error *err);

#endif
