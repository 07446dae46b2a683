// SPDX-License-Identifier: MIT
#include "face/detect.h"
#include "base/memory.h"
#include "dlib/detect.h"
#include "face/second_look.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SESSIONS_KEPT = 4 }; // photos come in many shapes, a film in one

struct shaped_session {
    int width, height;
    ww_session *session;
    unsigned used; // when, for throwing out the least recently used
};

struct ww_detector {
    const ww_net *net;
    const ww_model_spec *spec;
    ww_detect_options options;
    int fixed_width, fixed_height; // the one input size the network runs at, or 0
    struct shaped_session cache[SESSIONS_KEPT];
    unsigned clock;
    ww_second_look *second_look; // NULL: none
    ww_dlib_looker *dlib; // in place of all that, for dlib's detectors
};

ww_status ww_detector_open(const ww_net *net, const ww_model_spec *spec, const ww_detect_options *options, ww_detector **detector,
                           ww_error *err)
{
    if (spec->kind == WW_MODEL_UNKNOWN || spec->kind == WW_MODEL_EMBEDDER)
        return ww_fail(err, WW_ERR_ARGUMENT, "%s: %s is not a face detector", ww_net_name(net), spec->name);
    bool dlib = spec->kind == WW_MODEL_HOG || spec->kind == WW_MODEL_MMOD;
    if (spec->upsample != 0 && !dlib)
        return ww_fail(err, WW_ERR_ARGUMENT, "only dlib's detectors look at doubled pictures (upsample), and %s is none", spec->name);
    if (spec->upsample < 0 || spec->upsample > WW_DETECT_UPSAMPLE_MAX)
        return ww_fail(err, WW_ERR_ARGUMENT, "pictures can be doubled 0 to %d times, not %d", WW_DETECT_UPSAMPLE_MAX,
                       spec->upsample);
    ww_detector *d = ww_alloc(sizeof *d);
    d->net = net;
    d->spec = spec;
    if (options)
        d->options = *options;
    if (d->options.size <= 0)
        d->options.size = WW_DETECT_SIZE_DEFAULT;
    if (d->options.size > WW_DETECT_SIZE_MAX)
        d->options.size = WW_DETECT_SIZE_MAX;
    if (d->options.min_score <= 0)
        d->options.min_score = spec->min_score;
    d->fixed_width = spec->width;
    d->fixed_height = spec->height;
    ww_status status = dlib ? ww_dlib_looker_open(net, spec, &d->options, &d->dlib, err) : WW_OK;
    if (status == WW_OK && spec->second_look)
        status = ww_second_look_open(spec->second_look, &d->second_look, err);
    if (status != WW_OK) {
        ww_detector_close(d);
        return status;
    }
    *detector = d;
    return WW_OK;
}

void ww_detector_close(ww_detector *d)
{
    if (!d)
        return;
    ww_dlib_looker_close(d->dlib);
    ww_second_look_close(d->second_look);
    for (int i = 0; i < SESSIONS_KEPT; i++)
        if (d->cache[i].session)
            ww_session_close(d->cache[i].session);
    free(d);
}

static ww_status session_for(ww_detector *d, int width, int height, ww_session **session, ww_error *err)
{
    struct shaped_session *oldest = &d->cache[0];
    for (int i = 0; i < SESSIONS_KEPT; i++) {
        struct shaped_session *s = &d->cache[i];
        if (s->session && s->width == width && s->height == height) {
            s->used = ++d->clock;
            *session = s->session;
            return WW_OK;
        }
        if (!s->session || (oldest->session && s->used < oldest->used))
            oldest = s;
    }
    if (oldest->session)
        ww_session_close(oldest->session);
    *oldest = (struct shaped_session){.width = width, .height = height, .used = ++d->clock};
    ww_shape shape = {.rank = 4, .dim = {1, d->spec->colour == WW_COLOUR_LUMA ? 1 : 3, height, width}};
    ww_status status = ww_session_open(d->net, &shape, WW_BACKEND_ONEDNN, &oldest->session, err);
    *session = oldest->session;
    return status;
}

// Copies the working picture into the top left of the input, normalised; what it does not cover is black.
static void fill_input(const ww_model_spec *spec, const ww_image *picture, float *input, int width, int height)
{
    int channels = spec->colour == WW_COLOUR_LUMA ? 1 : 3;
    for (int c = 0; c < channels; c++) {
        int sample = spec->colour == WW_COLOUR_BGR ? 2 - c : c;
        float mean = spec->mean[c], scale = spec->scale[c], black = (0 - mean) * scale;
        for (int y = 0; y < height; y++) {
            float *row = input + ((size_t)c * (size_t)height + (size_t)y) * (size_t)width;
            int covered = y < picture->height ? picture->width : 0;
            const uint8_t *in = picture->plane[0].data + (ptrdiff_t)(y < picture->height ? y : 0) * picture->plane[0].stride;
            if (channels == 1)
                for (int x = 0; x < covered; x++)
                    row[x] = ((float)in[x] - mean) * scale;
            else
                for (int x = 0; x < covered; x++)
                    row[x] = ((float)in[3 * x + sample] - mean) * scale;
            for (int x = covered; x < width; x++)
                row[x] = black;
        }
    }
}

static ww_status working_picture(const ww_model_spec *spec, const ww_image *image, int width, int height, ww_image *out, ww_error *err)
{
    if (spec->colour == WW_COLOUR_LUMA)
        return ww_resize_luma(image, width, height, out, err);
    ww_image small = {0};
    ww_status status = ww_resize(image, width, height, &small, err);
    if (status == WW_OK)
        status = ww_to_rgb(&small, out, err);
    ww_image_free(&small);
    return status;
}

static int round_up(int v, int multiple) { return (v + multiple - 1) / multiple * multiple; }

// From working pixels to the picture's own.
static void scale_back(ww_detections *found, double scale)
{
    float back = (float)(1.0 / scale);
    for (size_t i = 0; i < found->count; i++) {
        ww_detection *f = &found->item[i];
        f->x *= back;
        f->y *= back;
        f->width *= back;
        f->height *= back;
        for (int q = 0; q < 10; q++)
            f->landmark[q] *= back;
    }
}

// Cuts boxes to the picture and drops what is too small.
static void cut_to(const ww_image *image, float min_face, ww_detections *found)
{
    size_t kept = 0;
    float W = (float)image->width, H = (float)image->height;
    for (size_t i = 0; i < found->count; i++) {
        ww_detection f = found->item[i];
        float x1 = fminf(fmaxf(f.x, 0), W), y1 = fminf(fmaxf(f.y, 0), H);
        float x2 = fminf(fmaxf(f.x + f.width, 0), W), y2 = fminf(fmaxf(f.y + f.height, 0), H);
        f.x = x1;
        f.y = y1;
        f.width = x2 - x1;
        f.height = y2 - y1;
        if (f.width < 1 || f.height < 1 || fminf(f.width, f.height) < min_face)
            continue;
        found->item[kept++] = f;
    }
    found->count = kept;
}

// How a picture is shown to the network: scaled by `scale` to width x height, in the top left of an input of input_width x
// input_height.
struct view {
    double scale;
    int width, height, input_width, input_height;
};

static struct view plan_view(const ww_detector *d, const ww_image *image)
{
    struct view v;
    int long_side = image->width > image->height ? image->width : image->height;
    // Small pictures are looked at as they are: growing them shows the network nothing new.
    v.scale = fmin(1.0, (double)d->options.size / long_side);
    if (d->fixed_width > 0) // fit the picture into the one size there is, keeping its shape
        v.scale = fmin(v.scale, fmin((double)d->fixed_width / image->width, (double)d->fixed_height / image->height));
    v.width = (int)fmax(1, floor(image->width * v.scale + 0.5));
    v.height = (int)fmax(1, floor(image->height * v.scale + 0.5));
    v.input_width = d->fixed_width > 0 ? d->fixed_width : round_up(v.width, d->spec->multiple);
    v.input_height = d->fixed_height > 0 ? d->fixed_height : round_up(v.height, d->spec->multiple);
    return v;
}

// Some networks are written down for one input size and do not run at another: then that size it is, from now on.
static ww_status open_view(ww_detector *d, const ww_image *image, struct view *v, ww_session **session, ww_error *err)
{
    *v = plan_view(d, image);
    ww_status status = session_for(d, v->input_width, v->input_height, session, err);
    const ww_shape *own = ww_net_input_shape(d->net, 0);
    if (status != WW_ERR_UNSUPPORTED || d->fixed_width > 0 || own->dim[2] <= 0 || own->dim[3] <= 0)
        return status;
    d->fixed_height = (int)own->dim[2];
    d->fixed_width = (int)own->dim[3];
    *v = plan_view(d, image);
    return session_for(d, v->input_width, v->input_height, session, err);
}

static ww_status look_with_network(ww_detector *d, const ww_image *image, ww_detections *found, ww_error *err)
{
    struct view v;
    ww_session *session = NULL;
    ww_image picture = {0};
    ww_status status = open_view(d, image, &v, &session, err);
    if (status == WW_OK)
        status = working_picture(d->spec, image, v.width, v.height, &picture, err);
    if (status == WW_OK) {
        fill_input(d->spec, &picture, ww_session_input(session), v.input_width, v.input_height);
        status = ww_session_run(session, err);
    }
    const float from = d->second_look ? fminf(WW_SECOND_LOOK_FROM, d->options.min_score) : d->options.min_score;
    if (status == WW_OK)
        status = ww_decode(session, d->net, d->spec, from, v.input_width, v.input_height, found, err);
    if (status == WW_OK) {
        ww_non_maximum_suppression(found, d->spec->nms_iou);
        scale_back(found, v.scale);
    }
    ww_image_free(&picture);
    return status;
}

ww_status ww_detect(ww_detector *d, const ww_image *image, ww_detections *found, ww_error *err)
{
    found->count = 0;
    ww_status status = d->dlib ? ww_dlib_look(d->dlib, image, found, err) : look_with_network(d, image, found, err);
    if (status == WW_OK && (d->spec->boxes_only || d->spec->landmarks))
        status = ww_find_landmarks(d->spec, image, found, err);
    else if (status == WW_OK && d->second_look)
        status = ww_look_again(d->second_look, image, d->options.min_score, found, err);
    if (status == WW_OK)
        cut_to(image, d->options.min_face, found);
    return status;
}
