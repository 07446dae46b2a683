// SPDX-License-Identifier: MIT
// Five points of a face, as detectors, the store and the embedders pass them: x0, y0, ... x4, y4 are the eye at image
// left, the eye at image right, the tip of the nose, the mouth's corner at image left, the mouth's corner at image
// right.
#ifndef WW_BASE_LANDMARKS_H
#define WW_BASE_LANDMARKS_H

enum { WW_LANDMARKS = 5, WW_LANDMARK_VALUES = 2 * WW_LANDMARKS };

#endif
