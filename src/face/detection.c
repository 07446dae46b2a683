// SPDX-License-Identifier: MIT
#include "face/detection.h"

#include <math.h>
#include <stdlib.h>

static int better(const void *a, const void *b)
{
    const ww_detection *p = a, *q = b;
    if (p->score != q->score)
        return p->score > q->score ? -1 : 1;
    if (p->x != q->x)
        return p->x < q->x ? -1 : 1;
    return p->y < q->y ? -1 : p->y > q->y;
}

static float intersection_over_union(const ww_detection *a, const ww_detection *b)
{
    float w = fminf(a->x + a->width, b->x + b->width) - fmaxf(a->x, b->x);
    float h = fminf(a->y + a->height, b->y + b->height) - fmaxf(a->y, b->y);
    if (w <= 0 || h <= 0)
        return 0;
    float both = w * h;
    return both / (a->width * a->height + b->width * b->height - both);
}

void ww_best_first(ww_detections *d)
{
    if (d->count >= 2)
        qsort(d->item, d->count, sizeof *d->item, better);
}

void ww_non_maximum_suppression(ww_detections *d, float iou)
{
    ww_best_first(d);
    size_t kept = 0;
    for (size_t i = 0; i < d->count && kept < WW_FACES_MAX; i++) {
        size_t j = 0;
        while (j < kept && intersection_over_union(&d->item[i], &d->item[j]) <= iou)
            j++;
        if (j == kept)
            d->item[kept++] = d->item[i];
    }
    d->count = kept;
}

void ww_guess_landmarks(const float mean[WW_LANDMARK_VALUES], ww_detections *found)
{
    for (size_t i = 0; i < found->count; i++) {
        ww_detection *f = &found->item[i];
        for (int q = 0; q < WW_LANDMARK_VALUES; q++)
            f->landmark[q] = q % 2 ? f->y + mean[q] * f->height : f->x + mean[q] * f->width;
    }
}
