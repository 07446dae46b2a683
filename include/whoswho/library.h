// SPDX-License-Identifier: MIT
// From footage to folders: models, a library, scan, cluster, export, and who is in it.
#ifndef WHOSWHO_LIBRARY_H
#define WHOSWHO_LIBRARY_H
#include "whoswho/base.h"
#ifdef __cplusplus
extern "C" {
#endif

// --- models ----------------------------------------------------------------------------------------------------------

typedef struct ww_models ww_models; // immutable; may be shared by libraries and threads

// What the networks compute in. In int8 (8-bit integers) the models compiled in take less than half the time and give
// the same answers on every processor; in float32 last digits depend on the processor. Models of files are always run
// in float32.
typedef enum ww_precision {
    WW_PRECISION_DEFAULT, // WW_PRECISION_FLOAT32
    WW_PRECISION_FLOAT32,
    WW_PRECISION_INT8,
} ww_precision;

typedef struct ww_model_options {
    size_t size; // set by the INIT macro
    // Path of a network (ONNX, or dlib's .dat and .dat.bz2), or the name of a pinned model that is here (below); NULL:
    // the one compiled in. detector may also be "hog", dlib's gradient detector (there if dlib's headers were when the
    // library was built), or a file of one; "cnn" is "mmod".
    const char *detector;
    const char *embedder;
    // Path or name of one of dlib's shape predictors (.dat, .dat.bz2; 5 or 68 points), asked for the landmarks of every
    // face; NULL: the detector's own. dlib's detectors find none, and dlib's embedders want them.
    const char *landmarks;
    int upsample; // dlib's detectors: so many times the picture is doubled before they look at it, at most 4
    // dlib's embedders: from 2 on, a face's vector is the mean over so many slightly moved copies, at most 1000
    int jitter;
    // WW_PRECISION_INT8 wants at least one model that is compiled in, else WW_ERR_UNSUPPORTED.
    ww_precision precision;
} ww_model_options;

WW_API ww_status ww_models_open(const ww_model_options *options, ww_models **models, ww_error *err);
WW_API void ww_models_close(ww_models *models);
WW_API const char *ww_models_detector_name(const ww_models *models); // as recognised: "SCRFD with keypoints"
WW_API const char *ww_models_embedder_name(const ww_models *models);
WW_API ww_precision ww_models_precision(const ww_models *models); // what they compute in; never WW_PRECISION_DEFAULT

// Models of others that can be had by name. Their files lie in $WHOSWHO_DATA, else $XDG_DATA_HOME/whoswho/models, else
// ~/.local/share/whoswho/models, and are known by their digests.
typedef enum ww_pinned_kind { WW_PINNED_DETECTOR, WW_PINNED_EMBEDDER, WW_PINNED_LANDMARKS } ww_pinned_kind;

typedef struct ww_pinned_model {
    const char *name; // "yunet": what ww_model_options take
    ww_pinned_kind kind;
    const char *file;    // name of its file
    const char *url;     // where it is downloaded from; $WHOSWHO_MODELS_URL/file if that is set
    int64_t bytes;       // 0: not known before it is here
    const char *licence; // in a word or two
    const char *terms;   // what to heed besides; NULL: nothing
    const char *origin;  // who made it, and by way of whom
    const char *about;   // what it is for
    const char *path;    // where the file is, or would be
    int here;            // whether it is there
} ww_pinned_model;

// All there are, here or not. Everything is borrowed for the call; a callback's non-zero return ends the walk.
WW_API ww_status ww_pinned_models(int (*on_model)(void *user, const ww_pinned_model *model), void *user, ww_error *err);

// Downloads one (https only), unless it is here and whole. The file gets its name when it is complete and verified; a
// download that was cut off goes on from there next time. WW_ERR_ARGUMENT: no model of this name. WW_ERR_FORMAT: what
// came is another file; it was removed. `callbacks` may be NULL.
WW_API ww_status ww_pinned_model_get(const char *name, const ww_callbacks *callbacks, ww_error *err);

// Whether the file is the one it should be. WW_ERR_NOT_FOUND: it is not here; WW_ERR_FORMAT: it is another.
WW_API ww_status ww_pinned_model_check(const char *name, ww_error *err);

// --- a library: one output folder and its store ----------------------------------------------------------------------

typedef struct ww_library ww_library;

typedef enum ww_library_flags {
    WW_LIBRARY_EXISTING = 0,
    WW_LIBRARY_CREATE = 1, // make the folder and an empty store when they are not there
} ww_library_flags;

// `callbacks` is copied; may be NULL. A second program on the same folder gets WW_ERR_STORE.
WW_API ww_status ww_library_open(const char *dir, int flags, const ww_callbacks *callbacks, ww_library **library,
                                 ww_error *err);
WW_API void ww_library_close(ww_library *library);
// ww_models_open, with what `options` (may be NULL) leave to the default as the library's faces were made: for scans
// that add to a library and whatever looks at faces beside it. A library that was never scanned into gets int8, and so
// does one that is yet to be made (NULL).
WW_API ww_status ww_library_models_open(ww_library *library, const ww_model_options *options, ww_models **models,
                                        ww_error *err);

// --- scan: footage in, faces into the store --------------------------------------------------------------------------

typedef struct ww_scan_options {
    size_t size;        // set by the INIT macro
    int64_t every_us;   // time between the frames looked at, microseconds; 0: one second
    int detect_size;    // long side of the picture the detector sees, pixels; 0: 640
    double min_face_px; // smallest face kept: shorter side of its box, pixels of the source; 0: all the detector finds
    double min_score;   // 0..1; negative: the detector's own
    int frame_max_px;   // long side of the stored frames, pixels; 0: 1280
    int threads;        // 0: all CPUs
    // Videos are looked at about five times a second, on frames that are decoded anyway: faces are followed, shots told
    // apart, and of each second the best frame is kept. 1: no; only the frames every_us apart, each by itself. (Samples
    // more than two seconds apart are always taken that way.)
    int no_track;
    // Frames larger than this are shrunk to fit, as RGB and by Lanczos, before anything looks at them, and are kept so;
    // both 0: not. The article's 700 x 500. Boxes stay in pixels of the source.
    int shrink_width, shrink_height;
    // The frame looked at for a sample of a video is the one on screen at k * every_us. 1: one near it (at most half of
    // every_us away) that costs less to decode; its own time is what is kept. Accuracy: docs/accuracy.md.
    int near_times;
    // 1: for a first look through an archive: of videos only the frames that cost least to decode,
    // without the codec's deblocking, no_track implied. Fewer faces and people are found.
    int fast;
    // Width of the stored portraits, pixels; 0: the article's 400, to which small ones are enlarged.
    // WW_PORTRAIT_AS_FILMED: as filmed, neither enlarged nor shrunk.
    int portrait_width;
    // 1: samples are counted, as the article does: of a video with r frames a second every (floor(r) + 1)th frame, the
    // first of them the (floor(r) + 3)th; no_track implied. Goes with no other way of sampling.
    int count_frames;
    // With shards > 0: only the share `shard` (1 .. shards) of the inputs is scanned, for libraries that are made on
    // many machines and joined (ww_library_join). The same inputs and options must be given for every shard. Shares are
    // of like size in bytes; a video that lies across the border of two is cut between two of its spans.
    int shard, shards;
    // Videos may be decoded by hardware. NULL or "none": not; "auto": by the first device that can be opened and knows
    // the video's format; "vaapi", "cuda" (NVDEC), "vdpau", or whatever else libavcodec knows: by that one, or
    // WW_ERR_ARGUMENT before any work; one of several is named as "cuda:1" or "vaapi:/dev/dri/renderD129". What the
    // hardware does not decode, or fails at, software does. Some formats (MPEG-2, MPEG-4 part 2) hardware may round
    // otherwise, which makes other pixels, so that videos decoded by it are scanned again where it is not asked for.
    const char *hwaccel;
} ww_scan_options;

#define WW_PORTRAIT_AS_FILMED (-1)

typedef struct ww_scan_result {
    size_t size;                                  // set by the INIT macro
    int64_t inputs, scanned, already, unreadable; // files: named or found; scanned now; known from before; failed
    // samples, and frames between them that were looked at for tracking only
    int64_t frames, intermediate_frames;
    int64_t faces; // found and kept in this scan
    // found but smaller than wanted; or for a moment only, by a detector not sure of them
    int64_t faces_small, faces_transient;
    int64_t damaged;                              // moments that could not be decoded
    double decode_s, detect_s, embed_s, encode_s; // CPU seconds by stage, all threads together
    double wall_s;
    // read, but not whole: damaged in part, or cut off; those known from before too. Each is logged
    int64_t damaged_files;
    // videos that hardware decoded, wholly or in part; for which it was asked and software did it, wholly or in part
    int64_t hwaccel_files, hwaccel_fallbacks;
} ww_scan_result;

// Each input is a video, a photo, or a folder of either (searched through, in order of name). Work is committed as it
// proceeds; a call that was cut off is continued by the next one with the same options. A file with the same content
// and options as one already in the library is not scanned again; with other options its faces are replaced. Where
// a file has changed since, its new content takes the place of the old, and decisions hold for it; where it was moved,
// the library follows; files that are gone are told (ww_library_forget). A file that cannot be read is logged, counted
// in result->unreadable and skipped; the call still returns WW_OK.
WW_API ww_status ww_library_scan(ww_library *library, const ww_models *models, const char *const *inputs, size_t count,
                                 const ww_scan_options *options, ww_scan_result *result, ww_error *err);

typedef struct ww_forget_result {
    size_t size;       // set by the INIT macro
    int64_t forgotten; // sources that left the library
    int64_t away;      // with `gone`: that stayed, because their drive or folder is not there, or is empty
} ww_forget_result;

// Takes sources out of the library, with the faces found in them: files named by path, all below a folder so named, and
// with `gone` those whose file was deleted or renamed. Decisions are kept, and hold again when they are scanned again.
// `path`: `count` of them, 0 with `gone` alone. `on_line` is told each, with its path. Sort again afterwards
// (ww_library_resort). WW_ERR_NOT_FOUND: a path that the library does not know; nothing was forgotten.
WW_API ww_status ww_library_forget(ww_library *library, const char *const *path, size_t count, int gone,
                                   int (*on_line)(void *user, const char *line), void *user, ww_forget_result *result,
                                   ww_error *err);

// Whether a scan with this `hwaccel` could begin, before any work is done; the message of WW_ERR_ARGUMENT names the
// devices that there are.
WW_API ww_status ww_check_hwaccel(const char *hwaccel, ww_error *err);

// --- join: libraries of shards, or any others, into one --------------------------------------------------------------

typedef struct ww_join_result {
    size_t size;            // set by the INIT macro
    int64_t libraries;      // joined
    int64_t files, faces;   // in the new library
    int64_t repeated;       // files that more than one library held whole or in part, beyond the shares of a video
    int64_t decisions;      // taken over, of all journals
    int64_t contradictions; // decisions that held in their library and do not in the new one; each is logged
    int64_t missing;        // shards and spans of videos that no library holds; logged
    int by_path;            // 1: files are in the order of their paths, for the order of the inputs is not known
    double wall_s;
} ww_join_result;

// Makes the new library `out` of `count` others, which stay as they are: what one scan of all their footage would have
// given, in whatever order they are named. Content that several hold is taken once. Files come in the order in which
// the inputs of the shards were named; where that is not known (libraries that are no shards, or of different inputs),
// in order of path. Decisions that stand are taken from all journals and replayed in order of time: the last word wins,
// and what no longer holds because of another library's is logged. People are numbered anew by ww_library_cluster.
// WW_ERR_ARGUMENT: libraries of different models or scan options, or `out` holds a library already. After a failure, or
// when cut off, `out` holds no library. `callbacks` may be NULL.
WW_API ww_status ww_library_join(const char *const *dirs, size_t count, const char *out, const ww_callbacks *callbacks,
                                 ww_join_result *result, ww_error *err);

// --- cluster: faces in the store into people -------------------------------------------------------------------------

// Values of ww_cluster_options. What a call gives is kept in the library and holds for the calls after it that do not.
#define WW_KEEP (-1) // as the library has it from an earlier call, else the default
#define WW_AUTO (-2) // the default again

typedef struct ww_cluster_options {
    size_t size; // set by the INIT macro
    // "templates": linkage of the means of tracks, the default (up to 20,000 of them; beyond that "hac"). "hac":
    // average linkage. "dbscan" is scikit-learn's over all faces alike. "chinese-whispers" is dlib's. Every
    // method honours decisions, tracks, and that two faces seen at once are two people; but "plain-dbscan", which is
    // the article's, knows decisions alone, and without them is scikit-learn's label for label.
    // NULL: WW_KEEP; "auto": WW_AUTO.
    const char *method;
    double eps; // distance of embeddings within which two faces are neighbours; default: the embedder's own
    // the method's own measure (docs/clustering.md); default: estimated from the footage where it tells enough, else
    // from eps
    double threshold;
    // dbscan: faces within eps, itself included, that start a person; default: 5. Else the fewest seed faces that make
    // a person; default: two, with methods other than "templates" three in footage.
    int min_samples;
    // Faces of lower quality (0..1) never start a person and only join one they are near to; default: 0.35, and for
    // dbscan 0.
    double min_quality;
    int threads;  // 0: all CPUs
    int csv_safe; // of ww_cluster_vector_files alone: 1: texts in its table as ww_library_set_csv_safe has them
    // Of ww_cluster_vectors and ww_cluster_vector_files with "dbscan" alone: the share of the pairs within eps that is
    // enough, above 0 and below 1 (0.999). The time then grows far slower than with the square of the vectors. 0: all
    // pairs, exact.
    double recall;
} ww_cluster_options;

// The article's whole recipe: frames within 700 x 500, doubled once for dlib's gradient detector (unless `models` names
// another), its embedder, plain DBSCAN with eps 0.5 and 5 faces, nobody followed. Sets what is not set;
// models->embedder and models->landmarks remain the caller's to name (dlib's).
WW_API void ww_preset_article(ww_model_options *models, ww_scan_options *scan, ww_cluster_options *cluster);

typedef enum ww_threshold_source {
    WW_THRESHOLD_MODEL,      // the model's own: the footage tells too little
    WW_THRESHOLD_MEASURED,   // from this footage
    WW_THRESHOLD_GIVEN,      // by the caller
    WW_THRESHOLD_REMEMBERED, // by an earlier call, and kept in the library
} ww_threshold_source;

typedef struct ww_cluster_result {
    size_t size; // set by the INIT macro
    int64_t faces, people, unassigned;
    // faces too small, blurred, turned away or doubtful to start a person (the others are seed faces)
    int64_t low_quality;
    // pairs of faces seen at once that look like one person shown twice (mirror, split screen)
    int64_t duplicate_appearances;
    const char *method; // as used; static
    double threshold;   // as used
    ww_threshold_source threshold_source;
    int64_t pairs_same, pairs_different; // known pairs of one person (tracks) and of two (seen at once)
    double false_merge; // share of pairs of two people expected to be closer than the threshold; average linkage only
    double false_split; // share of the known pairs of one person that are not
    double wall_s;
    double recall; // share of the pairs within eps that was found, of a sample; 0: the options asked for all
} ww_cluster_result;

// People keep their numbers and names from one sorting to the next; new ones are numbered in order of size, from 0 in a
// new library. Faces of nobody stay unassigned.
WW_API ww_status ww_library_cluster(ww_library *library, const ww_cluster_options *options, ww_cluster_result *result,
                                    ww_error *err);

// The methods on vectors of the caller's own: `count` rows of `dim` values, no faces, no decisions, nothing known
// beforehand. method: default "dbscan", label for label scikit-learn's. Of the options, eps (dbscan; default 0.5),
// threshold (the other methods; default: eps), min_samples (dbscan 5; of the others the fewest that make a cluster, 2),
// threads and recall count. labels: `count` entries, the caller's; clusters are numbered from 0, -1 is in none.
WW_API ww_status ww_cluster_vectors(const float *vectors, size_t count, int dim, const ww_cluster_options *options,
                                    int32_t *labels, ww_error *err);

// The same for files of vectors made elsewhere, by what is known of them too: `npy` is a NumPy array of two axes (a row
// for each vector, at most 8192 float32 or float64), `meta` (NULL: none) a table in CSV with a row for each of its
// rows. Of its columns source_hash or source, track and frame count, where they are there: rows of one track are one
// person's, rows of one frame different people's. Writes the new file `out`, the table with a column "cluster" (-1:
// nobody). Of the options method (default: "templates", with recall "dbscan"), eps, threshold, min_samples, threads,
// csv_safe and recall count; a threshold must be given where the vectors are not of unit length. In the result faces,
// people, unassigned, wall_s and recall are set.
// WW_ERR_FORMAT: `npy` or `meta` is something else, or they have not the same number of rows. WW_ERR_ARGUMENT: no such
// method, or `out` is there.
WW_API ww_status ww_cluster_vector_files(const char *npy, const char *meta, const char *out,
                                         const ww_cluster_options *options, ww_cluster_result *result, ww_error *err);

// --- export: people into folders -------------------------------------------------------------------------------------

typedef struct ww_export_result {
    size_t size;                                      // set by the INIT macro
    int64_t people, portraits, unassigned, frames;    // in the folders now
    int64_t files_written, files_kept, files_removed; // kept: as they were
    double wall_s;
} ww_export_result;

// Writes the working layout beside the store: one folder per person, Unsorted, Montage, Frames, faces.csv, data.yaml,
// index.html. Only files of an earlier export are ever changed or removed. WW_ERR_CHANGED: portraits were moved,
// deleted or renamed by hand; nothing was written (ww_library_restore writes them back where they were).
WW_API ww_status ww_library_export(ww_library *library, ww_export_result *result, ww_error *err);
// The same, whatever was done by hand: what is missing is written again, what was moved becomes a file of the user's.
WW_API ww_status ww_library_restore(ww_library *library, ww_export_result *result, ww_error *err);

// Whether the tables that are written of this library (faces.csv, those of data sets) are safe to be opened in a
// spreadsheet: a name or path that it would take for a formula, because it begins with = + - @, a tab or the end of a
// line, gets a ' before it, which the evaluation takes off again. Kept in the library; a new one has it off.
WW_API ww_status ww_library_set_csv_safe(ww_library *library, int on, ww_error *err);

// Sorts again with the options last used and writes the folders: a decision, seen.
WW_API ww_status ww_library_resort(ww_library *library, ww_cluster_result *clustered, ww_export_result *exported,
                                   ww_error *err);

typedef struct ww_person {
    int number;         // the N of Face_N; stays the same
    const char *name;   // NULL: none
    const char *folder; // relative to the library's folder
    int64_t faces;      // 0: nobody is sorted to this person now, and number and name are kept
    int ignored;
} ww_person;

// All people, by number. Everything is borrowed for the call; a callback's non-zero return ends the walk.
WW_API ww_status ww_library_people(ww_library *library, int (*on_person)(void *user, const ww_person *person),
                                   void *user, ww_error *err);

// --- what the structs that may grow begin with: their size, and the defaults -----------------------------------------

// clang-format off
#define WW_MODEL_OPTIONS_INIT {.size = sizeof(ww_model_options)}
#define WW_SCAN_OPTIONS_INIT {.size = sizeof(ww_scan_options), .min_score = -1}
#define WW_SCAN_RESULT_INIT {.size = sizeof(ww_scan_result)}
#define WW_JOIN_RESULT_INIT {.size = sizeof(ww_join_result)}
#define WW_CLUSTER_OPTIONS_INIT {.size = sizeof(ww_cluster_options), .eps = WW_KEEP, .threshold = WW_KEEP, \
    .min_samples = WW_KEEP, .min_quality = WW_KEEP}
#define WW_CLUSTER_RESULT_INIT {.size = sizeof(ww_cluster_result)}
#define WW_EXPORT_RESULT_INIT {.size = sizeof(ww_export_result)}
#define WW_FORGET_RESULT_INIT {.size = sizeof(ww_forget_result)}
// clang-format on

#ifdef __cplusplus
}
#endif
#endif
