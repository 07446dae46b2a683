// SPDX-License-Identifier: MIT
// Shape predictors as a kind of face/'s table: five landmarks from dlib's 5 or 68 points.
#include "base/memory.h"
#include "dlib/chip.h"
#include "dlib/dlib.h"
#include "dlib/shape_predictor.h"

#include <math.h>
#include <stdlib.h>

struct predictor {
    const ww_shape_predictor *model;
};

static ww_status open_predictor(const void *model, const ww_cancel *cancel, void **state, ww_error *err)
{
    (void)cancel; // it has no network
    struct predictor *p = ww_alloc(sizeof *p);
    p->model = model;
    *state = p;
    return WW_OK;
}

static ww_status find_landmarks(void *state, const ww_image *image, float min_score, ww_detections *found,
                                ww_error *err)
{
    const ww_shape_predictor *model = ((struct predictor *)state)->model;
    ww_image rgb = {0};
    float point[2 * WW_SHAPE_POINTS_MAX];
    int points = ww_shape_predictor_points(model);
    ww_status status = found->count ? ww_to_rgb(image, &rgb, err) : WW_OK;
    for (size_t i = 0; i < found->count && status == WW_OK; i++) {
        ww_detection *f = &found->item[i];
        ww_shape_box box = {.left = (int)floorf(f->x + 0.5f), .top = (int)floorf(f->y + 0.5f)};
        box.right = (int)floorf(f->x + f->width - 0.5f);
        box.bottom = (int)floorf(f->y + f->height - 0.5f);
        status = ww_shape_predict(model, &rgb, box, point, err);
        if (status == WW_OK && !ww_dlib_landmarks(point, points, f->landmark))
            status = ww_fail(err, WW_ERR_UNSUPPORTED, "a shape predictor of %d points; faces are cut out by 5 or 68",
                             points);
    }
    ww_image_free(&rgb);
    return status;
}

const ww_landmark_kind ww_shape_predictor_kind = {.open = open_predictor, .find = find_landmarks, .close = free};
