// SPDX-License-Identifier: MIT
// From keys to faces: which of the faces at hand each key of the journal speaks of.
#ifndef WW_DECISIONS_DECISIONS_MATCH_H
#define WW_DECISIONS_DECISIONS_MATCH_H
#include "decisions/journal.h"
#include "library/face_index.h"

// Nodes are the faces at hand (0 .. faces - 1), then faces the journal knows that are not at hand.
typedef struct ww_nodes {
    size_t count;
    uint32_t *of_key; // for each key of each operand of each standing entry, in that order
    size_t keys;
} ww_nodes;

ww_status ww_nodes_match(const ww_journal *journal, const ww_face_key *faces, size_t count, ww_nodes *nodes,
                         ww_error *err);
void ww_nodes_free(ww_nodes *nodes);

#endif
