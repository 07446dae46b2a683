// SPDX-License-Identifier: MIT
// What the journal's replay (decisions.h) leaves for those who sort and show faces.
#ifndef WW_LIBRARY_DECIDED_H
#define WW_LIBRARY_DECIDED_H
#include "base/box.h"
#include "base/vector.h"
#include "cluster/cluster.h"
#include <stdbool.h>

// Whom the user made: a group of faces held together by decisions, with or without a name.
typedef struct ww_identity {
    int64_t id;   // WW_IDENTITY_ID of the journal's entry that made it (journal.h)
    char *name;   // owned; NULL: none was given
    bool ignored; // strangers: sorted, but not written as people
} ww_identity;

typedef struct ww_decided_box {
    uint32_t face;
    ww_box box; // pixels of the upright source frame
} ww_decided_box;

// What the decisions say of the faces at hand. Faces are indices into the list given.
typedef struct ww_decided {
    int32_t *identity; // for each face: its index in `identities`, or -1: nothing was decided about it
    WW_VECTOR(ww_identity) identities;
    // Consistent with each other (what was decided last wins): links for the cluster room. Faces of one identity are
    // linked in a chain; two identities of different names, a rejected face and the identity it was taken from, and the
    // two sides of a split or of `different` cannot be together (one link for each pair of groups is enough).
    WW_VECTOR(ww_pair) must, cannot;
    // for each of `cannot`: number of the journal's entry that parts the two; 0: their names do
    WW_VECTOR(int64_t) cannot_entry;
    int64_t *entry;                  // for each face: number of the last entry that put it where it is; 0: none did
    WW_VECTOR(uint32_t) nobody;      // faces that are to stay unassigned
    WW_VECTOR(ww_decided_box) boxes; // of faces whose box was corrected; of one face the last
    WW_VECTOR(uint32_t) discarded;   // of these, faces whose portraits nobody wants to see
    WW_VECTOR(uint32_t) absent;      // of these, what is no face: without a row and a label
    WW_VECTOR(uint32_t) covers;      // faces chosen to be shown first of their persons'; of a person the last counts
} ww_decided;

void ww_decided_free(ww_decided *decided);
bool ww_decided_is_discarded(const ww_decided *decided, size_t face);
// The box that the face is shown with: the corrected one; `found` if none was corrected.
ww_box ww_decided_box_now(const ww_decided *decided, size_t face, ww_box found);

#endif
