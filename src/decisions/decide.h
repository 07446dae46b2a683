// SPDX-License-Identifier: MIT
// Decisions into the journal.
#ifndef WW_DECISIONS_DECIDE_H
#define WW_DECISIONS_DECIDE_H
#include "decisions/people_view.h"

// Appends the entry to the journal as part of *batch (0: it begins one). Inside the caller's transaction.
ww_status ww_record_decision(ww_people_view *view, ww_entry *entry, int64_t *batch, ww_error *err);
// "1 face", "12 faces"; the caller's (free).
char *ww_faces_counted(size_t count);

// --- decide_faces.c: these fill the entry, also after a failure (ww_entry_free). marked: of each face of the catalog.
// The marked faces of this person are not the person.
ww_status ww_reject_from(ww_people_view *view, size_t person, const bool *marked, ww_entry *entry, ww_error *err);
// Kind and operands alone: the marked faces are nobody's, and the person they are taken from (SIZE_MAX: they are
// nobody's already) stays one, even if few faces are left.
ww_status ww_take_from(ww_people_view *view, size_t person, const bool *marked, ww_entry *entry, ww_error *err);
// The marked faces, all of them this person's, are another.
ww_status ww_split_from(ww_people_view *view, size_t person, const bool *marked, ww_entry *entry, ww_error *err);

// A decision as part of *batch (0: it begins one), inside the caller's transaction. `result` may be NULL.
ww_status ww_decide_within(ww_people_view *view, const ww_decision *decision, int64_t *batch,
                           ww_decision_result *result, ww_error *err);
// ww_library_decide, and the same over a view that is loaded; it speaks of what was decided before only after
// ww_people_view_reload.
ww_status ww_decide_in(ww_people_view *view, const ww_decision *decision, ww_decision_result *result, ww_error *err);
ww_status ww_decide(ww_library *library, const ww_decision *decision, ww_decision_result *result, ww_error *err);

// How the faces of a person fall into two: side[i] is 0 or 1 for the person's i-th face.
ww_status ww_split_sides(ww_people_view *view, size_t person, unsigned char *side, ww_split_proposal *proposal,
                         ww_error *err);

// ww_library_split.
ww_status ww_split_person(ww_library *library, const char *who, int apply, ww_split_proposal *proposal,
                          ww_decision_result *result, ww_error *err);

#endif
