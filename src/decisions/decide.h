// SPDX-License-Identifier: MIT
// What the jobs that write into the journal share.
#ifndef WW_DECISIONS_DECIDE_H
#define WW_DECISIONS_DECIDE_H
#include "library/recorded.h"
#include "decisions/roster.h"

// Appends the entry to the journal as part of *batch (0: it begins one). Inside the caller's transaction.
ww_status ww_take_down(ww_roster *roster, ww_entry *entry, int64_t *batch, ww_error *err);
// Fills the entry: the marked faces of this person are not the person.
ww_status ww_reject_from(ww_roster *roster, size_t person, const bool *marked, ww_entry *entry, ww_error *err);
// "1 face", "12 faces"; the caller's (free).
char *ww_faces_counted(size_t count);

// ww_library_decide.
ww_status ww_decide(ww_library *library, const ww_decision *decision, ww_decision_result *result, ww_error *err);

// ww_library_part.
ww_status ww_part_person(ww_library *library, const char *who, int apply, ww_part_proposal *proposal,
                         ww_decision_result *result, ww_error *err);

#endif
