// SPDX-License-Identifier: MIT
// A split without leaks. Frames that share a track or a shot are a group; a group lies on one side. Where two frames of
// different groups show near-duplicates of one person and the groups lie on two sides, the later frame is dropped.
//
// The groups are gone through in the order of the library (footage that joins later comes later), and each looks at
// those before it only, so that footage that is added moves no face that was there. The first group of a person goes to
// train, the second to val, the third to test; where the people of a group disagree, train comes before val and val
// before test. Every other group goes where the hash of its first frame (content of the source, time, seed) says. A
// group goes to train all the same where somebody would have far more faces in val or test by it than in train (more
// than twice as many and eight): a long film behind a few photos. If more than half of a group's frames would have to
// be dropped where it is to go, it goes where the fewest are. So footage in which everything is near-duplicate (a
// person at a desk for an hour) lies in train as a whole. The data card says who is missing where.
#ifndef WW_FORMATS_SPLIT_H
#define WW_FORMATS_SPLIT_H
#include "formats/dataset.h"

// The bound below which faces are near-duplicates, as a share of the embedder's eps. Measured with the built-in
// embedder (eps 0.95): of different photos of one person in lfw_dev the nearest pair is at 0.385, that is 0.41 eps,
// while a tenth of the pairs within one track of footage lie below 0.281, 0.30 eps.
#define WW_NEAR_DUPLICATE_EPS_SHARE 0.3

// Fills group, side, dropped, groups, faces, closest and the figures of the classes. `shot` and `chosen` are there.
ww_status ww_dataset_split(ww_dataset *set, ww_error *err);

#endif
