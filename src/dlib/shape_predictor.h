// SPDX-License-Identifier: MIT
// Landmarks by cascades of regression trees (Kazemi & Sullivan, "One millisecond face alignment with an ensemble of
// regression trees", CVPR 2014, doi:10.1109/CVPR.2014.241), as dlib's shape_predictor saves and runs them: from the
// mean shape, each cascade looks at a few hundred pixels placed relative to the shape so far, and every one of its
// trees moves the shape a little.
#ifndef WW_DLIB_SHAPE_PREDICTOR_H
#define WW_DLIB_SHAPE_PREDICTOR_H
#include "base/error.h"
#include "image/image.h"

#define WW_SHAPE_POINTS_MAX 512

typedef struct ww_shape_predictor ww_shape_predictor; // immutable; may be shared by threads

// Reads a file as dlib's serialize() writes it. WW_ERR_FORMAT: damaged; WW_ERR_UNSUPPORTED: trees of several sizes in
// one cascade.
ww_status ww_shape_predictor_read(const void *bytes, size_t size, const char *name, ww_shape_predictor **predictor,
                                  ww_error *err);
void ww_shape_predictor_free(ww_shape_predictor *predictor);
int ww_shape_predictor_points(const ww_shape_predictor *predictor);

// pixels, the right and bottom ones included
typedef struct ww_shape_box {
    int left, top, right, bottom;
} ww_shape_box;

// Landmarks of the face in `box`, x0, y0, x1, y1, ..., as whole pixels: that is how dlib gives them to whatever comes
// after. `image` is LUMA or RGB; a box may reach beyond it. `point` has room for 2 * points floats. WW_ERR_ARGUMENT:
// another format of pixels.
ww_status ww_shape_predict(const ww_shape_predictor *predictor, const ww_image *image, ww_shape_box box, float *point,
                           ww_error *err);

#endif
