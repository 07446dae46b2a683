// SPDX-License-Identifier: MIT
#include "people/overlap.h"

#include <stdlib.h>

static int by_pair(const void *a, const void *b)
{
    const ww_overlap *p = a, *q = b;
    if (p->number != q->number)
        return p->number < q->number ? -1 : 1;
    return (p->label > q->label) - (p->label < q->label);
}

static int most_faces_first(const void *a, const void *b)
{
    const ww_overlap *p = a, *q = b;
    return p->faces != q->faces ? (p->faces > q->faces ? -1 : 1) : by_pair(a, b);
}

bool ww_overlaps_add(ww_overlaps *overlaps, int32_t number, int32_t label)
{
    return ww_vector_push(overlaps, ((ww_overlap){number, label, 1, 0}));
}

size_t ww_overlaps_count(ww_overlaps *overlaps)
{
    size_t kept = 0, numbers = 0;
    if (overlaps->count)
        qsort(overlaps->item, overlaps->count, sizeof *overlaps->item, by_pair);
    for (size_t i = 0; i < overlaps->count; i++) {
        ww_overlap *last = kept ? &overlaps->item[kept - 1] : NULL;
        if (last && by_pair(last, &overlaps->item[i]) == 0) {
            last->faces++;
            continue;
        }
        numbers += !last || last->number != overlaps->item[i].number;
        overlaps->item[kept] = overlaps->item[i];
        overlaps->item[kept++].rank = numbers - 1;
    }
    overlaps->count = kept;
    if (kept)
        qsort(overlaps->item, kept, sizeof *overlaps->item, most_faces_first);
    return numbers;
}
