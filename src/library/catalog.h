// SPDX-License-Identifier: MIT
// The library as the writers see it: read once, numbered, and small (no pictures, no embeddings; about 150 bytes a face).
// Also what commands go by when a person speaks of "Face_3" or "face_12".
//
// Everything people see is counted here. A face's number is its place, from 1, in the reading order of ww_store_faces; a frame's
// is its place, from 1, in that of ww_store_frames.
#ifndef WW_LIBRARY_CATALOG_H
#define WW_LIBRARY_CATALOG_H
#include "base/buffer.h"
#include "base/vector.h"
#include "store/store.h"

#define WW_CATALOG_ROWS_MAX 50000000 // frames, and faces; more is not a library but damage
#define WW_CATALOG_CLASS_MAX 1000000 // the largest number of a person: the list of classes names each one below it

typedef struct ww_catalog_source {
    int64_t id;
    uint64_t hash; // XXH64 of the content
    char *path;  // as stored; may be any bytes
    char *error; // or NULL
    int kind;    // ww_source_kind
    int width, height;
    int64_t duration_us;
    int64_t faces, frames;
    int64_t last_us;  // presentation time of the last frame with a face
    int64_t every_us; // time between samples as far as the frames tell; 0 for photos
} ww_catalog_source;

typedef struct ww_catalog_frame { // number: index + 1
    int64_t id;
    int source; // index
    int64_t sample, time_us;
    size_t first_face, face_count; // faces[first_face ...]
} ww_catalog_frame;

typedef struct ww_catalog_face { // number: index + 1
    int64_t id;
    size_t frame;               // index
    size_t person;              // index; people.count: nobody. See ww_catalog_person_of
    bool hidden;
    double x, y, width, height; // pixels of the upright source frame
    double score, quality;
    float landmark[10];         // x0, y0 ... x4, y4, as in ww_face_row; pixels of the source frame
    int64_t track;              // within the source; 0: not tracked
    double portrait_box[4]; // x, y, width, height in the portrait
    int portrait_width, portrait_height;
} ww_catalog_face;

typedef struct ww_catalog_person {
    int number;
    char *name;         // or NULL
    char *folder;       // name of the folder, unique
    size_t *face;       // indexes of the faces, rising; points into ww_catalog.by_person
    size_t face_count;  // may be 0 for a person with a name; 0 for one who is ignored
    bool ignored;       // a stranger: not written
} ww_catalog_person;

typedef struct ww_catalog {
    ww_store *store;
    WW_VECTOR(ww_catalog_source) source;
    WW_VECTOR(ww_catalog_frame) frame;
    WW_VECTOR(ww_catalog_face) face;
    WW_VECTOR(ww_catalog_person) person;
    ww_catalog_person unassigned; // number -1, folder "Unsorted"
    ww_catalog_person ignored;  // number -1, no folder: what the faces of ignored people count as
    size_t *by_person;          // face indexes, grouped by person, then the unsorted, then the ignored
} ww_catalog;

// *catalog is filled, or zeroed after a failure. The store must outlive it. `hidden` (may be NULL): ids of faces, ascending, that
// count as ignored ones.
ww_status ww_catalog_load(ww_store *store, const int64_t *hidden, size_t hidden_count, ww_catalog *catalog, ww_error *err);
void ww_catalog_free(ww_catalog *catalog);

// The person a face is shown as: the one it belongs to, &catalog->unsorted or &catalog->ignored.
const ww_catalog_person *ww_catalog_person_of(const ww_catalog *catalog, size_t face);
const ww_catalog_source *ww_catalog_source_of(const ww_catalog *catalog, size_t face);
// Paths relative to the output folder, added to `path`: "Face_0/face_12.jpg", "Frames/frame_3.txt". `extension`: "jpg", "txt".
// Nothing is added for an ignored face: it has no file.
void ww_catalog_face_path(const ww_catalog *catalog, size_t face, const char *extension, ww_buffer *path);
void ww_catalog_frame_path(size_t frame, const char *extension, ww_buffer *path);

// What a person is called: the name, or Face_N when there is none; "Unsorted" for nobody.
const char *ww_catalog_title(const ww_catalog_person *person);

// --- folders.c
// Gives each person of the catalog the name of a folder. Unnamed: Face_N. Named: the name, made fit for a folder; when another
// folder (upper and lower case counting as the same) has it already, with " (2)", " (3)", ... after it.
// False: no memory.
bool ww_catalog_name_folders(ww_catalog *catalog);
// A name made fit for a folder: slashes, backslashes and control characters become '_', as do dots at the beginning and end;
// spaces around it go, and so does what exceeds 120 bytes. NULL when nothing is left. The caller's (free).
char *ww_folder_name(const char *name);

#endif
