// SPDX-License-Identifier: MIT
#include "cluster/photo_evidence.h"

#include <math.h>

// The cosine between a photo of quality q and its person's direction: the root of the median cosine between two photos
// of one person, both of that quality, on 3,203 photographs of 294 people of CelebA (0.70 at 0.6, 0.75 at 0.7, 0.87 at
// 0.9; training/photo_model.py). A straight line through these, level at the end.
#define LIKENESS_AT_0 0.32
#define LIKENESS_PER_QUALITY 0.62
#define LIKENESS_MAX 0.88
// Cosines between photos of strangers there have mean 0.05 and deviation 0.1, as if vectors had 100 dimensions. Means
// of many photos, from which the noise is gone, spread more, as if they had 80.
#define DIMENSIONS 80.0
// Taken for the mean cosine of strangers. From 0.02 to 0.05 the photo sets of docs/accuracy.md sort equally well.
#define STRANGERS_COSINE 0.03
// Two groups of photos of one person each have something of their own, however many photos they are (a beard,
// sunglasses, years): noise with a quarter of the variance between people. Without it fifty photos of one person and
// ten stay apart; at 0.35 strangers begin to be joined. Chosen on other people of CelebA, on VGGFace2 and lfw_dev
// (docs/accuracy.md).
#define GROUP_NOISE 0.25

static double likeness(double quality)
{
    return fmin(LIKENESS_AT_0 + LIKENESS_PER_QUALITY * fmax(quality, 0), LIKENESS_MAX);
}

double ww_photo_weight(double quality)
{
    const double a = likeness(quality);
    return a / (1 - a * a);
}

double ww_photo_precision(double quality) { return likeness(quality) * ww_photo_weight(quality); }

// What the group says of its person, once the noise it has as a group is added.
static ww_photo_group about_person(const ww_photo_group *g)
{
    const double share = 1 / (1 + GROUP_NOISE * g->precision);
    return (ww_photo_group){share * g->length, share * g->precision};
}

// Twice the log-likelihood of the photos per dimension, without the terms that one person and two have in common.
static double likelihood(double squared_length, double precision)
{
    return squared_length / (1 + precision) - log1p(precision);
}

ww_photo_side ww_photo_side_of(const ww_photo_group *group)
{
    const ww_photo_group x = about_person(group);
    return (ww_photo_side){.length = x.length,
                           .squared = x.length * x.length,
                           .precision = x.precision,
                           .log_precision = log1p(x.precision),
                           .likelihood = likelihood(x.length * x.length, x.precision)};
}

// The squared length of both groups' sum, centred at the strangers' cosine.
static double joint_squared(const ww_photo_side *x, const ww_photo_side *y, double cosine)
{
    const double centred = (cosine - STRANGERS_COSINE) / (1 - STRANGERS_COSINE);
    return x->squared + y->squared + 2 * (x->length * y->length * centred);
}

static double evidence(const ww_photo_side *x, const ww_photo_side *y, double joint)
{
    return DIMENSIONS / 2 * (likelihood(joint, x->precision + y->precision) - x->likelihood - y->likelihood);
}

// Most pairs are strangers, told by a bound: log(1 + p + q) = log(1 + p) + log(1 + r) with r = q / (1 + p), and
// log(1 + r) >= 2 r / (2 + r).
double ww_photo_evidence_of(const ww_photo_side *x, const ww_photo_side *y, double cosine)
{
    const double joint = joint_squared(x, y, cosine), q = y->precision;
    const double least_log = x->log_precision + 2 * q / (2 * (1 + x->precision) + q);
    const double most = joint / (1 + x->precision + q) - least_log - x->likelihood - y->likelihood;
    return most < 0 ? DIMENSIONS / 2 * most : evidence(x, y, joint);
}

double ww_photo_evidence(const ww_photo_group *a, const ww_photo_group *b, double cosine)
{
    const ww_photo_side x = ww_photo_side_of(a), y = ww_photo_side_of(b);
    return evidence(&x, &y, joint_squared(&x, &y, cosine));
}
