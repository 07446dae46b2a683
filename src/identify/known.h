// SPDX-License-Identifier: MIT
// Pictures of known people: looked at once, kept in the store by content.
#ifndef WW_IDENTIFY_KNOWN_H
#define WW_IDENTIFY_KNOWN_H
#include "base/vector.h"
#include "decisions/people_view.h"
#include "library/library.h"
#include "library/notify.h"
#include "models/loaded.h"

// The other face of a picture is too large for it to be clear who is meant: from this share of the largest one's area.
#define WW_KNOWN_RIVAL_SHARE 0.7

typedef struct ww_known_picture {
    size_t name;   // index
    float *vector; // owned; dim values
} ww_known_picture;

typedef struct ww_known {
    ww_library *library;
    const ww_models *models;
    ww_listener listener;
    ww_known_result *result;
    WW_VECTOR(char *) name; // owned; sorted
    WW_VECTOR(ww_known_picture) picture;
} ww_known;

typedef struct ww_known_vote {
    size_t person, name; // of a face: whose it is, and whom it resembles; indexes
    double distance;     // to the nearest picture of that name
} ww_known_vote;

// The known picture nearest to a face. *rival (may be NULL): the distance of the nearest one of another name.
ww_known_vote ww_known_nearest(const ww_known *known, const float *vector, int dim, double *rival);

// WW_ERR_ARGUMENT, WW_ERR_IO: `dir` is no folder that could hold known people.
ww_status ww_known_check(const char *dir, ww_error *err);
// Fills name and picture from `dir`: a folder a name, and pictures called NAME.jpg, NAME 2.jpg, NAME_3.jpg. Of a folder
// with a library only people with names count.
ww_status ww_known_read_pictures(ww_known *known, const char *dir, ww_error *err);
// Names the faces of nobody that show a known person. given: for each person of the view the name it got just now, an
// index, or -1. Inside the caller's transaction.
ww_status ww_known_name_faces(ww_known *known, ww_people_view *view, const int *given, double eps, int64_t *batch,
                              ww_error *err);
void ww_known_free(ww_known *known);

// ww_library_known.
ww_status ww_recognise_known(ww_library *library, const ww_models *models, const char *dir,
                             int (*on_line)(void *user, const char *line), void *user, ww_known_result *result,
                             ww_error *err);

#endif
