// SPDX-License-Identifier: MIT
// Data sets read back: what a trainer would stumble over is told, a line a finding. Whoever wrote the set: the layout
// is recognised by its files.
#ifndef WW_FORMATS_CHECK_H
#define WW_FORMATS_CHECK_H
#include "base/box.h"
#include "base/folder.h"
#include "base/vector.h"
#include "image/image.h"

#define WW_LOOK_WORDS 4 // of 64 bits
#define WW_LOOK_CELLS (17 * 16)

typedef struct ww_look { // what a picture shows, see check_look.c
    uint64_t bit[WW_LOOK_WORDS];
    uint8_t cell[WW_LOOK_CELLS];
} ww_look;

typedef struct ww_checked_picture {
    uint64_t hash; // of the file
    ww_look look;
    bool has_look;
    int side;   // ww_side
    char *path; // owned
} ww_checked_picture;

typedef struct ww_checked_track { // of a face, where the set tells
    char *source;                 // owned
    int64_t track;
    int side;
} ww_checked_track;

// Who looks for faces in the pictures, to find those without a label. Boxes are pixels of the picture; *boxes is
// borrowed until the next call.
typedef struct ww_check_faces {
    ww_status (*find)(void *user, const ww_image *image, const ww_box **boxes, size_t *count, ww_error *err);
    void *user;
} ww_check_faces;

#define WW_NO_SIDE (-1) // of sets that are not split: nothing is compared

typedef struct ww_label_boxes { // of a picture, in shares of it
    WW_VECTOR(ww_box) boxes;
    double width, height; // pixels of the picture as its labels have it; 0: they do not say
} ww_label_boxes;

typedef struct ww_checker {
    ww_folder *folder;
    const char *prefix; // of the format at hand: "" or "yolo/"
    bool recognised;    // some format was, under this prefix
    int (*on_finding)(void *user, const char *line);
    void *user;
    bool stopped; // it returned something else than 0
    ww_dataset_check_result *result;
    const ww_check_faces *faces;            // NULL: nobody
    WW_VECTOR(ww_checked_picture) pictures; // of the format at hand
    WW_VECTOR(ww_checked_track) tracks;     // likewise
} ww_checker;

// ww_dataset_check; *result is never NULL. faces: NULL, or who looks for faces without a label.
ww_status ww_check_dataset(const char *dir, const ww_check_faces *faces,
                           int (*on_finding)(void *user, const char *line), void *user, ww_dataset_check_result *result,
                           ww_error *err);

// --- for the formats. Paths are relative to the format's folder; the lines of findings begin with what they are about,
// with the prefix ("yolo/data.yaml: ..."), and `full` is such a name. An error is what ends the whole check: memory ran
// out, or a place cannot be looked at.
void ww_check_found(ww_checker *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
// Something that is worth knowing, but no fault.
void ww_check_note(ww_checker *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
// *there: something of that kind is at `path`.
ww_status ww_check_exists(ww_checker *c, const char *path, ww_entry_kind kind, bool *there, ww_error *err);
// Names in a folder ("": the format's own), sorted by bytes, without hidden ones; none where there is no such folder.
// Free with ww_folder_names_free.
ww_status ww_check_list(ww_checker *c, const char *path, char ***names, size_t *count, ww_error *err);
// The file's content, with a zero byte added; *data is the caller's (free), NULL where it cannot be read, which is a
// finding. `what`: "the label".
void ww_check_read(ww_checker *c, const char *path, const char *what, size_t max_bytes, uint8_t **data, size_t *bytes);
// What reading the file came to, not WW_OK: a finding, and WW_OK is returned, unless memory ran out.
ww_status ww_check_unreadable(ww_checker *c, const char *full, ww_status status, const ww_error *why, ww_error *err);
// What is wrong with a box, in shares of its picture, within `tolerance`: "the box has no area"; NULL: nothing is.
const char *ww_check_box_fault(ww_box box, double tolerance);
// Counts the picture and tells if it cannot be read, as ww_check_picture does, and remembers nothing; *width and
// *height are its pixels, 0 where it cannot be read or is of another kind than those known here.
void ww_check_picture_size(ww_checker *c, const char *path, int *width, int *height);
// Counts, reads and decodes the picture, and remembers its content unless its side is WW_NO_SIDE. Findings: it cannot
// be read; it has another size than the labels say; it shows a face that none of the boxes is about (where somebody
// looks for faces). labels NULL: the picture needs none.
ww_status ww_check_picture(ww_checker *c, const char *path, int side, const ww_label_boxes *labels, ww_error *err);
// Remembers on which side a track is; 0 is none. `file`: the picture's name; its source is what is left of it without
// the last `parts` parts, each with a '_' before it.
ww_status ww_check_track(ww_checker *c, const char *file, int parts, int64_t track, int side, ww_error *err);

// --- check_look.c
// What a picture looks like: the mean luma of 17 x 16 cells, and 16 x 16 bits, each whether a cell is darker than the
// next one. Copies that were scaled or compressed anew differ little in both. False: it says nothing (all of one
// colour, or no memory).
bool ww_look_of(const ww_image *image, ww_look *look);
// Of what is remembered, tells of pictures that are there twice: the same bytes, or the same look on two sides; and of
// tracks on two sides.
ww_status ww_check_twins(ww_checker *c, ww_error *err);

// --- the formats: each looks whether it is there (*found), and at what there is of it.
typedef ww_status ww_format_check(ww_checker *c, bool *found, ww_error *err);
ww_format_check ww_check_coco;        // check_coco.c
ww_format_check ww_check_yolo;        // check_yolo.c
ww_format_check ww_check_folders;     // check_folders.c: imagefolder and chips
ww_format_check ww_check_embeddings;  // check_embeddings.c
ww_format_check ww_check_cvat;        // check_cvat.c
ww_format_check ww_check_labelstudio; // check_labelstudio.c
ww_format_check ww_check_article;     // check_article.c
ww_format_check ww_check_timeline;    // check_timeline.c
ww_format_check ww_check_xmp;         // check_xmp.c

#endif
