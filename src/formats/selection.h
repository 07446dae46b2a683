// SPDX-License-Identifier: MIT
// Which faces of a person stand for him or her: the good ones first, and then those that differ from what is there.
//
// How far two faces are apart is measured by their embeddings and by the pose that the landmarks show: the square
// root of (distance of the embeddings)^2 + (yaw - yaw)^2 + (pitch - pitch)^2 + (light - light)^2, where yaw and pitch
// are where the nose lies between the eyes and between eyes and mouth, in shares of their distances (ww_face_pose),
// and light is the four values of base/light.h. A turn from the front to half profile counts as much as two photos of
// one person, and so does light that comes from the other side. Light that is not known (footage scanned by an older
// version) does not count.
#ifndef WW_FORMATS_SELECTION_H
#define WW_FORMATS_SELECTION_H
#include "library/catalog.h"

typedef struct ww_selection {
    int best;      // at most so many faces; 0: no bound
    int per_track; // of one track at most so many; 0: no bound
    double apart;  // distance of embeddings that any two keep; 0: none
} ww_selection;

static inline bool ww_selection_any(const ww_selection *s) { return s->best > 0 || s->per_track > 0 || s->apart > 0; }

typedef struct ww_face_pose_values {
    double yaw;   // nose beside the middle of the eyes, in eye distances; 0: from the front
    double pitch; // nose below the eyes, as a share of the way to the mouth
} ww_face_pose_values;

// Both 0 where the landmarks show none.
ww_face_pose_values ww_face_pose(const ww_catalog_face *face);

// face[0 .. count-1]: faces of one person, in rising order. Puts those that are chosen to the front of `face`, the best
// first, and then each the one that differs most from those before, weighed by quality; their number goes to *kept.
// First each track is thinned to per_track, then what is nearer than `apart` to a better one goes, then the rest is
// ordered and cut at `best`. The catalog has its vectors, and its light if that is to count.
ww_status ww_select_faces(const ww_catalog *catalog, const ww_selection *selection, size_t *face, size_t count,
                          size_t *kept, ww_error *err);

#endif
