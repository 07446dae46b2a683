// SPDX-License-Identifier: MIT
#include "face/detection.h"
#include "base/box.h"

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

double ww_detection_overlap(const ww_detection *a, const ww_detection *b)
{
    return ww_box_iou((ww_box){a->x, a->y, a->width, a->height}, (ww_box){b->x, b->y, b->width, b->height});
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
        while (j < kept && ww_detection_overlap(&d->item[i], &d->item[j]) <= iou)
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
