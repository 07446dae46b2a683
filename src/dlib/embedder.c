// SPDX-License-Identifier: MIT
// dlib's recognition networks as a kind of face/'s table: dlib's own chip as it is, or the mean over a number of
// jittered ones. With jitter every face begins with the random generator's first number, so that its vector does not
// depend on what was embedded before it.
#include "dlib/chip.h"
#include "dlib/dlib.h"

#include <math.h>

static ww_status cut_chip(const ww_model_spec *spec, const ww_image *image, const float landmark[WW_LANDMARK_VALUES],
                          ww_image *out, ww_error *err)
{
    ww_dlib_place place = ww_dlib_place_of_face(landmark, spec->chip_size, WW_DLIB_CHIP_PADDING);
    return ww_dlib_chip(image, &place, spec->chip_size, out, err);
}

static int view_count(const ww_model_spec *spec) { return spec->jitter > 1 ? spec->jitter : 1; }

static ww_status make_view(const ww_model_spec *spec, void *state, const ww_image *chip, int view, float *input,
                           ww_error *err)
{
    ww_dlib_random *random = state;
    if (view_count(spec) == 1) {
        ww_fill_chip(spec, chip, false, input);
        return WW_OK;
    }
    if (view == 0)
        ww_dlib_random_start(random);
    ww_image jittered = {0};
    ww_status status = ww_dlib_jitter(chip, random, &jittered, err);
    if (status == WW_OK)
        ww_fill_chip(spec, &jittered, false, input);
    ww_image_free(&jittered);
    return status;
}

static bool mean_vector(const ww_model_spec *spec, const float *view, int views, float *out, float *length)
{
    int dim = spec->embedding_dim;
    double squares = 0;
    for (int i = 0; i < dim; i++) {
        double sum = 0;
        for (int v = 0; v < views; v++)
            sum += view[(size_t)v * (size_t)dim + (size_t)i];
        out[i] = (float)(sum / views);
        squares += sum * sum;
    }
    *length = (float)(sqrt(squares) / views);
    return squares > 0 && isfinite(squares);
}

const ww_embedder_kind ww_dlib_embedder_kind = {
    .needs_landmarks = true,
    .jitter_max = WW_DLIB_JITTER_MAX,
    .view_state_bytes = sizeof(ww_dlib_random),
    .cut_chip = cut_chip,
    .view_count = view_count,
    .make_view = make_view,
    .combine = mean_vector,
};
