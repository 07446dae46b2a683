// SPDX-License-Identifier: MIT
#include "library/face_index.h"
#include "base/box.h"
#include "base/memory.h"
#include "base/search.h"

#include <stdlib.h>

#define SECOND_US 1000000

int ww_face_index_order(const void *a, const void *b)
{
    const ww_face_index_entry *p = a, *q = b;
    if (p->key->source != q->key->source)
        return p->key->source < q->key->source ? -1 : 1;
    if (p->key->time_us != q->key->time_us)
        return p->key->time_us < q->key->time_us ? -1 : 1;
    return (p->index > q->index) - (p->index < q->index);
}

double ww_key_overlap(const ww_face_key *a, const ww_face_key *b)
{
    return ww_box_iou((ww_box){a->x, a->y, a->width, a->height}, (ww_box){b->x, b->y, b->width, b->height});
}

ww_status ww_face_index_make(const ww_face_key *keys, size_t count, ww_face_index *index, ww_error *err)
{
    *index = (ww_face_index){.count = count};
    index->sorted = ww_alloc_array(count, sizeof *index->sorted, SIZE_MAX);
    if (!index->sorted)
        return ww_fail_memory(err, "an index of %zu faces", count);
    for (size_t i = 0; i < count; i++)
        index->sorted[i] = (ww_face_index_entry){&keys[i], (uint32_t)i};
    if (count)
        qsort(index->sorted, count, sizeof *index->sorted, ww_face_index_order);
    return WW_OK;
}

void ww_face_index_free(ww_face_index *index)
{
    free(index->sorted);
    *index = (ww_face_index){0};
}

static size_t first_since(const ww_face_index *index, uint64_t source, int64_t time_us)
{
    const ww_face_key wanted = {.source = source, .time_us = time_us};
    const ww_face_index_entry from = {&wanted, 0};
    size_t at;
    WW_LOWER_BOUND(at, index->count, ww_face_index_order(&index->sorted[at], &from) < 0);
    return at;
}

uint32_t ww_face_index_find(const ww_face_index *index, const ww_face_key *key)
{
    const int64_t begin_us = key->time_us - key->time_us % SECOND_US, end_us = begin_us + SECOND_US;
    uint32_t found = (uint32_t)index->count;
    int64_t nearest_us = SECOND_US;
    double best = 0;
    for (size_t i = first_since(index, key->source, begin_us); i < index->count; i++) {
        const ww_face_key *face = index->sorted[i].key;
        if (face->source != key->source || face->time_us >= end_us)
            break;
        int64_t away_us = llabs(face->time_us - key->time_us);
        double share = ww_key_overlap(face, key);
        if (share < WW_KEY_OVERLAP_MIN || away_us > nearest_us || (away_us == nearest_us && share <= best))
            continue;
        nearest_us = away_us;
        best = share;
        found = index->sorted[i].index;
    }
    return found;
}
