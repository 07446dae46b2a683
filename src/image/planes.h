// SPDX-License-Identifier: MIT
// What the pixel formats have in common, for the files of this room: how many planes there are, how large each is.
#ifndef WW_IMAGE_PLANES_H
#define WW_IMAGE_PLANES_H
#include "image/image.h"
#include "image/kernels.h"

static inline int ww_plane_count(ww_pixels pixels)
{
    return pixels == WW_PIXELS_LUMA || pixels == WW_PIXELS_RGB ? 1 : 3;
}

// Bytes a pixel of each plane.
static inline int ww_plane_channels(ww_pixels pixels) { return pixels == WW_PIXELS_RGB ? 3 : 1; }

// Chroma columns (rows) are luma columns (rows) >> shift, rounded up.
static inline int ww_chroma_shift_x(ww_pixels pixels)
{
    return pixels == WW_PIXELS_YUV420 || pixels == WW_PIXELS_YUV422;
}

static inline int ww_chroma_shift_y(ww_pixels pixels) { return pixels == WW_PIXELS_YUV420; }

static inline int ww_shift_up(int size, int shift)
{
    return (size + shift) >> shift; // shift is 0 or 1
}

static inline int ww_clamp(int value, int low, int high) { return value < low ? low : value > high ? high : value; }

// Copies to->width x to->height pixels; `from` is at least as large.
void ww_plane_copy(const ww_plane *from, int channels, ww_plane *to);

// BT.601 luma of an RGB picture, as a new LUMA picture (convert.c).
ww_status ww_luma_of_rgb(const ww_image *image, ww_image *out, ww_error *err);

// From YUV that is not JPEG's to JPEG's, any band of a picture at a time (convert.c).
typedef struct ww_jpeg_mixer {
    ww_yuv_mix mix;
    int16_t *sums; // free
} ww_jpeg_mixer;
ww_status ww_jpeg_mixer_make(const ww_image *image, ww_jpeg_mixer *mixer, ww_error *err);
// `image`, as large as the one the mixer was made for or a band of whole rows of it, into the top of `out`, a 4:2:0
// picture as wide and at least as high.
void ww_jpeg_mix(const ww_jpeg_mixer *mixer, const ww_image *image, ww_image *out);

// Takes the luma plane to full range where it lies, by ww_luma_to_full's table (convert.c).
void ww_luma_plane_to_full(ww_plane *plane, ww_range range);

#endif
