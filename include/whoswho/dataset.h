// SPDX-License-Identifier: MIT
// Data sets: the people of a library for those who train, and reading data sets back.
#ifndef WHOSWHO_DATASET_H
#define WHOSWHO_DATASET_H
#include "whoswho/library.h"
#ifdef __cplusplus
extern "C" {
#endif

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

typedef enum ww_picture {
    WW_PICTURE_BY_FORMAT = -1, // PNG for chips, JPEG else
    WW_PICTURE_JPEG,
    WW_PICTURE_PNG,
    WW_PICTURE_WEBP,
} ww_picture;

typedef enum ww_box_rule {
    WW_BOX_TIGHT,   // boxes of all formats as detected: brows to chin
    WW_BOX_WIDENED, // a quarter wider and higher, about the middle: the whole head
} ww_box_rule;

typedef struct ww_dataset_options {
    size_t size; // set by the INIT macro
    // names as ww_dataset_format_name has them, with commas between; one goes into `out` itself, of several each into a
    // folder of its name within
    const char *formats;
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
    // Pictures of single faces: what they show, how wide they are (0: as filmed, as far as it is stored; else
    // enlarged where they must be), and how they are written. quality: 1..100, of JPEG unless picture_format says
    // WebP; 0: 95, of chips 98.
    ww_crop_rule crop;
    int picture_width;
    ww_picture picture_format;
    int quality;
    double margin; // around aligned chips, in shares of chip_size on every side; at most 2
    ww_box_rule box;
} ww_dataset_options;

typedef struct ww_dataset_result {
    size_t size;                     // set by the INIT macro
    int64_t classes;                 // people in the set, without "unknown"
    int64_t faces;                   // of these people
    int64_t train, val, test;        // the same by side; all 0 where no format has sides
    int64_t groups;                  // of frames that share a track or a shot; one never lies on two sides
    int64_t frames, frames_left_out; // frames with such faces; of them those left out for a face without a class
    int64_t faces_covered;           // faces without a class that were pixelated
    int64_t files_written, files_kept, files_removed, files_left; // left: the user's, made or changed since
    // least distance of two faces of one person on two sides; negative: there are none
    double closest;
    double wall_s;
    int64_t passed_over;    // what could not be written as it should be; each was logged
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
// pictures without label and labels without picture, boxes outside their picture, classes without a face, a picture
// that is there twice, pictures that look alike or tracks on two sides, labels that are not listed, times outside the
// footage. Faults are no failure: see `findings`. A non-zero return of on_finding ends the reading. WW_ERR_FORMAT:
// `dir` holds no data set that is known here.
WW_API ww_status ww_dataset_check(const char *dir, int (*on_finding)(void *user, const char *line), void *user,
                                  ww_dataset_check_result *result, ww_error *err);

// --- what the structs that may grow begin with: their size, and the defaults -----------------------------------------

// clang-format off
#define WW_DATASET_OPTIONS_INIT {.size = sizeof(ww_dataset_options), .near_duplicate = -1, \
    .picture_format = WW_PICTURE_BY_FORMAT}
#define WW_DATASET_RESULT_INIT {.size = sizeof(ww_dataset_result)}
#define WW_DATASET_CHECK_RESULT_INIT {.size = sizeof(ww_dataset_check_result)}
// clang-format on

#ifdef __cplusplus
}
#endif
#endif
