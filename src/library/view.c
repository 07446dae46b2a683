// SPDX-License-Identifier: MIT
#include "library/view.h"

#include <math.h>
#include <string.h>

enum { SAMPLES = 4, CELLS = WW_VIEW_COLUMNS * WW_VIEW_ROWS, NO_COLOUR = 128 }; // SAMPLES a side and cell

static uint8_t cell_mean(const ww_plane *plane, int row, int column)
{
    int sum = 0;
    for (int v = 0; v < SAMPLES; v++) {
        const int y = (int)((int64_t)(row * SAMPLES + v) * plane->height / (WW_VIEW_ROWS * SAMPLES));
        for (int u = 0; u < SAMPLES; u++)
            sum += plane->data[y * plane->stride
                               + (int64_t)(column * SAMPLES + u) * plane->width / (WW_VIEW_COLUMNS * SAMPLES)];
    }
    return (uint8_t)(sum / (SAMPLES * SAMPLES));
}

bool ww_view_make(const ww_image *image, uint8_t view[WW_VIEW_BYTES])
{
    if (image->pixels == WW_PIXELS_RGB)
        return false;
    const int planes = image->pixels == WW_PIXELS_LUMA ? 1 : WW_VIEW_PLANES;
    memset(view, NO_COLOUR, WW_VIEW_BYTES);
    for (int p = 0; p < planes; p++)
        for (int row = 0; row < WW_VIEW_ROWS; row++)
            for (int column = 0; column < WW_VIEW_COLUMNS; column++)
                *view++ = cell_mean(&image->plane[p], row, column);
    return true;
}

static double mean_of(const uint8_t *cell)
{
    int sum = 0;
    for (int i = 0; i < CELLS; i++)
        sum += cell[i];
    return (double)sum / CELLS;
}

double ww_view_likeness(const uint8_t a[WW_VIEW_BYTES], const uint8_t b[WW_VIEW_BYTES])
{
    double aa = 0, bb = 0, ab = 0;
    for (int p = 0; p < WW_VIEW_PLANES; p++, a += CELLS, b += CELLS) {
        const double mean_a = mean_of(a), mean_b = mean_of(b);
        for (int i = 0; i < CELLS; i++) {
            const double x = a[i] - mean_a, y = b[i] - mean_b;
            aa += x * x;
            bb += y * y;
            ab += x * y;
        }
    }
    return aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : 0;
}
