// SPDX-License-Identifier: MIT
// libwhoswho: finds every face in footage and photos and sorts the faces into people.
//
// The simple way:
//
//     ww_error err;
//     ww_models *models;
//     ww_library *library;
//     const char *inputs[] = {"Footage.mp4"};
//     if (ww_models_open(NULL, &models, &err) == WW_OK && ww_library_open("ClusteredFaces", WW_LIBRARY_CREATE, NULL, &library, &err) == WW_OK
//         && ww_library_scan(library, models, inputs, 1, NULL, NULL, &err) == WW_OK
//         && ww_library_cluster(library, NULL, NULL, &err) == WW_OK && ww_library_export(library, NULL, &err) == WW_OK)
//         puts("done: look at ClusteredFaces/index.html");
//     else
//         puts(err.message);
//
// Rules that hold everywhere: option structs are plain, and a zeroed one (or NULL) means the defaults; a function returns 0 or
// a negative ww_status, and then *err (which may be NULL) holds one sentence a person can act on; an out-parameter is the
// caller's to close, a returned pointer is borrowed; strings are UTF-8 (paths: any bytes); there is no global state, and a
// handle is used by one thread at a time. Nothing is ever sent anywhere.
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

// --- errors ---------------------------------------------------------------------------------------------------------------

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
} ww_status;

#define WW_ERROR_MESSAGE_MAX 1024 // bytes

typedef struct ww_error {
    ww_status status;
    char message[WW_ERROR_MESSAGE_MAX]; // UTF-8, one line, no trailing newline; names the file, the place and what to do
} ww_error;

WW_API const char *ww_version(void); // "1.2.3"

// --- what the library tells while it works --------------------------------------------------------------------------------

typedef enum ww_log_level { WW_LOG_ERROR, WW_LOG_WARNING, WW_LOG_INFO, WW_LOG_DEBUG } ww_log_level;

typedef enum ww_stage { WW_STAGE_SCAN, WW_STAGE_CLUSTER, WW_STAGE_EXPORT } ww_stage;

typedef struct ww_progress {
    ww_stage stage;
    double share;          // 0..1 of this stage, never decreasing
    int64_t done;          // scan: frames looked at; cluster: faces; export: files
    int64_t faces;         // found so far in this scan
    const char *now;       // scan: the input at hand; borrowed, may be NULL
} ww_progress;

typedef struct ww_callbacks {
    void *user;
    // May be called from any worker thread, but never by two at once.
    void (*log)(void *user, ww_log_level level, const char *message);
    // Non-zero cancels: the call returns WW_ERR_CANCELLED, and what was done so far is kept.
    int (*progress)(void *user, const ww_progress *progress);
} ww_callbacks;

// --- models ---------------------------------------------------------------------------------------------------------------

typedef struct ww_models ww_models; // immutable; may be shared by libraries and threads

typedef struct ww_model_options {
    const char *detector; // path of an ONNX file; NULL: the one compiled in
    const char *embedder; // path of an ONNX file; NULL: the one compiled in
} ww_model_options;

WW_API ww_status ww_models_open(const ww_model_options *options, ww_models **models, ww_error *err);
WW_API void ww_models_close(ww_models *models);
WW_API const char *ww_models_detector_name(const ww_models *models); // as recognised: "SCRFD with keypoints"
WW_API const char *ww_models_embedder_name(const ww_models *models);

// --- a library: one output folder and its store ----------------------------------------------------------------------------

typedef struct ww_library ww_library;

typedef enum ww_library_flags {
    WW_LIBRARY_EXISTING = 0,
    WW_LIBRARY_CREATE = 1, // make the folder and an empty store when they are not there
} ww_library_flags;

// `callbacks` is copied; may be NULL. A second program on the same folder gets WW_ERR_STORE.
WW_API ww_status ww_library_open(const char *dir, int flags, const ww_callbacks *callbacks, ww_library **library, ww_error *err);
WW_API void ww_library_close(ww_library *library);

// --- scan: footage in, faces into the store --------------------------------------------------------------------------------

typedef struct ww_scan_options {
    int64_t every_us;   // time between the frames looked at, microseconds; 0: one second
    int detect_size;    // long side of the picture the detector sees, pixels; 0: 640
    double min_face_px; // smallest face kept: shorter side of its box, pixels of the source; 0: all the detector finds
    double min_score;   // 0..1; 0: the detector's own
    int frame_max_px;   // long side of the stored frames, pixels; 0: 1280
    int threads;        // 0: all CPUs
} ww_scan_options;

typedef struct ww_scan_result {
    int64_t inputs, scanned, already, unreadable; // files: named or found; scanned now; known from before; failed
    int64_t frames, faces;                        // looked at and found in this scan
    int64_t damaged;                              // moments that could not be decoded
    double decode_s, detect_s, embed_s, encode_s; // thread seconds by stage
    double wall_s;
} ww_scan_result;

// Each input is a video, a photo, or a folder of either (searched through, in order of name). Work is committed as it proceeds;
// a call that was cut off is continued by the next one with the same options. A file with the same content and options as one
// already in the library is not scanned again; with other options its faces are replaced. A file that cannot be read is logged,
// counted in result->unreadable and skipped; the call still returns WW_OK. `result` may be NULL.
WW_API ww_status ww_library_scan(ww_library *library, const ww_models *models, const char *const *inputs, size_t count,
                                 const ww_scan_options *options, ww_scan_result *result, ww_error *err);

// --- cluster: faces in the store into people --------------------------------------------------------------------------------

typedef struct ww_cluster_options {
    double eps;      // Euclidean distance of unit embeddings; 0: the embedder's own
    int min_samples; // faces within eps, itself included, that found a person; 0: 5
    int threads;     // 0: all CPUs
    // Faces of lower quality (0..1) found nobody and only join a person they are within eps of; 0: all faces are equal, plain DBSCAN.
    double min_quality;
    // NULL or "dbscan"; "chinese-whispers", "hac", "map-equation": then eps is that method's own threshold (0: its default),
    // min_samples the smallest cluster (0: 2), and min_quality is not used.
    const char *method;
} ww_cluster_options;

typedef struct ww_cluster_result {
    int64_t faces, people, unsorted;
    double eps; // as used
    double wall_s;
} ww_cluster_result;

// People are numbered from 0 by size, largest first; faces of nobody stay unsorted.
WW_API ww_status ww_library_cluster(ww_library *library, const ww_cluster_options *options, ww_cluster_result *result, ww_error *err);

// --- export: people into folders ---------------------------------------------------------------------------------------------

typedef struct ww_export_result {
    int64_t people, portraits, unsorted, frames, files_written, files_kept, files_removed;
    double wall_s;
} ww_export_result;

// Writes the data set beside the store: a folder a person, Unsorted, Montage, Frames, faces.csv, data.yaml, index.html. Only
// files of an earlier export are ever changed or removed.
WW_API ww_status ww_library_export(ww_library *library, ww_export_result *result, ww_error *err);

#ifdef __cplusplus
}
#endif
#endif
