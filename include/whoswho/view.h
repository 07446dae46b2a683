// SPDX-License-Identifier: MIT
// Reading a library: sources, shots, tracks, frames, faces, persons, decisions, pictures and suggestions.
//
// A view is what the library held at one moment: plain tables, read once, that change by ww_view_decide and
// ww_view_refresh only. Rows have indexes from 0 and refer to each other by them; WW_NONE stands for "none". Everything
// a view returns is borrowed and lives until one of these two or ww_view_close. ww_view_close may come after
// ww_library_close; but ww_view_decide, ww_view_refresh, ww_view_split and the first ww_view_embeddings read the
// library, as all do that are given one. Any number of threads may read one view; these four want it alone.
//
//     ww_view *view;
//     if (ww_library_view(library, &view, &err) == WW_OK) {
//         for (size_t p = 0; p < ww_view_person_count(view); p++) {
//             const ww_view_person *person = ww_view_get_person(view, p);
//             size_t count;
//             const size_t *face = ww_view_faces_of_person(view, p, &count);
//             ...
//         }
//         ww_view_close(view);
//     }
//
// Row structs are allocated by the library and may grow at their ends (docs/api-stability.md): do not copy them by
// sizeof into arrays that another version reads.
#ifndef WHOSWHO_VIEW_H
#define WHOSWHO_VIEW_H
#include "whoswho/whoswho.h"
#ifdef __cplusplus
extern "C" {
#endif

#define WW_NONE ((size_t)-1)

typedef struct ww_view ww_view;

typedef enum ww_media { WW_MEDIA_VIDEO, WW_MEDIA_PHOTO } ww_media;

typedef struct ww_view_source {
    int64_t id;        // of the store; stays the same from view to view
    const char *path;  // as scanned; any bytes
    const char *error; // why it could not be read; NULL: it could
    ww_media kind;
    int width, height;               // pixels, upright; of the first frame where the size changes
    int64_t duration_us;             // 0 for photos
    uint64_t hash;                   // XXH64 of the content
    size_t first_frame, frame_count; // frames of a source are consecutive
    size_t first_face, face_count;   // and so are its faces
    // The first picture of a video on the clock of its file, by which players go: where sound begins before the
    // picture, they show this much more than the times of a view. 0 for photos.
    int64_t stream_start_us;
} ww_view_source;

typedef struct ww_view_frame { // a sample that holds at least one face
    int64_t id;
    size_t source;
    int64_t time_us; // presentation time, from the first picture of the video as OpenCV counts it
    size_t first_face, face_count;
    const char *path; // of the exported picture, relative to the library's folder
    size_t shot;      // WW_NONE: not known
} ww_view_frame;

// A stretch of footage without a cut. Cuts are looked for between the frames that a scan looks at, about five a second
// where faces are tracked. Where they are not (photos, --no-track, samples more than 2 s apart), and in footage that
// was scanned by a version before 0.2.0, shots are not known and there are none.
typedef struct ww_view_shot {
    size_t source;
    int64_t first_us, last_us;       // times of the first and last frame looked at
    size_t first_frame, frame_count; // the frames of the view in it, consecutive; count 0: no face was kept
} ww_view_shot;

typedef struct ww_view_track { // faces of one source that were tracked from frame to frame
    size_t source;
    int64_t first_us, last_us; // times of the first and last face kept
    size_t face_count;         // see ww_view_faces_of_track
} ww_view_track;

typedef struct ww_view_face {
    int64_t id;
    int64_t number; // the N of face_N.jpg; changes when footage is added
    size_t source, frame;
    size_t track;  // WW_NONE: not tracked
    size_t person; // WW_NONE: unassigned, or of an ignored person (then `ignored`)
    int ignored;
    double x, y, width, height; // box, pixels of the upright source frame
    // x, y: eye at image left, eye at image right, nose, mouth corners left, right; same pixels
    float landmark[5][2];
    double score, quality;  // 0..1
    const char *path;       // of the exported portrait, relative to the library's folder; "": none is written
    double portrait_box[4]; // x, y, width, height of the face within the portrait, pixels
    int portrait_width, portrait_height;
    int frame_width, frame_height; // of the upright source frame that the box is in
    int discarded;                 // decided to be nobody, and not to be shown
} ww_view_face;

typedef struct ww_view_person {
    int number;         // the N of Face_N; stays the same
    const char *name;   // NULL: none
    const char *title;  // name, or "Face_N"
    const char *folder; // relative to the library's folder; NULL: ignored
    int ignored;
    size_t face_count; // see ww_view_faces_of_person; 0: ignored, or a name kept for when its faces come again
    size_t cover;      // the face chosen to be shown first (WW_DECISION_COVER); WW_NONE: none was
} ww_view_person;

typedef struct ww_view_decision { // an entry of the journal
    int64_t number, time_s;       // from 1; Unix time
    ww_decision_kind kind;
    const char *kind_name; // "name", "merge", ...
    const char *words;     // what was understood
    int undone;            // undone, or superseded by what was decided after an undo
    int64_t batch;         // number of the first entry of those that are undone together
} ww_view_decision;

// Reads everything but embeddings and pictures; about 250 bytes per face.
WW_API ww_status ww_library_view(ww_library *library, ww_view **view, ww_error *err);
WW_API void ww_view_close(ww_view *view);
// Reads it again, after faces were scanned or sorted. After a failure the view is as it was.
WW_API ww_status ww_view_refresh(ww_view *view, ww_error *err);

WW_API size_t ww_view_source_count(const ww_view *view);
WW_API size_t ww_view_frame_count(const ww_view *view);
WW_API size_t ww_view_shot_count(const ww_view *view); // in order of source and time
WW_API size_t ww_view_track_count(const ww_view *view);
WW_API size_t ww_view_face_count(const ww_view *view);
WW_API size_t ww_view_person_count(const ww_view *view);
WW_API size_t ww_view_decision_count(const ww_view *view);

// NULL: there is no such row.
WW_API const ww_view_source *ww_view_get_source(const ww_view *view, size_t source);
WW_API const ww_view_frame *ww_view_get_frame(const ww_view *view, size_t frame);
WW_API const ww_view_shot *ww_view_get_shot(const ww_view *view, size_t shot);
WW_API const ww_view_track *ww_view_get_track(const ww_view *view, size_t track);
WW_API const ww_view_face *ww_view_get_face(const ww_view *view, size_t face);
WW_API const ww_view_person *ww_view_get_person(const ww_view *view, size_t person);
WW_API const ww_view_decision *ww_view_get_decision(const ww_view *view, size_t decision);

// Indexes of faces, ascending: by source, time, place. `person` WW_NONE: the unassigned ones (without those of ignored
// persons).
WW_API const size_t *ww_view_faces_of_person(const ww_view *view, size_t person, size_t *count);
WW_API const size_t *ww_view_faces_of_track(const ww_view *view, size_t track, size_t *count);

// The index of the row with this id or number; WW_NONE: there is none.
WW_API size_t ww_view_find_face(const ww_view *view, int64_t id);
WW_API size_t ww_view_find_person(const ww_view *view, int number);

// One row of `dim` floats per face of the view, consecutive, unit length but for dlib's embedders; read at the first
// call.
WW_API ww_status ww_view_embeddings(ww_view *view, const float **matrix, size_t *dim, ww_error *err);

// --- decisions over a view -------------------------------------------------------------------------------------------

// ww_library_decide, and at once who is who by it, in the library and in this view, from what changed: the faces that
// the decision speaks of move, and those that are together with them (docs/clustering.md). It takes milliseconds where
// sorting takes seconds; what else a sort would make of the decision the next ww_library_cluster tells. Undo of what
// was decided over this view is as quick; of earlier decisions the names change back at once, the persons when faces
// are sorted. Rows of sources, frames and faces keep their indexes, persons and decisions do not. After a failure with
// a status other than WW_ERR_ARGUMENT, WW_ERR_NOT_FOUND and WW_ERR_CONFIRM: ww_view_refresh.
WW_API ww_status ww_view_decide(ww_view *view, const ww_decision *decision, ww_decision_result *result, ww_error *err);

// How the faces of a person fall into two, as ww_library_split proposes it: side[i], 0 or 1, is that of the i-th of
// ww_view_faces_of_person (`side`: the caller's, room for as many). Those of side 1 are then parted by
// WW_DECISION_SPLIT with `faces`. WW_ERR_ARGUMENT: no such person, one face, or all are alike.
WW_API ww_status ww_view_split(ww_view *view, size_t person, unsigned char *side, ww_split_proposal *proposal,
                               ww_error *err);

// --- sorting in the background ---------------------------------------------------------------------------------------

// ww_library_cluster in three steps, for a host that goes on using the library meanwhile: _begin reads what there is to
// sort, _run sorts in any one thread while another uses the library (it calls the library's callbacks), _finish stores
// who is who. WW_ERR_CHANGED: decided or scanned since _begin, and nothing was stored; begin again. Each is called
// once, _finish only after a _run that returned WW_OK; the library is closed after ww_sorting_free (NULL: nothing to
// free).
typedef struct ww_sorting ww_sorting;
WW_API ww_status ww_sorting_begin(ww_library *library, const ww_cluster_options *options, ww_sorting **sorting,
                                  ww_error *err);
WW_API ww_status ww_sorting_run(ww_sorting *sorting, ww_error *err);
WW_API ww_status ww_sorting_finish(ww_sorting *sorting, ww_cluster_result *result, ww_error *err);
WW_API void ww_sorting_free(ww_sorting *sorting);

// --- pictures --------------------------------------------------------------------------------------------------------

typedef struct ww_bytes { // freed by ww_bytes_free
    void *data;
    size_t size;
} ww_bytes;
WW_API void ww_bytes_free(ww_bytes *bytes); // zeroes it; fine for a zeroed one

// JPEG files as stored, by the id in a view's row. WW_ERR_NOT_FOUND: no such face or frame.
WW_API ww_status ww_library_portrait(ww_library *library, int64_t face_id, ww_bytes *jpeg, ww_error *err);
WW_API ww_status ww_library_frame(ww_library *library, int64_t frame_id, ww_bytes *jpeg, ww_error *err);

#define WW_CHIP_SIZE_MAX 1024

// An aligned face, size x size pixels of R, G, B (3 * size * size bytes, row by row, no padding), cut from the stored
// frame: the five landmarks lie where the ArcFace template has them (112 x 112; Deng et al. 2019, arXiv:1801.07698),
// scaled to `size`, with `margin` more on each side as a share of it (0: the template's own frame; at most 1).
WW_API ww_status ww_library_chip(ww_library *library, const ww_view *view, size_t face, int size, double margin,
                                 ww_bytes *rgb, ww_error *err);

// --- faces of a picture in memory ------------------------------------------------------------------------------------

typedef struct ww_finder ww_finder; // a detector and an embedder at work; one thread at a time

typedef enum ww_pixel_format { WW_PIXEL_GREY, WW_PIXEL_RGB } ww_pixel_format; // 1 and 3 bytes per pixel

typedef struct ww_found_face {
    double x, y, width, height; // box, pixels of the picture
    float landmark[5][2];       // as in ww_view_face
    double score, quality;      // 0..1
    const float *embedding;     // `dim` values
    size_t dim;
} ww_found_face;

// `models` must outlive the finder. `options` (NULL: the defaults): detect_size, min_score and min_face_px count.
WW_API ww_status ww_finder_open(const ww_models *models, const ww_scan_options *options, ww_finder **finder,
                                ww_error *err);
WW_API void ww_finder_close(ww_finder *finder);
// pixels: height rows of `stride` bytes. The faces, best score first, are borrowed until the next call or
// ww_finder_close.
WW_API ww_status ww_finder_find(ww_finder *finder, const void *pixels, ww_pixel_format format, int width, int height,
                                size_t stride, const ww_found_face **faces, size_t *count, ww_error *err);
// The same for a JPEG file in memory; turned upright if it says how.
WW_API ww_status ww_finder_find_jpeg(ww_finder *finder, const void *jpeg, size_t bytes, const ww_found_face **faces,
                                     size_t *count, ww_error *err);
// The same for a photo file of any format that is scanned (the first page of several), upright; boxes in its own
// pixels.
WW_API ww_status ww_finder_find_file(ww_finder *finder, const char *path, const ww_found_face **faces, size_t *count,
                                     ww_error *err);

// --- who is this -----------------------------------------------------------------------------------------------------

typedef struct ww_matches ww_matches; // freed by ww_matches_free

typedef struct ww_match {
    size_t person; // index in the view; WW_NONE: an unassigned face
    size_t face;   // index in the view: the face of the person that is nearest, or the unassigned face
    // Euclidean distance of embeddings: to the mean of the person's seed faces, or to the unassigned face
    double distance;
    int recognised; // whether it is within 0.98 times the threshold of the last sorting
} ww_match;

// Whom a face that need not be in the library is like: persons, nearest first, at any distance, at most `count`; then
// unassigned faces that are recognised, the same. No ignored persons. `embedding`: `dim` values, as of ww_found_face.
// `models` made it; NULL: not checked. WW_ERR_ARGUMENT: the library was made with another embedder.
WW_API ww_status ww_match_persons(ww_library *library, ww_view *view, const ww_models *models, const float *embedding,
                                  size_t dim, size_t count, ww_matches **matches, ww_error *err);
WW_API size_t ww_match_count(const ww_matches *matches);
WW_API const ww_match *ww_get_match(const ww_matches *matches, size_t index); // NULL: no such row
WW_API void ww_matches_free(ww_matches *matches);

// ww_dataset_check, and in sets with boxes each picture is looked at: a face that no label is about is a fault too.
// finder NULL: no picture is looked at.
WW_API ww_status ww_dataset_check_faces(const char *dir, ww_finder *finder,
                                        int (*on_finding)(void *user, const char *line), void *user,
                                        ww_dataset_check_result *result, ww_error *err);

// --- suggestions -----------------------------------------------------------------------------------------------------

typedef struct ww_suggestions ww_suggestions; // of one kind; freed by ww_suggestions_free

typedef struct ww_suggestion {
    size_t person; // index in the view
    size_t other;  // of pairs: the other person; else WW_NONE
    // Euclidean: of pairs between the means of their seed faces, root of the mean squared distance; of a face to the
    // person's
    double distance;
    double gain; // what an answer is worth: nearness times the faces it would move; 0 for the candidates of a face
} ww_suggestion;

// "The same person?": pairs of persons that may be one, the most worthwhile question first, at most `count`. Never two
// who were seen together, never two that a decision has kept apart or named differently, never an ignored one.
WW_API ww_status ww_suggest_pairs(ww_library *library, ww_view *view, size_t count, ww_suggestions **suggestions,
                                  ww_error *err);
// The same of the pairs with this person, which is what a decision about it changes of the list (WW_NONE: all).
WW_API ww_status ww_suggest_pairs_of(ww_library *library, ww_view *view, size_t person, size_t count,
                                     ww_suggestions **suggestions, ww_error *err);
// "Who is this?": the nearest persons to a face, nearest first, without its own and those seen together with it.
WW_API ww_status ww_suggest_persons(ww_library *library, ww_view *view, size_t face, size_t count,
                                    ww_suggestions **suggestions, ww_error *err);
WW_API size_t ww_suggestion_count(const ww_suggestions *suggestions);
WW_API const ww_suggestion *ww_get_suggestion(const ww_suggestions *suggestions, size_t index); // NULL: no such row
WW_API void ww_suggestions_free(ww_suggestions *suggestions);

#ifdef __cplusplus
}
#endif
#endif
