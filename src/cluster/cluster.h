// SPDX-License-Identifier: MIT
// Clustering: plain arrays in, labels out. Vectors are N x dim float32, row-major, contiguous.
#ifndef WW_CLUSTER_CLUSTER_H
#define WW_CLUSTER_CLUSTER_H
#include "base/error.h"
#include "whoswho/distribute.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WW_NOBODY (-1) // label of a vector that belongs to no cluster (DBSCAN's noise)

struct ww_cluster_kernels;
struct ww_method_problem;

// Called now and then, one thread at a time, with a share from 0 to 1; non-zero cancels (WW_ERR_CANCELLED).
typedef int (*ww_cluster_progress)(void *user, double share_done);

// ---- All methods behind one call ------------------------------------------------------------------------------------

// What is known of some vectors. Must-links are transitive (a track is a chain of them) and cannot-links hold for
// everything linked to either end. Vectors seen at once are seldom of one person: methods that weigh evidence count
// that against a join, for all others it is a cannot-link. Zero value: nothing is known.
typedef struct ww_constraints {
    const ww_pair *must;
    size_t must_count;
    const ww_pair *cannot;
    size_t cannot_count;
    const ww_pair *at_once;
    size_t at_once_count;
} ww_constraints;

// What is known of vectors beside their values, for methods that go by it ("templates", see template.h). All borrowed;
// any may be NULL.
//
// Histograms, of colours for instance, mean something within one scene and nothing across two.
#define WW_NO_SCENE UINT32_MAX
#define WW_RECORDING_PHOTOS UINT32_MAX // the one that all photos together count as
enum { WW_CONTEXT_KINDS_MAX = 2 };
typedef struct ww_context_kind {
    const uint8_t *const *roots; // of each vector: square roots of the shares of a histogram, 255 for 1; NULL: not seen
    double weight;               // nats of evidence between histograms that are the same and those that share nothing
    double neutral;              // the unlikeness, 0..1, that speaks neither for one person nor for two
} ww_context_kind;
typedef struct ww_context {
    const float *quality, *size_px, *frames; // of each vector, see calibration.h; frames: how many it was made of
    const float *weight;                     // what it counts in its group's template, > 0
    const uint32_t *scene;                   // of each vector; WW_NO_SCENE: of none
    const uint32_t *recording;               // of each vector: the video, or several that are its parts
    ww_context_kind kind[WW_CONTEXT_KINDS_MAX];
    int kind_count, bins; // bins of each histogram
} ww_context;

// Zero value: the method's defaults, one thread, nothing known.
typedef struct ww_method_options {
    double threshold; // Euclidean distance; what it means to a method is said in the table of methods
    int min_samples;  // dbscan: points within the threshold, itself included, that make a core point
    // chinese-whispers, map-equation: how many nearest vectors within the threshold each is connected to
    int neighbours;
    int min_size;  // clusters of fewer vectors are nobody; 0: 2 (a single vector is nobody)
    uint64_t seed; // chinese-whispers, map-equation: order of the visits
    int threads;
    ww_constraints constraints;
    const ww_context *context;    // templates; may be NULL
    ww_cluster_progress progress; // may be NULL
    void *user;
    double recall, *found; // dbscan: see ww_dbscan_options; other methods refuse it
} ww_method_options;

typedef struct ww_method {
    const char *name;    // "templates", "dbscan", "plain-dbscan", "chinese-whispers", "hac", "map-equation"
    const char *summary; // one line, with what the threshold means
    ww_method_options defaults;
    // Its threshold is scikit-learn's eps: all vectors are alike, min_samples of them start a cluster, nobody joins
    // afterwards.
    bool by_density;
    // Average linkage alone: clusters that lie farther apart than the threshold do not influence each other, and faces
    // that it has put together it puts together again when they are linked beforehand.
    bool local;
    bool vectors_alone; // of what is known of faces beside their vectors only the user's decisions hold
    // The method itself, over the links prepared by ww_method_run (method.h).
    ww_status (*run)(const struct ww_method_problem *problem, uint32_t *cluster_of_group, ww_error *err);
} ww_method;

// Borrowed; *count methods, the first is the default.
const ww_method *ww_methods(size_t *count);
// Borrowed; NULL: there is none of this name.
const ww_method *ww_method_named(const char *name);

// Labels `count` vectors. Clusters are numbered 0, 1, ... by their lowest-numbered vector; whoever is in none gets
// WW_NOBODY. Vectors that must be together get the same label (both may be nobody), vectors that cannot be together
// never the same cluster. The result depends neither on `threads` nor on the order of the vectors, up to the numbering;
// but a border point of dbscan that is within reach of several clusters belongs, as in scikit-learn, to the one whose
// core points have the lowest numbers. labels: count entries, the caller's. WW_ERR_ARGUMENT: an option or an index out
// of range, or links that contradict each other (the message names two of the vectors).
ww_status ww_method_run(const ww_method *method, const float *vectors, size_t count, int dim,
                        const ww_method_options *options, int32_t *labels, ww_error *err);

// ---- Joining those who are there already ----------------------------------------------------------------------------

typedef struct ww_join_options {
    double distance_max; // to the vectors that vote, > 0
    int neighbours;      // how many nearest labelled vectors vote; 0: 5
    int threads;
    const bool *may_join; // count entries; NULL: everyone without a label may
    ww_constraints constraints;
    ww_cluster_progress progress; // may be NULL
    void *user;
} ww_join_options;

// Gives vectors that have no label (labels[i] < 0) that of their nearest labelled ones, the near ones counting more;
// whoever has none within the distance, or may go to none of theirs, is left alone. Labels that are there never change:
// for low-quality faces that may join a person but not found one, and for new footage that joins the people known
// already. Groups of must-links move as one (a group that has a labelled vector stays as it is), cannot-links are
// honoured for all who join. Independent of threads and of the order of the vectors.
ww_status ww_join_nearest(const float *vectors, size_t count, int dim, const ww_join_options *options, int32_t *labels,
                          ww_error *err);

typedef struct ww_join_templates_options {
    double threshold;          // as the method's
    double leeway;             // nats of evidence that may be missing to one who joins somebody of the same recording
    const ww_context *context; // may be NULL
    const bool *may_join;      // count entries; NULL: everyone without a label may
    ww_constraints constraints;
} ww_join_templates_options;

// The same for the results of "templates": groups without a label go to the template with most evidence for them, if it
// is enough, the clearest first. A group may join when one of its vectors may.
ww_status ww_join_templates(const float *vectors, size_t count, int dim, const ww_join_templates_options *options,
                            int32_t *labels, ww_error *err);

// ---- DBSCAN alone ---------------------------------------------------------------------------------------------------

typedef struct ww_dbscan_options {
    double eps;                   // Euclidean distance, > 0; <= counts as near
    int min_samples;              // points within eps, the point itself included, that make it a core point; >= 1
    int threads;                  // 0: one
    ww_cluster_progress progress; // may be NULL
    void *user;
    // Share of the near pairs that is enough, below 1: a search that goes with the root of the square, not with it; see
    // cells.h. 0: all of them. Needs finite values, and min_samples of at most WW_PARTS_SAMPLES_MAX.
    double recall;
    double *found;                            // share that was found of the near pairs of a sample; may be NULL
    const struct ww_cluster_kernels *kernels; // for tests (kernels.h); NULL: the fastest this processor runs
} ww_dbscan_options;

// DBSCAN (Ester, Kriegel, Sander, Xu 1996), exact; label for label what scikit-learn's DBSCAN(metric="euclidean")
// gives: clusters are numbered by their lowest-numbered core point; a border point within reach of several clusters
// belongs to the lowest numbered one. Distances are decided in double from the float32 values, as there. A vector with
// a value that is not finite is near nobody. labels: count entries, the caller's. Memory linear in count (no N x N
// matrix); the result does not depend on `threads`. WW_ERR_ARGUMENT: eps, min_samples, dim (1 to 8192) or count (to
// INT32_MAX) out of range. count 0 is fine.
ww_status ww_dbscan(const float *vectors, size_t count, int dim, const ww_dbscan_options *options, int32_t *labels,
                    ww_error *err);

#endif
