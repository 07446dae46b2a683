// SPDX-License-Identifier: MIT
#include "library/gather.h"
#include "base/distance.h"
#include "base/memory.h"
#include "library/face_index.h"

#include <stdlib.h>
#include <string.h>

#define EMBEDDINGS_BYTES_MAX ((size_t)64 << 30)
enum { CAPACITY_FIRST = 1024 };

struct source_hash {
    int64_t id;
    uint64_t hash;
};

struct gathering {
    ww_gathered *out;
    WW_VECTOR(struct source_hash) sources; // ascending ids
    WW_VECTOR(ww_frame_row) frames;        // in the order of the faces
    size_t frame;                          // the one at hand
    size_t capacity;                       // of out->vector, in faces
};

static ww_status on_source(void *user, const ww_source_row *row, ww_error *err)
{
    struct gathering *g = user;
    return ww_vector_push(&g->sources, ((struct source_hash){row->id, row->hash})) ? WW_OK : ww_fail_memory(err, "the files of the library");
}

static ww_status on_frame(void *user, const ww_frame_row *row, ww_error *err)
{
    struct gathering *g = user;
    return ww_vector_push(&g->frames, *row) ? WW_OK : ww_fail_memory(err, "the frames of the library");
}

static uint64_t hash_of(const struct gathering *g, int64_t source)
{
    size_t low = 0, high = g->sources.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (g->sources.item[middle].id < source)
            low = middle + 1;
        else
            high = middle;
    }
    return low < g->sources.count && g->sources.item[low].id == source ? g->sources.item[low].hash : 0;
}

static ww_status push_vector(struct gathering *g, const float *embedding, ww_error *err)
{
    ww_gathered *out = g->out;
    size_t n = out->face.count, row_bytes = (size_t)out->dim * sizeof(float);
    if (n == g->capacity) {
        size_t wider = g->capacity ? g->capacity + g->capacity / 2 : CAPACITY_FIRST;
        float *grown = wider * row_bytes > EMBEDDINGS_BYTES_MAX ? NULL : ww_try_widen(out->vector, n, wider, row_bytes);
        if (!grown)
            return ww_fail_memory(err, "the embeddings of more than %zu faces", n);
        out->vector = grown;
        g->capacity = wider;
    }
    memcpy(out->vector + n * (size_t)out->dim, embedding, row_bytes);
    return WW_OK;
}

// Frames and faces come in the same order, so one step at a time finds a face's frame.
static ww_status on_face(void *user, const ww_face_row *row, const float *embedding, ww_error *err)
{
    struct gathering *g = user;
    ww_gathered *out = g->out;
    if (out->dim == 0)
        out->dim = row->embedding_dim;
    if (row->embedding_dim != out->dim)
        return ww_fail(err, WW_ERR_STORE, "the store mixes embeddings of %d and %d values; scan the footage again into a new folder", out->dim,
                       row->embedding_dim);
    while (g->frame < g->frames.count && g->frames.item[g->frame].id != row->frame)
        g->frame++;
    if (g->frame == g->frames.count)
        return ww_fail(err, WW_ERR_STORE, "face %lld of the store lies on no frame; scan the footage again into a new folder",
                       (long long)row->id);
    const ww_frame_row *frame = &g->frames.item[g->frame];
    ww_status status = push_vector(g, embedding, err);
    if (status != WW_OK)
        return status;
    ww_gathered_face face = {
        .id = row->id,
        .key = {hash_of(g, frame->source), frame->time_us, (float)row->x, (float)row->y, (float)row->width, (float)row->height},
        .source = frame->source,
        .frame = (uint32_t)g->frame,
        .track = row->track,
        .quality = (float)row->quality,
        .score = (float)row->score,
        .person = row->person,
        .former = row->former,
    };
    return ww_vector_push(&out->face, face) ? WW_OK : ww_fail_memory(err, "the faces of the library");
}

struct remembering {
    ww_gathered *out;
    ww_face_index spots;
    bool any;
};

static ww_status on_remembered(void *user, const ww_remembered_row *row, ww_error *err)
{
    struct remembering *r = user;
    (void)err;
    const ww_face_key key = {row->source, row->time_us, (float)row->x, (float)row->y, (float)row->width, (float)row->height};
    uint32_t i = ww_face_index_find(&r->spots, &key);
    if (i < r->out->face.count && r->out->face.item[i].person < 0)
        r->out->face.item[i].person = row->person;
    return WW_OK;
}

static ww_status note_any(void *user, const ww_remembered_row *row, ww_error *err)
{
    (void)row;
    (void)err;
    ((struct remembering *)user)->any = true;
    return WW_OK;
}

// A source that was scanned again with other models or options has new faces: they take over whose the old ones were.
static ww_status recall_people(ww_library *library, ww_gathered *out, ww_error *err)
{
    struct remembering r = {.out = out};
    ww_status status = ww_store_remembered(library->store, note_any, &r, err);
    if (status != WW_OK || !r.any)
        return status;
    ww_face_key *key = ww_alloc_array(out->face.count, sizeof *key, SIZE_MAX);
    if (!key)
        return ww_fail_memory(err, "the keys of %zu faces", out->face.count);
    for (size_t i = 0; i < out->face.count; i++)
        key[i] = out->face.item[i].key;
    status = ww_face_index_make(key, out->face.count, &r.spots, err);
    if (status == WW_OK)
        status = ww_store_remembered(library->store, on_remembered, &r, err);
    ww_face_index_free(&r.spots);
    free(key);
    return status;
}

ww_status ww_gather_faces(ww_library *library, ww_gathered *gathered, ww_error *err)
{
    struct gathering g = {.out = gathered};
    *gathered = (ww_gathered){0};
    ww_status status = ww_store_sources(library->store, on_source, &g, err);
    if (status == WW_OK)
        status = ww_store_frames(library->store, on_frame, &g, err);
    if (status == WW_OK)
        status = ww_store_faces(library->store, true, on_face, &g, err);
    if (status == WW_OK)
        status = recall_people(library, gathered, err);
    ww_vector_free(&g.sources);
    ww_vector_free(&g.frames);
    if (status != WW_OK)
        ww_gathered_free(gathered);
    return status;
}

void ww_gathered_free(ww_gathered *gathered)
{
    ww_vector_free(&gathered->face);
    free(gathered->vector);
    *gathered = (ww_gathered){0};
}

double ww_gathered_distance_squared(const ww_gathered *gathered, size_t a, size_t b)
{
    return ww_distance_squared(ww_gathered_vector(gathered, a), ww_gathered_vector(gathered, b), gathered->dim);
}
