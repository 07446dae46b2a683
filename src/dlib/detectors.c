// SPDX-License-Identifier: MIT
// dlib's two detectors as kinds of face/'s table: both look at an RGB picture and give boxes without landmarks.
#include "dlib/dlib.h"
#include "base/memory.h"
#include "dlib/hog.h"
#include "dlib/mmod.h"

#include <math.h>
#include <stdlib.h>

// Pixels of the working picture's long side: the smallest face these detectors see is large, and a smaller picture
// would lose most. The usual way with dlib is to shrink pictures to 700 x 500 first.
enum { SIZE_LEAST = 720 };

// Where the five landmarks lie on average in the boxes of dlib's detectors, as shares of the sides: SCRFD's landmarks
// of 149 (gradients) and 77 (CNN) faces of photos and footage, made symmetrical. A turned face is then aligned less
// well.
static const float mean_in_hog[WW_LANDMARK_VALUES] = {0.325f, 0.33f,  0.675f, 0.33f,  0.5f,
                                                      0.536f, 0.352f, 0.704f, 0.648f, 0.704f};
static const float mean_in_mmod[WW_LANDMARK_VALUES] = {0.33f,  0.374f, 0.67f,  0.374f, 0.5f,
                                                       0.584f, 0.355f, 0.752f, 0.645f, 0.752f};

struct dlib_detector {
    const ww_model_spec *spec;
    ww_detect_options options;
    ww_hog *hog; // one of both
    ww_mmod_detector *mmod;
    ww_hog_boxes boxes;
};

static struct dlib_detector *make(const ww_model_spec *spec, const ww_detect_options *options)
{
    struct dlib_detector *d = ww_alloc(sizeof *d);
    d->spec = spec;
    d->options = *options;
    if (d->options.size < SIZE_LEAST)
        d->options.size = SIZE_LEAST;
    return d;
}

static ww_status open_hog(const ww_net *net, const ww_model_spec *spec, const ww_detect_options *options, void **state,
                          ww_error *err)
{
    struct dlib_detector *d = make(spec, options);
    d->hog = ww_hog_open(spec->model);
    *state = d;
    return WW_OK;
}

static ww_status open_mmod(const ww_net *net, const ww_model_spec *spec, const ww_detect_options *options, void **state,
                           ww_error *err)
{
    struct dlib_detector *d = make(spec, options);
    *state = d;
    return ww_mmod_detector_open(
        net, &(ww_mmod_options){.adjust_threshold = options->min_score, .cancel = options->cancel}, &d->mmod, err);
}

static void close_dlib(void *state)
{
    struct dlib_detector *d = state;
    ww_hog_close(d->hog);
    ww_mmod_detector_close(d->mmod);
    ww_vector_free(&d->boxes);
    free(d);
}

static ww_status look_by_gradients(struct dlib_detector *d, const ww_image *rgb, ww_detections *found, ww_error *err)
{
    ww_status status = ww_hog_detect(d->hog, rgb, d->spec->upsample, d->options.min_score, &d->boxes, err);
    for (size_t i = 0; i < d->boxes.count && i < WW_FACES_MAX && status == WW_OK; i++) {
        const ww_hog_box *b = &d->boxes.item[i];
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

// The picture looked at: RGB, its long side at most options.size. dlib's detectors do that to the picture at hand;
// smaller is faster.
static ww_status working_picture(const struct dlib_detector *d, const ww_image *image, ww_image *rgb, ww_error *err)
{
    int longest = image->width > image->height ? image->width : image->height;
    if (longest <= d->options.size)
        return ww_to_rgb(image, rgb, err);
    double scale = (double)d->options.size / longest;
    int width = (int)fmax(1, floor(image->width * scale + 0.5)),
        height = (int)fmax(1, floor(image->height * scale + 0.5));
    ww_image small = {0};
    ww_status status = ww_resize(image, width, height, &small, err);
    if (status == WW_OK)
        status = ww_to_rgb(&small, rgb, err);
    ww_image_free(&small);
    return status;
}

static void scale_to(const ww_image *image, const ww_image *looked_at, ww_detections *found)
{
    float back_x = (float)image->width / (float)looked_at->width,
          back_y = (float)image->height / (float)looked_at->height;
    for (size_t i = 0; i < found->count; i++) {
        ww_detection *f = &found->item[i];
        f->x *= back_x;
        f->width *= back_x;
        f->y *= back_y;
        f->height *= back_y;
    }
}

static ww_status find_dlib(void *state, const ww_image *image, ww_detections *found, ww_error *err)
{
    struct dlib_detector *d = state;
    ww_image rgb = {0};
    ww_status status = working_picture(d, image, &rgb, err);
    if (status == WW_OK)
        status = d->hog ? look_by_gradients(d, &rgb, found, err)
                        : ww_mmod_detect(d->mmod, &rgb, d->spec->upsample, found, err);
    if (status == WW_OK) {
        scale_to(image, &rgb, found);
        ww_guess_landmarks(d->spec->detector->mean_landmark, found);
    }
    ww_image_free(&rgb);
    return status;
}

const ww_detector_kind ww_hog_kind = {
    .wants = {.name = "dlib gradient detector (HOG)", .colour = WW_COLOUR_RGB},
    .scores_unbounded = true,
    .full_size_only = true,
    .upsamples = true,
    .mean_landmark = mean_in_hog,
    .open = open_hog,
    .find = find_dlib,
    .close = close_dlib,
};

const ww_detector_kind ww_mmod_kind = {
    .wants = {.name = "dlib CNN detector", .colour = WW_COLOUR_RGB},
    .scores_unbounded = true,
    .full_size_only = true,
    .too_slow_to_track = true,
    .upsamples = true,
    .mean_landmark = mean_in_mmod,
    .open = open_mmod,
    .find = find_dlib,
    .close = close_dlib,
};
