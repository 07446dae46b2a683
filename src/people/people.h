// SPDX-License-Identifier: MIT
// Faces become people: what is known of them beforehand, a method and its threshold, the sort, and who of the people
// there were before each group is. The sources are not touched.
#ifndef WW_PEOPLE_PEOPLE_H
#define WW_PEOPLE_PEOPLE_H
#include "library/decided.h"
#include "library/catalog.h"
#include "library/settings.h"

typedef struct ww_people_input { // all borrowed
    ww_library *library;
    const ww_catalog *faces;
    const ww_decided *decided;
    const ww_sort_settings *settings; // what is asked for
    int threads;                      // at least 1
} ww_people_input;

// A sort in steps: what is read from the store, the sort itself, which does not touch the store, and storing who is
// who, and the settings. *sorting is the caller's (ww_people_end), also after a failure. *result: all but wall_s.
typedef struct ww_people_sorting ww_people_sorting;
ww_status ww_people_begin(const ww_people_input *in, ww_people_sorting **sorting, ww_error *err);
ww_status ww_people_compute(ww_people_sorting *sorting, ww_error *err);
ww_status ww_people_store(ww_people_sorting *sorting, ww_cluster_result *result, ww_error *err);
// The same after decisions, from what the last sort found on its way; the faces need no vectors. *found: there is
// something, of these faces as they are and of these settings, and it heeded the decisions up to *journal. *done: who
// is who, as sorting everything anew would find; else so much has changed that everything is better sorted anew.
// `faces` are those of the input. See sort_again.h.
ww_status ww_people_recall(const ww_people_input *in, ww_people_sorting **sorting, bool *found, int64_t *journal,
                           ww_error *err);
ww_status ww_people_compute_again(ww_people_sorting *sorting, ww_catalog *faces, const ww_decided *before, bool *done,
                                  ww_error *err);
void ww_people_end(ww_people_sorting *sorting);

// label: of each face, in the order of ww_store_faces; negative: nobody. Borrowed for the call.
typedef ww_status ww_on_labels(void *user, double threshold, const int32_t *label, ww_error *err);

// Sorts as these would, at each of these thresholds of the method in turn, and stores nothing. A callback's
// non-OK return ends it with that status.
ww_status ww_people_try(const ww_people_input *in, const double *threshold, size_t count, ww_on_labels *on_labels,
                        void *user, ww_error *err);

#endif
