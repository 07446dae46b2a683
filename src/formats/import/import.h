// SPDX-License-Identifier: MIT
// Annotations read back: what somebody did to boxes and names elsewhere becomes decisions.
//
// A reader (one for each kind of file, below) tells of the boxes it finds as claims. Claims are matched to the faces of
// the library: by their marks (formats/annotation.h), else by overlap. Then import_decide.c makes decisions of what
// differs from what was exported. All of it is one transaction and one batch of the journal.
#ifndef WW_FORMATS_IMPORT_IMPORT_H
#define WW_FORMATS_IMPORT_IMPORT_H
#include "base/box.h"
#include "base/vector.h"
#include "decisions/people_view.h"
#include "formats/dataset.h"
#include "library/notify.h"

#define WW_IMPORT_CLAIMS_MAX 10000000
#define WW_IMPORT_OVERLAP_MIN 0.5 // intersection over union from which a box without a mark is a face of the library
#define WW_IMPORT_REGION_OVERLAP_MIN 0.2 // the same for regions of photos, which other programs draw around the head

typedef struct ww_claim {
    size_t frame;     // index
    ww_box box;       // pixels of the upright source frame
    bool marked;      // it was exported by us:
    ww_box found;     // as the detector had the box,
    char *was;        // and the label then; owned
    char *label;      // owned; NULL: the box has no name
    bool partial;     // the file names some faces and says nothing of the others, nor of boxes
    size_t line;      // in the file
    const char *file; // borrowed
    size_t face;      // index, once matched; WW_NO_FACE: none
    bool exact;       // matched by a mark to the very box
} ww_claim;

#define WW_NO_FACE SIZE_MAX

typedef struct ww_frame_place { // where a frame is found by its exported name
    uint64_t hash;              // of the source
    int64_t time_us;
    bool of_file; // the time is on the clock of the file
    size_t frame;
} ww_frame_place;

typedef struct ww_import {
    ww_library *library;
    const ww_footage_probe *probe; // NULL: nobody can be asked
    ww_people_view view;
    ww_listener listener;
    int64_t batch;
    WW_VECTOR(ww_frame_place) places; // sorted
    WW_VECTOR(ww_claim) claims;
    WW_VECTOR(char *) paths; // of files found in folders, which claims borrow; owned
    bool *frame_seen;        // the file showed the frame, with all boxes that are left
    bool *listed;            // of each face: the file says that it was exported
    size_t *claim_of;        // of each face: index of its claim; WW_NO_FACE: none
    ww_import_result *result;
} ww_import;

// A kind of file.
typedef struct ww_import_kind {
    bool (*recognise)(const char *path, const uint8_t *data, size_t bytes);
    // WW_ERR_FORMAT: it is damaged; the message names file and line.
    ww_status (*read)(ww_import *import, const char *path, const uint8_t *data, size_t bytes, ww_error *err);
} ww_import_kind;

extern const ww_import_kind ww_import_cvat, ww_import_labelstudio, ww_import_xmp, ww_import_picasa;

// ww_library_import; *result is never NULL. `batch`: of which its entries are to be, 0: of one of their own.
ww_status ww_import_files(ww_library *library, const char *const *paths, size_t count, bool dry_run, int64_t batch,
                          const ww_footage_probe *probe, ww_listener listener, ww_import_result *result, ww_error *err);

// A labelled box where the library knows of no face.
typedef struct ww_unmatched_box {
    size_t frame; // index in the catalog of the library as it is
    ww_box box;   // pixels of the upright source frame
} ww_unmatched_box;
typedef WW_VECTOR(ww_unmatched_box) ww_unmatched_boxes;

// What of the files is unmatched; nothing is decided and nothing told. Free `boxes` also after a failure.
ww_status ww_import_unmatched(ww_library *library, const char *const *paths, size_t count,
                              const ww_footage_probe *probe, ww_unmatched_boxes *boxes, ww_error *err);

// Reads one file. `quiet`: one without annotations is no failure.
ww_status ww_import_file(ww_import *import, const char *path, bool quiet, ww_error *err);
#define WW_PICASA_FILE ".picasa.ini" // hidden, so that lists of folders leave it out
// --- import_folder.c: all files in a folder of photos that may name people.
ww_status ww_import_folder(ww_import *import, const char *path, ww_error *err);

// --- for the readers
// Tells of something that is not taken, and counts it.
void ww_import_pass_over(ww_import *import, const char *format, ...) __attribute__((format(printf, 2, 3)));
// The frame that a picture was exported as, by the name of its file without folder and ending. False: it is none of
// this library's.
bool ww_import_frame(const ww_import *import, const char *name, size_t *frame);
// Forgets the claims from this one on.
void ww_import_forget_claims(ww_import *import, size_t from);
// Adds a claim, whose strings become the import's also after a failure.
ww_status ww_import_claim(ww_import *import, const ww_claim *claim, ww_error *err);
// A box in pixels of a picture of `width` x `height` as one in pixels of the frame. WW_ERR_FORMAT: a value that is not
// finite, or a box without an area.
ww_status ww_import_place(const ww_import *import, size_t frame, ww_box box, double width, double height,
                          ww_box *placed, ww_error *err);

// --- import_xmp.c: photos
typedef struct ww_named_region {
    ww_box box;       // in shares of the photo as its pixels are stored
    const char *name; // borrowed
    const char *mark; // likewise, or NULL
    size_t line;
} ww_named_region;

// Claims for the regions of the photo `stem` that `file` (which must outlive the import) names. `bare`: the name may
// lack the photo's extension.
ww_status ww_import_regions(ww_import *import, const char *file, const char *stem, bool bare,
                            const ww_named_region *region, size_t count, ww_error *err);

// --- import_match.c
ww_status ww_import_match(ww_import *import, ww_error *err);
// --- import_decide.c
ww_status ww_import_decide(ww_import *import, ww_error *err);

#endif
