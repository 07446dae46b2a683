// SPDX-License-Identifier: MIT
// libwhoswho: finds every face in footage and photos and sorts the faces into people.
//
// The simple way:
//
//     ww_error err;
//     ww_models *models;
//     ww_library *library;
//     const char *inputs[] = {"Footage.mp4"};
//     if (ww_models_open(NULL, &models, &err) == WW_OK
//         && ww_library_open("ClusteredFaces", WW_LIBRARY_CREATE, NULL, &library, &err) == WW_OK
//         && ww_library_scan(library, models, inputs, 1, NULL, NULL, &err) == WW_OK
//         && ww_library_cluster(library, NULL, NULL, &err) == WW_OK && ww_library_export(library, NULL, &err) == WW_OK)
//         puts("done: look at ClusteredFaces/index.html");
//     else
//         puts(err.message);
//
// Rules that hold everywhere: a function returns 0 or a negative ww_status, and then *err (which may be NULL) holds one
// sentence a person can act on; an out-parameter is the caller's to close, a returned pointer is borrowed; strings are
// UTF-8 (paths: any bytes); a handle is used by one thread at a time. Option and result structs begin with their INIT
// macro:
//
//     ww_scan_options options = WW_SCAN_OPTIONS_INIT; // all defaults; as C++: C++20
//     options.every_us = 200000;
//
// A callback that returns int cancels with anything but 0: the call then returns WW_ERR_CANCELLED and has decided
// nothing. NULL in place of options means the defaults, in place of a result that it is not wanted. How the interface
// grows is told in docs/api-stability.md.
// Nothing is ever sent anywhere; ww_pinned_model_get alone reaches for the network, to fetch.
//
// What the library does to its process, and nothing else:
// - Locale: setlocale() is never called. Numbers in files are those of the C locale, whatever the host chose; while it
//   writes one, the thread uses a C locale (uselocale()), and has the host's back before anything else runs.
// - Threads: a call starts as many as its `threads` say and has joined them when it returns. OpenMP (oneDNN's) is held
//   to one thread a call by omp_set_num_threads, which is the calling thread's own setting and is put back.
// - Signals: none is caught, sent or ignored; SIGPIPE is blocked in the calling thread while ww_pinned_model_get
//   downloads. A host that limits file sizes ignores SIGXFSZ, to get WW_ERR_IO instead.
// - Environment: WHOSWHO_DATA, XDG_DATA_HOME, HOME and WHOSWHO_MODELS_URL are read, for pinned models; oneDNN, OpenMP
//   and libcurl read theirs. Nothing is set. The working folder and the umask are used, not changed.
// - Standard streams: never written to by the library. libav reports damaged footage on standard error unless the host
//   says ww_silence_libav(), or has set libav's log level or callback itself.
// - Libraries: SQLite initialises itself at the first ww_library_open; curl_global_init and curl_global_cleanup
//   (counted by libcurl) frame a download. oneDNN keeps its cache of primitives until the process ends, and other
//   libraries what they set up; this one registers no atexit handler and keeps nothing beyond its handles.
// - Memory: what grows with files, pictures, models or libraries is asked for carefully and reports WW_ERR_MEMORY, and
//   so do C++ exceptions and failures of the libraries below. Small fixed allocations (a handle, a path, a message: a
//   few KiB at most) end the process when they fail: ww_on_out_of_memory's handler is called, or abort().
#ifndef WHOSWHO_H
#define WHOSWHO_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define WW_API __attribute__((visibility("default")))
#else
#define WW_API
#endif

// --- errors ----------------------------------------------------------------------------------------------------------

typedef enum ww_status {
    WW_OK = 0,
    WW_ERR_ARGUMENT = -1,    // the caller asked for something that makes no sense
    WW_ERR_MEMORY = -2,      // no memory, or a size over the bound set for it
    WW_ERR_IO = -3,          // a file or folder cannot be read or written
    WW_ERR_FORMAT = -4,      // a file is not what it claims to be, or is damaged
    WW_ERR_UNSUPPORTED = -5, // well formed, but beyond what this program does
    WW_ERR_STORE = -6,       // the store is broken, locked or of another version
    WW_ERR_NO_SPACE = -7,    // the disk is full
    WW_ERR_CANCELLED = -8,   // a progress callback asked to stop
    WW_ERR_NOT_FOUND = -9,   // no such file, person, face or model
    WW_ERR_CHANGED = -10,    // somebody sorted the folders by hand since they were written: ww_library_sync first
    // the decision is most likely a mistake (two people seen together made one): set `force` to make it all the same
    WW_ERR_CONFIRM = -11,
} ww_status;

#define WW_ERROR_MESSAGE_MAX 1024 // bytes

typedef struct ww_error {
    ww_status status;
    // UTF-8, one line, no trailing newline; names the file, the place and what to do
    char message[WW_ERROR_MESSAGE_MAX];
} ww_error;

// The version of this header, and of the library that is linked; a number is major * 10000 + minor * 100 + patch.
#define WHOSWHO_VERSION_MAJOR 0
#define WHOSWHO_VERSION_MINOR 2
#define WHOSWHO_VERSION_PATCH 0
#define WHOSWHO_VERSION_NUMBER (WHOSWHO_VERSION_MAJOR * 10000 + WHOSWHO_VERSION_MINOR * 100 + WHOSWHO_VERSION_PATCH)
WW_API const char *ww_version(void); // "1.2.3"
WW_API int ww_version_number(void);

// "WW_ERR_IO" and so on; "unknown status" for a value that is none. Static.
WW_API const char *ww_status_name(ww_status status);

// Called, from whatever thread it is, when a small allocation of `bytes` fails (see above).
// It should end the program in its own way; if it returns, or is NULL, abort() follows. One handler for the process.
WW_API void ww_on_out_of_memory(void (*handler)(size_t bytes));

// Sets libav's log level to quiet, for the whole process.
WW_API void ww_silence_libav(void);

// --- what the library tells while it works ---------------------------------------------------------------------------

// INFO: the plan of a scan, notes on files. DEBUG: what became of each span, and at the end of a scan the times of the
// networks' layers, a line each.
typedef enum ww_log_level { WW_LOG_ERROR, WW_LOG_WARNING, WW_LOG_INFO, WW_LOG_DEBUG } ww_log_level;

typedef enum ww_stage { WW_STAGE_SCAN, WW_STAGE_CLUSTER, WW_STAGE_EXPORT, WW_STAGE_FETCH } ww_stage;

typedef struct ww_progress {
    ww_stage stage;
    double share;    // 0..1 of this stage, never decreasing
    int64_t done;    // scan: frames looked at; cluster: faces; export: files; fetch: bytes
    int64_t faces;   // found so far in this scan
    const char *now; // scan: the input at hand; borrowed, may be NULL
} ww_progress;

typedef struct ww_callbacks {
    void *user;
    // May be called from any worker thread, but never by two at once.
    void (*log)(void *user, ww_log_level level, const char *message);
    // Non-zero cancels: the call returns WW_ERR_CANCELLED, and what was done so far is kept.
    int (*progress)(void *user, const ww_progress *progress);
} ww_callbacks;

// --- models ----------------------------------------------------------------------------------------------------------

typedef struct ww_models ww_models; // immutable; may be shared by libraries and threads

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
} ww_model_options;

WW_API ww_status ww_models_open(const ww_model_options *options, ww_models **models, ww_error *err);
WW_API void ww_models_close(ww_models *models);
WW_API const char *ww_models_detector_name(const ww_models *models); // as recognised: "SCRFD with keypoints"
WW_API const char *ww_models_embedder_name(const ww_models *models);

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
} ww_scan_result;

// Each input is a video, a photo, or a folder of either (searched through, in order of name). Work is committed as it
// proceeds; a call that was cut off is continued by the next one with the same options. A file with the same content
// and options as one already in the library is not scanned again; with other options its faces are replaced. Where
// a file has changed since, its new content takes the place of the old, and decisions hold for it; where it was moved,
// the library follows; files that are gone are told (ww_library_forget). A file that cannot be read is logged, counted in result->unreadable and skipped; the call still returns WW_OK. `result` may
// be NULL.
WW_API ww_status ww_library_scan(ww_library *library, const ww_models *models, const char *const *inputs, size_t count,
                                 const ww_scan_options *options, ww_scan_result *result, ww_error *err);

// --- cluster: faces in the store into people -------------------------------------------------------------------------

// Values of ww_cluster_options. What a call gives is kept in the library and holds for the calls after it that do not.
#define WW_KEEP (-1) // as the library has it from an earlier call, else the default
#define WW_AUTO (-2) // the default again

typedef struct ww_cluster_options {
    size_t size; // set by the INIT macro
    // "templates": linkage of the means of tracks, the default (up to 20,000 of them; beyond that "hac"). "hac":
    // average linkage. "dbscan" is the article's: exact, label for label scikit-learn's, over all faces alike.
    // "chinese-whispers" is dlib's. Every method honours decisions, tracks, and that two faces seen at once are two
    // people. NULL: WW_KEEP; "auto": WW_AUTO.
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
    int threads; // 0: all CPUs
} ww_cluster_options;

// The article's whole recipe: frames within 700 x 500, doubled once for dlib's gradient detector (unless `models` names
// another), its embedder, DBSCAN with eps 0.5 and 5 faces, nobody followed. Sets what is not set; models->embedder and
// models->landmarks remain the caller's to name (dlib's).
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
} ww_cluster_result;

// People keep their numbers and names from one sorting to the next; new ones are numbered in order of size, from 0 in a
// new library. Faces of nobody stay unassigned.
WW_API ww_status ww_library_cluster(ww_library *library, const ww_cluster_options *options, ww_cluster_result *result,
                                    ww_error *err);

// The methods on vectors of the caller's own: `count` rows of `dim` values, no faces, no decisions, nothing known
// beforehand. method: default "dbscan", label for label scikit-learn's. Of the options, eps (dbscan; default 0.5),
// threshold (the other methods; default: eps), min_samples (dbscan 5; of the others the fewest that make a cluster, 2)
// and threads count. labels: `count` entries, the caller's; clusters are numbered from 0, -1 is in none.
WW_API ww_status ww_cluster_vectors(const float *vectors, size_t count, int dim, const ww_cluster_options *options,
                                    int32_t *labels, ww_error *err);

// The same for files of vectors made elsewhere, by what is known of them too: `npy` is a NumPy array (float32 or float64, a row each), `meta` (NULL: none) a table
// with a row for each of its rows. Of its columns source_hash or source, track and frame count, where they are there:
// rows of one track are one person's, rows of one frame different people's. Writes the new file `out`, the table with a
// column "cluster" (-1: nobody). Of the options method, eps, threshold, min_samples and threads count; a threshold must be
// given where the vectors are not of unit length. In the result faces, people, unassigned and wall_s are set.
WW_API ww_status ww_cluster_vector_files(const char *npy, const char *meta, const char *out,
                                         const ww_cluster_options *options, ww_cluster_result *result, ww_error *err);

// --- export: people into folders -------------------------------------------------------------------------------------

typedef struct ww_export_result {
    size_t size; // set by the INIT macro
    int64_t people, portraits, unassigned, frames, files_written, files_kept, files_removed;
    double wall_s;
} ww_export_result;

// Writes the working layout beside the store: one folder per person, Unsorted, Montage, Frames, faces.csv, data.yaml,
// index.html. Only files of an earlier export are ever changed or removed. WW_ERR_CHANGED: portraits were moved,
// deleted or renamed by hand; nothing was written (ww_library_restore writes them back where they were).
WW_API ww_status ww_library_export(ww_library *library, ww_export_result *result, ww_error *err);
// The same, whatever was done by hand: what is missing is written again, what was moved becomes a file of the user's.
WW_API ww_status ww_library_restore(ww_library *library, ww_export_result *result, ww_error *err);

// --- data sets: people for those who train ---------------------------------------------------------------------------

typedef enum ww_unlabelled { // what becomes of visible faces that belong to no class of the set
    WW_UNLABELLED_BLUR,      // they are pixelated, so that no picture teaches that a face is background
    WW_UNLABELLED_UNKNOWN,   // they are labelled with a class of their own, "unknown"
    WW_UNLABELLED_LEAVE_OUT, // their frame is left out
} ww_unlabelled;

typedef enum ww_crop_rule {
    WW_CROP_HEAD,     // a square half as large again as the face: hair and chin are in it
    WW_CROP_TIGHT,    // the box as detected
    WW_CROP_PORTRAIT, // as the portraits of the working layout
} ww_crop_rule;

typedef enum ww_picture { WW_PICTURE_JPEG, WW_PICTURE_PNG, WW_PICTURE_WEBP } ww_picture;

typedef enum ww_box_rule {
    WW_BOX_TIGHT,   // boxes of all formats as detected: brows to chin
    WW_BOX_WIDENED, // a quarter wider and higher, about the middle: the whole head
} ww_box_rule;

typedef struct ww_dataset_options {
    size_t size; // set by the INIT macro
    // names as ww_dataset_format_name has them, with commas between; one goes into the folder itself, of several each
    // into
    const char *formats;
    // a folder of its name
    // the folder; one that is there must be empty, or hold a data set that was written by this function
    const char *out;
    ww_unlabelled unlabelled;
    int named_only;       // non-zero: only people with a name are classes
    int train, val, test; // parts of the whole (80, 10, 10); all 0: these
    uint64_t seed;        // another seed, another split
    // Euclidean distance of embeddings below which two faces of a person never lie on two sides; negative: the
    // embedder's own; 0: no such bound
    double near_duplicate;
    int chip_size; // pixels a side of aligned chips; 0: 112
    // Which faces stand for a person, 0: all. At most `best`, and of one track at most `per_track`: the good ones
    // first, then those that differ most from them; no two of them nearer than `apart`.
    int best, per_track;
    double apart;
    // Pictures of single faces: what they show, how wide they are (0: as filmed, as far as it is stored; else enlarged
    // where they must be), and how they are written. quality: 1..100, 0: 95.
    ww_crop_rule crop;
    int picture_width;
    ww_picture picture_format;
    int quality;
    double margin; // around aligned chips, in shares of chip_size on every side
    ww_box_rule box;
} ww_dataset_options;

typedef struct ww_dataset_result {
    size_t size;                     // set by the INIT macro
    int64_t classes;                 // people in the set, without "unknown"
    int64_t faces;                   // of these people
    int64_t train, val, test;        // the same by side
    int64_t groups;                  // of frames that share a track or a shot; one never lies on two sides
    int64_t frames, frames_left_out; // frames with such faces; of them those left out for a face without a class
    int64_t faces_covered;           // faces without a class that were pixelated
    int64_t files_written, files_kept, files_removed, files_left; // left: the user's, made or changed since
    // least distance of two faces of one person on two sides; negative: there are none
    double closest;
    double wall_s;
    int64_t passed_over; // what could not be written as it should be; each was logged
    int64_t frames_dropped; // of `frames`: near-duplicates of frames on another side
    int64_t faces_chosen;   // of these people, by best, per_track and apart, before frames were dropped
    int64_t people_lost;    // who have no frame that could be in train, and are not in the set
} ww_dataset_result;

// Writes a data set elsewhere, made to be read by its consumer unchanged. It gets its name when it is complete; an
// existing one of ours is brought up to date, and only what changed is written. WW_ERR_ARGUMENT: no such format, or a
// folder that is not ours to write to.
WW_API ww_status ww_library_export_dataset(ww_library *library, const ww_dataset_options *options,
                                           ww_dataset_result *result, ww_error *err);

// The formats, from index 0; NULL after the last. Static.
WW_API const char *ww_dataset_format_name(int index);
WW_API const char *ww_dataset_format_description(int index);

typedef struct ww_dataset_check_result {
    size_t size; // set by the INIT macro
    int64_t pictures, labels, findings;
    int64_t notes; // lines that begin with WW_CHECK_NOTE: worth knowing, but no fault
} ww_dataset_check_result;

#define WW_CHECK_NOTE "note: "

// Reads a data set of these formats back, whoever wrote it, and tells each fault as a line: files that cannot be read,
// pictures without label and labels without picture, boxes outside their picture, classes without a face, a picture that
// is there twice, pictures that look alike or tracks on two sides. Faults are no failure: see `findings`.
WW_API ww_status ww_dataset_check(const char *dir, int (*on_finding)(void *user, const char *line), void *user,
                                  ww_dataset_check_result *result, ww_error *err);

// --- decisions: what you say about faces and people ------------------------------------------------------------------

// Decisions are kept in the store's journal and hold whenever faces are sorted, with whatever options, models and
// footage: they name faces by footage, time and place. One that contradicts an earlier one wins. They take effect when
// faces are sorted again: ww_library_resort.
typedef enum ww_decision_kind {
    // who[0] is called `text`; whoever has that name already is the same person. NULL: has no name
    WW_DECISION_NAME,
    WW_DECISION_MERGE,     // who[0], who[1], ... are one person, called as the first of them that has a name, or `text`
    WW_DECISION_SPLIT,     // a person is two; see ww_library_split
    WW_DECISION_REJECT,    // the portraits who[0], ... do not show the person in whose folder they are
    WW_DECISION_SAME,      // who[0] and who[1], people or portraits, are one person
    WW_DECISION_DIFFERENT, // who[0] and who[1], people or portraits, are two people
    WW_DECISION_IGNORE,    // who[0], ... are strangers: not written any more
    WW_DECISION_NOBODY,    // the portraits who[0], ... stay unassigned
    WW_DECISION_UNDO,      // takes the last decision back; again: the one before it
    WW_DECISION_REDO,      // takes the last undo back
    WW_DECISION_BOX,       // the box of a face was corrected; see ww_library_import
} ww_decision_kind;

// People are given by number ("3"), as "Face_3", or by name; faces by the path of their portrait, or in `faces`. With
// `faces`: NAME makes them a person called `text`, SAME the person who[0], SPLIT takes them from who[0], whose they
// are, as another person, IGNORE makes them a stranger; REJECT and NOBODY are as with portraits, and NOBODY with a
// `text` also keeps them from being shown.
typedef struct ww_decision {
    size_t size; // set by the INIT macro
    ww_decision_kind kind;
    const char *const *who;
    size_t count;
    const char *text;     // the name, where one is given
    int force;            // 1: also if it joins people who are seen together
    const int64_t *faces; // their ids, as in ww_view_face
    size_t face_count;
} ww_decision;

#define WW_WORDS_MAX 512 // bytes

typedef struct ww_decision_result {
    size_t size;              // set by the INIT macro
    int64_t entry;            // number in the journal; 0: nothing was to be done
    int64_t faces;            // that it speaks of
    char words[WW_WORDS_MAX]; // what was understood: "Face_3 is Ada (12 faces)"
} ww_decision_result;

// WW_ERR_NOT_FOUND: no such person (the message names near ones) or portrait. `result` may be NULL.
WW_API ww_status ww_library_decide(ww_library *library, const ww_decision *decision, ww_decision_result *result,
                                   ww_error *err);

#define WW_EXAMPLES 3
#define WW_PATH_SHOWN_MAX 256

typedef struct ww_split_side {
    int64_t faces;
    char portrait[WW_EXAMPLES]
                 [WW_PATH_SHOWN_MAX]; // those nearest to its middle, relative to the library's folder; "": no more
} ww_split_side;

typedef struct ww_split_proposal {
    size_t size;            // set by the INIT macro
    ww_split_side side[2];  // the larger first; it keeps number and name
    double separation;      // mean silhouette, -1..1: under 0.2 it is one person most likely, over 0.35 two
    double within, between; // mean distance of two faces of one side, and of one of each
} ww_split_proposal;

// How the faces of a person fall into two. With `apply` they are parted so from now on (`result` may be NULL). Faces
// that were followed from frame to frame stay together.
WW_API ww_status ww_library_split(ww_library *library, const char *who, int apply, ww_split_proposal *proposal,
                                  ww_decision_result *result, ww_error *err);

typedef struct ww_known_result {
    size_t size;                               // set by the INIT macro
    int64_t names, pictures;                   // folders with pictures of use, and these pictures
    int64_t unreadable, without_face, unclear; // pictures that were of no use; unclear: two faces of much the same size
    int64_t recognised;                        // people who were given a name now
    int64_t faces; // faces of nobody that turned out to be of known people
} ww_known_result;

// `dir` holds a folder a name, with a few pictures of that person in each, or pictures called NAME.jpg, NAME 2.jpg; the
// largest face of a picture counts. Of a library's folder only people with a name count. People without a name whose
// faces are like a known one's get the name, as do faces of nobody that clearly are, as decisions that `undo` takes back; two of the same
// name become one person, and whoever has a name keeps it. `on_line` (may be NULL) is told who was recognised, and
// which pictures were of no use. Faces must have been found and sorted before; sort again afterwards. WW_ERR_ARGUMENT:
// the library was made with another embedder.
WW_API ww_status ww_library_known(ww_library *library, const ww_models *models, const char *dir,
                                  int (*on_line)(void *user, const char *line), void *user, ww_known_result *result,
                                  ww_error *err);

// Whether `dir` could hold known people, before any work is done. WW_ERR_ARGUMENT, WW_ERR_NOT_FOUND, WW_ERR_IO: it
// cannot.
WW_API ww_status ww_check_known(const char *dir, ww_error *err);

typedef struct ww_forget_result {
    size_t size;       // set by the INIT macro
    int64_t forgotten; // sources that left the library
    int64_t away;      // with `gone`: that stayed, because their drive or folder is not there, or is empty
} ww_forget_result;

// Takes sources out of the library, with the faces found in them: files named by path, all below a folder so named, and
// with `gone` those whose file was deleted or renamed. Decisions are kept, and hold again when they are scanned again.
// `on_line` (may be NULL) is told each. Sort again afterwards (ww_library_resort). WW_ERR_NOT_FOUND: a path that the
// library does not know; nothing was forgotten. `result` may be NULL.
WW_API ww_status ww_library_forget(ww_library *library, const char *const *path, size_t count, int gone,
                                   int (*on_line)(void *user, const char *line), void *user, ww_forget_result *result,
                                   ww_error *err);

typedef struct ww_near_face {
    int64_t face;         // its number: the N of face_N.jpg
    const char *portrait; // relative to the library's folder; "" for a face of somebody ignored
    const char *person;   // name, Face_N, or "Unsorted"
    double distance;
} ww_near_face;

typedef struct ww_why {
    int64_t face;
    const char *portrait, *person;
    const char *source; // the footage it was seen in
    int64_t time_us;
    double quality;          // 0..1
    const char *const *rule; // sentences: what put it where it is, the strongest first
    size_t rules;
    const ww_near_face *near; // nearest first
    size_t nears;
} ww_why;

// Why a face is where it is. `who`: the path of its portrait, or its number. Everything is borrowed for the call.
WW_API ww_status ww_library_why(ww_library *library, const char *who, void (*on_why)(void *user, const ww_why *why),
                                void *user, ww_error *err);

typedef struct ww_log_entry {
    int64_t number, time_s; // Unix time
    ww_decision_kind kind;
    const char *kind_name; // "name", "merge", ...
    const char *words;
    int undone; // taken back, or dropped by what was decided after an undo
} ww_log_entry;

// The journal from its beginning. A callback's non-zero return ends the walk.
WW_API ww_status ww_library_log(ww_library *library, int (*on_entry)(void *user, const ww_log_entry *entry), void *user,
                                ww_error *err);

typedef struct ww_person {
    int number;
    const char *name;   // NULL: none
    const char *folder; // relative to the library's folder
    int64_t faces;
    int ignored;
} ww_person;

WW_API ww_status ww_library_people(ww_library *library, int (*on_person)(void *user, const ww_person *person),
                                   void *user, ww_error *err);

typedef struct ww_sync_result {
    size_t size;       // set by the INIT macro
    int64_t decisions; // entries made in the journal
    int64_t files;     // portraits that are not where they were written
    int64_t entry;     // the first entry, 0: none; one undo takes back all of them
    int behind;        // the folders do not show all that was decided: ww_library_resort
} ww_sync_result;

// Reads what a person did to the folders since they were written, with a file manager or otherwise: a folder renamed (a
// name), portraits moved into another folder (rejected from the one, same as the other), into a new folder (a new
// person of that name), all moved into another (merged), deleted or moved to Unsorted (to stay unassigned), a folder
// deleted (ignored). Portraits are recognised by their content; files that are not ours are left alone. `on_line` (may
// be NULL) is told in words what was understood. dry_run: nothing is decided. Nothing is written before
// ww_library_resort.
WW_API ww_status ww_library_sync(ww_library *library, int dry_run, int (*on_line)(void *user, const char *line),
                                 void *user, ww_sync_result *result, ww_error *err);

typedef struct ww_import_options {
    size_t size; // set by the INIT macro
    int dry_run; // non-zero: nothing is decided, and no face is added
    // With models, a labelled box where the scan found no face is looked at once more, and a face that can be seen there
    // joins the library. NULL: such boxes are passed over.
    const ww_models *models;
} ww_import_options;

typedef struct ww_import_result {
    size_t size;         // set by the INIT macro
    int64_t boxes;       // read
    int64_t decisions;   // entries made in the journal
    int64_t relabelled;  // faces that go to another person, or to nobody
    int64_t deleted;     // faces that are not written any more
    int64_t moved;       // faces whose box was corrected
    int64_t added;       // faces that joined the library; an undo takes their names, the faces stay
    int64_t passed_over; // what the files hold and could not be taken; each was told
    int64_t entry;       // the first entry, 0: none; one undo takes back all of them
    int behind;          // the folders do not show all that was decided: ww_library_resort
} ww_import_result;

// Reads annotations that were made elsewhere. A file is one of: what ww_library_export_dataset wrote as "cvat" or
// "labelstudio", after somebody worked on it there; an XMP sidecar, a photo with XMP, or Picasa's .picasa.ini, whose
// regions name faces of photos in the library; a folder, in which the latter three are looked for. Boxes with another
// label, moved or deleted, and names of faces become decisions; what is as it was exported says nothing. `on_line` (may
// be NULL) is told in words what was understood, and what was passed over. Nothing is written before
// ww_library_resort. WW_ERR_FORMAT: a file is damaged; nothing was decided.
WW_API ww_status ww_library_import(ww_library *library, const char *const *files, size_t count,
                                   const ww_import_options *options, int (*on_line)(void *user, const char *line),
                                   void *user, ww_import_result *result, ww_error *err);

// Sorts again with the options last used and writes the folders: a decision, seen. Results may be NULL.
WW_API ww_status ww_library_resort(ww_library *library, ww_cluster_result *clustered, ww_export_result *exported,
                                   ww_error *err);

// --- how good it is: against a truth ---------------------------------------------------------------------------------

// Which face of a picture is meant by a truth that names one person a picture.
typedef enum ww_eval_face {
    WW_EVAL_MIDDLE, // the one nearest to the middle, if it is within a quarter of the sides of it
    WW_EVAL_LARGEST,
} ww_eval_face;

// How well faces are sorted; of those faces whose true person is known.
typedef struct ww_eval_scores {
    int64_t faces, people, folders, unassigned; // people: true ones among them; folders: with at least one of them
    // people with two or more of the faces; of these, all in one folder and nobody else's there
    int64_t repeated, whole;
    // Over pairs of faces: of those put together, how many belong together; of those that belong together, how many
    // are. A face in nobody's folder stands alone.
    double pair_precision, pair_recall, pair_f1;
    double bcubed_precision, bcubed_recall, bcubed_f1; // the same seen from a face, mean over the faces
    double nmi;                                        // mutual information over the mean of the two entropies
    double purity; // share of the sorted faces that are of the most frequent person of their folder
} ww_eval_scores;

typedef struct ww_eval_result {
    size_t size;                           // set by the INIT macro
    int64_t faces;                         // of the result
    int64_t matched, false_faces, unknown; // of somebody in the truth; where nobody is; of whom the truth says nothing
    int64_t true_faces, missed;            // of the truth (a picture, a moment, a second of somebody); not found
    int64_t people;                        // in the truth
    int64_t absent;                        // files that it names and that were not scanned
    int64_t mixed, split;                  // folders with more than one person; people not all in one folder
    ww_eval_scores scores;
    // What has still to be clicked: folders to merge (of a person, all but one), faces in a folder that is another's,
    // folders with nobody in them; and the sum of these for each person.
    int64_t merges, wrong, junk;
    double effort;
} ww_eval_result;

#define WW_EVAL_PARTS 4

typedef struct ww_eval_group {
    int split;                 // 0: a folder that mixes people; 1: a person whose faces are not in one folder
    const char *who;           // the folder's person, or the true one
    int64_t faces, unassigned; // unassigned: of a split person, in nobody's folder
    int64_t parts;             // people in the folder; folders with faces of the person
    int64_t shown;             // of them, the largest first:
    struct {
        const char *who;
        int64_t faces;
    } part[WW_EVAL_PARTS];
} ww_eval_group;

// Zero value: the middle face, five groups of each kind, no trying out. Callbacks may be NULL; what they are given is
// borrowed.
typedef struct ww_eval_options {
    size_t size; // set by the INIT macro
    ww_eval_face face;
    int worst; // how many mixed folders and split people are told at most; 0: 5, negative: none
    int (*on_group)(
        void *user,
        const ww_eval_group *group); // mixed folders, then split people, each the worst first; not 0: no more
    // Sorts the library's faces as `sorting` says, at each of these thresholds of the method (sorting.threshold does
    // not count), without storing anything.
    const double *threshold;
    size_t thresholds;
    ww_cluster_options sorting;
    int (*on_threshold)(void *user, double threshold, const ww_eval_scores *scores);
    void *user;
} ww_eval_options;

// How well a result agrees with the truth. `where`: the folder of a library, or a table such as faces.csv. `truth`:
// "folders" (the folder a photo is in says who is on it), "names" (the photo's name without the number at its end
// does), or a table of places and times, or of files (whoswho(1)). The store is only read.
WW_API ww_status ww_eval_people(const char *where, const char *truth, const ww_eval_options *options,
                                const ww_callbacks *callbacks, ww_eval_result *result, ww_error *err);

#define WW_EVAL_KEPT 4

typedef struct ww_eval_pairs_result {
    size_t size; // set by the INIT macro
    int64_t pairs, same, folds;
    int64_t missing;                 // pairs with a face that was not found: they count as wrong
    double accuracy, standard_error; // mean over the folds, each judged by the distance that is best on the others
    double threshold;                // mean of these distances
    double roc_area, tar_1e2, tar_1e3, equal_error_rate;
    int kept_percent[WW_EVAL_KEPT];  // of the pairs whose poorer face is best: 100, 90, 80, 60;
    double error_kept[WW_EVAL_KEPT]; // the share of these that is judged wrongly
} ww_eval_pairs_result;

// Face verification, after the protocol of Labeled Faces in the Wild, View 2: how well do the distances of the
// embeddings in the library in `folder` tell whether two pictures show one person? `pairs`: a file of LFW's format, or
// a table file1,file2,same (whoswho(1)).
// WW_ERR_NOT_FOUND: it names a picture that was not scanned. The store is only read.
WW_API ww_status ww_eval_pairs(const char *folder, const char *pairs, ww_eval_face face, const ww_callbacks *callbacks,
                               ww_eval_pairs_result *result, ww_error *err);

// --- what structs that may grow begin with: their size, and the defaults ---------------------------------------------

// clang-format off
#define WW_MODEL_OPTIONS_INIT {.size = sizeof(ww_model_options)}
#define WW_SCAN_OPTIONS_INIT {.size = sizeof(ww_scan_options), .min_score = -1}
#define WW_SCAN_RESULT_INIT {.size = sizeof(ww_scan_result)}
#define WW_CLUSTER_OPTIONS_INIT {.size = sizeof(ww_cluster_options), .eps = WW_KEEP, .threshold = WW_KEEP, \
    .min_samples = WW_KEEP, .min_quality = WW_KEEP}
#define WW_CLUSTER_RESULT_INIT {.size = sizeof(ww_cluster_result)}
#define WW_EXPORT_RESULT_INIT {.size = sizeof(ww_export_result)}
#define WW_DATASET_OPTIONS_INIT {.size = sizeof(ww_dataset_options), .near_duplicate = -1}
#define WW_DATASET_RESULT_INIT {.size = sizeof(ww_dataset_result)}
#define WW_DATASET_CHECK_RESULT_INIT {.size = sizeof(ww_dataset_check_result)}
#define WW_DECISION_INIT {.size = sizeof(ww_decision)}
#define WW_DECISION_RESULT_INIT {.size = sizeof(ww_decision_result)}
#define WW_SPLIT_PROPOSAL_INIT {.size = sizeof(ww_split_proposal)}
#define WW_KNOWN_RESULT_INIT {.size = sizeof(ww_known_result)}
#define WW_FORGET_RESULT_INIT {.size = sizeof(ww_forget_result)}
#define WW_SYNC_RESULT_INIT {.size = sizeof(ww_sync_result)}
#define WW_IMPORT_OPTIONS_INIT {.size = sizeof(ww_import_options)}
#define WW_IMPORT_RESULT_INIT {.size = sizeof(ww_import_result)}
#define WW_EVAL_RESULT_INIT {.size = sizeof(ww_eval_result)}
#define WW_EVAL_OPTIONS_INIT {.size = sizeof(ww_eval_options), .sorting = WW_CLUSTER_OPTIONS_INIT}
#define WW_EVAL_PAIRS_RESULT_INIT {.size = sizeof(ww_eval_pairs_result)}
// clang-format on

#ifdef __cplusplus
}
#endif
#endif
