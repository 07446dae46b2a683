// SPDX-License-Identifier: MIT
#include "dlib/detect.h"
#include "base/memory.h"
#include "dlib/chip.h"
#include "dlib/hog.h"
#include "dlib/mmod.h"
#include "dlib/shape_predictor.h"

#include <math.h>
#include <stdlib.h>

// Pixels of the working picture's long side: the smallest face these detectors see is large, and a smaller picture would lose
// most. The usual way with dlib is to shrink pictures to 700 x 500 first.
enum { SIZE_LEAST = 720 };

struct ww_dlib_looker {
    const ww_model_spec *spec;
    ww_detect_options options;
    ww_hog *hog;
    ww_hog_boxes boxes;
    ww_mmod_detector *mmod;
};

ww_status ww_dlib_looker_open(const ww_net *net, const ww_model_spec *spec, const ww_detect_options *options,
                              ww_dlib_looker **looker, ww_error *err)
{
    ww_dlib_looker *l = ww_alloc(sizeof *l);
    ww_status status = WW_OK;
    l->spec = spec;
    l->options = *options;
    if (l->options.size < SIZE_LEAST)
        l->options.size = SIZE_LEAST;
    if (spec->kind == WW_MODEL_HOG) {
        l->hog = ww_hog_open(spec->hog);
    } else {
        ww_mmod_options mmod = {.adjust_threshold = options->min_score};
        status = ww_mmod_detector_open(net, &mmod, &l->mmod, err);
    }
    if (status != WW_OK) {
        ww_dlib_looker_close(l);
        return status;
    }
    *looker = l;
    return WW_OK;
}

void ww_dlib_looker_close(ww_dlib_looker *l)
{
    if (!l)
        return;
    ww_hog_close(l->hog);
    ww_mmod_detector_close(l->mmod);
    ww_vector_free(&l->boxes);
    free(l);
}

static ww_status look_by_gradients(ww_dlib_looker *l, const ww_image *rgb, ww_detections *found, ww_error *err)
{
    ww_status status = ww_hog_detect(l->hog, rgb, l->spec->upsample, l->options.min_score, &l->boxes, err);
    for (size_t i = 0; i < l->boxes.count && i < WW_FACES_MAX && status == WW_OK; i++) {
        const ww_hog_box *b = &l->boxes.item[i];
        ww_detection f = {.x = (float)b->left,
                          .y = (float)b->top,
                          .width = (float)(b->right - b->left + 1),
                          .height = (float)(b->bottom - b->top + 1),
                          .score = b->score};
        if (!ww_vector_push(found, f))
            return ww_fail_memory(err, "the faces of a picture");
    }
    return status;
}

// The picture looked at: RGB, its long side at most options.size. dlib's detectors do that to the picture at hand; smaller is
// faster.
static ww_status working_picture(const ww_dlib_looker *l, const ww_image *image, ww_image *rgb, ww_error *err)
{
    int longest = image->width > image->height ? image->width : image->height;
    if (longest <= l->options.size)
        return ww_to_rgb(image, rgb, err);
    double scale = (double)l->options.size / longest;
    int width = (int)fmax(1, floor(image->width * scale + 0.5)), height = (int)fmax(1, floor(image->height * scale + 0.5));
    ww_image small = {0};
    ww_status status = ww_resize(image, width, height, &small, err);
    if (status == WW_OK)
        status = ww_to_rgb(&small, rgb, err);
    ww_image_free(&small);
    return status;
}

ww_status ww_dlib_look(ww_dlib_looker *l, const ww_image *image, ww_detections *found, ww_error *err)
{
    ww_image rgb = {0};
    ww_status status = working_picture(l, image, &rgb, err);
    if (status == WW_OK)
        status = l->hog ? look_by_gradients(l, &rgb, found, err) : ww_mmod_detect(l->mmod, &rgb, l->spec->upsample, found, err);
    float back_x = (float)image->width / (float)(rgb.width ? rgb.width : 1),
          back_y = (float)image->height / (float)(rgb.height ? rgb.height : 1);
    for (size_t i = 0; i < found->count && status == WW_OK; i++) {
        ww_detection *f = &found->item[i];
        f->x *= back_x;
        f->width *= back_x;
        f->y *= back_y;
        f->height *= back_y;
    }
    ww_image_free(&rgb);
    return status;
}

// --- landmarks ----------------------------------------------------------------------------------------------------------------

// Where the five landmarks lie on average in the boxes of dlib's detectors, as shares of the sides: SCRFD's landmarks of 149
// (gradients) and 77 (CNN) faces of photos and footage, made symmetrical. A turned face is then aligned less well.
static const float mean_in_hog[10] = {0.325f, 0.33f, 0.675f, 0.33f, 0.5f, 0.536f, 0.352f, 0.704f, 0.648f, 0.704f};
static const float mean_in_mmod[10] = {0.33f, 0.374f, 0.67f, 0.374f, 0.5f, 0.584f, 0.355f, 0.752f, 0.645f, 0.752f};

static void guess(const float mean[10], ww_detection *f)
{
    for (int q = 0; q < 10; q++)
        f->landmark[q] = q % 2 ? f->y + mean[q] * f->height : f->x + mean[q] * f->width;
}

ww_status ww_find_landmarks(const ww_model_spec *spec, const ww_image *image, ww_detections *found, ww_error *err)
{
    if (!spec->landmarks) { // UltraFace's are guessed as it is decoded
        for (size_t i = 0; i < found->count && spec->kind != WW_MODEL_ULTRAFACE; i++)
            guess(spec->kind == WW_MODEL_HOG ? mean_in_hog : mean_in_mmod, &found->item[i]);
        return WW_OK;
    }
    ww_image rgb = {0};
    float point[2 * WW_SHAPE_POINTS_MAX];
    int points = ww_shape_predictor_points(spec->landmarks);
    ww_status status = found->count ? ww_to_rgb(image, &rgb, err) : WW_OK;
    for (size_t i = 0; i < found->count && status == WW_OK; i++) {
        ww_detection *f = &found->item[i];
        ww_shape_box box = {.left = (int)floorf(f->x + 0.5f), .top = (int)floorf(f->y + 0.5f)};
        box.right = (int)floorf(f->x + f->width - 0.5f);
        box.bottom = (int)floorf(f->y + f->height - 0.5f);
        status = ww_shape_predict(spec->landmarks, &rgb, box, point, err);
        if (status == WW_OK && !ww_dlib_landmarks(point, points, f->landmark))
            status = ww_fail(err, WW_ERR_UNSUPPORTED, "a shape predictor of %d points; faces are cut out by 5 or 68", points);
    }
    ww_image_free(&rgb);
    return status;
}
