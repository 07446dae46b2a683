// SPDX-License-Identifier: MIT
// Whether two views of a library show the same people and faces.
#ifndef WW_TESTS_SAME_VIEW_H
#define WW_TESTS_SAME_VIEW_H
#include "whoswho/view.h"

#include <stdbool.h>
#include <string.h>

static inline bool same_text(const char *a, const char *b) { return a && b ? strcmp(a, b) == 0 : a == b; }

static inline bool same_people(const ww_view *a, const ww_view *b)
{
    bool same =
        ww_view_person_count(a) == ww_view_person_count(b) && ww_view_decision_count(a) == ww_view_decision_count(b);
    for (size_t p = 0; p < ww_view_person_count(a) && same; p++) {
        const ww_view_person *x = ww_view_get_person(a, p), *y = ww_view_get_person(b, p);
        same = x->number == y->number && same_text(x->name, y->name) && same_text(x->folder, y->folder)
               && x->ignored == y->ignored && x->face_count == y->face_count && x->cover == y->cover;
    }
    for (size_t i = 0; i < ww_view_face_count(a) && same; i++) {
        const ww_view_face *x = ww_view_get_face(a, i), *y = ww_view_get_face(b, i);
        same = x->person == y->person && x->ignored == y->ignored && x->discarded == y->discarded
               && x->track == y->track && same_text(x->path, y->path);
    }
    return same;
}

#endif
