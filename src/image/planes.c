// SPDX-License-Identifier: MIT
#include "image/image.h"
#include "base/memory.h"
#include "image/planes.h"

#include <stdlib.h>
#include <string.h>

// Rows end on a full cache line: vector loops and libjpeg's 8 x 8 blocks may write past the last pixel of a row.
static size_t row_bytes(int width, int channels)
{
    size_t bytes = (size_t)width * (size_t)channels;
    return (bytes + WW_ALIGNMENT - 1) / WW_ALIGNMENT * WW_ALIGNMENT;
}

static void lay_out(ww_image *image)
{
    int channels = ww_plane_channels(image->pixels);
    uint8_t *next = image->owned;
    for (int i = 0; i < ww_plane_count(image->pixels); i++) {
        ww_plane *p = &image->plane[i];
        p->width = i ? ww_shift_up(image->width, ww_chroma_shift_x(image->pixels)) : image->width;
        p->height = i ? ww_shift_up(image->height, ww_chroma_shift_y(image->pixels)) : image->height;
        p->stride = (ptrdiff_t)row_bytes(p->width, channels);
        p->data = next;
        if (next)
            next += p->stride * p->height;
    }
}

static size_t bytes_of(const ww_image *image)
{
    size_t bytes = 0;
    for (int i = 0; i < ww_plane_count(image->pixels); i++)
        bytes += (size_t)image->plane[i].stride * (size_t)image->plane[i].height;
    return bytes;
}

ww_status ww_image_alloc(ww_image *image, ww_pixels pixels, int width, int height, ww_error *err)
{
    *image = (ww_image){0};
    if (width < 1 || height < 1 || width > WW_IMAGE_SIDE_MAX || height > WW_IMAGE_SIDE_MAX
        || (size_t)width * (size_t)height > WW_IMAGE_PIXELS_MAX)
        return ww_fail(err, WW_ERR_MEMORY,
                       "a picture of %d x %d pixels is out of bounds (1 to %d a side, %zu million in all)", width,
                       height, WW_IMAGE_SIDE_MAX, WW_IMAGE_PIXELS_MAX / 1000000);
    ww_image made = {
        .width = width, .height = height, .pixels = pixels, .range = WW_RANGE_FULL, .matrix = WW_MATRIX_BT601};
    lay_out(&made);
    made.owned = ww_alloc_array(bytes_of(&made), 1, SIZE_MAX);
    if (!made.owned)
        return ww_fail(err, WW_ERR_MEMORY, "no memory for a picture of %d x %d pixels", width, height);
    lay_out(&made);
    *image = made;
    return WW_OK;
}

void ww_image_free(ww_image *image)
{
    free(image->owned);
    *image = (ww_image){0};
}

void ww_plane_copy(const ww_plane *from, int channels, ww_plane *to)
{
    for (int y = 0; y < to->height; y++)
        memcpy(to->data + y * to->stride, from->data + y * from->stride, (size_t)to->width * (size_t)channels);
}

// The tables are spelled out by the preprocessor, so that they are constants and there is nothing to initialise.
#define FULL(y) (y)
#define LIMITED(y) ((y) < 16 ? 0 : (y) > 235 ? 255 : (((y)-16) * 510 + 219) / 438)
#define X4(f, y) f(y), f((y) + 1), f((y) + 2), f((y) + 3)
#define X16(f, y) X4(f, y), X4(f, (y) + 4), X4(f, (y) + 8), X4(f, (y) + 12)
#define X64(f, y) X16(f, y), X16(f, (y) + 16), X16(f, (y) + 32), X16(f, (y) + 48)
#define X256(f) X64(f, 0), X64(f, 64), X64(f, 128), X64(f, 192)

const uint8_t *ww_luma_to_full(ww_range range)
{
    static const uint8_t full[256] = {X256(FULL)}, limited[256] = {X256(LIMITED)};
    return range == WW_RANGE_LIMITED ? limited : full;
}
