// SPDX-License-Identifier: MIT
// The inner loops of scaling, of cutting chips and of conversion to JPEG's colours, a table for each kind of
// processor; the plain C ones are the oracle of all the others, which give the same bytes: sums of floats go in the
// same order, and nothing is contracted.
#ifndef WW_IMAGE_KERNELS_H
#define WW_IMAGE_KERNELS_H
#include <stddef.h>
#include <stdint.h>

enum { WW_MIX_BITS = 13 }; // of the coefficients of a ww_yuv_mix, up to 4: all products are of two int16_t

// gain * mean + offset, rounded and clipped.
typedef struct ww_finish {
    float gain, offset;
} ww_finish;

// Luma and chroma of JPEG from those of films, with `black` and 128 taken off first.
typedef struct ww_yuv_mix {
    int16_t black, y, y_cb, y_cr, cb_cb, cb_cr, cr_cb, cr_cr;
} ww_yuv_mix;

enum {
    WW_WALK_FRACTION_BITS = 32, // of a source coordinate
    WW_WALK_WEIGHT_BITS = 11,   // of a bilinear weight; 255 << 22 fits an int
};

// A walk along one row of a chip: the source position of the current pixel, in fixed point.
typedef struct ww_walk {
    int64_t x, y, step_x, step_y;
} ww_walk;

typedef struct ww_image_kernels {
    const char *name;
    // sum[i]: of `count` rows; the caller sees to it that they fit.
    void (*sum_rows)(const uint8_t *rows, ptrdiff_t stride, int count, int samples, uint16_t *sum);
    // Of `ratio` neighbours each, per channel.
    void (*reduce_row)(const uint16_t *sum, int ratio, int channels, int pixels, ww_finish f, uint8_t *out);
    // sum[i] = 0 + weight[0] * row 0 + ..., two rows at a time.
    void (*blend_rows)(const uint8_t *rows, ptrdiff_t stride, const float *weight, int count, int samples, float *sum);
    // out[x]: of `count` pixels from first[x] (never falling) on, weight[k * pixels + x] that of pixel first[x] + k;
    // `in_pixels` is the length of `sum`.
    void (*weigh_row)(const float *sum, int in_pixels, const int *first, const float *weight, int count, int channels,
                      int pixels, ww_finish f, uint8_t *out);
    // out[x] = the sum of `ratio` neighbours, times scale, rounded; at most 255.
    void (*average_row)(const uint16_t *sum, int ratio, int channels, int pixels, float scale, uint8_t *out);
    // Bilinear samples of one channel. Those of all pixels lie in the plane, and two bytes behind each can be read.
    void (*sample_row)(const uint8_t *data, ptrdiff_t stride, ww_walk walk, int pixels, uint8_t *out);
    // One row of JPEG's luma; chroma column x >> shift belongs to luma column x.
    void (*luma_row)(const uint8_t *luma, const uint8_t *cb, const uint8_t *cr, int shift, int width,
                     const ww_yuv_mix *k, uint8_t *out);
    // u, v: four times the chroma, less 512.
    void (*chroma_row)(const int16_t *u, const int16_t *v, int width, int16_t by_u, int16_t by_v, uint8_t *out);
    // Luma from limited to full range where it lies, by ww_luma_to_full's table.
    void (*full_row)(uint8_t *luma, int count);
} ww_image_kernels;

// The fastest table this processor can run.
const ww_image_kernels *ww_image_kernels_best(void);
// All tables this processor can run, the plain one first, at most `max`; returns how many.
size_t ww_image_kernels_usable(const ww_image_kernels **tables, size_t max);

#endif
