// SPDX-License-Identifier: MIT
// Faces added by hand: each is a decision, and holds like others when its footage is scanned anew.
#ifndef WW_IDENTIFY_ADD_FACE_H
#define WW_IDENTIFY_ADD_FACE_H
#include "identify/drawn_faces.h"
#include "library/library.h"
#include "models/loaded.h"

// ww_library_add_face.
ww_status ww_add_face(ww_library *library, const ww_models *models, const ww_new_face *face, ww_added_face *result,
                      ww_error *err);

// Adds those of `drawn` in which the detector sees a face, each as a decision of *batch (0: it begins one). Their boxes
// come to lie on the grid of the journal. One transaction. *added: how many.
ww_status ww_add_seen_faces(ww_library *library, const ww_models *models, ww_drawn_face *drawn, size_t count,
                            int64_t *batch, int64_t *added, ww_error *err);

// After a scan: faces that were added and are not in the library any more, because their footage was scanned with other
// options, are added again where the scan kept their frames and found nothing there. The others wait, which is logged.
ww_status ww_restore_added_faces(ww_library *library, const ww_models *models, ww_error *err);

#endif
