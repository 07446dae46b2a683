// SPDX-License-Identifier: MIT
#include "image/image.h"
#include "image/planes.h"

typedef struct span {
    int start, size;
} span;

// Cuts [start, start + size) to [0, limit) without overflow.
static span clip(int start, int size, int limit)
{
    long long from = start < 0 ? 0 : start, to = (long long)start + size;
    if (to > limit)
        to = limit;
    return (span){(int)from, to > from ? (int)(to - from) : 0};
}

// Grows the span leftwards to the nearest even start.
static span even(span s, bool wanted)
{
    int odd = wanted && (s.start & 1);
    return (span){s.start - odd, s.size + odd};
}

static ww_plane sub_plane(const ww_plane *p, int channels, int x, int y, int width, int height)
{
    return (ww_plane){p->data + y * p->stride + (ptrdiff_t)x * channels, width, height, p->stride};
}

// The rectangle of every plane of `image`, given in luma pixels inside the picture.
static void view_of(const ww_image *image, span h, span v, ww_image *view)
{
    *view = *image;
    view->owned = NULL;
    view->width = h.size;
    view->height = v.size;
    for (int i = 0; i < ww_plane_count(image->pixels); i++) {
        int sx = i ? ww_chroma_shift_x(image->pixels) : 0, sy = i ? ww_chroma_shift_y(image->pixels) : 0;
        view->plane[i] = sub_plane(&image->plane[i], ww_plane_channels(image->pixels), h.start >> sx, v.start >> sy,
                                   ww_shift_up(h.size, sx), ww_shift_up(v.size, sy));
    }
}

ww_status ww_crop(const ww_image *image, int x, int y, int width, int height, ww_image *view, ww_error *err)
{
    span h = clip(x, width, image->width), v = clip(y, height, image->height);
    if (h.size < 1 || v.size < 1)
        return ww_fail(err, WW_ERR_ARGUMENT, "the rectangle %d,%d %dx%d lies outside the %dx%d picture", x, y, width,
                       height, image->width, image->height);
    view_of(image, even(h, ww_chroma_shift_x(image->pixels)), even(v, ww_chroma_shift_y(image->pixels)), view);
    return WW_OK;
}

static bool same_colours(const ww_image *a, const ww_image *b)
{
    return a->pixels == b->pixels && a->range == b->range && (ww_plane_count(a->pixels) == 1 || a->matrix == b->matrix);
}

ww_status ww_paste(ww_image *canvas, const ww_image *tile, int x, int y, ww_error *err)
{
    if (!same_colours(canvas, tile))
        return ww_fail(err, WW_ERR_ARGUMENT, "a tile must have its canvas' pixel format, range and matrix");
    if ((ww_chroma_shift_x(tile->pixels) && (x & 1)) || (ww_chroma_shift_y(tile->pixels) && (y & 1)))
        return ww_fail(err, WW_ERR_ARGUMENT, "a tile with subsampled chroma goes to even coordinates, not %d,%d", x, y);
    span h = clip(x, tile->width, canvas->width), v = clip(y, tile->height, canvas->height);
    if (h.size < 1 || v.size < 1)
        return WW_OK;
    ww_image from, to;
    view_of(canvas, h, v, &to);
    view_of(tile, (span){h.start - x, h.size}, (span){v.start - y, v.size}, &from);
    for (int i = 0; i < ww_plane_count(tile->pixels); i++)
        ww_plane_copy(&from.plane[i], ww_plane_channels(tile->pixels), &to.plane[i]);
    return WW_OK;
}
