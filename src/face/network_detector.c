// SPDX-License-Identifier: MIT
// Detectors that are one network: the picture is scaled to the working size, the network looks at it once, and its
// outputs are decoded into boxes with landmarks. Sessions for the input shapes that come by are made when needed, and
// some are kept.
#include "face/detector.h"
#include "base/memory.h"
#include "face/landmarks.h"
#include "nn/session.h"

#include <math.h>
#include <stdlib.h>

enum {
    SESSIONS_KEPT = 4,      // photos come in many shapes, a film in one
    CANDIDATES_MAX = 20000, // suppression compares each with each
};

struct shaped_session {
    int width, height;
    ww_session *session;
    unsigned used; // when, for throwing out the least recently used
};

struct network_detector {
    const ww_net *net;
    const ww_model_spec *spec;
    ww_detect_options options;
    int fixed_width, fixed_height; // the one input size the network runs at, or 0
    struct shaped_session cache[SESSIONS_KEPT];
    unsigned clock;
};

ww_status ww_network_open(const ww_net *net, const ww_model_spec *spec, const ww_detect_options *options, void **state,
                          ww_error *err)
{
    struct network_detector *d = ww_alloc(sizeof *d);
    d->net = net;
    d->spec = spec;
    d->options = *options;
    d->fixed_width = spec->width;
    d->fixed_height = spec->height;
    *state = d;
    return WW_OK;
}

void ww_network_close(void *state)
{
    struct network_detector *d = state;
    if (!d)
        return;
    for (int i = 0; i < SESSIONS_KEPT; i++)
        if (d->cache[i].session)
            ww_session_close(d->cache[i].session);
    free(d);
}

static ww_status session_for(struct network_detector *d, int width, int height, ww_session **session, ww_error *err)
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
    ww_shape shape = {.rank = 4, .dim = {1, ww_model_channels(d->spec), height, width}};
    ww_status status =
        ww_session_open_with(d->net, &shape, &(ww_session_options){.cancel = d->options.cancel}, &oldest->session, err);
    *session = oldest->session;
    return status;
}

// Copies the working picture into the top left of the input, normalised; what it does not cover is black.
static void fill_input(const ww_model_spec *spec, const ww_image *picture, ww_session *session, int width, int height)
{
    const ww_plane *luma = &picture->plane[0];
    if (spec->colour == WW_COLOUR_LUMA && spec->mean[0] == 0 && spec->scale[0] == 1
        && ww_session_put_bytes(session, luma->data, luma->stride, picture->width, picture->height))
        return;
    float *input = ww_session_input(session);
    int channels = ww_model_channels(spec);
    for (int c = 0; c < channels; c++) {
        int sample = spec->colour == WW_COLOUR_BGR ? 2 - c : c;
        float mean = spec->mean[c], scale = spec->scale[c], black = (0 - mean) * scale;
        for (int y = 0; y < height; y++) {
            float *row = input + ((size_t)c * (size_t)height + (size_t)y) * (size_t)width;
            int covered = y < picture->height ? picture->width : 0;
            const uint8_t *in =
                picture->plane[0].data + (ptrdiff_t)(y < picture->height ? y : 0) * picture->plane[0].stride;
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

static ww_status working_picture(const ww_model_spec *spec, const ww_image *image, int width, int height, ww_image *out,
                                 ww_error *err)
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
        for (int q = 0; q < WW_LANDMARK_VALUES; q++)
            f->landmark[q] *= back;
    }
}

// How a picture is shown to the network: scaled by `scale` to width x height, in the top left of an input of
// input_width x input_height.
struct view {
    double scale;
    int width, height, input_width, input_height;
};

static struct view plan_view(const struct network_detector *d, const ww_image *image)
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
static ww_status open_view(struct network_detector *d, const ww_image *image, struct view *v, ww_session **session,
                           ww_error *err)
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

// Where landmarks are sought elsewhere, that may want to see more than what is wanted of the detector alone.
static float score_from(const struct network_detector *d)
{
    const struct ww_landmark_kind *landmarks = d->spec->judge.kind ? d->spec->judge.kind : d->spec->landmarks.kind;
    const float wanted = d->options.min_score;
    return landmarks && landmarks->score_from > 0 ? fminf(landmarks->score_from, wanted) : wanted;
}

// The candidates, of too many the best.
static ww_status decode(const struct network_detector *d, const ww_session *session, const struct view *v,
                        ww_detections *found, ww_error *err)
{
    ww_status status =
        d->spec->detector->decode(session, d->net, score_from(d), v->input_width, v->input_height, found);
    if (status == WW_ERR_MEMORY)
        return ww_fail_memory(err, "the faces of a picture");
    if (status != WW_OK)
        return ww_fail(err, status, "%s: its outputs do not have the shapes of a %s detector for a %dx%d input",
                       ww_net_name(d->net), d->spec->name, v->input_width, v->input_height);
    if (found->count > CANDIDATES_MAX) {
        ww_best_first(found);
        found->count = CANDIDATES_MAX;
    }
    return WW_OK;
}

ww_status ww_network_find(void *state, const ww_image *image, ww_detections *found, ww_error *err)
{
    struct network_detector *d = state;
    struct view v;
    ww_session *session = NULL;
    ww_image picture = {0};
    ww_status status = open_view(d, image, &v, &session, err);
    if (status == WW_OK)
        status = working_picture(d->spec, image, v.width, v.height, &picture, err);
    if (status == WW_OK) {
        fill_input(d->spec, &picture, session, v.input_width, v.input_height);
        status = ww_session_run(session, err);
    }
    if (status == WW_OK)
        status = decode(d, session, &v, found, err);
    if (status == WW_OK) {
        ww_non_maximum_suppression(found, d->spec->nms_iou);
        if (d->spec->detector->mean_landmark)
            ww_guess_landmarks(d->spec->detector->mean_landmark, found);
        scale_back(found, v.scale);
    }
    ww_image_free(&picture);
    return status;
}
