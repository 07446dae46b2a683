// SPDX-License-Identifier: MIT
// Templates: one direction for several vectors of one person, and what is known beside it.
//
// The template of a group is the mean of its vectors, each counting by its weight, brought to length 1; that of a
// cluster the mean of its groups' templates, each counting by its vectors, brought to length 1 again. What is noise in
// a single vector (blur, few pixels, a turned head) differs from one to the next and averages out; what is the person
// stays.
//
// The evidence that two templates are one person, in nats, is what calibration.h makes of their cosine and of how well
// they show their person, plus what is around them: the sum over kinds of weight x mean over pairs of (neutral -
// unlikeness). The mean goes over all pairs of a vector of one with a vector of the other; pairs of different scenes,
// and those where one was not seen, count 0: they say nothing. Unlikeness is 1 minus the sum of the products of the
// roots (Bhattacharyya's coefficient).
//
// Two of different recordings are less likely one person beforehand, and what photo_evidence.h says counts, too, each
// track being one photo of its template's quality: people change from one recording to another as they do from photo to
// photo, and of many recordings the model knows the mean so well that two men who look alike stay two. Where it says
// less than their cosine alone, it is taken at its word; where it says more, by a fourth.
//
// Embedders differ in how far apart people are. Their distances are brought to the calibrated ones by the threshold:
// two ordinary templates that distance apart, with nothing around them, have just the evidence that is enough.
#ifndef WW_CLUSTER_TEMPLATE_H
#define WW_CLUSTER_TEMPLATE_H
#include "cluster/calibration.h"
#include "cluster/cluster.h"
#include "cluster/kernels.h"
#include "cluster/links.h"
#include "cluster/photo_evidence.h"

// Nats that are enough for one person: with a hundred tracks, 5000 pairs, each e^4.5 = 90 times likelier of one than of
// two. On twelve clips 4 to 5 sort equally well, whichever of them is left out; at 5.5, where clear faces are asked for
// less likeness, strangers are joined in one, at 3.5 poor faces in another.
#define WW_EVIDENCE_ENOUGH 4.5

// Nats that are missing unless both are of one and the same recording: people seldom come over from one to another.
// With 1.5 to 2.5 of them no face of the twelve clips in one library is in a folder of another clip, with 1 three to
// five of 700 are; of clips cut into recordings of 10 s mean F1 is 0.938 at 1, 0.935 at 2, 0.934 at 3
// (docs/accuracy.md).
#define WW_EVIDENCE_ACROSS_RECORDINGS 2.0
// How far the evidence of two of different recordings goes from the calibrated one to the photos' where that is more.
// On twelve clips each cut into recordings of 10 s mean F1 is 0.919 at 0, 0.941 at a fourth and 0.945 at 0.4, precision
// 0.994 to 0.995; of all clips in one library no face is in another clip's folder up to a third, two are at 0.4
// (docs/accuracy.md; with version 4 of the embedder).
#define WW_PHOTO_SHARE_ACROSS_RECORDINGS 0.25
// Nats against two being one person for each photo that shows both. Of photos with two faces one in twenty shows
// somebody twice (a collage, a poster behind) or a face that was sorted wrongly; 2 and 3 sort equally well, with 8 one
// such photo keeps two folders of fifty apart.
#define WW_EVIDENCE_SEEN_AT_ONCE 3.0

#define WW_RECORDINGS_SEVERAL (UINT32_MAX - 1) // what a template is of when its vectors are of more than one

typedef struct ww_template_scene { // of a template, in one scene
    uint32_t scene;
    double seen[WW_CONTEXT_KINDS_MAX]; // vectors with a histogram of the kind
    // kinds x bins: of their roots, each group's mean brought to length `seen`; owned
    float *sum;
} ww_template_scene;

typedef struct ww_template_scenes {
    ww_template_scene *item; // by scene, ascending
    size_t count;
} ww_template_scenes;

typedef struct ww_templates {
    size_t count;
    int dim;
    const ww_cluster_kernels *kernels;
    const ww_context *context;    // NULL: none
    double scale;                 // of squared distances, to the calibrated ones
    float *direction;             // count x dim, length 1
    double *magnitude;            // count: length of the sum the direction was made of
    double *length_squared;       // count: mean of the vectors'
    double *size;                 // count: vectors; 0: none that is finite, and no template
    double *weight;               // count: sum of the vectors'
    ww_clarity *clarity;          // count
    uint32_t *recording;          // count
    double *length, *precision;   // count: as a group of photos, see photo_evidence.h; a track is one
    ww_photo_side *photos;        // count: of these
    ww_template_scenes *settings; // count
} ww_templates;

// All without vectors. context is borrowed. WW_ERR_MEMORY.
ww_status ww_templates_make(ww_templates *t, size_t count, int dim, const ww_context *context, double threshold,
                            ww_error *err);
void ww_templates_free(ww_templates *t);
// Template `at` becomes that of these members (indices of `vectors`), in their order.
ww_status ww_template_of_group(ww_templates *t, size_t at, const float *vectors, const uint32_t *member, size_t members,
                               ww_error *err);
// Adds template b to a; b is left without vectors.
ww_status ww_template_absorb(ww_templates *t, size_t a, size_t b, ww_error *err);
// As above, in nats; both must have vectors. Between photos a negative one may be bounded from above only
// (ww_photo_evidence_of).
double ww_template_evidence(const ww_templates *t, size_t a, size_t b);

#endif
