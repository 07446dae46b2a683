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

// Replaces the clusters in `label` (0, 1, ..., WW_NOBODY) by numbers of people.
ww_status ww_assign_person_ids(ww_library *library, const ww_catalog *faces, const ww_decided *decided, int32_t *label,
                               ww_person_ids *numbers, ww_error *err);
// Writes them into the store, inside the caller's transaction.
ww_status ww_store_person_ids(ww_library *library, const ww_catalog *faces, const int32_t *number,
                              const ww_person_ids *numbers, ww_error *err);
void ww_person_ids_free(ww_person_ids *numbers);

#endif
