// SPDX-License-Identifier: MIT
// Faces that somebody drew a box around and the scan did not find: looked for once more where the box is, and added to
// the library as a scan would.
#ifndef WW_IDENTIFY_DRAWN_FACES_H
#define WW_IDENTIFY_DRAWN_FACES_H
#include "base/box.h"
#include "library/library.h"
#include "models/loaded.h"

typedef struct ww_drawn_face {
    int64_t frame, source; // ids
    int64_t file_us;       // its time on the clock of the file
    int width, height;     // of the upright source frame
    int faces;             // that the frame has already
    ww_box box;            // pixels of the source frame
    bool sure;             // it is added also where the detector sees nothing of it: its landmarks are guessed then
    int64_t id;            // of the new face; 0: none was added
    double quality;        // of the new face
} ww_drawn_face;

// Adds those in whose box the detector sees something of a face, if it is asked for less than usual: its landmarks are
// needed to compare faces. Looks at the frame in the footage itself where that can be had. The box is the drawn one.
// *added: how many. None where the library was made with another embedder. Inside the caller's transaction.
ww_status ww_add_drawn_faces(ww_library *library, const ww_models *models, ww_drawn_face *drawn, size_t count,
                             int64_t *added, ww_error *err);

#endif
