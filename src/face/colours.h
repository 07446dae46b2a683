// SPDX-License-Identifier: MIT
// Colours beside a face: a histogram of the clothes below it and one of the hair above. Within a scene they tell people
// apart where faces are too small or turned away; across scenes they say nothing, for people change their clothes.
#ifndef WW_FACE_COLOURS_H
#define WW_FACE_COLOURS_H
#include "face/detect.h"

enum {
    WW_COLOUR_LUMA_BINS = 6,
    WW_COLOUR_CHROMA_BINS = 8,
    WW_COLOUR_BINS = WW_COLOUR_LUMA_BINS * WW_COLOUR_CHROMA_BINS * WW_COLOUR_CHROMA_BINS
};

typedef struct ww_colours {
    bool has_torso, has_hair; // enough of the region lies in the picture
    // square roots of the bins' shares of the region, 255 for all of it
    uint8_t torso[WW_COLOUR_BINS], hair[WW_COLOUR_BINS];
} ww_colours;

// `face` in pixels of the image. Of RGB and of luma pictures: neither.
void ww_colours_find(const ww_image *image, const ww_detection *face, ww_colours *colours);

#endif
