// SPDX-License-Identifier: MIT
// Faces added by hand: each is a decision, and holds like others when its footage is scanned anew.
#ifndef WW_IDENTIFY_ADD_FACE_H
#define WW_IDENTIFY_ADD_FACE_H
#include "library/library.h"
#include "models/loaded.h"

// ww_library_add_face.
ww_status ww_add_face(ww_library *library, const ww_models *models, const ww_new_face *face, ww_added_face *result,
                      ww_error *err);

// After a scan: faces that were added and are not in the library any more, because their footage was scanned with other
// options, are added again where the scan kept their frames and found nothing there. The others wait, which is logged.
ww_status ww_restore_added_faces(ww_library *library, const ww_models *models, ww_error *err);

#endif
