// SPDX-License-Identifier: MIT
// Sorting faces into people: seed faces start people, by one of the cluster room's methods and within what is known of
// them; low-quality ones (small, blurred, turned away) only join, where they are near to one. A chain of blurred faces,
// which all look alike, can so not tie people together; and where more would join than started it, what draws them is
// their blur, and none does.
//
// With a context a person needs one face that can surely be told apart: what never had one is a chair's carved head, a
// banner, a logo, or somebody whom nobody could name from these pictures.
#ifndef WW_PEOPLE_SORT_H
#define WW_PEOPLE_SORT_H
#include "people/context.h"
#include "people/evidence.h"
#include "people/sort_state.h"

typedef struct ww_sort_options {
    const ww_method *method;
    double threshold;               // the method's
    const ww_face_context *context; // of the method "templates" alone, which needs it
    int min_size;                   // clusters of fewer seed faces are nobody's; with a context: of fewer faces
    double min_quality;             // with a context: clusters without a face of that quality are nobody's
    int min_samples;                // dbscan alone
    const ww_face_grade *grade;     // a face each
    // Euclidean distance within which left-over faces join their nearest; 0: they do not. With a context only whether
    // they do counts: they join by evidence.
    double join;
    ww_sort_state *state; // filled with what the sort finds on its way, for a method that is local; may be NULL
    int threads;
    ww_cluster_progress progress;
    void *user;
} ww_sort_options;

// label: faces->face.count entries. Faces held together by the evidence get the same label; whom a decision made a
// person is one, however few the faces.
ww_status ww_sort_faces(const ww_catalog *faces, const ww_decided *decided, const ww_evidence *evidence,
                        const ww_sort_options *options, int32_t *label, ww_error *err);

#endif
