// SPDX-License-Identifier: MIT
// Made-up people: each has a direction, and faces are scattered about it as far as those of a fair embedder are.
#ifndef WW_TESTS_PEOPLE_H
#define WW_TESTS_PEOPLE_H
#include "base/random.h"
#include "library/catalog.h"
#include "store/store.h"
#include <math.h>
#include <stdlib.h>

#define PEOPLE_DIM 128

static inline void people_unit(float *v)
{
    double sum = 0;
    for (int i = 0; i < PEOPLE_DIM; i++)
        sum += (double)v[i] * v[i];
    for (int i = 0; i < PEOPLE_DIM; i++)
        v[i] = (float)(v[i] / sqrt(sum));
}

// The direction of person `who`.
static inline void people_direction(int who, float *v)
{
    ww_random r = {(uint64_t)who * 7919 + 17};
    for (int i = 0; i < PEOPLE_DIM; i++)
        v[i] = (float)ww_random_normal(&r);
    people_unit(v);
}

// A face of person `who`; `scatter` 0.6 puts two faces of one person about 0.73 apart, strangers are about 1.41 apart.
static inline void people_face(ww_random *r, int who, double scatter, float *v)
{
    people_direction(who, v);
    for (int i = 0; i < PEOPLE_DIM; i++)
        v[i] += (float)(scatter / sqrt(PEOPLE_DIM) * ww_random_normal(r));
    people_unit(v);
}

static inline void people_add(ww_catalog *g, ww_random *r, int who, double scatter, uint32_t frame, int64_t track)
{
    ww_catalog_face face = {.id = (int64_t)g->face.count + 1,
                            .frame = frame,
                            .track = track,
                            .quality = 0.6,
                            .score = 0.9,
                            .number = -1,
                            .former = -1,
                            .x = 100.0 * who,
                            .y = 50,
                            .width = 80,
                            .height = 80};
    while (g->frame.count <= frame) {
        ww_catalog_frame next = {.id = (int64_t)g->frame.count + 1, .time_us = (int64_t)g->frame.count * 1000000};
        ww_vector_add(&g->frame, next);
    }
    ww_vector_add(&g->face, face);
    g->dim = PEOPLE_DIM;
    g->vector = realloc(g->vector, g->face.count * PEOPLE_DIM * sizeof *g->vector);
    if (!g->vector)
        abort();
    people_face(r, who, scatter, g->vector + (g->face.count - 1) * PEOPLE_DIM);
}

// Stores a face with this vector, which lies on a frame of its own; `track` 0: it was not followed.
static inline ww_status people_store_vector(ww_store *store, const float *vector, int64_t frame, int64_t track,
                                            int64_t *id, ww_error *err)
{
    const ww_face_row row = {.frame = frame,
                             .x = 100,
                             .y = 50,
                             .width = 80,
                             .height = 80,
                             .score = 0.9,
                             .quality = 0.6,
                             .person = -1,
                             .embedding_dim = PEOPLE_DIM,
                             .track = track,
                             .portrait_width = 1,
                             .portrait_height = 1};
    return ww_store_add_face(store, &row, vector, "p", 1, id, err);
}

// The same of person `who`.
static inline ww_status people_store_face(ww_store *store, ww_random *r, int who, int64_t frame, int64_t track,
                                          ww_error *err)
{
    int64_t id;
    float vector[PEOPLE_DIM];
    people_face(r, who, 0.6, vector);
    return people_store_vector(store, vector, frame, track, &id, err);
}

// Footage of `people` people: `frames` frames with one to three of them on each; who is on one frame and the next is
// followed.
static inline void people_footage(ww_catalog *g, ww_random *r, int people, int frames, double scatter, int *who_is)
{
    int64_t next_track = 1, track[64] = {0};
    for (uint32_t f = 0; f < (uint32_t)frames; f++) {
        int first = (int)ww_random_below(r, (uint32_t)people), count = 1 + (int)ww_random_below(r, 3);
        int64_t now[64] = {0};
        for (int k = 0; k < count && k < people; k++) {
            int who = (first + k) % people;
            now[who] = track[who] ? track[who] : next_track++;
            who_is[g->face.count] = who;
            people_add(g, r, who, scatter, f, now[who]);
        }
        for (int p = 0; p < people; p++)
            track[p] = now[p];
    }
}

#endif
