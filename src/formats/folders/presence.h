// SPDX-License-Identifier: MIT
// When a person is on screen: the faces of one person on one source, and the stretches of time they make. The page
// draws them, and the format `timeline` writes them.
#ifndef WW_FORMATS_FOLDERS_PRESENCE_H
#define WW_FORMATS_FOLDERS_PRESENCE_H
#include "library/catalog.h"

typedef struct ww_presence {
    int source;         // index
    const size_t *face; // indexes of the person's faces on it, in order of time
    size_t face_count;
    int64_t first_us, last_us; // presentation times of the first and the last
} ww_presence;

// The next source on which the person is seen, beginning with the person's face number *at (0 at first); false at the
// end. Advances *at.
bool ww_presence_next(const ww_catalog *catalog, const ww_catalog_person *person, size_t *at, ww_presence *presence);

typedef struct ww_stretch {
    int64_t start_us, end_us;
} ww_stretch;

// The next stretch of an appearance, beginning with its face *at. A face counts until the next sample; a single missed
// sample does not end a stretch, for a blink or a turned head is not an exit.
bool ww_stretch_next(const ww_catalog *catalog, const ww_presence *presence, size_t *at, ww_stretch *stretch);
// How long the person is on screen there: all its stretches.
int64_t ww_presence_on_screen_us(const ww_catalog *catalog, const ww_presence *presence);

#endif
