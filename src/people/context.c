// SPDX-License-Identifier: MIT
#include "people/context.h"
#include "base/distance.h"
#include "base/memory.h"
#include "people/scene.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Nats between the same colours and wholly different ones, and the unlikeness that says nothing. Measured on twelve
// clips: torso weights from 10 to 14 and hair weights from 3 to 5 sort equally well; with more hair decides alone, and
// hats and light part people.
#define TORSO_WEIGHT 12.0
#define TORSO_NEUTRAL 0.4
#define HAIR_WEIGHT 4.0
#define HAIR_NEUTRAL 0.45
#define INTERMEDIATE_FRAMES                                                                                            \
    2.0f // that a face was embedded from, where there are any; one to four: see scan/face_extraction.c

struct gathering {
    const ww_catalog *faces;
    ww_face_context *out;
    size_t face;                // the one at hand
    size_t bins;                // of the first histogram; others of another length are passed over
    size_t used;                // of out->colours, in bytes
    size_t *torso_at, *hair_at; // faces: places in out->colours, + 1; 0: none
    size_t capacity;
};

static ww_status no_memory(const ww_catalog *faces, ww_error *err)
{
    return ww_fail_memory(err, "what is around %zu faces", faces->face.count);
}

static ww_status keep_histogram(struct gathering *g, const uint8_t *roots, size_t bytes, size_t *at, ww_error *err)
{
    if (bytes == 0 || (g->bins && bytes != g->bins))
        return WW_OK;
    g->bins = bytes;
    if (g->used + bytes > g->capacity) {
        const size_t wider = 2 * g->capacity + 64 * bytes;
        uint8_t *grown = ww_try_widen(g->out->colours, g->used, wider, 1);
        if (!grown)
            return no_memory(g->faces, err);
        g->out->colours = grown;
        g->capacity = wider;
    }
    memcpy(g->out->colours + g->used, roots, bytes);
    *at = g->used + 1;
    g->used += bytes;
    return WW_OK;
}

// The face's vector becomes the mean of it and those of intermediate frames, as long as it was.
static void blend_intermediate(struct gathering *g, size_t face, const ww_context_row *row)
{
    const int dim = g->faces->dim;
    float *x = g->out->vector + face * (size_t)dim;
    const double own = g->out->weight[face], length = ww_vector_length(x, dim);
    if (!(row->weight > 0) || row->embedding_dim != dim)
        return;
    for (int d = 0; d < dim; d++)
        x[d] = (float)((own * x[d] + row->weight * row->intermediate[d]) / (own + row->weight));
    const double now = ww_vector_length(x, dim);
    for (int d = 0; d < dim && now > 0; d++)
        x[d] = (float)(x[d] * length / now);
    g->out->weight[face] = (float)(own + row->weight);
    g->out->frames[face] += INTERMEDIATE_FRAMES;
}

// They come in the order of the faces.
static ww_status on_context(void *user, const ww_context_row *row, ww_error *err)
{
    struct gathering *g = user;
    size_t face = g->face;
    while (face < g->faces->face.count && g->faces->face.item[face].id != row->face)
        face++;
    if (face == g->faces->face.count)
        return WW_OK;
    g->face = face;
    blend_intermediate(g, face, row);
    ww_status status = keep_histogram(g, row->torso, row->torso_bytes, &g->torso_at[face], err);
    return status == WW_OK ? keep_histogram(g, row->hair, row->hair_bytes, &g->hair_at[face], err) : status;
}

static ww_status allocate(struct gathering *g, ww_error *err)
{
    const size_t count = g->faces->face.count, dim = (size_t)g->faces->dim;
    ww_face_context *c = g->out;
    c->vector = ww_try_array(count, dim * sizeof *c->vector);
    c->weight = ww_try_array(count, sizeof *c->weight);
    c->quality = ww_try_array(count, sizeof *c->quality);
    c->size_px = ww_try_array(count, sizeof *c->size_px);
    c->frames = ww_try_array(count, sizeof *c->frames);
    c->scene = ww_try_array(count, sizeof *c->scene);
    c->recording = ww_try_array(count, sizeof *c->recording);
    c->torso = ww_try_array(count, sizeof *c->torso);
    c->hair = ww_try_array(count, sizeof *c->hair);
    g->torso_at = ww_try_array(count, sizeof *g->torso_at);
    g->hair_at = ww_try_array(count, sizeof *g->hair_at);
    return c->vector && c->weight && c->quality && c->size_px && c->frames && c->scene && c->recording && c->torso
                   && c->hair && g->torso_at && g->hair_at
               ? WW_OK
               : no_memory(g->faces, err);
}

static void finish(struct gathering *g)
{
    ww_face_context *c = g->out;
    for (size_t i = 0; i < g->faces->face.count; i++) {
        c->torso[i] = g->torso_at[i] ? c->colours + g->torso_at[i] - 1 : NULL;
        c->hair[i] = g->hair_at[i] ? c->colours + g->hair_at[i] - 1 : NULL;
    }
    c->context = (ww_context){.quality = c->quality,
                              .size_px = c->size_px,
                              .frames = c->frames,
                              .weight = c->weight,
                              .scene = c->scene,
                              .recording = c->recording,
                              .kind_count = 2,
                              .bins = (int)g->bins};
    c->context.kind[0] = (ww_context_kind){c->torso, TORSO_WEIGHT, TORSO_NEUTRAL};
    c->context.kind[1] = (ww_context_kind){c->hair, HAIR_WEIGHT, HAIR_NEUTRAL};
}

ww_status ww_face_context_gather(const ww_catalog *faces, ww_face_context *context, ww_error *err)
{
    struct gathering g = {.faces = faces, .out = context};
    *context = (ww_face_context){0};
    ww_status status = allocate(&g, err);
    if (status == WW_OK && faces->face.count) {
        memcpy(context->vector, faces->vector, faces->face.count * (size_t)faces->dim * sizeof *context->vector);
        for (size_t i = 0; i < faces->face.count; i++) {
            const ww_catalog_face *face = &faces->face.item[i];
            context->weight[i] = (float)(face->quality * face->quality);
            context->quality[i] = (float)face->quality;
            context->size_px[i] = (float)sqrt(face->width * face->height);
            context->frames[i] = 1;
        }
        status = ww_store_contexts(faces->store, on_context, &g, err);
    }
    if (status == WW_OK)
        status = ww_scenes_find(faces, context->scene, context->recording, err);
    if (status == WW_OK)
        finish(&g);
    free(g.torso_at);
    free(g.hair_at);
    if (status != WW_OK)
        ww_face_context_free(context);
    return status;
}

void ww_face_context_free(ww_face_context *context)
{
    free(context->vector);
    free(context->weight);
    free(context->quality);
    free(context->size_px);
    free(context->frames);
    free(context->scene);
    free(context->recording);
    free(context->torso);
    free(context->hair);
    free(context->colours);
    *context = (ww_face_context){0};
}
