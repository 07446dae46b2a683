// SPDX-License-Identifier: MIT
// Pictures of known people: looked at once, kept in the store by content.
#ifndef WW_IDENTIFY_KNOWN_H
#define WW_IDENTIFY_KNOWN_H
#include "base/vector.h"
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

// Fills name and picture from the folders in `dir`.
ww_status ww_known_read_pictures(ww_known *known, const char *dir, ww_error *err);
void ww_known_free(ww_known *known);

// ww_library_known.
ww_status ww_recognise_known(ww_library *library, const ww_models *models, const char *dir,
                             int (*on_line)(void *user, const char *line), void *user, ww_known_result *result,
                             ww_error *err);

#endif
