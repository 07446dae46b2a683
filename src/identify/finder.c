// SPDX-License-Identifier: MIT
#include "identify/finder.h"
#include "base/memory.h"
#include "face/detect.h"
#include "face/embed.h"
#include "face/quality.h"
#include "video/photo.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct ww_finder {
    const ww_models *models;
    ww_detector *detector;
    ww_embedder *embedder;
    ww_detections found;
    double min_face_px;
    ww_found_face *face; // of the last picture
    float *embedding;
};

ww_status ww_finder_acquire(const ww_models *models, const ww_scan_options *options, ww_finder **finder, ww_error *err)
{
    *finder = NULL;
    ww_finder *f = ww_alloc(sizeof *f);
    f->models = models;
    f->min_face_px = options->min_face_px;
    ww_detect_options detect = {.size = options->detect_size,
                                .min_score = options->min_score < 0 ? 0 : fmaxf((float)options->min_score, FLT_MIN)};
    ww_status status = ww_detector_open(models->detector, &models->detector_spec, &detect, &f->detector, err);
    if (status == WW_OK)
        status = ww_embedder_open(models->embedder, &models->embedder_spec, &f->embedder, err);
    if (status == WW_OK)
        *finder = f;
    else
        ww_finder_release(f);
    return status;
}

static void forget(ww_finder *f)
{
    free(f->face);
    free(f->embedding);
    f->face = NULL;
    f->embedding = NULL;
}

void ww_finder_release(ww_finder *f)
{
    if (!f)
        return;
    forget(f);
    ww_vector_free(&f->found);
    ww_embedder_close(f->embedder);
    ww_detector_close(f->detector);
    free(f);
}

// Chip, quality and embedding of one detection.
static ww_status describe(ww_finder *f, const ww_image *image, const ww_detection *d, float *embedding,
                          ww_found_face *face, ww_error *err)
{
    const ww_model_spec *spec = &f->models->embedder_spec;
    ww_image chip = {0};
    float length = 0;
    *face = (ww_found_face){.x = d->x,
                            .y = d->y,
                            .width = d->width,
                            .height = d->height,
                            .score = d->score,
                            .embedding = embedding,
                            .dim = (size_t)spec->embedding_dim};
    memcpy(face->landmark, d->landmark, sizeof face->landmark);
    ww_status status = ww_embedder_chip(spec, image, d->landmark, &chip, err);
    if (status == WW_OK)
        status = ww_embed(f->embedder, (const ww_image *const[]){&chip}, 1, embedding, &length, err);
    if (status == WW_OK) {
        float quality = ww_judge_quality(d, &chip).overall;
        face->quality = spec->full_length > 0 ? ww_quality_with_length(quality, length / spec->full_length) : quality;
    }
    ww_image_free(&chip);
    return status;
}

ww_status ww_finder_look(ww_finder *f, const ww_image *image, const ww_found_face **faces, size_t *count, ww_error *err)
{
    const size_t dim = (size_t)f->models->embedder_spec.embedding_dim;
    *faces = NULL;
    *count = 0;
    forget(f);
    ww_status status = ww_detect(f->detector, image, &f->found, err);
    if (status != WW_OK)
        return status;
    f->face = ww_try_array(f->found.count + 1, sizeof *f->face);
    f->embedding = ww_try_array(f->found.count + 1, dim * sizeof *f->embedding);
    if (!f->face || !f->embedding)
        return ww_fail_memory(err, "the %zu faces of a picture", f->found.count);
    size_t kept = 0;
    for (size_t i = 0; i < f->found.count && status == WW_OK; i++) {
        const ww_detection *d = &f->found.item[i];
        if (fmin(d->width, d->height) < f->min_face_px)
            continue;
        status = describe(f, image, d, f->embedding + kept * dim, &f->face[kept], err);
        kept++;
    }
    *faces = f->face;
    *count = status == WW_OK ? kept : 0;
    return status;
}

ww_status ww_finder_look_at_file(ww_finder *f, const char *path, const ww_found_face **faces, size_t *count,
                                 ww_error *err)
{
    ww_image image = {0};
    double scale = 1;
    *faces = NULL;
    *count = 0;
    ww_status status = ww_photo_decode(path, NULL, &image, &scale, err);
    if (status == WW_OK)
        status = ww_finder_look(f, &image, faces, count, err);
    for (size_t i = 0; i < *count && scale != 1; i++) {
        ww_found_face *face = &f->face[i];
        double *const box[] = {&face->x, &face->y, &face->width, &face->height};
        for (int k = 0; k < 4; k++)
            *box[k] /= scale;
        for (int k = 0; k < 5; k++)
            for (int d = 0; d < 2; d++)
                face->landmark[k][d] = (float)(face->landmark[k][d] / scale);
    }
    ww_image_free(&image);
    return status;
}
