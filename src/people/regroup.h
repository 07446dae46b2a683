// SPDX-License-Identifier: MIT
// Who is who after a decision, without sorting: from what changed.
//
// A decision moves the faces it speaks of, and those that are together with them. The faces of an identity are one
// person; a person goes on with the identities it held, the one with most of its faces first, unless a decision parts
// them; its faces that no identity holds stay with it, unless they were rejected. Everybody else stays as they were.
// What else a full sort would make of the decision (a face nearby that now joins), the next one will tell.
#ifndef WW_PEOPLE_REGROUP_H
#define WW_PEOPLE_REGROUP_H
#include "library/decided.h"
#include "library/catalog.h"
#include "people/person_ids.h"

typedef struct ww_regroup_input { // all borrowed
    ww_library *library;
    ww_catalog *faces; // brought up to date
    const ww_decided *before, *after;
    const ww_moves *back; // what to take back beforehand; may be NULL
} ww_regroup_input;

// Stores who is who now, in a transaction of its own, and brings the people of in->faces up to date. *moves: who
// moved; the caller's (ww_vector_free), untouched after a failure.
ww_status ww_people_regroup(const ww_regroup_input *in, ww_moves *moves, ww_error *err);

#endif
