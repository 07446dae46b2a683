// SPDX-License-Identifier: MIT
// Decisions: what the user said about faces and people, kept in the store's journal and replayed whenever faces are sorted.
//
// The journal is append-only; undo and redo are entries too. A face is named by its key (content hash of its source, time, box),
// never by a number that a re-run may change, so decisions survive re-clustering, other thresholds, a scan with other models (a
// key finds the face of the same source and time whose box overlaps it most, by half at least) and footage that is away for a
// while (its decisions wait).
#ifndef WW_JOB_DECISIONS_H
#define WW_JOB_DECISIONS_H
#include "base/vector.h"
#include "cluster/cluster.h"
#include "job/library.h"

typedef struct ww_face_key {
    uint64_t source; // content hash
    int64_t time_us;
    float x, y, width, height; // pixels of the upright full-size source frame
} ww_face_key;

// Whom the user made: a group of faces held together by decisions, with or without a name.
typedef struct ww_identity {
    int64_t id;   // WW_IDENTITY_ID of the journal's entry that made it (journal.h)
    char *name;   // owned; NULL: none was given
    bool ignored; // strangers: sorted, but not written as people
} ww_identity;

// What the decisions say of the faces at hand. Faces are indices into the list given.
typedef struct ww_decided {
    int32_t *identity; // for each face: its index in `identities`, or -1: nothing was decided about it
    WW_VECTOR(ww_identity) identities;
    // Consistent with each other (what was decided last wins): links for the cluster room. Faces of one identity are linked in a
    // chain; two identities of different names, a rejected face and the identity it was taken from, and the two sides of a
    // parting or of `different` cannot be together (one link for each pair of groups is enough).
    WW_VECTOR(ww_pair) must, cannot;
    WW_VECTOR(int64_t) cannot_entry; // for each of `cannot`: number of the journal's entry that parts the two; 0: their names do
    int64_t *entry;                  // for each face: number of the last entry that put it where it is; 0: none did
    WW_VECTOR(uint32_t) nobody; // faces that are to stay unsorted
    WW_VECTOR(uint32_t) discarded; // of these, faces whose portraits nobody wants to see
} ww_decided;

// Replays the journal over `count` faces (in the order of ww_store_faces). No journal: all empty.
// (journal.h has the same over a journal already read.)
ww_status ww_decisions_replay(ww_library *library, const ww_face_key *faces, size_t count, ww_decided *decided, ww_error *err);
void ww_decided_free(ww_decided *decided);

#endif
