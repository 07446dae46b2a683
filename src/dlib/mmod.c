// SPDX-License-Identifier: MIT
// The detector: doubling, plane, network, and what becomes of its scores.
#include "dlib/mmod.h"
#include "base/memory.h"
#include "nn/session.h"

#include <math.h>
#include <stdlib.h>

enum { SESSIONS_KEPT = 2, DETECTIONS_MAX = 1 << 20 };

// A rectangle as dlib has them: sides are inclusive, so one of equal left and right is one pixel wide.
typedef struct box {
    double left, top, right, bottom;
} box;

typedef struct candidate {
    box rect;
    double score;
    int place; // in scanning order, for ties
} candidate;

typedef WW_VECTOR(candidate) candidates;

struct plane_session {
    ww_mmod_plane plane;
    ww_session *session;
    unsigned used;
};

struct ww_mmod_detector {
    const ww_net *net;
    const ww_dlib_net *info;
    ww_mmod_options options;
    struct plane_session cache[SESSIONS_KEPT];
    unsigned clock;
};

ww_status ww_mmod_detector_open(const ww_net *net, const ww_mmod_options *options, ww_mmod_detector **detector,
                                ww_error *err)
{
    const ww_dlib_net *info = ww_net_dlib(net);
    *detector = NULL;
    if (!info || info->kind != WW_DLIB_MMOD)
        return ww_fail(err, WW_ERR_ARGUMENT, "%s: not one of dlib's CNN detectors", ww_net_name(net));
    if (info->input.kind != WW_DLIB_INPUT_RGB_PYRAMID)
        return ww_fail(err, WW_ERR_UNSUPPORTED, "%s: a CNN detector that does not take a pyramid of RGB pictures",
                       ww_net_name(net));
    ww_mmod_detector *d = ww_alloc(sizeof *d);
    d->net = net;
    d->info = info;
    if (options)
        d->options = *options;
    *detector = d;
    return WW_OK;
}

void ww_mmod_detector_close(ww_mmod_detector *d)
{
    if (!d)
        return;
    for (int i = 0; i < SESSIONS_KEPT; i++)
        ww_session_close(d->cache[i].session);
    free(d);
}

// ---- looking

static ww_status session_for(ww_mmod_detector *d, const ww_mmod_plane *plane, ww_session **session, ww_error *err)
{
    struct plane_session *oldest = &d->cache[0];
    for (int i = 0; i < SESSIONS_KEPT; i++) {
        struct plane_session *s = &d->cache[i];
        if (s->session && s->plane.width == plane->width && s->plane.height == plane->height) {
            s->used = ++d->clock;
            *session = s->session;
            return WW_OK;
        }
        if (!s->session || (oldest->session && s->used < oldest->used))
            oldest = s;
    }
    ww_session_close(oldest->session);
    *oldest = (struct plane_session){.plane = *plane, .used = ++d->clock};
    ww_shape shape = {4, {1, 3, plane->height, plane->width}};
    const ww_session_options options = {.backend = d->options.backend, .cancel = d->options.cancel};
    ww_status status = ww_session_open_with(d->net, &shape, &options, &oldest->session, err);
    *session = oldest->session;
    return status;
}

// ---- boxes

static box centred(double x, double y, double width, double height)
{
    return (box){x - (width - 1) / 2, y - (height - 1) / 2, x + (width - 1) / 2, y + (height - 1) / 2};
}

static box rounded(box b)
{
    return (box){floor(b.left + 0.5), floor(b.top + 0.5), floor(b.right + 0.5), floor(b.bottom + 0.5)};
}

// From the plane to the picture: out of its level's tile, then up level by level.
static box to_picture(const ww_mmod_plane *plane, box b)
{
    // dlib's pyramid_down<6>::point_up
    const double rate = WW_DLIB_PYRAMID_DOWN / (WW_DLIB_PYRAMID_DOWN - 1.0), shift = 0.3;
    int level = ww_mmod_plane_level(plane, (b.left + b.right) / 2, (b.top + b.bottom) / 2);
    const ww_tile *t = &plane->tile[level];
    b = (box){b.left - t->left, b.top - t->top, b.right - t->left, b.bottom - t->top};
    for (int i = 0; i < level; i++)
        b = (box){b.left * rate + shift, b.top * rate + shift, b.right * rate + shift, b.bottom * rate + shift};
    return b;
}

// Four outputs a window move its box and change its size (in logarithms).
static box regressed(box b, const float *delta, size_t area)
{
    double width = b.right - b.left, height = b.bottom - b.top;
    double x = (b.left + b.right) / 2 + delta[0] * width, y = (b.top + b.bottom) / 2 + delta[area] * height;
    return centred(x, y, width * exp(delta[2 * area]) + 1, height * exp(delta[3 * area]) + 1);
}

static bool collect(const ww_mmod_detector *d, const ww_mmod_plane *plane, const float *score, const ww_shape *s,
                    candidates *out)
{
    const ww_dlib_net *info = d->info;
    size_t area = (size_t)(s->dim[2] * s->dim[3]), windows = (size_t)info->mmod.window_count;
    for (size_t k = 0; k < windows; k++)
        for (size_t i = 0; i < area && out->count < DETECTIONS_MAX; i++) {
            double v = score[k * area + i];
            if (!(v > d->options.adjust_threshold))
                continue;
            size_t column = i % (size_t)s->dim[3], row = i / (size_t)s->dim[3];
            double x = (double)column * info->step_x + info->start_x, y = (double)row * info->step_y + info->start_y;
            box b = to_picture(plane, centred(x, y, info->mmod.window[k].width, info->mmod.window[k].height));
            if (info->mmod.box_regression)
                b = regressed(b, score + (windows + 4 * k) * area + i, area);
            candidate c = {rounded(b), v, (int)out->count};
            if (!ww_vector_push(out, c))
                return false;
        }
    return true;
}

static int by_score(const void *a, const void *b)
{
    const candidate *p = a, *q = b;
    if (p->score != q->score)
        return p->score > q->score ? -1 : 1;
    return p->place < q->place ? -1 : 1;
}

static double area_of(box b)
{
    return b.left > b.right || b.top > b.bottom ? 0 : (b.right - b.left + 1) * (b.bottom - b.top + 1);
}

// dlib's "union" is the smallest box around both.
static bool overlap(const ww_dlib_overlap *limit, box a, box b)
{
    box both = {fmax(a.left, b.left), fmax(a.top, b.top), fmin(a.right, b.right), fmin(a.bottom, b.bottom)};
    box around = {fmin(a.left, b.left), fmin(a.top, b.top), fmax(a.right, b.right), fmax(a.bottom, b.bottom)};
    double inner = area_of(both);
    return inner > 0
           && (inner / area_of(around) > limit->iou || inner / area_of(a) > limit->covered
               || inner / area_of(b) > limit->covered);
}

static void suppress(const ww_dlib_overlap *limit, candidates *c)
{
    size_t kept = 0;
    if (c->count > 1)
        qsort(c->item, c->count, sizeof *c->item, by_score);
    for (size_t i = 0; i < c->count && kept < WW_FACES_MAX; i++) {
        size_t j = 0;
        while (j < kept && !overlap(limit, c->item[j].rect, c->item[i].rect))
            j++;
        if (j == kept)
            c->item[kept++] = c->item[i];
    }
    c->count = kept;
}

// To the picture before it was doubled (dlib's pyramid_down<2>::point_down).
static box before_doubling(box b, int times)
{
    for (int i = 0; i < times; i++)
        b = (box){b.left / 2 - 1.25, b.top / 2 - 0.75, b.right / 2 - 1.25, b.bottom / 2 - 0.75};
    return times > 0 ? rounded(b) : b;
}

static bool give(const candidates *c, int upsample, ww_detections *found)
{
    for (size_t i = 0; i < c->count; i++) {
        box b = before_doubling(c->item[i].rect, upsample);
        ww_detection f = {.x = (float)b.left,
                          .y = (float)b.top,
                          .width = (float)(b.right - b.left + 1),
                          .height = (float)(b.bottom - b.top + 1),
                          .score = (float)c->item[i].score};
        if (!ww_vector_push(found, f))
            return false;
    }
    return true;
}

static ww_status look(ww_mmod_detector *d, const ww_image *rgb, int upsample, ww_detections *found, ww_error *err)
{
    ww_mmod_plane plane;
    ww_session *session = NULL;
    if (!ww_mmod_plane_layout(&d->info->input, rgb->width, rgb->height, &plane))
        return ww_fail(err, WW_ERR_MEMORY, "%s: a picture of %dx%d is too large (or too small) for the CNN detector",
                       ww_net_name(d->net), rgb->width, rgb->height);
    ww_status status = session_for(d, &plane, &session, err);
    if (status == WW_OK && !ww_mmod_plane_fill(&plane, &d->info->input, rgb, ww_session_input(session)))
        status = ww_fail(err, WW_ERR_MEMORY, "no memory for the sizes of a picture");
    if (status == WW_OK)
        status = ww_session_run(session, err);
    if (status != WW_OK)
        return status;
    ww_shape shape;
    const float *score = ww_session_output(session, 0, &shape);
    int64_t channels = (int64_t)d->info->mmod.window_count * (d->info->mmod.box_regression ? 5 : 1);
    if (shape.rank != 4 || shape.dim[1] != channels)
        return ww_fail(err, WW_ERR_FORMAT, "%s: the network does not give one score a window", ww_net_name(d->net));
    candidates c = {0};
    bool made = collect(d, &plane, score, &shape, &c);
    if (made) {
        suppress(&d->info->mmod.nms, &c);
        made = give(&c, upsample, found);
    }
    ww_vector_free(&c);
    return made ? WW_OK : ww_fail_memory(err, "the faces of a picture");
}

ww_status ww_mmod_detect(ww_mmod_detector *d, const ww_image *image, int upsample, ww_detections *found, ww_error *err)
{
    found->count = 0;
    if (image->pixels != WW_PIXELS_RGB || upsample < 0 || upsample > WW_MMOD_UPSAMPLE_MAX)
        return ww_fail(err, WW_ERR_ARGUMENT, "the CNN detector takes RGB pictures, doubled at most %d times",
                       WW_MMOD_UPSAMPLE_MAX);
    ww_image larger = {0};
    ww_status status = WW_OK;
    for (int i = 0; i < upsample && status == WW_OK; i++) {
        ww_image next = {0};
        status = ww_mmod_upsample(i == 0 ? image : &larger, &next, err);
        ww_image_free(&larger);
        larger = next;
    }
    if (status == WW_OK)
        status = look(d, upsample ? &larger : image, upsample, found, err);
    ww_image_free(&larger);
    return status;
}
