// SPDX-License-Identifier: MIT
// The one table of a library in memory, which sorting, decisions, writers and whoever asks read: sources, frames, faces
// and people, numbered, without pictures (about 180 bytes a face). Embeddings are added for those who compare faces.
//
// Everything people see is counted here. A face's number is its place, from 1, in the reading order of ww_store_faces;
// a frame's is its place, from 1, in that of ww_store_frames.
#ifndef WW_LIBRARY_CATALOG_H
#define WW_LIBRARY_CATALOG_H
#include "base/box.h"
#include "base/buffer.h"
#include "base/vector.h"
#include "library/face_key.h"
#include "store/store.h"
#include "whoswho/view.h"

#define WW_CATALOG_ROWS_MAX 50000000 // frames, and faces; more is not a library but damage
#define WW_CATALOG_CLASS_MAX 1000000 // the largest number of a person: the list of classes names each one below it

typedef struct ww_catalog_source {
    int64_t id;
    uint64_t hash;     // XXH64 of the content
    uint64_t scan;     // XXH64 of what it was scanned with: models and options
    char *path;        // as stored; may be any bytes
    char *file;        // the same from the root, as it was when last met; NULL: not known
    const char *title; // its name, with the folders where another source is named alike; points into path
    char *error;       // or NULL
    int kind;          // ww_media
    int width, height;
    int64_t duration_us; // of the video, from its first picture
    // The first picture of a video on the clock of its file, by which players go: this much later than the times here.
    // 0 where an older library does not know it; its times are those of the file then.
    int64_t stream_start_us;
    int64_t faces, frames;
    int64_t last_us;  // presentation time of the last frame with a face
    int64_t every_us; // time between samples as far as the frames tell; 0 for photos
} ww_catalog_source;

// Where to look for the source's file, from whatever folder: borrowed.
const char *ww_catalog_source_file(const ww_catalog_source *source);
static inline bool ww_catalog_is_video(const ww_catalog_source *source) { return source->kind == WW_MEDIA_VIDEO; }

typedef struct ww_catalog_frame { // number: index + 1
    int64_t id;
    int source; // index
    int64_t sample;
    int64_t time_us;               // presentation time, from the first picture of the stream
    int64_t file_us;               // the same on the file's clock, as stored, by which decisions know the frame
    int jpeg_width, jpeg_height;   // of the stored picture
    size_t first_face, face_count; // faces[first_face ...]
    int width, height;             // upright full size; faces' boxes are in its pixels
} ww_catalog_frame;

typedef struct ww_catalog_face { // number: index + 1
    int64_t id;
    size_t frame;  // index; faces of one frame were seen at once
    int source;    // index
    size_t person; // index; people.count: nobody. See ww_catalog_person_of
    bool hidden;
    bool absent;                // no face after all: no row and no label tells of it. See ww_decisions_apply
    double x, y, width, height; // pixels of the upright source frame
    ww_box found;               // the same as the detector had it, by which decisions know the face
    double score, quality;
    float landmark[WW_LANDMARK_VALUES]; // pixels of the source frame
    int64_t track;                      // within the source; 0: not tracked
    int32_t number;         // of the person, -1: nobody; of a face scanned anew see ww_catalog_recall_people
    int32_t former;         // the last person's before that one, or -1
    double portrait_box[4]; // x, y, width, height in the portrait
    int portrait_width, portrait_height;
} ww_catalog_face;

typedef struct ww_catalog_person {
    int number;
    char *name;        // or NULL
    char *folder;      // name of the folder, unique
    size_t *face;      // indexes of the faces, rising; points into ww_catalog.by_person
    size_t face_count; // may be 0 for a person with a name; 0 for one who is ignored
    bool ignored;      // a stranger: not written
    int class_index;   // 0 to class_count - 1: what annotations call the class. -1: has no faces, so it is none
    size_t cover;      // index of the face chosen to be shown first, WW_NONE: none was; see ww_catalog_set_covers
} ww_catalog_person;

typedef struct ww_catalog {
    ww_store *store;
    WW_VECTOR(ww_catalog_source) source;
    WW_VECTOR(ww_catalog_frame) frame;
    WW_VECTOR(ww_catalog_face) face;
    WW_VECTOR(ww_catalog_person) person;
    ww_catalog_person unassigned; // number -1, folder "Unsorted"
    ww_catalog_person ignored;    // number -1, no folder: what the faces of ignored people count as
    int class_count;              // people who have faces
    size_t *by_person;            // face indexes, grouped by person, then the unassigned, then the ignored
    float *vector;                // face.count x dim, once added; NULL: not yet
    int dim;
    bool csv_safe;                   // as WW_SETTING_CSV_SAFE has it; the loader of a catalog that is written sets it
    ww_light *light;                 // of each face, once added; NULL: not yet. A mean that is not a number: not known
    int within_width, within_height; // what larger frames were shrunk to fit in the last scan; 0: they were not
} ww_catalog;

// *catalog is filled, or zeroed after a failure. The store must outlive it. `hidden` (may be NULL): ids of faces,
// ascending, that count as ignored ones.
ww_status ww_catalog_load(ww_store *store, const int64_t *hidden, size_t hidden_count, ww_catalog *catalog,
                          ww_error *err);
void ww_catalog_free(ww_catalog *catalog);
// Reads the people again, and gives them the faces whose `number` is theirs.
ww_status ww_catalog_refresh_people(ww_catalog *catalog, ww_error *err);

// The faces chosen as covers, in the order of choosing: of each person the last that is shown as this person's.
void ww_catalog_set_covers(ww_catalog *catalog, const uint32_t *face, size_t count);

static inline ww_box ww_catalog_face_box(const ww_catalog_face *face)
{
    return (ww_box){face->x, face->y, face->width, face->height};
}
// The person a face is shown as: the one it belongs to, &catalog->unassigned or &catalog->ignored.
const ww_catalog_person *ww_catalog_person_of(const ww_catalog *catalog, size_t face);
const ww_catalog_source *ww_catalog_source_of(const ww_catalog *catalog, size_t face);
// Paths relative to the output folder, added to `path`: "Face_0/face_12.jpg", "Frames/frame_3.txt". `extension`: "jpg",
// "txt". Nothing is added for an ignored face: it has no file.
void ww_catalog_face_path(const ww_catalog *catalog, size_t face, const char *extension, ww_buffer *path);
void ww_catalog_frame_path(size_t frame, const char *extension, ww_buffer *path);

// --- catalog_vectors.c
// Adds the embeddings, if they are not there yet. WW_ERR_STORE: they are not all of one length. WW_ERR_ARGUMENT: the
// library has changed since the catalog was loaded.
ww_status ww_catalog_add_vectors(ww_catalog *catalog, ww_error *err);
// The same without keeping them: *vector is the caller's (free), face.count x *dim.
ww_status ww_catalog_read_vectors(const ww_catalog *catalog, float **vector, int *dim, ww_error *err);
// Of these faces alone (indexes of `catalog`, in rising order), with their vectors and light and nothing else: what
// is compared.
ww_status ww_catalog_of_faces(const ww_catalog *catalog, const size_t *face, size_t count, ww_catalog *part,
                              ww_error *err);
// Reads how each face is lit into the catalog; not known of those that have no chip. Called again it does nothing.
ww_status ww_catalog_add_light(ww_catalog *catalog, ww_error *err);
static inline const float *ww_catalog_vector(const ww_catalog *c, size_t face)
{
    return c->vector + face * (size_t)c->dim;
}
double ww_catalog_distance_squared(const ww_catalog *catalog, size_t a, size_t b); // Euclidean; its square
// The keys of all faces; the caller's (free). NULL: no memory, and *err says so.
ww_face_key *ww_catalog_keys(const ww_catalog *catalog, ww_error *err);
// A source that was scanned again with other models or options has new faces: where they are nobody's yet, `number`
// becomes that of the person whose the old ones were.
ww_status ww_catalog_recall_people(ww_catalog *catalog, ww_error *err);

// --- catalog.c
// What a person is called: the name, or Face_N when there is none; "Unsorted" for nobody.
const char *ww_catalog_title(const ww_catalog_person *person);

// --- folders.c
// Gives each person of the catalog the name of a folder. Unnamed: Face_N. Named: the name, made fit for a folder; when
// another folder has the same name (ww_name_same) already, with " (2)", " (3)", ... after it. False: no memory.
bool ww_catalog_name_folders(ww_catalog *catalog);
// Whether a folder of this name is one that an export writes and that is not of a person with a name: Unsorted,
// Montage, Frames, Face_N.
bool ww_is_nameless_folder(const char *name);

#endif
