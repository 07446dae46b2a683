// SPDX-License-Identifier: MIT
// What is known of faces before they are compared: the user's decisions, and, unless decisions alone are to count,
// tracks and faces seen at once.
//
// The stronger word wins, so that the links never contradict each other: decisions, then tracks, then frames. Two faces
// seen at once are two people, except where one picture shows somebody twice (a mirror, a split screen, a picture in
// the picture): faces that look as alike as two pictures of one face at one moment do. Those are counted and their
// links left out.
#ifndef WW_PEOPLE_EVIDENCE_H
#define WW_PEOPLE_EVIDENCE_H
#include "base/vector.h"
#include "cluster/cluster.h"
#include "library/decided.h"
#include "people/grade.h"

// Two pictures of one face at one moment: root mean square distance, as a share of the distance within which average
// linkage joins.
#define WW_DUPLICATE_SHARE 0.6

enum { WW_FACES_AT_ONCE_MAX = 256 }; // of a larger crowd nobody is told apart by being in one picture

typedef struct ww_evidence {
    WW_VECTOR(ww_pair) must, cannot; // indices of faces; free of contradictions
    WW_VECTOR(ww_pair) at_once;      // on one photo: most likely two people
    // distances: of faces a track apart in time, of tracks (or lone faces) seen at once
    WW_VECTOR(float) same, different;
    int64_t duplicate_appearances; // pairs of tracks (or lone faces) taken for one person shown twice
} ww_evidence;

typedef struct ww_evidence_options {
    double linkage;             // the model's threshold for average linkage, Euclidean
    const ww_face_grade *grade; // a face each; only good ones tell about distances
    bool decisions_alone;       // neither tracks nor faces seen at once
    bool must_alone;            // `must` alone is wanted, with the decided `cannot`; the catalog needs no vectors
} ww_evidence_options;

ww_status ww_evidence_find(const ww_catalog *faces, const ww_decided *decided, const ww_evidence_options *options,
                           ww_evidence *evidence, ww_error *err);
void ww_evidence_free(ww_evidence *evidence);

#endif
