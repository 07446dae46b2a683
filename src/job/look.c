// SPDX-License-Identifier: MIT
#include "job/look.h"
#include "base/clock.h"
#include "base/memory.h"
#include "face/quality.h"
#include "job/portrait.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHIPS_HELD_MAX = 64 }; // embedded together at the latest when there are that many

struct ww_looker {
    const ww_models *models;
    ww_scan_options options;
    ww_detector *detector;
    ww_embedder *embedder;
    ww_detections found;
};

// A looker at work on a span.
struct sight {
    ww_looker *looker;
    ww_seen *seen;
    size_t embedded; // faces of seen->faces before this one have their vectors
};

void ww_seen_free(ww_seen *seen)
{
    for (size_t i = 0; i < seen->frames.count; i++)
        free(seen->frames.item[i].jpeg);
    for (size_t i = 0; i < seen->faces.count; i++) {
        free(seen->faces.item[i].embedding);
        free(seen->faces.item[i].portrait);
        ww_image_free(&seen->faces.item[i].chip);
    }
    ww_vector_free(&seen->frames);
    ww_vector_free(&seen->faces);
}

ww_status ww_looker_open(const ww_models *models, const ww_scan_options *options, ww_looker **looker, ww_error *err)
{
    ww_looker *l = ww_alloc(sizeof *l);
    l->models = models;
    l->options = *options;
    ww_detect_options detect = {.size = options->detect_size, .min_score = (float)options->min_score};
    ww_status status = ww_detector_open(models->detector, &models->detector_spec, &detect, &l->detector, err);
    if (status == WW_OK)
        status = ww_embedder_open(models->embedder, &models->embedder_spec, &l->embedder, err);
    if (status != WW_OK) {
        ww_looker_close(l);
        return status;
    }
    *looker = l;
    return WW_OK;
}

void ww_looker_close(ww_looker *l)
{
    if (!l)
        return;
    ww_detector_close(l->detector);
    ww_embedder_close(l->embedder);
    ww_vector_free(&l->found);
    free(l);
}

static ww_status embed_pending(struct sight *sight, ww_error *err)
{
    ww_seen *seen = sight->seen;
    int dim = sight->looker->models->embedder_spec.embedding_dim;
    int count = (int)(seen->faces.count - sight->embedded);
    if (count == 0)
        return WW_OK;
    double begun = ww_seconds();
    const ww_image **chip = ww_alloc((size_t)count * sizeof *chip);
    float *vector = ww_alloc((size_t)count * (size_t)dim * sizeof *vector);
    for (int i = 0; i < count; i++)
        chip[i] = &seen->faces.item[sight->embedded + (size_t)i].chip;
    ww_status status = ww_embed(sight->looker->embedder, chip, count, vector, err);
    for (int i = 0; i < count && status == WW_OK; i++) {
        ww_seen_face *face = &seen->faces.item[sight->embedded + (size_t)i];
        face->row.embedding_dim = dim;
        face->embedding = ww_alloc((size_t)dim * sizeof *vector);
        memcpy(face->embedding, vector + (size_t)i * (size_t)dim, (size_t)dim * sizeof *vector);
        ww_image_free(&face->chip);
    }
    if (status == WW_OK)
        sight->embedded = seen->faces.count;
    free(vector);
    free(chip);
    seen->embed_s += ww_seconds() - begun;
    return status;
}

static int left_to_right(const void *a, const void *b)
{
    const ww_detection *p = a, *q = b;
    if (p->x != q->x)
        return p->x < q->x ? -1 : 1;
    if (p->y != q->y)
        return p->y < q->y ? -1 : 1;
    return p->width < q->width ? -1 : p->width > q->width;
}

// One face of `frame`: chip, quality, portrait. Boxes go from the picture's pixels to those of the full-size source.
static ww_status take_face(struct sight *sight, const ww_frame *frame, const ww_detection *d, int order, ww_error *err)
{
    ww_seen *seen = sight->seen;
    ww_seen_face face = {.row = {.order = order, .score = d->score, .person = -1}};
    double full = 1.0 / frame->scale, begun = ww_seconds();
    face.row.x = d->x * full;
    face.row.y = d->y * full;
    face.row.width = d->width * full;
    face.row.height = d->height * full;
    for (int q = 0; q < 10; q++)
        face.row.landmark[q] = (float)(d->landmark[q] * full);
    ww_status status = ww_embedder_chip(&sight->looker->models->embedder_spec, &frame->image, d->landmark, &face.chip, err);
    if (status == WW_OK)
        face.row.quality = ww_judge_quality(d, &face.chip).overall;
    double cut = ww_seconds();
    seen->embed_s += cut - begun;
    if (status == WW_OK)
        status = ww_portrait(&frame->image, d, &face.row, &face.portrait, &face.portrait_bytes, err);
    seen->encode_s += ww_seconds() - cut;
    ww_vector_push(&seen->faces, face);
    return status;
}

static ww_status keep_frame(struct sight *sight, const ww_frame *frame, ww_seen_frame *kept, ww_error *err)
{
    double begun = ww_seconds();
    int longest = frame->image.width > frame->image.height ? frame->image.width : frame->image.height;
    int limit = sight->looker->options.frame_max_px;
    ww_image small = {0};
    const ww_image *picture = &frame->image;
    ww_status status = WW_OK;
    if (longest > limit) {
        double scale = (double)limit / longest;
        int width = (int)fmax(1, floor(frame->image.width * scale + 0.5)), height = (int)fmax(1, floor(frame->image.height * scale + 0.5));
        status = ww_resize(&frame->image, width, height, &small, err);
        picture = &small;
    }
    if (status == WW_OK)
        status = ww_jpeg_encode(picture, WW_JPEG_QUALITY, &kept->jpeg, &kept->jpeg_bytes, err);
    kept->row.jpeg_width = picture->width;
    kept->row.jpeg_height = picture->height;
    ww_image_free(&small);
    sight->seen->encode_s += ww_seconds() - begun;
    return status;
}

static ww_status on_frame(void *user, const ww_frame *frame, ww_error *err)
{
    struct sight *sight = user;
    ww_looker *l = sight->looker;
    ww_seen *seen = sight->seen;
    double begun = ww_seconds();
    ww_status status = ww_detect(l->detector, &frame->image, &l->found, err);
    seen->detect_s += ww_seconds() - begun;
    seen->frames_looked_at++;
    if (status != WW_OK)
        return status;
    size_t kept = 0;
    for (size_t i = 0; i < l->found.count; i++) {
        ww_detection *d = &l->found.item[i];
        if (fmin(d->width, d->height) / frame->scale >= l->options.min_face_px)
            l->found.item[kept++] = *d;
    }
    if ((l->found.count = kept) == 0)
        return WW_OK;
    qsort(l->found.item, kept, sizeof *l->found.item, left_to_right);

    ww_seen_frame seen_frame = {.row = {.sample = frame->sample, .time_us = frame->time_us}, .first_face = seen->faces.count, .face_count = kept};
    status = keep_frame(sight, frame, &seen_frame, err);
    ww_vector_push(&seen->frames, seen_frame);
    for (size_t i = 0; i < kept && status == WW_OK; i++)
        status = take_face(sight, frame, &l->found.item[i], (int)i, err);
    if (status == WW_OK && seen->faces.count - sight->embedded >= CHIPS_HELD_MAX)
        status = embed_pending(sight, err);
    return status;
}

ww_status ww_look_at_span(ww_looker *looker, ww_reader *reader, int span, ww_seen *seen, ww_error *err)
{
    struct sight sight = {.looker = looker, .seen = seen, .embedded = seen->faces.count};
    double begun = ww_seconds(), others = seen->detect_s + seen->embed_s + seen->encode_s;
    int64_t damaged = 0;
    ww_status status = ww_reader_span(reader, span, on_frame, &sight, &damaged, err);
    seen->decode_s += ww_seconds() - begun - (seen->detect_s + seen->embed_s + seen->encode_s - others);
    seen->damaged += damaged;
    return status == WW_OK ? embed_pending(&sight, err) : status;
}
