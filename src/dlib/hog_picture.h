// SPDX-License-Identifier: MIT
// Pictures of planes, as the gradient detector looks at them, and their features.
#ifndef WW_DLIB_HOG_PICTURE_H
#define WW_DLIB_HOG_PICTURE_H
#include "dlib/hog_kernels.h"

typedef struct ww_hog_picture {
    int width, height, planes; // 1 or 3
    ptrdiff_t stride;          // > width + WW_HOG_SLACK
    uint8_t *plane[3];
    uint8_t *memory; // grows, never shrinks
    size_t capacity;
} ww_hog_picture;

void ww_hog_picture_free(ww_hog_picture *p);

// --- hog_pyramid.c
// LUMA or RGB, planes apart.
ww_status ww_hog_picture_take(const ww_hog_kernels *kernels, const ww_image *image, ww_hog_picture *out, ww_error *err);
// dlib's resize_image() with bilinear interpolation: corner pixels lie on corner pixels. Three planes are cut off to
// whole levels and one is rounded, but for the last columns of a row, as there.
ww_status ww_hog_picture_scale(const ww_hog_kernels *kernels, const ww_hog_picture *in, int width, int height,
                               ww_hog_picture *out, ww_error *err);

// --- hog_features.c
typedef struct ww_hog_work { // memory for one picture's features; zeroed before the first use
    float *memory;
    size_t capacity;
    float *map_memory;
    size_t map_capacity;
} ww_hog_work;

void ww_hog_work_free(ww_hog_work *work);

// The features of `picture`, with a margin of zeroes for a window of width x height cells; map->rows is 0 where the
// picture is too small to have any. The map lives in `work` until the next call.
ww_status ww_hog_features(const ww_hog_kernels *kernels, const ww_hog_picture *picture, int width, int height,
                          ww_hog_work *work, ww_hog_map *map, ww_error *err);

#endif
