// SPDX-License-Identifier: MIT
// Cutting an upright chip out of a picture through an affine map. Two steps a plane:
//
//   1. Where the map steps over more than 1.5 source pixels, the part of the source that is needed is first averaged
//      into cells of k x l pixels, k and l the step rounded. One vectorised pass, and what remains is a map that steps
//      by about one cell.
//   2. Bilinear samples in fixed point.
//
// A colour picture is warped plane by plane into a 4:4:4 chip (the map in chroma pixels is the map, divided) and
// converted there.
#include "base/memory.h"
#include "image/image.h"
#include "image/kernels_body.h"
#include "image/planes.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CELL_SIDE_MAX 257        // pixels; 257 rows of 255 fill a uint16_t exactly
#define COORDINATE_MAX (1 << 24) // pixels from the origin; keeps 32 fraction bits far from overflow
#define FRACTION_BITS WW_WALK_FRACTION_BITS

typedef struct point {
    double x, y;
} point;

static point map_point(const ww_affine *a, double x, double y)
{
    return (point){a->m[0] * x + a->m[1] * y + a->m[2], a->m[3] * x + a->m[4] * y + a->m[5]};
}

typedef struct bounds {
    double x0, y0, x1, y1;
} bounds;

// Where the corners of a width x height chip land; corners are extreme, as the map is affine.
static bounds footprint(const ww_affine *a, int width, int height)
{
    point p = map_point(a, 0, 0);
    bounds b = {p.x, p.y, p.x, p.y};
    for (int corner = 1; corner < 4; corner++) {
        p = map_point(a, corner & 1 ? width : 0, corner & 2 ? height : 0);
        b = (bounds){fmin(b.x0, p.x), fmin(b.y0, p.y), fmax(b.x1, p.x), fmax(b.y1, p.y)};
    }
    return b;
}

static bool map_is_sane(const ww_affine *a, int width, int height)
{
    for (int i = 0; i < 6; i++)
        if (!isfinite(a->m[i]))
            return false;
    bounds b = footprint(a, width, height);
    return b.x0 > -COORDINATE_MAX && b.y0 > -COORDINATE_MAX && b.x1 < COORDINATE_MAX && b.y1 < COORDINATE_MAX;
}

// --- cells -----------------------------------------------------------------------------------------------------------

// A window on the grid of cells laid over the source plane: cells [x, x + plane.width) x [y, y + plane.height), each
// side_x x side_y pixels. It may reach beyond the source by a part of a cell and one cell more, where the nearest edge
// pixel counts.
typedef struct cells {
    int x, y, side_x, side_y;
    ww_plane plane;
} cells;

static int cell_side(double step) { return ww_clamp((int)lround(fmin(step, CELL_SIDE_MAX)), 1, CELL_SIDE_MAX); }

// Cells touched by [low, high] pixels and their neighbours, at most one cell beyond either end of `size` pixels.
static void cell_range(double low, double high, int side, int size, int *first, int *count)
{
    int last_inside = (size - 1) / side;
    *first = ww_clamp((int)floor(low / side) - 1, -1, last_inside);
    *count = ww_clamp((int)ceil(high / side) + 1, *first + 1, last_inside + 2) - *first;
}

// Sums side_y rows, from row y0 on, of the columns [x0, x0 + width); rows and columns outside repeat the edge.
static void sum_rows(const ww_plane *in, int channels, int y0, int side_y, int x0, int width, uint16_t *restrict sum)
{
    int left = ww_clamp(-x0, 0, width), right = ww_clamp(in->width - x0, left, width),
        samples = (right - left) * channels;
    const bool whole = y0 >= 0 && y0 + side_y <= in->height && samples > 0;
    memset(sum, 0, (size_t)width * (size_t)channels * sizeof *sum);
    if (whole)
        ww_image_kernels_best()->sum_rows(in->data + y0 * in->stride + (ptrdiff_t)(x0 + left) * channels, in->stride,
                                          side_y, samples, sum + left * channels);
    for (int y = y0; y < y0 + side_y; y++) {
        const uint8_t *row = in->data + ww_clamp(y, 0, in->height - 1) * in->stride;
        uint16_t *inside = sum + left * channels;
        for (int i = 0; i < samples && !whole; i++)
            inside[i] = (uint16_t)(inside[i] + row[(x0 + left) * channels + i]);
        for (int i = 0; i < left * channels; i++)
            sum[i] = (uint16_t)(sum[i] + row[i % channels]);
        for (int i = right * channels; i < width * channels; i++)
            sum[i] = (uint16_t)(sum[i] + row[(in->width - 1) * channels + i % channels]);
    }
}

// Averages the window of cells that `b` needs; cells->plane.data is the caller's (free).
static ww_status cells_make(const ww_plane *in, int channels, bounds b, cells *out, ww_error *err)
{
    int width, height;
    cell_range(b.x0, b.x1, out->side_x, in->width, &out->x, &width);
    cell_range(b.y0, b.y1, out->side_y, in->height, &out->y, &height);
    int row_pixels = width * out->side_x;
    out->plane = (ww_plane){NULL, width, height, (ptrdiff_t)width * channels};
    uint16_t *sum = ww_alloc_array((size_t)row_pixels * (size_t)channels, sizeof *sum, SIZE_MAX);
    out->plane.data = ww_alloc_array((size_t)height, (size_t)out->plane.stride, SIZE_MAX);
    if (!sum || !out->plane.data) {
        free(sum);
        free(out->plane.data);
        out->plane.data = NULL;
        return ww_fail(err, WW_ERR_MEMORY, "no memory to average %d x %d cells of a picture", width, height);
    }
    float scale = 1.0f / ((float)out->side_x * (float)out->side_y);
    for (int y = 0; y < height; y++) {
        sum_rows(in, channels, (out->y + y) * out->side_y, out->side_y, out->x * out->side_x, row_pixels, sum);
        ww_image_kernels_best()->average_row(sum, out->side_x, channels, width, scale,
                                             out->plane.data + y * out->plane.stride);
    }
    free(sum);
    return WW_OK;
}

// The map to pixels, as a map to positions in the window.
static ww_affine map_to_cells(const ww_affine *a, const cells *c)
{
    ww_affine to = *a;
    for (int i = 0; i < 3; i++) {
        to.m[i] /= c->side_x;
        to.m[3 + i] /= c->side_y;
    }
    to.m[2] -= c->x;
    to.m[5] -= c->y;
    return to;
}

// --- bilinear samples ------------------------------------------------------------------------------------------------

static int64_t fixed(double v) { return llrint(v * (double)((int64_t)1 << FRACTION_BITS)); }

static ww_walk walk_row(const ww_affine *a, int row)
{
    point p = map_point(a, 0.5, row + 0.5);
    return (ww_walk){fixed(p.x - 0.5), fixed(p.y - 0.5), fixed(a->m[0]), fixed(a->m[3])};
}

static void sample_clamped(const ww_plane *in, int channels, ww_walk w, int pixels, uint8_t *restrict out)
{
    for (int i = 0; i < pixels; i++, w.x += w.step_x, w.y += w.step_y) {
        int x = (int)(w.x >> FRACTION_BITS), y = (int)(w.y >> FRACTION_BITS), fx = ww_weight_of(w.x),
            fy = ww_weight_of(w.y);
        int x0 = ww_clamp(x, 0, in->width - 1) * channels, x1 = ww_clamp(x + 1, 0, in->width - 1) * channels;
        const uint8_t *top = in->data + ww_clamp(y, 0, in->height - 1) * in->stride;
        const uint8_t *bottom = in->data + ww_clamp(y + 1, 0, in->height - 1) * in->stride;
        for (int c = 0; c < channels; c++)
            out[i * channels + c] = ww_bilinear(top[x0 + c], top[x1 + c], bottom[x0 + c], bottom[x1 + c], fx, fy);
    }
}

static bool is_inside(int64_t position, int size)
{
    return position >= 0 && position < (int64_t)(size - 1) << FRACTION_BITS;
}

// The kernels read two bytes behind a pixel, which are there except in the last row, and count bytes in an int.
static bool suits_kernels(const ww_plane *in, int channels, int64_t lowest_y)
{
    return channels == 1 && in->stride > 0 && in->stride <= INT_MAX / in->height && is_inside(lowest_y, in->height - 1);
}

static void sample_plane(const ww_plane *in, int channels, const ww_affine *map, ww_plane *out)
{
    for (int y = 0; y < out->height; y++) {
        ww_walk w = walk_row(map, y);
        int64_t end_x = w.x + w.step_x * (out->width - 1), end_y = w.y + w.step_y * (out->width - 1);
        uint8_t *row = out->data + y * out->stride;
        if (!is_inside(w.x, in->width) || !is_inside(end_x, in->width) || !is_inside(w.y, in->height)
            || !is_inside(end_y, in->height))
            sample_clamped(in, channels, w, out->width, row);
        else if (suits_kernels(in, channels, w.y > end_y ? w.y : end_y))
            ww_image_kernels_best()->sample_row(in->data, in->stride, w, out->width, row);
        else
            ww_sample_row_body(in->data, in->stride, w, channels, out->width, row);
    }
}

static ww_status warp_plane(const ww_plane *in, int channels, const ww_affine *map, ww_plane *out, ww_error *err)
{
    // How many source columns (rows) one step in the chip covers, in whatever direction it goes.
    cells c = {.side_x = cell_side(hypot(map->m[0], map->m[1])), .side_y = cell_side(hypot(map->m[3], map->m[4]))};
    if (c.side_x == 1 && c.side_y == 1) {
        sample_plane(in, channels, map, out);
        return WW_OK;
    }
    ww_status status = cells_make(in, channels, footprint(map, out->width, out->height), &c, err);
    if (status != WW_OK)
        return status;
    ww_affine to_cells = map_to_cells(map, &c);
    sample_plane(&c.plane, channels, &to_cells, out);
    free(c.plane.data);
    return WW_OK;
}

// --- pictures --------------------------------------------------------------------------------------------------------

static ww_affine chroma_map(const ww_affine *a, ww_pixels pixels)
{
    ww_affine chroma = *a;
    for (int i = 0; i < 3; i++) {
        chroma.m[i] /= 1 << ww_chroma_shift_x(pixels);
        chroma.m[3 + i] /= 1 << ww_chroma_shift_y(pixels);
    }
    return chroma;
}

// Warps the first `planes` planes of `image` into a chip whose planes are all full size, in the image's range and
// matrix.
static ww_status warp_planes(const ww_image *image, int planes, const ww_affine *map, int width, int height,
                             ww_image *out, ww_error *err)
{
    *out = (ww_image){0};
    if (!map_is_sane(map, width, height))
        return ww_fail(err, WW_ERR_ARGUMENT,
                       "an affine map of a %d x %d chip leads to nowhere near the %d x %d picture", width, height,
                       image->width, image->height);
    ww_pixels pixels = image->pixels == WW_PIXELS_RGB ? WW_PIXELS_RGB : planes == 1 ? WW_PIXELS_LUMA : WW_PIXELS_YUV444;
    ww_status status = ww_image_alloc(out, pixels, width, height, err);
    if (status != WW_OK)
        return status;
    out->range = image->range;
    out->matrix = image->matrix;
    ww_affine in_chroma = chroma_map(map, image->pixels);
    for (int i = 0; i < planes && status == WW_OK; i++)
        status = warp_plane(&image->plane[i], ww_plane_channels(pixels), i ? &in_chroma : map, &out->plane[i], err);
    if (status != WW_OK)
        ww_image_free(out);
    return status;
}

ww_status ww_warp_luma(const ww_image *image, const ww_affine *map, int width, int height, ww_image *out, ww_error *err)
{
    ww_image chip;
    ww_status status = warp_planes(image, 1, map, width, height, &chip, err);
    *out = chip;
    if (status != WW_OK)
        return status;
    if (image->pixels == WW_PIXELS_RGB) {
        status = ww_luma_of_rgb(&chip, out, err);
        ww_image_free(&chip);
    } else {
        ww_luma_plane_to_full(&out->plane[0], image->range);
        out->range = WW_RANGE_FULL;
    }
    return status;
}

ww_status ww_warp_rgb(const ww_image *image, const ww_affine *map, int width, int height, ww_image *out, ww_error *err)
{
    ww_image chip;
    ww_status status = warp_planes(image, ww_plane_count(image->pixels), map, width, height, &chip, err);
    *out = chip;
    if (status != WW_OK || image->pixels == WW_PIXELS_RGB)
        return status;
    status = ww_to_rgb(&chip, out, err);
    ww_image_free(&chip);
    return status;
}

ww_status ww_warp(const ww_image *image, const ww_affine *map, int width, int height, ww_image *out, ww_error *err)
{
    return warp_planes(image, ww_plane_count(image->pixels), map, width, height, out, err);
}
