// SPDX-License-Identifier: MIT
#include "face/track.h"
#include "base/memory.h"

#include <stdlib.h>

// Between looks a fifth of a second apart a face that walks moves less than half its width; over a whole second only
// one that stays in its place is taken for the same.
#define OVERLAP_MIN 0.3f
#define OVERLAP_MIN_LATE 0.5f
#define LATE_US 500000
#define LOST_US 1200000

typedef struct match {
    float overlap;
    uint32_t track, face;
} match;

static int best_first(const void *a, const void *b)
{
    const match *p = a, *q = b;
    if (p->overlap != q->overlap)
        return p->overlap > q->overlap ? -1 : 1;
    return p->track != q->track ? (p->track < q->track ? -1 : 1) : (p->face > q->face) - (p->face < q->face);
}

static void drop_lost(ww_tracker *t, int64_t time_us)
{
    size_t kept = 0;
    for (size_t i = 0; i < t->live.count; i++)
        if (time_us - t->live.item[i].time_us <= LOST_US)
            t->live.item[kept++] = t->live.item[i];
    t->live.count = kept;
}

static void count_chances(ww_tracker *t, float smallest_px)
{
    for (size_t i = 0; i < t->live.count; i++) {
        const ww_track *track = &t->live.item[i];
        t->record.item[track->number - 1].chances +=
            (track->width < track->height ? track->width : track->height) >= smallest_px;
    }
}

static void see(ww_tracker *t, ww_track *track, const ww_detection *face, int64_t time_us)
{
    track->x = face->x;
    track->y = face->y;
    track->width = face->width;
    track->height = face->height;
    track->time_us = time_us;
    ww_track_record *record = &t->record.item[track->number - 1];
    record->frames++;
    if (face->score > record->score)
        record->score = face->score;
}

bool ww_tracker_update(ww_tracker *t, const ww_detection *face, size_t count, int64_t time_us, float smallest_px,
                       int64_t *number)
{
    WW_VECTOR(match) matches = {0};
    bool kept = true;
    drop_lost(t, time_us);
    count_chances(t, smallest_px);
    const size_t before = t->live.count;
    for (uint32_t i = 0; i < count; i++)
        number[i] = 0;
    for (uint32_t k = 0; k < before; k++) {
        const ww_track *track = &t->live.item[k];
        const ww_detection was = {.x = track->x, .y = track->y, .width = track->width, .height = track->height};
        const float enough = time_us - track->time_us > LATE_US ? OVERLAP_MIN_LATE : OVERLAP_MIN;
        for (uint32_t i = 0; i < count; i++) {
            const float overlap = (float)ww_detection_overlap(&was, &face[i]);
            if (overlap >= enough)
                kept = ww_vector_push(&matches, ((match){overlap, k, i})) && kept;
        }
    }
    if (matches.count)
        qsort(matches.item, matches.count, sizeof *matches.item, best_first);
    for (size_t m = 0; m < matches.count; m++) {
        ww_track *track = &t->live.item[matches.item[m].track];
        if (number[matches.item[m].face] || track->time_us == time_us)
            continue; // the face, or the track, has found a better one
        see(t, track, &face[matches.item[m].face], time_us);
        number[matches.item[m].face] = track->number;
    }
    for (uint32_t i = 0; i < count && kept; i++) {
        if (number[i])
            continue;
        kept = ww_vector_push(&t->record, (ww_track_record){.chances = 1});
        if (!kept)
            break;
        ww_track fresh = {.number = (int64_t)t->record.count};
        see(t, &fresh, &face[i], time_us);
        number[i] = fresh.number;
        kept = ww_vector_push(&t->live, fresh);
    }
    ww_vector_free(&matches);
    return kept;
}

void ww_tracker_cut(ww_tracker *t) { t->live.count = 0; }

void ww_tracker_free(ww_tracker *t)
{
    ww_vector_free(&t->live);
    ww_vector_free(&t->record);
}
