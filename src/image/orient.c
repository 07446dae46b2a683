// SPDX-License-Identifier: MIT
// The eight EXIF orientations are the symmetries of the square. Each is a walk over the source: from a starting corner,
// one source step a destination column and another a destination row. The walk goes in small tiles, because a quarter
// turn reads columns.
#include "image/image.h"
#include "image/planes.h"

#define TILE_SIDE 32 // pixels; 32 rows of 64-byte cache lines fit every first-level cache

typedef struct symmetry {
    bool transpose;      // rows become columns ...
    bool flip_x, flip_y; // ... then the source is read from its right, from its bottom
} symmetry;

static symmetry symmetry_of(int exif_orientation)
{
    static const symmetry table[9] = {
        [1] = {false, false, false}, [2] = {false, true, false}, [3] = {false, true, true}, [4] = {false, false, true},
        [5] = {true, false, false},  [6] = {true, false, true},  [7] = {true, true, true},  [8] = {true, true, false},
    };
    return table[exif_orientation];
}

typedef struct walk {
    const uint8_t *start;
    ptrdiff_t step_x, step_y; // bytes in the source from one destination column (row) to the next
} walk;

static walk walk_of(const ww_plane *from, int channels, symmetry s)
{
    ptrdiff_t across = s.flip_x ? -channels : channels, down = s.flip_y ? -from->stride : from->stride;
    const uint8_t *start = from->data + (s.flip_x ? (ptrdiff_t)(from->width - 1) * channels : 0)
                           + (s.flip_y ? (from->height - 1) * from->stride : 0);
    return s.transpose ? (walk){start, down, across} : (walk){start, across, down};
}

// Inlined with constant `channels`.
static inline void turn_tile(walk w, int channels, ww_plane *to, int x0, int y0)
{
    int x1 = x0 + TILE_SIDE < to->width ? x0 + TILE_SIDE : to->width;
    int y1 = y0 + TILE_SIDE < to->height ? y0 + TILE_SIDE : to->height;
    for (int y = y0; y < y1; y++) {
        const uint8_t *source = w.start + y * w.step_y + x0 * w.step_x;
        uint8_t *target = to->data + y * to->stride + (ptrdiff_t)x0 * channels;
        for (int x = x0; x < x1; x++, source += w.step_x, target += channels)
            for (int c = 0; c < channels; c++)
                target[c] = source[c];
    }
}

static void turn_plane(const ww_plane *from, int channels, symmetry s, ww_plane *to)
{
    walk w = walk_of(from, channels, s);
    for (int y = 0; y < to->height; y += TILE_SIDE)
        for (int x = 0; x < to->width; x += TILE_SIDE) {
            if (channels == 1)
                turn_tile(w, 1, to, x, y);
            else
                turn_tile(w, 3, to, x, y);
        }
}

// Chroma of 4:2:2, repeated to full width.
static void widen_plane(const ww_plane *from, ww_plane *to)
{
    for (int y = 0; y < to->height; y++)
        for (int x = 0; x < to->width; x++)
            to->data[y * to->stride + x] = from->data[y * from->stride + (x >> 1)];
}

static ww_status to_444(const ww_image *image, ww_image *out, ww_error *err)
{
    ww_status status = ww_image_alloc(out, WW_PIXELS_YUV444, image->width, image->height, err);
    if (status != WW_OK)
        return status;
    out->range = image->range;
    out->matrix = image->matrix;
    ww_plane_copy(&image->plane[0], 1, &out->plane[0]);
    widen_plane(&image->plane[1], &out->plane[1]);
    widen_plane(&image->plane[2], &out->plane[2]);
    return WW_OK;
}

ww_status ww_orient(const ww_image *image, int exif_orientation, ww_image *out, ww_error *err)
{
    *out = (ww_image){0};
    if (exif_orientation < 1 || exif_orientation > 8)
        return ww_fail(err, WW_ERR_ARGUMENT, "orientation %d is not one of EXIF's 1 to 8", exif_orientation);
    symmetry s = symmetry_of(exif_orientation);
    ww_image wide = {0}, turned = {0};
    ww_status status = WW_OK;
    if (s.transpose && image->pixels == WW_PIXELS_YUV422) {
        status = to_444(image, &wide, err);
        if (status != WW_OK)
            goto done;
        image = &wide;
    }
    int width = s.transpose ? image->height : image->width, height = s.transpose ? image->width : image->height;
    status = ww_image_alloc(&turned, image->pixels, width, height, err);
    if (status != WW_OK)
        goto done;
    turned.range = image->range;
    turned.matrix = image->matrix;
    int channels = ww_plane_channels(image->pixels);
    for (int i = 0; i < ww_plane_count(image->pixels); i++)
        turn_plane(&image->plane[i], channels, s, &turned.plane[i]);
    *out = turned;
done:
    ww_image_free(&wide);
    return status;
}
