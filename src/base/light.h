// SPDX-License-Identifier: MIT
// How a face is lit, as image/ measures it on aligned chips and the store keeps it.
#ifndef WW_BASE_LIGHT_H
#define WW_BASE_LIGHT_H

typedef struct ww_light {
    float mean;     // luma of the face, 0 (black) to 1
    float contrast; // standard deviation of its luma, likewise
    // From where the light comes: the luma of one half of the face less that of the other, by their sum; -1..1.
    // Positive: from image right, and from below.
    float from_right, from_below;
} ww_light;

enum { WW_LIGHT_VALUES = 4 };

#endif
