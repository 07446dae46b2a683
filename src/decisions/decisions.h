// SPDX-License-Identifier: MIT
// Decisions: what the user said about faces and people, kept in the store's journal and replayed whenever faces are
// sorted.
//
// The journal is append-only; undo and redo are entries too. A face is named by its key (content hash of its source,
// time, box), never by a number that a re-run may change, so decisions survive re-clustering, other thresholds, a scan
// with other models (a key finds the face of the same source and time whose box overlaps it most, by half at least) and
// footage that is away for a while (its decisions wait).
#ifndef WW_DECISIONS_DECISIONS_H
#define WW_DECISIONS_DECISIONS_H
#include "library/decided.h"
#include "library/catalog.h"
#include "decisions/journal.h"
#include "library/library.h"

// Replays the journal over `count` faces (in the order of ww_store_faces). No journal: all empty.
ww_status ww_decisions_replay(ww_library *library, const ww_face_key *faces, size_t count, ww_decided *decided,
                              ww_error *err);
ww_status ww_decisions_replay_catalog(ww_library *library, const ww_catalog *faces, ww_decided *decided, ww_error *err);
// The same over a journal already read.
ww_status ww_decisions_replay_journal(const ww_journal *journal, const ww_face_key *faces, size_t count,
                                      ww_decided *decided, ww_error *err);

// For each entry of the journal, whether what it says holds in the end, after all that was said later, and the number
// of the entry that moved a face of it last (0: none did). `verdict`: room for as many as there are entries.
typedef struct ww_entry_verdict {
    bool held;
    int64_t by;
} ww_entry_verdict;
ww_status ww_decisions_judge(const ww_journal *journal, const ww_face_key *faces, size_t count,
                             ww_entry_verdict *verdict, ww_error *err);

// Puts into the catalog what was decided about single faces: corrected boxes (face.x to height, and the box in the
// portrait; `found` stays), what is no face (face.absent), and the covers of persons.
ww_status ww_decisions_apply(ww_store *store, ww_catalog *catalog, ww_error *err);

#endif
