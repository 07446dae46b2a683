// SPDX-License-Identifier: MIT
// The people view: who is who right now, for commands that speak of people and portraits: the catalog of the library,
// what was decided about its faces, and how people are called on the command line.
#ifndef WW_DECISIONS_PEOPLE_VIEW_H
#define WW_DECISIONS_PEOPLE_VIEW_H
#include "library/catalog.h"
#include "decisions/decisions.h"
#include "decisions/journal.h"

#define WW_NAME_BYTES_MAX 200
#define WW_CORE_FACES 32 // faces that stand for a person about whom nothing more is said than that it is not another

typedef struct ww_people_view {
    ww_library *library;
    ww_catalog catalog;
    ww_face_key *key;   // of each face of the catalog
    size_t *face_count; // of each person, also of an ignored one
    ww_journal journal;
    ww_decided decided;
} ww_people_view;

ww_status ww_people_view_load(ww_library *library, ww_people_view *view, ww_error *err);
void ww_people_view_free(ww_people_view *view);
// Reads the journal again, after something was appended to it.
ww_status ww_people_view_reload(ww_people_view *view, ww_error *err);
// Counts the faces of people again, after the catalog has changed.
ww_status ww_people_view_recount(ww_people_view *view, ww_error *err);

// The person meant by "3", "Face_3" or a name (exactly so, or with other capitals if that is nobody else's). *person is
// an index in the catalog. WW_ERR_NOT_FOUND names the nearest.
ww_status ww_people_view_find(const ww_people_view *view, const char *who, size_t *person, ww_error *err);
// As people read it: the name, or Face_N. Borrowed.
const char *ww_people_view_title(const ww_people_view *view, size_t person);
size_t ww_people_view_count(const ww_people_view *view, size_t person); // faces, also of an ignored person
// WW_ERR_ARGUMENT: empty, too long, a number, Face_N, or with control characters. *clean, without spaces around it, is
// the caller's (free).
ww_status ww_check_person_name(const char *name, char **clean, ww_error *err);

// --- operands.c: people and faces as operands of an entry
// The identities the person holds already and, with `whole`, all its other faces; without, and when there are no
// identities, its core: the faces nearest to their mean. Faces marked in `without` (may be NULL) are left out.
ww_status ww_operand_of_person(const ww_people_view *view, size_t person, bool whole, const bool *without,
                               ww_operand *operand, ww_error *err);
// One face: the identity it is in, with `whole_identity`, or the face alone.
void ww_operand_of_face(const ww_people_view *view, size_t face, bool whole_identity, ww_operand *operand);
// Each of the marked faces, alone.
void ww_operand_of_faces(const ww_people_view *view, const bool *marked, ww_operand *operand);

#endif
