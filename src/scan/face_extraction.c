// SPDX-License-Identifier: MIT
#include "scan/face_extraction.h"
#include "base/clock.h"
#include "base/memory.h"
#include "face/quality.h"
#include "image/chip.h"
#include "library/view.h"
#include "scan/portrait.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    CHIPS_HELD_MAX = 64,           // faces embedded together at the latest when there are that many
    INTERMEDIATE_OF_FACE_MAX = 4,  // chips from intermediate frames, embedded beside the face itself
    INTERMEDIATE_OF_FRAME_MAX = 8, // of all its faces
};
// A chip weighs as much as the square of its quality. A face whose chips weigh that much together can be told apart.
#define WEIGHT_ENOUGH (0.45 * 0.45)

void ww_track_chips_clear(ww_track_chips *chips)
{
    for (size_t i = 0; i < chips->count; i++)
        ww_image_free(&chips->item[i].chip);
    chips->count = 0;
}

void ww_extracted_face_free(ww_extracted_face *face)
{
    free(face->embedding);
    free(face->portrait);
    free(face->kept_chip);
    free(face->colours);
    free(face->intermediate_mean);
    ww_track_chips_clear(&face->intermediate);
    ww_vector_free(&face->intermediate);
    ww_image_free(&face->chip);
}

void ww_extracted_frame_free(ww_extracted_frame *frame)
{
    free(frame->jpeg);
    free(frame->view);
}

void ww_span_result_free(ww_span_result *seen)
{
    for (size_t i = 0; i < seen->frames.count; i++)
        ww_extracted_frame_free(&seen->frames.item[i]);
    for (size_t i = 0; i < seen->faces.count; i++)
        ww_extracted_face_free(&seen->faces.item[i]);
    free(seen->damage);
    free(seen->device);
    free(seen->fallback);
    ww_vector_free(&seen->frames);
    ww_vector_free(&seen->faces);
    ww_vector_free(&seen->shots);
}

typedef struct waiting { // chips to be embedded, and what became of them
    WW_VECTOR(const ww_image *) chip;
    float *vector, *length;
    size_t next; // to be handed out
} waiting;

static float quality_of(const ww_face_extractor *t, double quality, float length)
{
    const double full = t->embedder_spec->full_length;
    return full > 0 ? ww_quality_with_length((float)quality, (float)(length / full)) : (float)quality;
}

// Weighted mean of the vectors of the intermediate chips, the next in `w`.
static bool take_mean(const ww_face_extractor *t, waiting *w, ww_extracted_face *face)
{
    const size_t dim = (size_t)t->embedder_spec->embedding_dim;
    face->intermediate_mean = ww_try_array(dim, sizeof *face->intermediate_mean);
    if (!face->intermediate_mean)
        return false;
    for (size_t i = 0; i < face->intermediate.count; i++, w->next++) {
        const double quality = quality_of(t, face->intermediate.item[i].quality, w->length[w->next]),
                     weight = quality * quality;
        face->intermediate_weight += weight;
        for (size_t d = 0; d < dim; d++)
            face->intermediate_mean[d] += (float)weight * w->vector[w->next * dim + d];
    }
    for (size_t d = 0; d < dim && face->intermediate_weight > 0; d++)
        face->intermediate_mean[d] /= (float)face->intermediate_weight;
    ww_track_chips_clear(&face->intermediate);
    return true;
}

// The vector of the face, then of its intermediate chips, as they were put into `w`.
static bool hand_out(const ww_face_extractor *t, waiting *w, ww_extracted_face *face)
{
    const size_t dim = (size_t)t->embedder_spec->embedding_dim;
    face->row.embedding_dim = (int)dim;
    face->embedding = ww_try_array(dim, sizeof *face->embedding);
    if (!face->embedding)
        return false;
    memcpy(face->embedding, w->vector + w->next * dim, dim * sizeof *face->embedding);
    face->row.quality = quality_of(t, face->row.quality, w->length[w->next++]);
    ww_image_free(&face->chip);
    return face->intermediate.count == 0 || take_mean(t, w, face);
}

static bool put_in(waiting *w, const ww_extracted_face *face)
{
    bool kept = ww_vector_push(&w->chip, &face->chip);
    for (size_t k = 0; k < face->intermediate.count && kept; k++)
        kept = ww_vector_push(&w->chip, &face->intermediate.item[k].chip);
    return kept;
}

ww_status ww_extract_pending(ww_face_extractor *t, ww_error *err)
{
    ww_span_result *seen = t->seen;
    waiting w = {0};
    if (t->embedded == seen->faces.count)
        return WW_OK;
    double begun = ww_thread_cpu_seconds();
    bool whole = true;
    for (size_t i = t->embedded; i < seen->faces.count && whole; i++)
        whole = put_in(&w, &seen->faces.item[i]);
    w.vector = ww_try_array(w.chip.count, (size_t)t->embedder_spec->embedding_dim * sizeof *w.vector);
    w.length = ww_try_array(w.chip.count, sizeof *w.length);
    whole = whole && w.vector && w.length;
    ww_status status = whole ? ww_embed(t->embedder, w.chip.item, (int)w.chip.count, w.vector, w.length, err) : WW_OK;
    for (; whole && status == WW_OK && t->embedded < seen->faces.count; t->embedded += whole)
        whole = hand_out(t, &w, &seen->faces.item[t->embedded]);
    if (!whole)
        status = ww_fail_memory(err, "the embeddings of %zu faces", seen->faces.count - t->embedded);
    free(w.vector);
    free(w.length);
    ww_vector_free(&w.chip);
    seen->embed_s += ww_thread_cpu_seconds() - begun;
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

// The chip of the track that tells most, and is not of the frame kept.
static ww_track_chip *best_chip(const ww_selected_frame *take, int64_t track)
{
    ww_track_chip *best = NULL;
    for (size_t i = 0; i < take->chips->count; i++) {
        ww_track_chip *chip = &take->chips->item[i];
        if (chip->track == track && chip->time_us != take->time_us && chip->chip.owned
            && (!best || chip->quality > best->quality))
            best = chip;
    }
    return best;
}

// A face that is hard to tell apart is embedded from more than one frame. *budget: chips that may still be taken for
// this frame.
static ww_status take_chips(const ww_selected_frame *take, ww_extracted_face *face, int *budget, ww_error *err)
{
    double weight = face->row.quality * face->row.quality;
    if (!take->chips || face->row.track <= 0)
        return WW_OK;
    while (weight < WEIGHT_ENOUGH && face->intermediate.count<INTERMEDIATE_OF_FACE_MAX && * budget> 0) {
        ww_track_chip *chip = best_chip(take, face->row.track);
        if (!chip)
            return WW_OK;
        if (!ww_vector_push(&face->intermediate, *chip))
            return ww_fail_memory(err, "the faces of a frame");
        weight += (double)chip->quality * chip->quality;
        chip->chip = (ww_image){0};
        (*budget)--;
    }
    return WW_OK;
}

static ww_status find_colours(const ww_image *image, const ww_detection *detection, ww_extracted_face *face,
                              ww_error *err)
{
    face->colours = ww_try_alloc(sizeof *face->colours);
    if (!face->colours)
        return ww_fail_memory(err, "the faces of a frame");
    ww_colours_find(image, detection, face->colours);
    return WW_OK;
}

// The chip that the library keeps: not for the model, but for those who want it back (export --to chips). Landmarks
// from elsewhere that lead out of the picture are no reason to fail.
static ww_status keep_chip(const ww_face_extractor *t, const ww_image *image, const ww_detection *detection,
                           ww_extracted_face *face, ww_error *err)
{
    ww_image chip;
    ww_status status = ww_chip_cut(image, detection->landmark, t->embedder_spec->colour == WW_COLOUR_LUMA, &chip, err);
    if (status == WW_ERR_ARGUMENT)
        return WW_OK;
    if (status == WW_OK) {
        face->light = ww_chip_light(&chip);
        status = ww_chip_pack(&chip, &face->kept_chip, &face->kept_chip_bytes, err);
    }
    ww_image_free(&chip);
    return status;
}

// One face of the frame: chip, quality, portrait. Boxes go from the picture's pixels to those of the full-size source.
static ww_status take_face(ww_face_extractor *t, const ww_selected_frame *take, size_t order, int *budget,
                           ww_error *err)
{
    ww_span_result *seen = t->seen;
    const ww_detection *d = &take->face[order];
    ww_extracted_face face = {
        .row = {.order = (int)order, .score = d->score, .person = -1, .track = take->track[order]}};
    double full = 1.0 / take->scale, begun = ww_thread_cpu_seconds();
    face.row.x = d->x * full;
    face.row.y = d->y * full;
    face.row.width = d->width * full;
    face.row.height = d->height * full;
    for (int q = 0; q < WW_LANDMARK_VALUES; q++)
        face.row.landmark[q] = (float)(d->landmark[q] * full);
    ww_status status = ww_embedder_chip(t->embedder_spec, take->image, d->landmark, &face.chip, err);
    if (status == WW_OK)
        face.row.quality = ww_judge_quality(d, &face.chip).overall;
    if (status == WW_OK)
        status = take_chips(take, &face, budget, err);
    if (status == WW_OK && t->is_video)
        status = find_colours(take->image, d, &face, err);
    double cut = ww_thread_cpu_seconds();
    seen->embed_s += cut - begun;
    if (status == WW_OK)
        status = ww_portrait(take->image, d, t->portrait_width,
                             ww_portrait_margin_scale(take->image->width, t->margins_as_they_stand), &face.row,
                             &face.portrait, &face.portrait_bytes, err);
    if (status == WW_OK)
        status = keep_chip(t, take->image, d, &face, err);
    seen->encode_s += ww_thread_cpu_seconds() - cut;
    if (ww_vector_push(&seen->faces, face))
        return status;
    ww_extracted_face_free(&face);
    return ww_fail_memory(err, "the faces of a frame");
}

static ww_status keep_picture(ww_face_extractor *t, const ww_image *image, ww_extracted_frame *kept, ww_error *err)
{
    double begun = ww_thread_cpu_seconds();
    int longest = image->width > image->height ? image->width : image->height;
    ww_image small = {0};
    const ww_image *picture = image;
    ww_status status = WW_OK;
    if (longest > t->frame_max_px) {
        double scale = (double)t->frame_max_px / longest;
        int width = (int)fmax(1, floor(image->width * scale + 0.5)),
            height = (int)fmax(1, floor(image->height * scale + 0.5));
        status = ww_resize(image, width, height, &small, err);
        picture = &small;
    }
    if (status == WW_OK)
        status = ww_jpeg_encode(picture, WW_JPEG_QUALITY, &kept->jpeg, &kept->jpeg_bytes, err);
    kept->row.jpeg_width = picture->width;
    kept->row.jpeg_height = picture->height;
    ww_image_free(&small);
    t->seen->encode_s += ww_thread_cpu_seconds() - begun;
    return status;
}

static ww_status make_view(const ww_image *image, ww_extracted_frame *kept, ww_error *err)
{
    kept->view = ww_try_alloc(WW_VIEW_BYTES);
    if (!kept->view)
        return ww_fail_memory(err, "the frames of a span");
    if (!ww_view_make(image, kept->view)) {
        free(kept->view);
        kept->view = NULL;
    }
    return WW_OK;
}

ww_status ww_extract_faces(ww_face_extractor *t, const ww_selected_frame *take, ww_error *err)
{
    ww_extracted_frame frame = {.row = {.sample = take->sample,
                                        .time_us = take->time_us,
                                        .width = take->width ? take->width : take->image->width,
                                        .height = take->height ? take->height : take->image->height},
                                .first_face = t->seen->faces.count,
                                .face_count = take->count};
    int budget = INTERMEDIATE_OF_FRAME_MAX;
    ww_status status = put_in_order(take, err);
    if (status == WW_OK)
        status = keep_picture(t, take->image, &frame, err);
    if (status == WW_OK && t->is_video)
        status = make_view(take->image, &frame, err);
    if (!ww_vector_push(&t->seen->frames, frame)) {
        ww_extracted_frame_free(&frame);
        return ww_fail_memory(err, "the frames of a span");
    }
    for (size_t i = 0; i < take->count && status == WW_OK; i++)
        status = take_face(t, take, i, &budget, err);
    if (status == WW_OK && t->seen->faces.count - t->embedded >= CHIPS_HELD_MAX)
        status = ww_extract_pending(t, err);
    return status;
}
