// SPDX-License-Identifier: MIT
// Scaling, one plane at a time, rows first: the source rows under one output row are blended into a single row of sums
// (a long, simple loop, see kernels.h), then that row is reduced across. Two ways:
//
//   whole ratios (3:1, 2:1 ...): sums of whole pixels in 16 bits, exact; the usual way from film to the detector's
//   working size; any other:   each axis has a table of taps, weights in single precision (24 bits: the error is far
//   below a grey level). Shrinking
//                weighs every source pixel by the part of it that is covered, growing blends the two nearest.
//
// Both end in `gain * mean + offset`, rounded and clipped; that is where limited range becomes full range, at no cost.
// Chroma is treated as a picture of its own: its siting moves by less than half a chroma pixel, which nobody sees.
#include "base/memory.h"
#include "image/image.h"
#include "image/kernels.h"
#include "image/planes.h"

#include <stdlib.h>

#define WHOLE_RATIO_MAX 257 // 257 rows of 255 fill a uint16_t exactly

// --- whole ratios ----------------------------------------------------------------------------------------------------

static bool is_whole_ratio(const ww_plane *in, const ww_plane *out)
{
    return in->width % out->width == 0 && in->height % out->height == 0 && in->width / out->width <= WHOLE_RATIO_MAX
           && in->height / out->height <= WHOLE_RATIO_MAX;
}

static ww_status shrink_whole(const ww_plane *in, int channels, ww_finish f, ww_plane *out, ww_error *err)
{
    int samples = in->width * channels, ratio_x = in->width / out->width, ratio_y = in->height / out->height;
    uint16_t *sum = ww_alloc_array((size_t)samples, sizeof *sum, SIZE_MAX);
    if (!sum)
        return ww_fail(err, WW_ERR_MEMORY, "no memory to resize a row of %d pixels", in->width);
    const ww_image_kernels *kernels = ww_image_kernels_best();
    f.gain /= (float)ratio_x * (float)ratio_y;
    for (int y = 0; y < out->height; y++) {
        kernels->sum_rows(in->data + (ptrdiff_t)y * ratio_y * in->stride, in->stride, ratio_y, samples, sum);
        kernels->reduce_row(sum, ratio_x, channels, out->width, f, out->data + y * out->stride);
    }
    free(sum);
    return WW_OK;
}

// --- any ratio -------------------------------------------------------------------------------------------------------

// One axis: output i is the sum of weight[i * count + t] * input[first[i] + t]; first[i] + count never passes the end.
typedef struct taps {
    int count;
    int *first;
    float *weight;
} taps;

static void taps_free(taps *t)
{
    free(t->first);
    free(t->weight);
}

// In units of 1/out of an input pixel, input pixel i covers [i * out, (i + 1) * out) and output o covers [o * in, (o +
// 1) * in).
static void box_weights(taps *t, int in, int out)
{
    for (int o = 0; o < out; o++) {
        int64_t from = (int64_t)o * in, to = from + in;
        int first = (int)(from / out);
        t->first[o] = first + t->count <= in ? first : in - t->count;
        for (int k = 0; k < t->count; k++) {
            int64_t low = (int64_t)(t->first[o] + k) * out, high = low + out;
            low = low > from ? low : from;
            high = high < to ? high : to;
            t->weight[(size_t)o * (size_t)t->count + (size_t)k] = high > low ? (float)((double)(high - low) / in) : 0;
        }
    }
}

// The most input pixels that any output pixel touches.
static int box_width(int in, int out)
{
    int widest = 1;
    for (int o = 0; o < out; o++) {
        int64_t from = (int64_t)o * in, to = from + in;
        int width = (int)((to + out - 1) / out - from / out);
        widest = width > widest ? width : widest;
    }
    return widest;
}

static void linear_weights(taps *t, int in, int out)
{
    for (int o = 0; o < out; o++) {
        double centre = (o + 0.5) * in / out - 0.5;
        centre = centre < 0 ? 0 : centre > in - 1 ? in - 1 : centre;
        int first = in > 1 ? ww_clamp((int)centre, 0, in - 2) : 0;
        t->first[o] = first;
        t->weight[o * t->count] = 1;
        if (t->count == 2) {
            t->weight[o * 2] = (float)(1 - (centre - first));
            t->weight[o * 2 + 1] = (float)(centre - first);
        }
    }
}

static ww_status taps_make(taps *t, int in, int out, ww_error *err)
{
    bool shrinks = in >= out;
    t->count = shrinks ? box_width(in, out) : in < 2 ? 1 : 2;
    t->first = ww_alloc_array((size_t)out, sizeof *t->first, SIZE_MAX);
    t->weight = ww_alloc_array((size_t)out * (size_t)t->count, sizeof *t->weight, SIZE_MAX);
    if (!t->first || !t->weight)
        return ww_fail(err, WW_ERR_MEMORY, "no memory for the weights to resize %d pixels to %d", in, out);
    if (shrinks)
        box_weights(t, in, out);
    else
        linear_weights(t, in, out);
    return WW_OK;
}

// From the weights of one output after the other to those of all outputs, tap by tap.
static ww_status by_tap(taps *t, int out, ww_error *err)
{
    float *weight = ww_alloc_array((size_t)out * (size_t)t->count, sizeof *weight, SIZE_MAX);
    if (!weight)
        return ww_fail(err, WW_ERR_MEMORY, "no memory for the weights to resize to %d pixels", out);
    for (int k = 0; k < t->count; k++)
        for (int o = 0; o < out; o++)
            weight[(size_t)k * (size_t)out + (size_t)o] = t->weight[(size_t)o * (size_t)t->count + (size_t)k];
    free(t->weight);
    t->weight = weight;
    return WW_OK;
}

static ww_status resize_by_taps(const ww_plane *in, int channels, ww_finish f, ww_plane *out, ww_error *err)
{
    const ww_image_kernels *kernels = ww_image_kernels_best();
    taps across = {0}, down = {0};
    float *sum = ww_alloc_array((size_t)in->width * (size_t)channels, sizeof *sum, SIZE_MAX);
    ww_status status = WW_OK;
    if (!sum)
        status = ww_fail(err, WW_ERR_MEMORY, "no memory to resize a row of %d pixels to %d", in->width, out->width);
    if (status == WW_OK)
        status = taps_make(&across, in->width, out->width, err);
    if (status == WW_OK)
        status = by_tap(&across, out->width, err);
    if (status == WW_OK)
        status = taps_make(&down, in->height, out->height, err);
    if (status != WW_OK)
        goto done;
    for (int y = 0; y < out->height; y++) {
        const float *weight = down.weight + (size_t)y * (size_t)down.count;
        kernels->blend_rows(in->data + down.first[y] * in->stride, in->stride, weight, down.count, in->width * channels,
                            sum);
        kernels->weigh_row(sum, in->width, across.first, across.weight, across.count, channels, out->width, f,
                           out->data + y * out->stride);
    }
done:
    taps_free(&across);
    taps_free(&down);
    free(sum);
    return status;
}

// --- pictures --------------------------------------------------------------------------------------------------------

static ww_status resize_plane(const ww_plane *in, int channels, ww_finish f, ww_plane *out, ww_error *err)
{
    bool same_size = in->width == out->width && in->height == out->height;
    if (same_size && f.gain == 1 && f.offset == 0) {
        ww_plane_copy(in, channels, out);
        return WW_OK;
    }
    return is_whole_ratio(in, out) ? shrink_whole(in, channels, f, out, err)
                                   : resize_by_taps(in, channels, f, out, err);
}

ww_status ww_resize(const ww_image *image, int width, int height, ww_image *out, ww_error *err)
{
    ww_status status = ww_image_alloc(out, image->pixels, width, height, err);
    if (status != WW_OK)
        return status;
    out->range = image->range;
    out->matrix = image->matrix;
    for (int i = 0; i < ww_plane_count(image->pixels) && status == WW_OK; i++)
        status =
            resize_plane(&image->plane[i], ww_plane_channels(image->pixels), (ww_finish){1, 0}, &out->plane[i], err);
    if (status != WW_OK)
        ww_image_free(out);
    return status;
}

static ww_status resize_luma_plane(const ww_image *image, int width, int height, ww_image *out, ww_error *err)
{
    bool limited = image->range == WW_RANGE_LIMITED;
    ww_finish f = {limited ? 255.0f / 219 : 1, limited ? -16 * 255.0f / 219 : 0};
    ww_status status = ww_image_alloc(out, WW_PIXELS_LUMA, width, height, err);
    if (status == WW_OK)
        status = resize_plane(&image->plane[0], 1, f, &out->plane[0], err);
    if (status != WW_OK)
        ww_image_free(out);
    return status;
}

ww_status ww_resize_luma(const ww_image *image, int width, int height, ww_image *out, ww_error *err)
{
    if (image->pixels != WW_PIXELS_RGB)
        return resize_luma_plane(image, width, height, out, err);
    ww_image small; // RGB is resized first: the luma of a mean is the mean of the lumas
    ww_status status = ww_resize(image, width, height, &small, err);
    if (status != WW_OK) {
        *out = (ww_image){0};
        return status;
    }
    status = ww_luma_of_rgb(&small, out, err);
    ww_image_free(&small);
    return status;
}
