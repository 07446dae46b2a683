// SPDX-License-Identifier: MIT
#include "video/deinterlace.h"

#include <stdlib.h>
#include <string.h>

// A rectangle of one plane, clipped to it.
typedef struct tile {
    int left, top, width, height;
} tile;

static tile clip_tile(const ww_plane *plane, int left, int top, int width, int height)
{
    int right = left + width < plane->width ? left + width : plane->width;
    int bottom = top + height < plane->height ? top + height : plane->height;
    return (tile){left, top, right - left, bottom - top};
}

static int row_difference(const uint8_t *a, const uint8_t *b, int width)
{
    int sum = 0;
    for (int x = 0; x < width; x++)
        sum += abs(a[x] - b[x]);
    return sum;
}

// In a picture of one moment the next row is nearer than the one after it, and so is its content.
static bool is_combed(const ww_plane *luma, tile t)
{
    int to_next = 0, to_own_field = 0;
    for (int y = t.top; y < t.top + t.height && y + 2 < luma->height; y++) {
        const uint8_t *row = luma->data + y * luma->stride + t.left;
        to_next += row_difference(row, row + luma->stride, t.width);
        to_own_field += row_difference(row, row + 2 * luma->stride, t.width);
    }
    return to_next > to_own_field;
}

static void average_rows(const uint8_t *above, const uint8_t *below, int width, uint8_t *restrict out)
{
    for (int x = 0; x < width; x++)
        out[x] = (uint8_t)((above[x] + below[x] + 1) >> 1);
}

static void fill_rows(const ww_plane *from, tile t, int field, const ww_plane *to)
{
    for (int y = t.top; y < t.top + t.height; y++) {
        const uint8_t *row = from->data + y * from->stride + t.left;
        const uint8_t *above = y > 0 ? row - from->stride : NULL,
                      *below = y + 1 < from->height ? row + from->stride : NULL;
        if ((y & 1) != field && (above || below))
            average_rows(above ? above : below, below ? below : above, t.width, to->data + y * to->stride + t.left);
    }
}

static void copy_plane(const ww_plane *from, const ww_plane *to)
{
    for (int y = 0; y < from->height; y++)
        memcpy(to->data + y * to->stride, from->data + y * from->stride, (size_t)from->width);
}

ww_status ww_deinterlace(const ww_image *image, int field, ww_image *out, ww_error *err)
{
    ww_status status = ww_image_alloc(out, image->pixels, image->width, image->height, err);
    if (status != WW_OK)
        return status;
    out->range = image->range;
    out->matrix = image->matrix;
    int planes = image->pixels == WW_PIXELS_LUMA ? 1 : 3;
    for (int i = 0; i < planes; i++)
        copy_plane(&image->plane[i], &out->plane[i]);
    const ww_plane *luma = &image->plane[0];
    for (int top = 0; top < luma->height; top += WW_COMB_TILE)
        for (int left = 0; left < luma->width; left += WW_COMB_TILE) {
            if (!is_combed(luma, clip_tile(luma, left, top, WW_COMB_TILE, WW_COMB_TILE)))
                continue;
            for (int i = 0; i < planes; i++) {
                const ww_plane *plane = &image->plane[i];
                int across = i > 0 && image->pixels != WW_PIXELS_YUV444 ? 2 : 1;
                int down = i > 0 && image->pixels == WW_PIXELS_YUV420 ? 2 : 1;
                tile t = clip_tile(plane, left / across, top / down, WW_COMB_TILE / across, WW_COMB_TILE / down);
                fill_rows(plane, t, field, &out->plane[i]);
            }
        }
    return WW_OK;
}
