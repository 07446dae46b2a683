// SPDX-License-Identifier: MIT
// What the cosine of two templates says about whether they are one person, in nats: the logarithm of how many times
// likelier it is of one person than of two. Two sharp faces half alike are one; two blurred ones as much alike may be
// anybody.
//
//     (1, low, high, s, k, low^2) x weights x (1, c, c^2)
//
// with the cosine c, the lower and the higher of the two qualities, s = log2(smaller face / 32 px) and k = log2(fewer
// frames). Where the parabola would turn it is taken for level, and nothing speaks more strongly against than -6.
#ifndef WW_CLUSTER_CALIBRATION_H
#define WW_CLUSTER_CALIBRATION_H

typedef struct ww_clarity { // how well a template shows its person
    double quality;         // 0..1, see face/quality.h
    double size_px;         // of the face in its frame, the root of its box's area
    double frames;          // it was made of
} ww_clarity;

// Of a face of ordinary footage, for those of whom nothing is known.
extern const ww_clarity ww_clarity_ordinary;

double ww_calibrated_evidence(double cosine, const ww_clarity *a, const ww_clarity *b);

// The cosine at which two ordinary templates have this evidence.
double ww_calibrated_cosine(double evidence);

#endif
