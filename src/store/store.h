// SPDX-License-Identifier: MIT
// The library on disk (whoswho.db, SQLite in WAL mode): sources, frames, faces, embeddings, people. The only memory
// between runs; everything in the output folder can be made again from it.
//
// One connection, one thread at a time (the callers serialise), and one whoswho a folder: the folder is locked (flock)
// while a store in it is open, so that a second program is refused with WW_ERR_STORE instead of mixing its work in.
//
// Writes happen inside begin/commit. Every call is all or nothing, also alone. A killed program loses what it had not
// committed and nothing else; a power cut may take the last commits too (synchronous=NORMAL: no fsync a commit), but
// never damages the file. After WW_ERR_NO_SPACE or WW_ERR_IO inside a transaction the whole of it may be undone
// already; writes are then refused until the caller rolls back.
//
// A full disk is WW_ERR_NO_SPACE, a damaged, foreign, newer or locked file WW_ERR_STORE, one that cannot be opened or
// written WW_ERR_IO, a row that is there already or refers to one that is not WW_ERR_ARGUMENT. Messages name the file.
#ifndef WW_STORE_STORE_H
#define WW_STORE_STORE_H
#include "base/error.h"
#include "base/landmarks.h"
#include "base/light.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WW_STORE_VERSION 12                // PRAGMA user_version; an older library is migrated, a newer one refused
#define WW_STORE_APPLICATION_ID 0x77773031 // "ww01", PRAGMA application_id: a database of another program is refused
#define WW_STORE_VALUE_MAX                                                                                             \
    ((size_t)64 << 20)               // bytes of one picture or string; larger ones are refused in both directions
#define WW_STORE_EMBEDDING_MAX 16384 // floats of one embedding
#define WW_STORE_SPANS_MAX 10000000  // of one source
#define WW_STORE_START_UNKNOWN (-1)  // see ww_source_row.stream_start_us
#define WW_STORE_CONTEXT_MAX 65536   // bytes of a frame's view, and of a histogram

typedef struct ww_store ww_store;

typedef struct ww_scan_counts {  // what became of the frames and faces of a source, or of a span of it
    int64_t samples;             // samples
    int64_t intermediate_frames; // frames looked at between them
    int64_t damaged;             // samples that could not be decoded
    int64_t faces_small;         // found on the frames kept, and passed over: smaller than the user wants,
    int64_t faces_transient;     // or seen for a moment only, by a detector not sure of them
} ww_scan_counts;

typedef struct ww_source_row { // a video or a photo
    int64_t id;                // 1, 2, ... in the order in which they joined the library
    const char *path;          // as the user gave it, UTF-8 or raw bytes
    const char *file;          // the same from the root, as it was when last met; NULL: not known
    int track;                 // of a file with the pictures of several cameras: which of them, from 0
    uint64_t hash;             // XXH64 of the content
    int64_t bytes;
    int kind;          // ww_source_kind
    int width, height; // upright full size
    int64_t duration_us;
    // First picture of a video stream on the file's clock, by which all times of the store go (what people read is this
    // much less); WW_STORE_START_UNKNOWN in older libraries
    int64_t stream_start_us;
    const char *scan_key; // models and options this source was (or is being) scanned with
    int span_count;
    int spans_done;        // == span_count: complete; counted, not given by the writer
    const char *error;     // NULL, or why this file could not be read
    int64_t place;         // of a shard: of its file among the inputs of all shards, from 1; 0: not known
    ww_scan_counts counts; // of the spans done
} ww_source_row;

typedef struct ww_frame_row { // a frame that holds at least one face
    int64_t id;
    int64_t source;
    int span;
    int64_t sample, time_us;
    int jpeg_width, jpeg_height; // size of the stored picture (bounded by --frame-max)
    int width, height;           // upright full size, where it is not that of the source; else 0
} ww_frame_row;

typedef struct ww_face_row {
    // unique; not what people see: a face's number is its rank, from 1, in the reading order of ww_store_faces
    int64_t id;
    int64_t frame;
    int order;                  // 0, 1, ... within the frame, by (x, y) of the box
    double x, y, width, height; // pixels of the upright full-size source frame
    double score, quality;
    float landmark[WW_LANDMARK_VALUES]; // same pixels
    int embedding_dim;                  // floats in the embedding
    int person;                         // number of the person, or -1
    // the last person before that one, or -1; for who was merged and is parted again. Given by the store
    int former;
    // faces of one source with the same number were tracked from frame to frame; 0: not tracked
    int64_t track;
    double portrait_box[4]; // x, y, width, height of the face inside the stored portrait, pixels of the portrait
    int portrait_width, portrait_height;
} ww_face_row;

typedef struct ww_person_row {
    int number;       // 0, 1, ...: the N of Face_N
    const char *name; // UTF-8 or NULL
    int64_t faces;    // 0 for a named one whose faces went elsewhere
    bool ignored;     // a stranger: not written as a person
} ww_person_row;

typedef struct ww_journal_row { // something the user decided
    int64_t seq;                // 1, 2, ...
    int64_t batch;              // seq of the first entry of the same command; 0 when writing: this is the first
    int64_t time_s;             // Unix time
    const char *kind;           // "name", "merge", ...: the decisions room's
    const char *text;           // or NULL
    const char *words;          // the same for people to read
    const void *operands;       // faces and people it speaks of, as the decisions room encodes them
    size_t operands_bytes;
} ww_journal_row;

// Opens or creates (the folder must exist). create == false: WW_ERR_NOT_FOUND when absent. *store is NULL after a
// failure.
ww_status ww_store_open(const char *path, bool create, ww_store **store, ww_error *err);
// Whether the drive knows no locks, so that nothing keeps two programs from writing to the file at once.
bool ww_store_is_unlocked(const ww_store *store);
void ww_store_close(ww_store *store);

ww_status ww_store_begin(ww_store *s, ww_error *err);
ww_status ww_store_commit(ww_store *s, ww_error *err); // a commit that fails has rolled back
void ww_store_rollback(ww_store *s);                   // fine without a transaction
// The end of a transaction, whatever came of it: commits if `status` is WW_OK, else rolls back. Returns what came of
// the whole.
ww_status ww_store_end(ww_store *s, ww_status status, ww_error *err);

// Small named values (options of the last run and the like). *value is the caller's (free), NULL when absent.
ww_status ww_store_set_meta(ww_store *s, const char *key, const char *value, ww_error *err); // value NULL: forget it
ww_status ww_store_get_meta(ww_store *s, const char *key, char **value, ww_error *err);

// --- scanning
// Finds the source with this content hash and scan key that could be read (the one that joined first, were there
// several); *id 0 when there is none.
ww_status ww_store_find_source(ww_store *s, uint64_t hash, const char *scan_key, int64_t *id, ww_error *err);
// The same, of which all spans are done.
ww_status ww_store_find_whole_source(ww_store *s, uint64_t hash, const char *scan_key, int64_t *id, ww_error *err);
ww_status ww_store_add_source(ww_store *s, const ww_source_row *row, int64_t *id, ww_error *err); // row->id is ignored
// By row->id: path, error, counts. WW_ERR_NOT_FOUND: no such source.
ww_status ww_store_update_source(ww_store *s, const ww_source_row *row, ww_error *err);
// With its frames, faces and pictures; which faces belonged to whom is remembered. WW_ERR_NOT_FOUND: no such source.
ww_status ww_store_delete_source(ww_store *s, int64_t id, ww_error *err);
// Sources that a scan of this content puts out of date: the same content scanned with other options, and an earlier
// failure to read this path. With their frames and faces.
ww_status ww_store_delete_outdated(ww_store *s, const char *path, uint64_t hash, const char *scan_key, ww_error *err);
// Of a source of an older library, where the video stream begins; not later than the frames there are.
// WW_ERR_NOT_FOUND: no such source.
ww_status ww_store_set_stream_start(ww_store *s, int64_t id, int64_t start_us, ww_error *err);
// Where the file of a source is now. WW_ERR_NOT_FOUND: no such source.
ww_status ww_store_move_source(ww_store *s, int64_t id, const char *path, const char *file, int track, ww_error *err);
// The content `hash` took the place of `old`: what is remembered of the faces of that one is of this one from now on.
ww_status ww_store_succeed(ww_store *s, uint64_t old, uint64_t hash, ww_error *err);
// By `old`; each leads to the newest.
typedef ww_status ww_on_succession(void *user, uint64_t old, uint64_t hash, ww_error *err);
ww_status ww_store_successions(ww_store *s, ww_on_succession *on_row, void *user, ww_error *err);
// What a file held when it was hashed last. Rows of deleted sources' files go with them.
typedef struct ww_file_stamp { // what the file system says of a file
    int64_t bytes, modified_ns, changed_ns;
    uint64_t inode;
} ww_file_stamp;
typedef struct ww_file_row {
    const char *path; // from the root
    uint64_t hash;    // XXH64 of the content
    bool photo;       // it begins like one
    int tracks;       // beside the main one
    ww_file_stamp stamp;
    int64_t hashed_ns; // Unix time
} ww_file_row;
ww_status ww_store_set_file(ww_store *s, const ww_file_row *row, ww_error *err);
// *row (its path is the one given) if it was *found.
ww_status ww_store_file(ww_store *s, const char *path, ww_file_row *row, bool *found, ww_error *err);
// While it is on, what is deleted is overwritten; switched off, nothing of it is left in the log either. Outside
// transactions.
ww_status ww_store_set_erasing(ww_store *s, bool on, ww_error *err);
ww_status ww_store_span_done(ww_store *s, int64_t source, int span, bool *done, ww_error *err);
// Adds to the source's counts. WW_ERR_ARGUMENT when the span is marked already.
ww_status ww_store_mark_span(ww_store *s, int64_t source, int span, const ww_scan_counts *counts, ww_error *err);
// Adds to the source's counts alone.
ww_status ww_store_add_counts(ww_store *s, int64_t source, const ww_scan_counts *counts, ww_error *err);
// What could not be read of a span (-1: of the file as a whole), for people; once a span.
ww_status ww_store_add_damage(ww_store *s, int64_t source, int span, const char *words, ww_error *err);
// In order of the spans.
ww_status ww_store_damage(ww_store *s, int64_t source,
                          ww_status (*on_words)(void *user, const char *words, ww_error *err), void *user,
                          ww_error *err);
// row->id is ignored. One frame a (source, sample).
ww_status ww_store_add_frame(ww_store *s, const ww_frame_row *row, const void *jpeg, size_t jpeg_bytes, int64_t *id,
                             ww_error *err);
// row->id is ignored. One face a (frame, order). embedding: row->embedding_dim floats; portrait: a JPEG.
ww_status ww_store_add_face(ww_store *s, const ww_face_row *row, const float *embedding, const void *portrait,
                            size_t portrait_bytes, int64_t *id, ww_error *err);

// --- what is around the faces of footage; see library/view.h and face/colours.h for what the bytes mean
typedef struct ww_context_row { // of a face
    int64_t face;
    const uint8_t *torso, *hair; // histograms; NULL: out of the picture
    size_t torso_bytes, hair_bytes;
    double weight;             // of its embeddings in intermediate frames; 0: there are none
    const float *intermediate; // their mean, embedding_dim floats
    int embedding_dim;
} ww_context_row;
// Once a frame. WW_ERR_ARGUMENT: no such frame.
ww_status ww_store_add_view(ww_store *s, int64_t frame, const uint8_t *view, size_t bytes, ww_error *err);
// Once a face. WW_ERR_ARGUMENT: no such face.
ww_status ww_store_add_context(ww_store *s, const ww_context_row *row, ww_error *err);
// The aligned chip, a PNG; once a face. WW_ERR_ARGUMENT: no such face.
ww_status ww_store_add_chip(ww_store *s, int64_t face, const ww_light *light, const void *png, size_t bytes,
                            ww_error *err);
// *png is the caller's (free). WW_ERR_NOT_FOUND: the face has none, or there is no such face.
ww_status ww_store_chip(ww_store *s, int64_t face, uint8_t **png, size_t *bytes, ww_error *err);
// How faces are lit, in the order of ww_store_faces; those without a chip are left out.
typedef ww_status ww_on_light(void *user, int64_t face, const ww_light *light, ww_error *err);
ww_status ww_store_lights(ww_store *s, ww_on_light *on_row, void *user, ww_error *err);
// Of one face; its mean is not a number where it has no chip.
ww_status ww_store_light(ww_store *s, int64_t face, ww_light *light, ww_error *err);
// In the orders of ww_store_frames and ww_store_faces; frames and faces without are left out. Borrowed for the call.
typedef ww_status ww_on_view(void *user, int64_t frame, const uint8_t *view, size_t bytes, ww_error *err);
typedef ww_status ww_on_context(void *user, const ww_context_row *row, ww_error *err);
ww_status ww_store_views(ww_store *s, ww_on_view *on_row, void *user, ww_error *err);
ww_status ww_store_contexts(ww_store *s, ww_on_context *on_row, void *user, ww_error *err);

// --- shots of footage
typedef struct ww_shot_row {
    int64_t source;
    int64_t first_us, last_us; // times of its first and last frame looked at
    int span;                  // in which it ends
    // Its last frame in a few cells (video/shot.h), if that is the last of the span too; NULL: it is not.
    const uint8_t *ending;
    size_t ending_bytes;
} ww_shot_row;
typedef ww_status ww_on_shot(void *user, const ww_shot_row *row, ww_error *err);
// Adds a shot, or takes the place of the one that begins at the same time. WW_ERR_ARGUMENT: no such source.
ww_status ww_store_set_shot(ww_store *s, const ww_shot_row *row, ww_error *err);
// By (source, first_us). Borrowed for the call.
ww_status ww_store_shots(ww_store *s, ww_on_shot *on_row, void *user, ww_error *err);
ww_status ww_store_last_shot(ww_store *s, int64_t source, ww_on_shot *on_row, void *user, ww_error *err); // if any
// Of one source.
ww_status ww_store_shots_of(ww_store *s, int64_t source, ww_on_shot *on_row, void *user, ww_error *err);

// --- shards: libraries that hold a share of the footage, and are to be joined (join/)
typedef struct ww_part_row { // what a shard notes of each span it scanned
    int span;
    const uint8_t *beginning; // the first frame looked at (video/shot.h)
    size_t beginning_bytes;   // 0: there are no shots
    ww_scan_counts counts;
} ww_part_row;
// Once a span. WW_ERR_ARGUMENT: no such source.
ww_status ww_store_add_part(ww_store *s, int64_t source, const ww_part_row *row, ww_error *err);
// By span. Borrowed for the call.
typedef ww_status ww_on_part(void *user, const ww_part_row *row, ww_error *err);
ww_status ww_store_parts(ww_store *s, int64_t source, ww_on_part *on_row, void *user, ww_error *err);
// The spans of a source that are done, by number.
typedef ww_status ww_on_span(void *user, int span, ww_error *err);
ww_status ww_store_spans(ww_store *s, int64_t source, ww_on_span *on_span, void *user, ww_error *err);
// Marks the spans first..last of a source in `to` as done, and copies their frames, faces, pictures and damage from
// another library; to whom the faces belong there is left behind. *faces is raised by their number.
ww_status ww_store_copy_spans(ww_store *to, int64_t to_source, ww_store *from, int64_t from_source, int first, int last,
                              int64_t *faces, ww_error *err);
// What is damaged of the file as a whole (span -1), and what was found in pictures of known people.
ww_status ww_store_copy_file_damage(ww_store *to, int64_t to_source, ww_store *from, int64_t from_source,
                                    ww_error *err);
ww_status ww_store_copy_known_pictures(ww_store *to, ww_store *from, ww_error *err);

// --- reading
// Rows come in a fixed order that does not depend on the order of writing: sources by id; frames by (source, sample);
// faces by (source, sample, order); people by number. A callback's non-OK return ends the walk with that status; it may
// call any other function of the store, but not change the rows that the walk is reading. Strings and arrays are
// borrowed for the call.
typedef ww_status ww_on_source(void *user, const ww_source_row *row, ww_error *err);
typedef ww_status ww_on_frame(void *user, const ww_frame_row *row, ww_error *err);
typedef ww_status ww_on_face(void *user, const ww_face_row *row, const float *embedding, ww_error *err);
typedef ww_status ww_on_person(void *user, const ww_person_row *row, ww_error *err);
ww_status ww_store_sources(ww_store *s, ww_on_source *on_row, void *user, ww_error *err);
// One, if it is there.
ww_status ww_store_source(ww_store *s, int64_t id, ww_on_source *on_row, void *user, ww_error *err);
ww_status ww_store_frames(ww_store *s, ww_on_frame *on_row, void *user, ww_error *err);
// embedding: row->embedding_dim floats (NULL when with_embeddings is false).
ww_status ww_store_faces(ww_store *s, bool with_embeddings, ww_on_face *on_row, void *user, ww_error *err);
// with_faces: counts them, which takes a walk over all faces; else row->faces is 0.
ww_status ww_store_people(ww_store *s, bool with_faces, ww_on_person *on_row, void *user, ww_error *err);
// Of one face: *dim floats into `embedding`, which has room for WW_STORE_EMBEDDING_MAX. WW_ERR_NOT_FOUND: no such face.
ww_status ww_store_embedding(ww_store *s, int64_t face, float *embedding, int *dim, ww_error *err);
// Pictures: *jpeg is the caller's (free). WW_ERR_NOT_FOUND: no such frame or face.
ww_status ww_store_frame_jpeg(ww_store *s, int64_t frame, uint8_t **jpeg, size_t *bytes, ww_error *err);
ww_status ww_store_portrait_jpeg(ww_store *s, int64_t face, uint8_t **jpeg, size_t *bytes, ww_error *err);

// --- clustering
// Replaces the assignment of faces to people: faces[i] gets person numbers[i] (-1: nobody), faces not mentioned belong
// to nobody. People without a face left vanish unless they have a name; what was remembered is forgotten.
// WW_ERR_NOT_FOUND: no such face.
ww_status ww_store_set_people(ww_store *s, const int64_t *faces, const int32_t *numbers, size_t count, ww_error *err);
// Moves one face to the person of this number (-1: nobody), who is made if need be. WW_ERR_NOT_FOUND: no such face.
ww_status ww_store_move_face(ww_store *s, int64_t face, int32_t number, ww_error *err);
// Forgets a person without a name; one without faces, as the caller knows.
ww_status ww_store_drop_person(ww_store *s, int32_t number, ww_error *err);
// Faces of deleted sources that belonged to people: by this a new scan of the same footage finds the same people.
typedef struct ww_remembered_row {
    uint64_t source; // hash of the content
    int64_t time_us;
    double x, y, width, height;
    int person;
} ww_remembered_row;
typedef ww_status ww_on_remembered(void *user, const ww_remembered_row *row, ww_error *err);
ww_status ww_store_remembered(ww_store *s, ww_on_remembered *on_row, void *user, ww_error *err); // by (source, time)
// NULL: no name; WW_ERR_NOT_FOUND
ww_status ww_store_set_name(ww_store *s, int number, const char *name, ww_error *err);
ww_status ww_store_set_ignored(ww_store *s, int number, bool ignored, ww_error *err); // WW_ERR_NOT_FOUND

// --- what the last sort leaves for the next one; people/sort_state.h says what it means
typedef struct ww_sort_state_row {
    uint64_t digest; // of what was sorted, and how
    int64_t journal; // the last decision that was heeded
    double threshold;
    int64_t duplicates, same, different;
    double false_merge, false_split;
    const void *clusters, *joins; // `bytes` each: a 32-bit number of each face, little-endian
    size_t bytes;
} ww_sort_state_row;
ww_status ww_store_set_sort_state(ww_store *s, const ww_sort_state_row *row, ww_error *err); // NULL: there is none
// Borrowed for the call, which comes once, or not where there is none.
typedef ww_status ww_on_sort_state(void *user, const ww_sort_state_row *row, ww_error *err);
ww_status ww_store_sort_state(ww_store *s, ww_on_sort_state *on_row, void *user, ww_error *err);

// --- decisions
// Appends to the journal; row->seq is ignored. Nothing in the journal is ever changed or removed.
ww_status ww_store_add_decision(ww_store *s, const ww_journal_row *row, int64_t *seq, ww_error *err);
typedef ww_status ww_on_decision(void *user, const ww_journal_row *row, ww_error *err);
ww_status ww_store_decisions(ww_store *s, ww_on_decision *on_row, void *user, ww_error *err); // by seq
ww_status ww_store_last_decision(ww_store *s, int64_t *seq, ww_error *err);                   // 0: there is none

// --- pictures of known people
// What a picture held when these models looked at it. *found NULL: it was not looked at yet; else "face" (with dim
// values), "none" or "several". *found and *embedding are the caller's (free).
ww_status ww_store_known_picture(ww_store *s, uint64_t hash, const char *models, char **found, float **embedding,
                                 size_t *dim, ww_error *err);
ww_status ww_store_set_known_picture(ww_store *s, uint64_t hash, const char *models, const char *found,
                                     const float *embedding, size_t dim, ww_error *err);

// --- what the export wrote
// So that the next one can remove what is no longer true and never touches a file of the user's. Paths are
// relative to the output folder; `hash` is XXH64 of the content. A path may have several hashes: what an export that
// was killed may have left there, the old content or the new.
// beside the hashes it has
ww_status ww_store_add_exported(ww_store *s, const char *path, uint64_t hash, ww_error *err);
// instead of the hashes it has
ww_status ww_store_set_exported(ww_store *s, const char *path, uint64_t hash, ww_error *err);
ww_status ww_store_unset_exported(ww_store *s, const char *path, ww_error *err); // forgets all of them
typedef struct ww_exported_row {
    const char *path;
    uint64_t hash;
    uint64_t key;       // of all that its bytes are made from; 0: not known
    uint64_t bytes;     // its size, and
    int64_t changed_ns; // its ctime, once it was written; 0: not known
} ww_exported_row;
// ww_store_set_exported, and what the file was then.
ww_status ww_store_set_exported_file(ww_store *s, const ww_exported_row *row, ww_error *err);
// In the order of ww_store_exported.
typedef ww_status ww_on_exported_file(void *user, const ww_exported_row *row, ww_error *err);
ww_status ww_store_exported_files(ww_store *s, ww_on_exported_file *on_row, void *user, ww_error *err);
// By (path, hash as a signed number), one call a hash.
typedef ww_status ww_on_exported(void *user, const char *path, uint64_t hash, ww_error *err);
ww_status ww_store_exported(ww_store *s, ww_on_exported *on_row, void *user, ww_error *err);
// The same of a library that is not open, which is only read; what a program at work in it has not merged is not seen.
ww_status ww_store_exported_of(const char *path, ww_on_exported *on_row, void *user, ww_error *err);

#endif
