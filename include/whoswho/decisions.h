// SPDX-License-Identifier: MIT
// Decisions: what is said about faces and people, by commands, folders, pictures or annotations, and why a face is
// where it is.
#ifndef WHOSWHO_DECISIONS_H
#define WHOSWHO_DECISIONS_H
#include "whoswho/library.h"
#ifdef __cplusplus
extern "C" {
#endif

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
    WW_DECISION_ADD,       // a face that the scan missed was added; see ww_library_add_face
    WW_DECISION_COVER,     // the portrait who[0] is the cover of the person in whose folder it is: shown first
} ww_decision_kind;

#define WW_NOT_A_FACE "not a face" // the `text` of WW_DECISION_NOBODY for what is none

// People are given by number ("3"), as "Face_3", or by name; faces by the path of their portrait, or in `faces`. With
// `faces`: NAME makes them a person called `text`, SAME the person who[0], SPLIT takes them from who[0], whose they
// are, as another person, IGNORE makes them a stranger; REJECT, NOBODY and COVER are as with portraits, and NOBODY with
// a `text` also keeps them from being shown: portraits that nobody wants to see; with WW_NOT_A_FACE faces.csv, labels
// and data sets do not tell of them either.
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

// WW_ERR_NOT_FOUND: no such person (the message names near ones) or portrait.
WW_API ww_status ww_library_decide(ww_library *library, const ww_decision *decision, ww_decision_result *result,
                                   ww_error *err);

#define WW_EXAMPLES 3
#define WW_PATH_SHOWN_MAX 256 // bytes

typedef struct ww_split_side {
    int64_t faces;
    // those nearest to its middle, relative to the library's folder; "": no more
    char portrait[WW_EXAMPLES][WW_PATH_SHOWN_MAX];
} ww_split_side;

typedef struct ww_split_proposal {
    size_t size;            // set by the INIT macro
    ww_split_side side[2];  // the larger first; it keeps number and name
    double separation;      // mean silhouette, -1..1: under 0.2 it is one person most likely, over 0.35 two
    double within, between; // mean distance of two faces of one side, and of one of each
} ww_split_proposal;

// How the faces of a person fall into two. With `apply` they are parted so from now on; `result` is set then alone.
// Faces that were followed from frame to frame stay together. WW_ERR_ARGUMENT: there is one face, or all are alike.
WW_API ww_status ww_library_split(ww_library *library, const char *who, int apply, ww_split_proposal *proposal,
                                  ww_decision_result *result, ww_error *err);

typedef struct ww_new_face {
    size_t size;                // set by the INIT macro
    int64_t frame;              // its id, as in ww_view_frame
    double x, y, width, height; // of the box, pixels of the upright source frame
    const char *name;           // whose face it is; NULL: unassigned, until faces are sorted
} ww_new_face;

typedef struct ww_added_face {
    size_t size;              // set by the INIT macro
    int64_t face;             // its id, as in ww_view_face
    double quality;           // 0..1
    int64_t entry;            // in the journal
    char words[WW_WORDS_MAX]; // what was understood
} ww_added_face;

// Adds a face that the scan missed, by a box drawn around it: it is looked at in the footage (where that is gone, in
// the frame that the library keeps), and gets landmarks, embedding, quality and portrait as those that were found. A
// decision, which undo takes back, name and all, and which holds when the footage is scanned anew. `models`: those the
// library was made with. Views know of it after ww_view_refresh. WW_ERR_ARGUMENT: the box is outside of the frame, or
// too small; a face is there already; the name is none; the library was made with another embedder.
// WW_ERR_NOT_FOUND: no such frame.
WW_API ww_status ww_library_add_face(ww_library *library, const ww_models *models, const ww_new_face *face,
                                     ww_added_face *result, ww_error *err);

typedef struct ww_known_result {
    size_t size;                               // set by the INIT macro
    int64_t names, pictures;                   // folders with pictures of use, and these pictures
    int64_t unreadable, without_face, unclear; // pictures that were of no use; unclear: two faces of much the same size
    int64_t recognised;                        // people who were given a name now
    int64_t faces;                             // of nobody, that turned out to be of known people
} ww_known_result;

// `dir` holds a folder a name, with a few pictures of that person in each, or pictures called NAME.jpg, NAME 2.jpg; the
// largest face of a picture counts. Of a library's folder only people with a name count. People without a name whose
// faces are like a known one's get the name, as do faces of nobody that clearly are, as decisions that `undo` takes
// back; two of the same name become one person, and whoever has a name keeps it. `on_line` is told who was recognised,
// and which pictures were of no use. Faces must have been found and sorted before; sort again afterwards.
// WW_ERR_ARGUMENT: the library was made with another embedder.
WW_API ww_status ww_library_known(ww_library *library, const ww_models *models, const char *dir,
                                  int (*on_line)(void *user, const char *line), void *user, ww_known_result *result,
                                  ww_error *err);

// Whether `dir` could hold known people, before any work is done. WW_ERR_ARGUMENT, WW_ERR_NOT_FOUND, WW_ERR_IO: it
// cannot.
WW_API ww_status ww_check_known(const char *dir, ww_error *err);

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
// deleted (ignored). Portraits are recognised by their content; files that are not ours are left alone. `on_line` is
// told in words what was understood. dry_run: nothing is decided. Nothing is written before ww_library_resort.
WW_API ww_status ww_library_sync(ww_library *library, int dry_run, int (*on_line)(void *user, const char *line),
                                 void *user, ww_sync_result *result, ww_error *err);

typedef struct ww_import_options {
    size_t size; // set by the INIT macro
    int dry_run; // non-zero: nothing is decided, and no face is added
    // With models (those the library was made with), a labelled box where the scan found no face is looked at once
    // more, and a face that can be seen there joins the library. NULL: such boxes are passed over.
    const ww_models *models;
} ww_import_options;

typedef struct ww_import_result {
    size_t size;         // set by the INIT macro
    int64_t boxes;       // read
    int64_t decisions;   // entries made in the journal
    int64_t relabelled;  // faces that go to another person, or to nobody
    int64_t deleted;     // faces that are not written any more
    int64_t moved;       // faces whose box was corrected
    int64_t added;       // faces that joined the library (WW_DECISION_ADD)
    int64_t passed_over; // what the files hold and could not be taken; each was told
    int64_t entry;       // the first entry, 0: none; one undo takes back all of them
    int behind;          // the folders do not show all that was decided: ww_library_resort
} ww_import_result;

// Reads annotations that were made elsewhere. A file is one of: what ww_library_export_dataset wrote as "cvat" or
// "labelstudio", after somebody worked on it there; an XMP sidecar, a photo with XMP, or Picasa's .picasa.ini, whose
// regions name faces of photos in the library; a folder, in which the latter three are looked for. Boxes with another
// label, moved or deleted, and names of faces become decisions; what is as it was exported says nothing. `on_line` is
// told in words what was understood, and what was passed over. Nothing is written before ww_library_resort.
// WW_ERR_ARGUMENT: `count` is 0. WW_ERR_FORMAT: a file is damaged; nothing was decided.
WW_API ww_status ww_library_import(ww_library *library, const char *const *files, size_t count,
                                   const ww_import_options *options, int (*on_line)(void *user, const char *line),
                                   void *user, ww_import_result *result, ww_error *err);

// --- what the structs that may grow begin with: their size, and the defaults -----------------------------------------

// clang-format off
#define WW_DECISION_INIT {.size = sizeof(ww_decision)}
#define WW_DECISION_RESULT_INIT {.size = sizeof(ww_decision_result)}
#define WW_NEW_FACE_INIT {.size = sizeof(ww_new_face)}
#define WW_ADDED_FACE_INIT {.size = sizeof(ww_added_face)}
#define WW_SPLIT_PROPOSAL_INIT {.size = sizeof(ww_split_proposal)}
#define WW_KNOWN_RESULT_INIT {.size = sizeof(ww_known_result)}
#define WW_SYNC_RESULT_INIT {.size = sizeof(ww_sync_result)}
#define WW_IMPORT_OPTIONS_INIT {.size = sizeof(ww_import_options)}
#define WW_IMPORT_RESULT_INIT {.size = sizeof(ww_import_result)}
// clang-format on

#ifdef __cplusplus
}
#endif
#endif
