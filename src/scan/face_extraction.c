// SPDX-License-Identifier: MIT
#include "scan/face_extraction.h"
#include "base/clock.h"
#include "base/memory.h"
#include "face/quality.h"
#include "scan/portrait.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHIPS_HELD_MAX = 64 }; // embedded together at the latest when there are that many

void ww_extracted_face_free(ww_extracted_face *face)
{
    free(face->embedding);
    free(face->portrait);
    ww_image_free(&face->chip);
}

void ww_span_result_free(ww_span_result *seen)
{
    for (size_t i = 0; i < seen->frames.count; i++)
        free(seen->frames.item[i].jpeg);
    for (size_t i = 0; i < seen->faces.count; i++)
        ww_extracted_face_free(&seen->faces.item[i]);
    free(seen->damage);
    ww_vector_free(&seen->frames);
    ww_vector_free(&seen->faces);
}

ww_status ww_extract_pending(ww_face_extractor *t, ww_error *err)
{
    ww_span_result *seen = t->seen;
    int dim = t->embedder_spec->embedding_dim;
    int count = (int)(seen->faces.count - t->embedded);
    if (count == 0)
        return WW_OK;
    double begun = ww_seconds();
    const ww_image **chip = ww_try_array((size_t)count, sizeof *chip);
    float *vector = ww_try_array((size_t)count, (size_t)dim * sizeof *vector), *length = ww_try_array((size_t)count, sizeof *length);
    for (int i = 0; i < count && chip; i++)
        chip[i] = &seen->faces.item[t->embedded + (size_t)i].chip;
    ww_status status = chip && vector && length ? ww_embed(t->embedder, chip, count, vector, length, err)
                                                : ww_fail_memory(err, "the embeddings of %d faces", count);
    for (int i = 0; i < count && status == WW_OK; i++) {
        ww_extracted_face *face = &seen->faces.item[t->embedded + (size_t)i];
        face->row.embedding_dim = dim;
        face->embedding = ww_try_array((size_t)dim, sizeof *vector);
        if (!face->embedding) {
            status = ww_fail_memory(err, "the embeddings of %d faces", count);
            break;
        }
        memcpy(face->embedding, vector + (size_t)i * (size_t)dim, (size_t)dim * sizeof *vector);
        if (t->embedder_spec->full_length > 0)
            face->row.quality = ww_quality_with_length(face->row.quality, length[i] / t->embedder_spec->full_length);
        ww_image_free(&face->chip);
    }
    if (status == WW_OK)
        t->embedded = seen->faces.count;
    free(length);
    free(vector);
    free(chip);
    seen->embed_s += ww_seconds() - begun;
    return status;
}

struct placed {
    ww_detection face;
    int64_t track;
};

static int left_to_right(const void *a, const void *b)
{
    const ww_detection *p = &((const struct placed *)a)->face, *q = &((const struct placed *)b)->face;
    if (p->x != q->x)
        return p->x < q->x ? -1 : 1;
    if (p->y != q->y)
        return p->y < q->y ? -1 : 1;
    return p->width < q->width ? -1 : p->width > q->width;
}

static ww_status put_in_order(const ww_selected_frame *take, ww_error *err)
{
    struct placed *placed = ww_try_array(take->count, sizeof *placed);
    if (!placed)
        return ww_fail_memory(err, "the faces of a frame");
    for (size_t i = 0; i < take->count; i++)
        placed[i] = (struct placed){take->face[i], take->track[i]};
    qsort(placed, take->count, sizeof *placed, left_to_right);
    for (size_t i = 0; i < take->count; i++) {
        take->face[i] = placed[i].face;
        take->track[i] = placed[i].track;
    }
    free(placed);
    return WW_OK;
}

// One face of the frame: chip, quality, portrait. Boxes go from the picture's pixels to those of the full-size source.
static ww_status take_face(ww_face_extractor *t, const ww_selected_frame *take, size_t order, ww_error *err)
{
    ww_span_result *seen = t->seen;
    const ww_detection *d = &take->face[order];
    ww_extracted_face face = {.row = {.order = (int)order, .score = d->score, .person = -1, .track = take->track[order]}};
    double full = 1.0 / take->scale, begun = ww_seconds();
    face.row.x = d->x * full;
    face.row.y = d->y * full;
    face.row.width = d->width * full;
    face.row.height = d->height * full;
    for (int q = 0; q < WW_LANDMARK_VALUES; q++)
        face.row.landmark[q] = (float)(d->landmark[q] * full);
    ww_status status = ww_embedder_chip(t->embedder_spec, take->image, d->landmark, &face.chip, err);
    if (status == WW_OK)
        face.row.quality = ww_judge_quality(d, &face.chip).overall;
    double cut = ww_seconds();
    seen->embed_s += cut - begun;
    if (status == WW_OK)
        status = ww_portrait(take->image, d, &face.row, &face.portrait, &face.portrait_bytes, err);
    seen->encode_s += ww_seconds() - cut;
    if (ww_vector_push(&seen->faces, face))
        return status;
    ww_extracted_face_free(&face);
    return ww_fail_memory(err, "the faces of a frame");
}

static ww_status keep_picture(ww_face_extractor *t, const ww_image *image, ww_extracted_frame *kept, ww_error *err)
{
    double begun = ww_seconds();
    int longest = image->width > image->height ? image->width : image->height;
    ww_image small = {0};
    const ww_image *picture = image;
    ww_status status = WW_OK;
    if (longest > t->frame_max_px) {
        double scale = (double)t->frame_max_px / longest;
        int width = (int)fmax(1, floor(image->width * scale + 0.5)), height = (int)fmax(1, floor(image->height * scale + 0.5));
        status = ww_resize(image, width, height, &small, err);
        picture = &small;
    }
    if (status == WW_OK)
        status = ww_jpeg_encode(picture, WW_JPEG_QUALITY, &kept->jpeg, &kept->jpeg_bytes, err);
    kept->row.jpeg_width = picture->width;
    kept->row.jpeg_height = picture->height;
    ww_image_free(&small);
    t->seen->encode_s += ww_seconds() - begun;
    return status;
}

ww_status ww_extract_faces(ww_face_extractor *t, const ww_selected_frame *take, ww_error *err)
{
    ww_extracted_frame frame = {.row = {.sample = take->sample, .time_us = take->time_us,
                                   .width = take->width ? take->width : take->image->width,
                                   .height = take->height ? take->height : take->image->height}, .first_face = t->seen->faces.count,
                           .face_count = take->count};
    ww_status status = put_in_order(take, err);
    if (status == WW_OK)
        status = keep_picture(t, take->image, &frame, err);
    if (!ww_vector_push(&t->seen->frames, frame)) {
        free(frame.jpeg);
        return ww_fail_memory(err, "the frames of a span");
    }
    for (size_t i = 0; i < take->count && status == WW_OK; i++)
        status = take_face(t, take, i, err);
    if (status == WW_OK && t->seen->faces.count - t->embedded >= CHIPS_HELD_MAX)
        status = ww_extract_pending(t, err);
    return status;
}
