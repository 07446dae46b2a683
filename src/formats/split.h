// SPDX-License-Identifier: MIT
// A split without leaks. Frames hang together in groups: those that share a track, and those that show near-duplicates
// of one person. A group lies on one side.
//
// The groups are gone through in the order of the library (footage that joins later comes later). The first group of a
// person goes to train, the second to val, the third to test; where the people of a group disagree, train comes before
// val and val before test. Every other group goes where the hash of its first frame (content of the source, time, seed)
// says. So footage that is added moves no face that was there, unless it ties two groups together. A person of several
// groups may yet be missing on a side where all of them are shared with people who needed another; the data card says
// who.
#ifndef WW_FORMATS_SPLIT_H
#define WW_FORMATS_SPLIT_H
#include "formats/dataset.h"

// The bound below which faces are near-duplicates, as a share of the embedder's eps. Measured with the built-in
// embedder (eps 0.95): of different photos of one person in lfw_dev the nearest pair is at 0.385, that is 0.41 eps,
// while a tenth of the pairs within one track of footage lie below 0.281, 0.30 eps.
#define WW_NEAR_DUPLICATE_EPS_SHARE 0.3

// Fills group, side, groups, faces, closest and the figures of the classes.
ww_status ww_dataset_split(ww_dataset *set, ww_error *err);

#endif
