// SPDX-License-Identifier: MIT
// The parts of sorting again. Private to people/. In order:
// 1. Of which faces do the decisions since say something else? (sort_again_changes.c)
// 2. Their blocks are touched, and sorted with the ring around them, until nothing in the ring comes out differently.
//    That gives the clusters, and the people before anybody joins. (sort_again_faces.c)
// 3. Where those people are not who they were, whoever may join is asked again; then all who join get their labels.
//    (sort_again_join.c)
#ifndef WW_PEOPLE_SORT_AGAIN_PARTS_H
#define WW_PEOPLE_SORT_AGAIN_PARTS_H
#include "people/sort_again.h"
#include "people/sort_parts.h"

typedef struct ww_sort_again_work {
    const ww_sort_again_input *in;
    size_t count;           // faces
    bool *changed;          // of each face: see ww_find_unsettled
    ww_forest *block;       // of faces that are sorted together: clusters, tracks, what decisions hold together
    bool *touched;          // of each face: its block is sorted again
    ww_evidence must;       // what must be together now, of all faces
    ww_sort_work work;      // of all faces, now
    int32_t *label;         // the caller's
    uint32_t *before, *now; // of each face: the first face of its person before anybody joins, as it was and as it is
    bool *moved;            // of each face: it is of a person that has changed (before anybody joins)
    bool too_much;          // is touched: everything is better sorted anew
} ww_sort_again_work;

static inline ww_status ww_sort_again_no_memory(const ww_sort_again_work *r, ww_error *err)
{
    return ww_fail_memory(err, "sorting %zu faces", r->count);
}

// Marks whole blocks of which a face is marked.
ww_status ww_sort_again_complete(ww_sort_again_work *r, bool *marked, ww_error *err);

static inline bool ww_any_face(const bool *marked, size_t count)
{
    bool any = false;
    for (size_t i = 0; i < count; i++)
        any = any || marked[i];
    return any;
}

// --- sort_again_join.c
// Brings `joined` of the state up to date.
ww_status ww_join_again(ww_sort_again_work *r, ww_error *err);
// Labels of those who joined, then without crowds.
ww_status ww_seat_again(ww_sort_again_work *r, ww_error *err);

// --- sort_again_changes.c: what the decisions since say otherwise
// The identity of a face as a number that does not change from one replay to the next; -1: none.
int64_t ww_identity_of(const ww_decided *decided, size_t face);
// Marks the faces of whom a decision says something else now, but for those that are settled: a whole cluster, and
// nothing else, that has become a person.
ww_status ww_find_unsettled(const ww_sort_again_input *in, bool *changed, ww_error *err);

// --- sort_again_near.c: some faces of a catalog, and who is near whom
typedef struct ww_face_part {
    ww_catalog faces;   // rows and vectors alone
    ww_decided decided; // what was decided about these; `identities` is borrowed
    ww_face_grade *grade;
    uint32_t *whole; // of each: its place in the whole catalog
    uint32_t *place; // of each face of the whole catalog: its place here, WW_NO_FACE
    ww_evidence evidence;
} ww_face_part;
// Of the marked faces. The catalog must have its vectors.
ww_status ww_face_part_take(const ww_sort_again_input *in, const bool *marked, ww_face_part *part, ww_error *err);
void ww_face_part_free(ww_face_part *part);

// Marks in `near` the candidates that lie within `reach` of a face of `from` (or a hair beyond). *done: false, and
// nothing is marked, where these are too many to be compared.
typedef struct ww_near_question {
    const ww_catalog *faces;
    const bool *from, *candidate; // of each face
    double reach;
} ww_near_question;
ww_status ww_mark_near(const ww_near_question *question, bool *near, bool *done, ww_error *err);

#endif
