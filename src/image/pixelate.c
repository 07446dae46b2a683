// SPDX-License-Identifier: MIT
#include "image/image.h"
#include "image/planes.h"

// The mean of a cell takes its place; every channel by itself.
static void flatten(ww_plane *p, int channels, int x0, int y0, int x1, int y1)
{
    const int64_t count = (int64_t)(x1 - x0) * (y1 - y0);
    for (int c = 0; c < channels; c++) {
        int64_t sum = 0;
        for (int y = y0; y < y1; y++)
            for (int x = x0; x < x1; x++)
                sum += p->data[y * p->stride + (ptrdiff_t)x * channels + c];
        const uint8_t mean = (uint8_t)((sum + count / 2) / count);
        for (int y = y0; y < y1; y++)
            for (int x = x0; x < x1; x++)
                p->data[y * p->stride + (ptrdiff_t)x * channels + c] = mean;
    }
}

// Border k of n + 1 that part start .. end-1 into n runs as even as can be.
static int border(int start, int end, int k, int n) { return start + (int)((int64_t)(end - start) * k / n); }

static void pixelate_plane(ww_plane *p, int channels, int x0, int y0, int x1, int y1, int cells)
{
    for (int j = 0; j < cells; j++)
        for (int i = 0; i < cells; i++) {
            const int left = border(x0, x1, i, cells), right = border(x0, x1, i + 1, cells);
            const int top = border(y0, y1, j, cells), bottom = border(y0, y1, j + 1, cells);
            if (right > left && bottom > top)
                flatten(p, channels, left, top, right, bottom);
        }
}

void ww_pixelate(ww_image *image, int x, int y, int width, int height, int cells)
{
    const int x0 = ww_clamp(x, 0, image->width), x1 = ww_clamp(x + width, 0, image->width);
    const int y0 = ww_clamp(y, 0, image->height), y1 = ww_clamp(y + height, 0, image->height);
    if (x1 <= x0 || y1 <= y0)
        return;
    for (int i = 0; i < ww_plane_count(image->pixels); i++) {
        const int sx = i ? ww_chroma_shift_x(image->pixels) : 0, sy = i ? ww_chroma_shift_y(image->pixels) : 0;
        pixelate_plane(&image->plane[i], ww_plane_channels(image->pixels), x0 >> sx, y0 >> sy, ww_shift_up(x1, sx),
                       ww_shift_up(y1, sy), cells);
    }
}
