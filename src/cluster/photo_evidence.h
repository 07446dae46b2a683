// SPDX-License-Identifier: MIT
// What photos say about whether two groups of them show one person, in nats. Where the constants come from:
// docs/clustering.md.
//
// Photos of a person differ more than the frames of a track do, and there may be one of them or fifty. They are taken
// for draws of a two-covariance model (Brümmer and de Villiers, The speaker partitioning problem, 2010): people's
// directions are spread evenly, and a photo is its person's direction times a, plus noise that makes its length 1; the
// clearer the photo, the larger a. A group's photos come down to the sum of their unit vectors, each times its weight,
// and to a precision. The evidence is how many times likelier the photos of both groups are of one direction than of
// two, and takes the number of photos as it comes: what is enough for two photos is enough for two groups of fifty.
#ifndef WW_CLUSTER_PHOTO_EVIDENCE_H
#define WW_CLUSTER_PHOTO_EVIDENCE_H

// Of a photo of this quality (0..1, face/quality.h): the factor of its unit vector in its group's sum, and what it adds
// to the group's precision.
double ww_photo_weight(double quality);
double ww_photo_precision(double quality);

typedef struct ww_photo_group {
    double length;    // of the sum of its photos' unit vectors, each times its weight
    double precision; // the sum of its photos'
} ww_photo_group;

// A group as pairs of it are compared: what does not depend on the other is computed once.
typedef struct ww_photo_side {
    double length, squared, precision; // of what the group says of its person
    double log_precision, likelihood;
} ww_photo_side;
ww_photo_side ww_photo_side_of(const ww_photo_group *group);
// The evidence of two such; where it is surely negative, any negative number that is not below it.
double ww_photo_evidence_of(const ww_photo_side *a, const ww_photo_side *b, double cosine);

// cosine: between the two sums. Positive: one person is likelier than two.
double ww_photo_evidence(const ww_photo_group *a, const ww_photo_group *b, double cosine);

#endif
