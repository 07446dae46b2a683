// SPDX-License-Identifier: MIT
// The sort after a decision, from what the last one found: the same people that sorting everything anew would give, at
// the cost of what the decision touches.
//
// Why that is the same. Average linkage joins two clusters only where some face of one is within the threshold of some
// face of the other, and joining two never brings them nearer to a third. So clusters that no decision touches and that
// have no touched face within the threshold are put together as before. Those that have one (the ring) are sorted again
// along with the touched ones; if one of them comes out differently, it counts as touched and its own ring is looked
// at, until none does. The threshold does not depend on decisions (people.c).
//
// A whole cluster of seed faces that a decision makes a person, and nothing else, is not even touched: held together
// beforehand it joins at no step what it did not join at the end, for its distance from anything is a mean of the
// distances of its parts, none of which was joined with that.
//
// Who joins afterwards is asked again where the people within reach have changed, with all who have a voice there.
// Exact but for distances that are equal to the last bit, where linkage has no one answer.
#ifndef WW_PEOPLE_SORT_AGAIN_H
#define WW_PEOPLE_SORT_AGAIN_H
#include "people/sort.h"

typedef struct ww_sort_again_input {     // all borrowed
    ww_catalog *faces;                   // vectors are added when they are needed
    const ww_decided *before, *after;    // decisions the last sort heeded, and those that stand now
    const ww_evidence_options *evidence; // must_alone is not looked at
    const ww_sort_options *options;      // as the last sort used them; state: what it left, to be brought up to date
} ww_sort_again_input;

// label: faces->face.count entries, as ww_sort_faces would fill them. *done: false where so much is touched that
// everything is better sorted anew; label and state are then of no use.
ww_status ww_sort_again(const ww_sort_again_input *in, int32_t *label, bool *done, ww_error *err);

#endif
