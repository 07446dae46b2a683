// SPDX-License-Identifier: MIT
#include "image/image.h"

#include <stdlib.h>

int64_t ww_luma_difference(const ww_image *a, const ww_image *b)
{
    const ww_plane *p = &a->plane[0], *q = &b->plane[0];
    int64_t sum = 0;
    for (int y = 0; y < a->height; y++)
        for (int x = 0; x < a->width; x++)
            sum += abs(p->data[y * p->stride + x] - q->data[y * q->stride + x]);
    return sum;
}
