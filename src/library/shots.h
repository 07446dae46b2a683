// SPDX-License-Identifier: MIT
// The shots of frames: those that the scan found, or where it kept none (footage scanned before it did, or without
// tracking), as the stored frames tell: frames that follow one another in a source are of one shot if a face was
// tracked from one to the other, or if their views are alike.
#ifndef WW_LIBRARY_SHOTS_H
#define WW_LIBRARY_SHOTS_H
#include "library/catalog.h"

// *shot: of each frame, 1, 2, ... within its source; 0 for photos, and for a frame of none. The caller's (free).
ww_status ww_catalog_shots(const ww_catalog *catalog, uint32_t **shot, ww_error *err);

#endif
