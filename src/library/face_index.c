// SPDX-License-Identifier: MIT
#include "library/face_index.h"
#include "base/memory.h"

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

static double span(double a0, double a1, double b0, double b1)
{
    double low = a0 > b0 ? a0 : b0, high = a1 < b1 ? a1 : b1;
    return high > low ? high - low : 0;
}

double ww_key_overlap(const ww_face_key *a, const ww_face_key *b)
{
    double both = span(a->x, (double)a->x + a->width, b->x, (double)b->x + b->width) *
                  span(a->y, (double)a->y + a->height, b->y, (double)b->y + b->height);
    double all = (double)a->width * a->height + (double)b->width * b->height - both;
    return all > 0 ? both / all : 0;
}

ww_status ww_face_index_make(const ww_face_key *keys, size_t count, ww_face_index *spots, ww_error *err)
{
    *spots = (ww_face_index){.count = count};
    spots->sorted = ww_alloc_array(count, sizeof *spots->sorted, SIZE_MAX);
    if (!spots->sorted)
        return ww_fail_memory(err, "an index of %zu faces", count);
    for (size_t i = 0; i < count; i++)
        spots->sorted[i] = (ww_face_index_entry){&keys[i], (uint32_t)i};
    if (count)
        qsort(spots->sorted, count, sizeof *spots->sorted, ww_face_index_order);
    return WW_OK;
}

void ww_face_index_free(ww_face_index *spots)
{
    free(spots->sorted);
    *spots = (ww_face_index){0};
}

static size_t first_since(const ww_face_index *spots, uint64_t source, int64_t time_us)
{
    const ww_face_key wanted = {.source = source, .time_us = time_us};
    const ww_face_index_entry from = {&wanted, 0};
    size_t low = 0, high = spots->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ww_face_index_order(&spots->sorted[middle], &from) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint32_t ww_face_index_find(const ww_face_index *spots, const ww_face_key *key)
{
    const int64_t begin_us = key->time_us - key->time_us % SECOND_US, end_us = begin_us + SECOND_US;
    uint32_t found = (uint32_t)spots->count;
    int64_t nearest_us = SECOND_US;
    double best = 0;
    for (size_t i = first_since(spots, key->source, begin_us); i < spots->count; i++) {
        const ww_face_key *face = spots->sorted[i].key;
        if (face->source != key->source || face->time_us >= end_us)
            break;
        int64_t away_us = llabs(face->time_us - key->time_us);
        double share = ww_key_overlap(face, key);
        if (share < WW_KEY_OVERLAP_MIN || away_us > nearest_us || (away_us == nearest_us && share <= best))
            continue;
        nearest_us = away_us;
        best = share;
        found = spots->sorted[i].index;
    }
    return found;
}
