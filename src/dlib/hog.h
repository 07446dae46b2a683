// SPDX-License-Identifier: MIT
// Faces by histograms of oriented gradients, as dlib 19 finds them: a pyramid of the picture, each level 5/6 of the one
// before; the 31 gradient features of Felzenszwalb et al. ("Object detection with discriminatively trained part based
// models", PAMI 32(9), 2010, doi:10.1109/TPAMI.2009.167) in cells of 8 x 8 pixels; a few linear filters slid over them;
// and non-maximum suppression. The answers are dlib's, box for box, for any detector saved with dlib's serialize()
// (object_detector over scan_fhog_pyramid<pyramid_down<6>>); what differs is the time they take.
//
//   hog_model.c     the detector's file
//   hog_terms.c     its filters as sums of separable ones
//   hog_pyramid.c   pictures of planes, made smaller and larger with dlib's arithmetic, to the last bit
//   hog_features.c  from a picture to its map of features
//   hog_kernels*.c  the inner loops: plain C, AVX2, AVX-512
//   hog_detect.c    levels, windows, boxes
#ifndef WW_DLIB_HOG_H
#define WW_DLIB_HOG_H
#include "base/error.h"
#include "base/vector.h"
#include "image/image.h"

#define WW_HOG_PLANES 31        // features a cell
#define WW_HOG_CELL 8           // pixels, both ways
#define WW_HOG_UPSAMPLE_MAX 4   // doublings
#define WW_HOG_FILTERS_MAX 64   // in one detector
#define WW_HOG_WINDOW_MAX 64    // cells, both ways
#define WW_HOG_BOXES_MAX 100000 // candidates in one picture, before non-maximum suppression

typedef struct ww_hog_model ww_hog_model; // immutable; may be shared by threads

// Reads a saved detector. WW_ERR_FORMAT: damaged; WW_ERR_UNSUPPORTED: cells of another size than 8 pixels.
ww_status ww_hog_model_read(const void *bytes, size_t size, const char *name, ww_hog_model **model, ww_error *err);
void ww_hog_model_free(ww_hog_model *model);
int ww_hog_model_filters(const ww_hog_model *model);

typedef struct ww_hog_box {
    // pixels of the picture given, the right and bottom ones included; may reach beyond its edges
    int left, top, right, bottom;
    float score; // above the filter's own threshold
    int filter;
} ww_hog_box;

typedef WW_VECTOR(ww_hog_box) ww_hog_boxes;

typedef struct ww_hog ww_hog; // a model at work, with the memory it needs; one thread at a time

ww_hog *ww_hog_open(const ww_hog_model *model); // `model` must outlive it
void ww_hog_close(ww_hog *hog);

// Looks at `image` (LUMA of full range, or RGB) after doubling it `upsample` times, and keeps windows that score >=
// min_score above their filter's threshold (0 is dlib's rule). Best score first; `found` is emptied first and stays the
// caller's. WW_ERR_MEMORY: the doubled picture is over WW_IMAGE_PIXELS_MAX.
ww_status ww_hog_detect(ww_hog *hog, const ww_image *image, int upsample, double min_score, ww_hog_boxes *found,
                        ww_error *err);

#endif
