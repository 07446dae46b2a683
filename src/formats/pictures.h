// SPDX-License-Identifier: MIT
// The pictures of a data set: whole frames in which every visible face is labelled or pixelated, and cuts of single
// faces.
#ifndef WW_FORMATS_PICTURES_H
#define WW_FORMATS_PICTURES_H
#include "base/box.h"
#include "formats/dataset.h"
#include "formats/dataset_out.h"
#include "image/align.h"

// The box of a face as detected, clipped to its frame; pixels of the frame at full size.
ww_box ww_face_box(const ww_dataset *set, size_t face);
// The box that a label gives, likewise: the one geometry of all formats with boxes, by options.box.
ww_box ww_label_box(const ww_dataset *set, size_t face);
// Pixels of the stored picture a pixel of the source frame, each way.
double ww_frame_scale_x(const ww_catalog_frame *frame);
double ww_frame_scale_y(const ww_catalog_frame *frame);

// A key (ww_dataset_out_keep) of the face, its place in its frame and the stored pictures that show it, together with
// the first `count` of `more`: whatever else of the options a picture is made from.
uint64_t ww_face_picture_key(const ww_dataset *set, size_t face, const uint64_t *more, size_t count);

// Puts the frame's picture: the bytes as stored where every face has a label, else with the others pixelated.
ww_status ww_put_frame(const ww_dataset *set, size_t frame, const char *path, ww_dataset_out *out, ww_error *err);
// Puts it as stored whatever has a label.
ww_status ww_put_stored_frame(const ww_dataset *set, size_t frame, const char *path, ww_dataset_out *out,
                              ww_error *err);
// How many faces of the frame have none.
size_t ww_frame_covered(const ww_dataset *set, size_t frame);

// The stored picture of a frame, decoded when it is first asked for: several faces are cut from it. Zero at first.
typedef struct ww_frame_cache {
    ww_image image;
    size_t frame; // whose picture it is, if there is one
} ww_frame_cache;

void ww_frame_cache_clear(ww_frame_cache *cache);

// A stored picture that shows a face, decoded: its frame, or its portrait where that has more pixels of the face.
typedef struct ww_face_picture {
    ww_image image;                // the frame's is that of the cache, which must outlive it
    double scale_x, scale_y, x, y; // picture = scale * source + (x, y)
} ww_face_picture;

// May be called by several threads at once, each with a cache of its own.
ww_status ww_face_picture_open(const ww_dataset *set, size_t face, ww_frame_cache *cache, ww_face_picture *picture,
                               ww_error *err);
// The same, but the portrait only where it shows all of `crop` (pixels of the source frame) that the frame shows.
ww_status ww_face_picture_open_showing(const ww_dataset *set, size_t face, ww_box crop, ww_frame_cache *cache,
                                       ww_face_picture *picture, ww_error *err);
// The chip that was kept when the face was found (image/chip.h), likewise. WW_ERR_NOT_FOUND: there is none, as of
// footage scanned by an older version.
ww_status ww_face_chip(const ww_dataset *set, size_t face, ww_image *chip, ww_error *err);
// The same as the PNG that it is kept as, the caller's (free). WW_ERR_NOT_FOUND also where it is kept otherwise, or
// damaged.
ww_status ww_face_chip_file(const ww_dataset *set, size_t face, uint8_t **png, size_t *bytes, ww_error *err);
void ww_face_picture_close(ww_face_picture *picture);
// Landmarks of the face in pixels of the picture.
void ww_face_picture_landmarks(const ww_dataset *set, size_t face, const ww_face_picture *picture,
                               float landmark[WW_LANDMARK_VALUES]);

#endif
