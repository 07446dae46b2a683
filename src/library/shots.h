// SPDX-License-Identifier: MIT
// Shots, as the stored frames tell: frames that follow one another in a source are of one shot if a face was tracked
// from one to the other, or if their views are alike.
#ifndef WW_LIBRARY_SHOTS_H
#define WW_LIBRARY_SHOTS_H
#include "library/catalog.h"

// *shot: of each frame, 1, 2, ... within its source; 0 for photos. The caller's (free).
ww_status ww_catalog_shots(const ww_catalog *catalog, uint32_t **shot, ww_error *err);

#endif
