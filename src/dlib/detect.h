// SPDX-License-Identifier: MIT
// dlib's ways of finding faces and landmarks, behind ww_detect.
#ifndef WW_DLIB_DETECT_H
#define WW_DLIB_DETECT_H
#include "face/detect.h"

typedef struct ww_dlib_looker ww_dlib_looker; // one thread at a time

// For a `spec` of kind WW_MODEL_HOG (`net` is not used) or WW_MODEL_MMOD.
ww_status ww_dlib_looker_open(const ww_net *net, const ww_model_spec *spec, const ww_detect_options *options,
                              ww_dlib_looker **looker, ww_error *err);
void ww_dlib_looker_close(ww_dlib_looker *looker);
// Faces in pixels of `image`, not yet cut to it, without landmarks; best first.
ww_status ww_dlib_look(ww_dlib_looker *looker, const ww_image *image, ww_detections *found, ww_error *err);

// Fills in the landmarks of faces that are not yet cut to the picture: by spec->landmarks, or guessed from the box where there
// are none.
ww_status ww_find_landmarks(const ww_model_spec *spec, const ww_image *image, ww_detections *found, ww_error *err);

#endif
