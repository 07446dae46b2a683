// SPDX-License-Identifier: MIT
// What every data-set format is written from: the library's faces, which of them belong to a class, and on which side
// of the split each frame lies. Made once, then only read.
#ifndef WW_FORMATS_DATASET_H
#define WW_FORMATS_DATASET_H
#include "base/timecode.h"
#include "library/catalog.h"
#include "library/library.h"

typedef enum ww_side { WW_SIDE_TRAIN, WW_SIDE_VAL, WW_SIDE_TEST, WW_SIDES } ww_side;
extern const char *const ww_side_name[WW_SIDES]; // "train", ...

#define WW_NO_CLASS (-1)

typedef struct ww_dataset_class {
    const ww_catalog_person *person;
    char *folder; // the name as a folder: fit for every file system, and without the characters of globs
    size_t faces[WW_SIDES];
    size_t groups;  // of frames that show the person
    size_t dropped; // faces in frames that were dropped
} ww_dataset_class;

typedef enum ww_frame_use {
    WW_FRAME_UNUSED,   // shows no chosen face
    WW_FRAME_LEFT_OUT, // shows a face without a class, and may not be used for that
    WW_FRAME_DROPPED,  // a near-duplicate of it is on another side
    WW_FRAME_USED,
} ww_frame_use;

// What the library does not keep of its footage, asked of the files; video/ answers.
typedef struct ww_footage_probe {
    ww_status (*timecode)(const char *path, ww_timecode *timecode, ww_error *err);
    // How the photo's pixels lie in its file, as EXIF has it (1..8); `jpeg` is the upright picture, perhaps smaller.
    ww_status (*orientation)(const char *path, const uint8_t *jpeg, size_t bytes, int *orientation, ww_error *err);
} ww_footage_probe;

typedef struct ww_dataset {
    ww_library *library;
    const ww_catalog *catalog;     // with its vectors
    const ww_footage_probe *probe; // NULL: nobody can be asked
    ww_dataset_options options;    // resolved: no value means "the default" any more
    WW_VECTOR(ww_dataset_class) classes;
    int32_t *class_of; // for each face: index in `classes`, or WW_NO_CLASS
    uint8_t *chosen;   // for each face: whether it stands for its class; the others are labelled where they are seen
    // Some frame shows both a face of a class and one of none, and the latter are a class of their own.
    bool has_unknown;
    uint32_t *shot;   // for each frame: see library/shots.h
    uint32_t *group;  // for each frame: the first frame of its group
    uint8_t *side;    // for each frame: ww_side
    uint8_t *dropped; // for each frame: whether it is left out, because a near-duplicate is on another side
    size_t groups;    // among frames with a chosen face
    size_t frames_dropped;
    size_t people_lost;      // who had no frame left, or none in train, and are no class for that
    size_t closest[2];       // the two nearest faces of one person on two sides
    double closest_distance; // negative: there are none
    size_t faces[WW_SIDES];  // those of `chosen`, without dropped frames
} ww_dataset;

// Faces of nobody and of ignored people have no class; there may be no class at all. The catalog must outlive it.
ww_status ww_dataset_make(ww_library *library, const ww_catalog *catalog, const ww_dataset_options *options,
                          ww_dataset *set, ww_error *err);
void ww_dataset_free(ww_dataset *set);

// The class a face is labelled with in a picture of its frame: that of its person, or "unknown", which comes after the
// people's; WW_NO_CLASS where there is none.
int32_t ww_dataset_label(const ww_dataset *set, size_t face);
// Whether it is a face without such a class; what is no face after all is none.
bool ww_dataset_is_unlabelled(const ww_dataset *set, size_t face);
size_t ww_dataset_label_count(const ww_dataset *set);
const char *ww_dataset_label_title(const ww_dataset *set, size_t label);
// Whether the face is one of the set's: chosen, and in a frame that is not dropped.
bool ww_dataset_face_used(const ww_dataset *set, size_t face);
ww_frame_use ww_dataset_frame_use(const ww_dataset *set, size_t frame);
// Whether some face of a class lies on the side.
bool ww_dataset_side_used(const ww_dataset *set, int side);
// Frames of the side that are used.
size_t ww_dataset_side_frames(const ww_dataset *set, int side);
// Formats with one folder per person: readers that number the folders they find (torchvision's ImageFolder) need the
// same folders on every side, for one that is missing shifts the numbers of all that come after it. So they hold the
// classes that are in train and, if there is a val, in val; and a test only if all of these are in it.
bool ww_dataset_class_has_folder(const ww_dataset *set, size_t label);
bool ww_dataset_side_has_folders(const ww_dataset *set, int side);

// Names of files, of the same footage always the same; the caller's (free).
// "clip_1f2e3d4c5b6a7988": the footage's name as far as it is harmless, and its hash.
char *ww_dataset_source_name(const ww_dataset *set, size_t source);
// The same with the time in microseconds: "clip_1f2e3d4c5b6a7988_000012500000".
char *ww_dataset_frame_name(const ww_dataset *set, size_t frame);
// The same with the place among the faces of the frame: "clip_1f2e3d4c5b6a7988_000012500000_0".
char *ww_dataset_face_name(const ww_dataset *set, size_t face);

#endif
