// SPDX-License-Identifier: MIT
// The steps of a sort, for the whole one (sort_faces.c) and the one that begins with what the last one found
// (sort_again_faces.c). Private to people/.
#ifndef WW_PEOPLE_SORT_PARTS_H
#define WW_PEOPLE_SORT_PARTS_H
#include "base/forest.h"
#include "people/sort.h"

typedef struct ww_sort_work {
    const ww_catalog *faces;
    const ww_decided *decided;
    const ww_evidence *evidence;
    const ww_sort_options *options;
    ww_forest *group; // of each face: the first face of those that must be together
    bool *set_aside;  // decided to be nobody
    uint32_t *seed;   // faces that start people, ascending
    uint32_t *place;  // of each group: its first seed's place in `seed`, or WW_NO_FACE
    size_t seeds;
    float *vector;       // of the seeds
    int32_t *seed_label; // their labels
} ww_sort_work;

// Groups and seeds of the faces, evidence and options given. *s is the caller's (ww_sort_work_end), also after a
// failure.
ww_status ww_sort_work_begin(ww_sort_work *s, ww_error *err);
void ww_sort_work_end(ww_sort_work *s);

// Labels of clusters: the method's, for the seeds and those held together with them.
ww_status ww_sort_start(ww_sort_work *s, int32_t *label, ww_error *err);
void ww_sort_spread_labels(const ww_sort_work *s, int32_t *label); // of s->seed_label
// From clusters to people.
ww_status ww_sort_drop_small(const ww_sort_work *s, int32_t *label, ww_error *err);
ww_status ww_sort_make_decided(const ww_sort_work *s, int32_t *label, ww_error *err);
// Whether a face may go to people who are there already.
static inline bool ww_sort_may_join(const ww_sort_work *s, const int32_t *label, size_t face)
{
    return label[face] < 0 && !s->set_aside[face] && s->options->grade[face] != WW_FACE_UNSURE;
}
// Of those who joined, with the labels before.
ww_status ww_sort_turn_away_crowds(const ww_sort_work *s, const int32_t *before, int32_t *label, ww_error *err);
ww_constraints ww_sort_constraints(const ww_evidence *evidence);

// The first face of each face's label, WW_NO_FACE without one.
ww_status ww_sort_first_faces(const int32_t *label, size_t count, uint32_t *first, ww_error *err);

#endif
