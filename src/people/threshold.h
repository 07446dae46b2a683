// SPDX-License-Identifier: MIT
// A threshold that sets itself. People seen at once are different; their distances, taken as normal about their median,
// tell how often two strangers come closer than any threshold (false merge). Faces of one track are the same person;
// how many of them lie farther apart tells how often a person is split (false split), from below: a track has one light
// and one mood.
//
// Purity comes first: merging two folders is a second's work, splitting one is misery. So the threshold is the one at
// which, of all pairs of tracks there are, a single one of strangers is expected to come closer. More footage has more
// pairs that can go wrong, and gets a smaller threshold. With too little evidence the model's own threshold is taken,
// made smaller by the same rule; with more, what the footage says counts for its number of pairs, and what all footage
// has shown before for fifty.
#ifndef WW_PEOPLE_THRESHOLD_H
#define WW_PEOPLE_THRESHOLD_H
#include "people/evidence.h"

// Average linkage goes by the mean over pairs, DBSCAN by the nearest: the one's threshold lies that much above the
// other's eps.
#define WW_LINKAGE_PER_EPS 1.2
#define WW_THRESHOLD_PAIRS_MIN 30 // of people seen at once; with fewer the tail is a guess
#define WW_THRESHOLD_GROUPS 100   // tracks (or lone faces) for which a model's own threshold is meant

typedef struct ww_threshold {
    double value;           // for average linkage, Euclidean
    bool measured;          // from the evidence
    size_t same, different; // pairs of either kind
    bool starved;           // no memory to measure: not to be used
    // of the distances of different people: as the model's threshold implies, moved by what was measured
    double mean, deviation;
} ww_threshold;

// model: the model's threshold; groups: tracks and lone faces to be sorted.
ww_threshold ww_threshold_choose(const ww_evidence *evidence, double model, size_t groups);

// The model's own, made smaller by the same rule and by nothing that was measured.
double ww_threshold_of_model(double model, size_t groups);

// Share of pairs of different people expected within `value`, and of the pairs of one person that lie beyond it (0 when
// there are none to go by).
double ww_threshold_false_merge(const ww_threshold *threshold, double value);
double ww_threshold_false_split(const ww_evidence *evidence, double value);

#endif
