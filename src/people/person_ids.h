// SPDX-License-Identifier: MIT
// Numbers and names of people, kept from one sorting to the next.
//
// A cluster goes on as the person with its name, if a decision gave it one, else as the person most of whose faces it
// holds (the pair with the most faces in common first). What is left are new people, numbered in order of size from the
// first number that never was anybody's.
#ifndef WW_PEOPLE_PERSON_IDS_H
#define WW_PEOPLE_PERSON_IDS_H
#include "library/decided.h"
#include "library/catalog.h"
#include "library/library.h"

typedef struct ww_move {   // of a face, from one person to another
    int64_t face;          // id
    int32_t before, after; // numbers, -1: nobody
} ww_move;
typedef WW_VECTOR(ww_move) ww_moves;

typedef struct ww_identified_person {
    int32_t number;
    const char *name; // borrowed from the decisions; NULL: none
    bool ignored;
} ww_identified_person;

typedef struct ww_person_ids {
    WW_VECTOR(ww_identified_person) people; // one for each cluster
    int32_t next;                           // first number that never was anybody's
    int64_t unassigned;                     // faces of nobody
} ww_person_ids;

// Replaces the clusters in `label` (0, 1, ..., WW_NOBODY) by numbers of people. `kept` (NULL: none): the faces that
// stay with whom they are; their label is that person's number, and nobody else gets it. `was` (NULL: as the catalog
// has it): the person of each face before.
ww_status ww_assign_person_ids(ww_library *library, const ww_catalog *faces, const ww_decided *decided, int32_t *label,
                               const bool *kept, const int32_t *was, ww_person_ids *numbers, ww_error *err);
// Writes them into the store, inside the caller's transaction.
ww_status ww_store_person_ids(ww_library *library, const ww_catalog *faces, const int32_t *number,
                              const ww_person_ids *numbers, ww_error *err);
// The same where only some faces move, each to the person `after` (regroup.h). `emptied`: numbers of people who have no
// faces now.
ww_status ww_store_moved_faces(ww_library *library, const ww_person_ids *numbers, const ww_move *moves, size_t count,
                               const int32_t *emptied, size_t emptied_count, ww_error *err);
void ww_person_ids_free(ww_person_ids *numbers);

#endif
