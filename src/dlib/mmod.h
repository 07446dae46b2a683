// SPDX-License-Identifier: MIT
// dlib's CNN face detector (max-margin object detection, King 2015, arXiv:1502.00046): one look of a fully
// convolutional network at a plane that holds the picture at all sizes, then overlap suppression.
//
// The plane. Level 0 is the picture; each next level is the one before, shrunk to 5/6 (bilinear, corners on corners).
// Levels stand in a column below one another, `padding` apart, and from some level on in a second column from the
// bottom up beside them; a border goes around. What the levels do not cover is 0.
#ifndef WW_DLIB_MMOD_H
#define WW_DLIB_MMOD_H
#include "base/cancel.h"
#include "base/error.h"
#include "face/detection.h"
#include "image/image.h"
#include "dlib/net.h"
#include "nn/nn.h"

#define WW_MMOD_UPSAMPLE_MAX 4
#define WW_MMOD_LEVELS_MAX 100

typedef struct ww_mmod_options {
    double adjust_threshold; // detections score above this; 0 is dlib's default
    ww_backend backend;      // zero: the fast one
    const ww_cancel *cancel; // see ww_session_options; may be NULL
} ww_mmod_options;

typedef struct ww_mmod_detector ww_mmod_detector; // one thread at a time

// `net` (of kind WW_DLIB_MMOD with an RGB pyramid input, else WW_ERR_ARGUMENT) must outlive the detector. `options` may
// be NULL.
ww_status ww_mmod_detector_open(const ww_net *net, const ww_mmod_options *options, ww_mmod_detector **detector,
                                ww_error *err);
void ww_mmod_detector_close(ww_mmod_detector *detector);

// Faces of `image` (WW_PIXELS_RGB, else WW_ERR_ARGUMENT), looked at after doubling its size `upsample` times, in its
// own pixels, best first. dlib's rectangle of columns l..r becomes x = l, width = r - l + 1; like dlib's it is not cut
// to the picture. `score` is the network's (about 0 to 1.2), landmarks are 0. `found` is emptied first and stays the
// caller's.
ww_status ww_mmod_detect(ww_mmod_detector *detector, const ww_image *image, int upsample, ww_detections *found,
                         ww_error *err);

// --- mmod_plane.c: the tiled pyramid ---------------------------------------------------------------------------------
typedef struct ww_tile {
    int left, top, width, height;
} ww_tile;

typedef struct ww_mmod_plane {
    int width, height;
    int levels;
    ww_tile tile[WW_MMOD_LEVELS_MAX]; // level 0 first
} ww_mmod_plane;

// Where the levels of a width x height picture lie. False where the plane would be beyond WW_IMAGE_PIXELS_MAX.
bool ww_mmod_plane_layout(const ww_dlib_input *in, int width, int height, ww_mmod_plane *plane);
// Writes the whole plane, three channels one after the other. False where there is no memory.
bool ww_mmod_plane_fill(const ww_mmod_plane *plane, const ww_dlib_input *in, const ww_image *rgb, float *out);
// The level nearest to a point of the plane (the first that contains it).
int ww_mmod_plane_level(const ww_mmod_plane *plane, double x, double y);
// dlib's pyramid_up: 2 width + 2 by 2 height + 1 pixels, bilinear, corners on corners, cut to whole grey levels.
ww_status ww_mmod_upsample(const ww_image *rgb, ww_image *out, ww_error *err);

#endif
