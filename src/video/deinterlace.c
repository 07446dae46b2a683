// SPDX-License-Identifier: MIT
#include "video/deinterlace.h"

#include <string.h>

static void average_rows(const uint8_t *above, const uint8_t *below, int width, uint8_t *restrict out)
{
    for (int x = 0; x < width; x++)
        out[x] = (uint8_t)((above[x] + below[x] + 1) >> 1);
}

static void deinterlace_plane(const ww_plane *from, int field, const ww_plane *to)
{
    for (int y = 0; y < from->height; y++) {
        const uint8_t *row = from->data + y * from->stride;
        uint8_t *out = to->data + y * to->stride;
        const uint8_t *above = y > 0 ? row - from->stride : NULL, *below = y + 1 < from->height ? row + from->stride : NULL;
        if ((y & 1) == field || (!above && !below))
            memcpy(out, row, (size_t)from->width);
        else
            average_rows(above ? above : below, below ? below : above, from->width, out);
    }
}

ww_status ww_deinterlace(const ww_image *image, int field, ww_image *out, ww_error *err)
{
    ww_status status = ww_image_alloc(out, image->pixels, image->width, image->height, err);
    if (status != WW_OK)
        return status;
    out->range = image->range;
    out->matrix = image->matrix;
    for (int i = 0; i < (image->pixels == WW_PIXELS_LUMA ? 1 : 3); i++)
        deinterlace_plane(&image->plane[i], field, &out->plane[i]);
    return WW_OK;
}
