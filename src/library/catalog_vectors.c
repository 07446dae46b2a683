// SPDX-License-Identifier: MIT
// What is read only when faces are compared or sorted: their embeddings, and whose the faces were that a new scan
// replaced.
#include "library/catalog.h"
#include "base/distance.h"
#include "base/memory.h"
#include "library/face_index.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EMBEDDINGS_BYTES_MAX ((size_t)64 << 30)

typedef struct reading {
    const ww_catalog *catalog;
    float *vector;
    size_t count;
    int dim;
} reading;

static ww_status has_changed(ww_error *err)
{
    return ww_fail(err, WW_ERR_ARGUMENT, "the library has changed since it was read; read it again");
}

static ww_status mixed(int dim, int other, ww_error *err)
{
    return ww_fail(err, WW_ERR_STORE,
                   "the store mixes embeddings of %d and %d values; scan the footage again into a new folder", dim,
                   other);
}

static ww_status on_face(void *user, const ww_face_row *row, const float *embedding, ww_error *err)
{
    reading *r = user;
    const size_t faces = r->catalog->face.count;
    if (r->count == faces || r->catalog->face.item[r->count].id != row->id)
        return has_changed(err);
    if (r->count == 0) {
        r->dim = row->embedding_dim;
        r->vector = ww_alloc_array(faces, (size_t)r->dim * sizeof *r->vector, EMBEDDINGS_BYTES_MAX);
        if (!r->vector)
            return ww_fail_memory(err, "the embeddings of %zu faces", faces);
    }
    if (row->embedding_dim != r->dim)
        return mixed(r->dim, row->embedding_dim, err);
    memcpy(r->vector + r->count++ * (size_t)r->dim, embedding, (size_t)r->dim * sizeof *r->vector);
    return WW_OK;
}

ww_status ww_catalog_read_vectors(const ww_catalog *c, float **vector, int *dim, ww_error *err)
{
    reading r = {.catalog = c};
    ww_status status = ww_store_faces(c->store, true, on_face, &r, err);
    if (status == WW_OK && r.count < c->face.count)
        status = has_changed(err);
    if (status != WW_OK) {
        free(r.vector);
        r = (reading){0};
    }
    *vector = r.vector;
    *dim = r.dim;
    return status;
}

ww_status ww_catalog_add_vectors(ww_catalog *c, ww_error *err)
{
    return c->vector ? WW_OK : ww_catalog_read_vectors(c, &c->vector, &c->dim, err);
}

// Into row `i` of the part's vectors.
static ww_status read_vector(const ww_catalog *c, size_t i, size_t count, float *scratch, ww_catalog *part,
                             ww_error *err)
{
    int dim;
    ww_status status = ww_store_embedding(c->store, part->face.item[i].id, scratch, &dim, err);
    if (status == WW_OK && i == 0) {
        part->dim = dim;
        part->vector = ww_alloc_array(count, (size_t)dim * sizeof *part->vector, EMBEDDINGS_BYTES_MAX);
        if (!part->vector)
            status = ww_fail_memory(err, "the embeddings of %zu faces", count);
    }
    if (status == WW_OK && dim != part->dim)
        status = mixed(part->dim, dim, err);
    if (status == WW_OK)
        memcpy(part->vector + i * (size_t)dim, scratch, (size_t)dim * sizeof *scratch);
    return status;
}

ww_status ww_catalog_of_faces(const ww_catalog *c, const size_t *face, size_t count, ww_catalog *part, ww_error *err)
{
    float *scratch = ww_try_array(WW_STORE_EMBEDDING_MAX, sizeof *scratch);
    *part = (ww_catalog){.store = c->store};
    ww_status status = scratch ? WW_OK : ww_fail_memory(err, "an embedding");
    for (size_t i = 0; i < count && status == WW_OK; i++)
        if (!ww_vector_push(&part->face, c->face.item[face[i]]))
            status = ww_fail_memory(err, "a choice among %zu faces", count);
    part->light = status == WW_OK ? ww_try_array(count, sizeof *part->light) : NULL;
    if (status == WW_OK && !part->light)
        status = ww_fail_memory(err, "the light of %zu faces", count);
    for (size_t i = 0; i < count && status == WW_OK; i++)
        status = read_vector(c, i, count, scratch, part, err);
    for (size_t i = 0; i < count && status == WW_OK; i++)
        status = ww_store_light(c->store, part->face.item[i].id, &part->light[i], err);
    if (status != WW_OK)
        ww_catalog_free(part);
    free(scratch);
    return status;
}

// --- light

typedef struct light_reading {
    const ww_catalog *catalog;
    ww_light *light;
    size_t next; // face
} light_reading;

static ww_status on_light(void *user, int64_t face, const ww_light *light, ww_error *err)
{
    light_reading *r = user;
    const size_t faces = r->catalog->face.count;
    while (r->next < faces && r->catalog->face.item[r->next].id != face)
        r->next++;
    if (r->next == faces)
        return has_changed(err);
    r->light[r->next++] = *light;
    return WW_OK;
}

ww_status ww_catalog_add_light(ww_catalog *c, ww_error *err)
{
    if (c->light)
        return WW_OK;
    light_reading r = {.catalog = c, .light = ww_try_array(c->face.count, sizeof *r.light)};
    if (!r.light)
        return ww_fail_memory(err, "the light of %zu faces", c->face.count);
    for (size_t i = 0; i < c->face.count; i++)
        r.light[i] = (ww_light){.mean = NAN};
    ww_status status = ww_store_lights(c->store, on_light, &r, err);
    if (status == WW_OK)
        c->light = r.light;
    else
        free(r.light);
    return status;
}

// --- comparing

double ww_catalog_distance_squared(const ww_catalog *c, size_t a, size_t b)
{
    return ww_distance_squared(ww_catalog_vector(c, a), ww_catalog_vector(c, b), c->dim);
}

ww_face_key *ww_catalog_keys(const ww_catalog *c, ww_error *err)
{
    ww_face_key *key = ww_alloc_array(c->face.count, sizeof *key, SIZE_MAX);
    for (size_t i = 0; key && i < c->face.count; i++) {
        const ww_catalog_face *f = &c->face.item[i];
        key[i] = (ww_face_key){ww_catalog_source_of(c, i)->hash,
                               c->frame.item[f->frame].file_us,
                               (float)f->found.x,
                               (float)f->found.y,
                               (float)f->found.width,
                               (float)f->found.height};
    }
    if (!key)
        ww_fail_memory(err, "the keys of %zu faces", c->face.count);
    return key;
}

// --- faces scanned anew

typedef struct recalling {
    ww_catalog *catalog;
    ww_face_index index;
    bool any;
} recalling;

static ww_status on_remembered(void *user, const ww_remembered_row *row, ww_error *err)
{
    recalling *r = user;
    (void)err;
    const ww_face_key key = {row->source,   row->time_us,      (float)row->x,
                             (float)row->y, (float)row->width, (float)row->height};
    uint32_t i = ww_face_index_find(&r->index, &key);
    if (i < r->catalog->face.count && r->catalog->face.item[i].number < 0)
        r->catalog->face.item[i].number = row->person;
    return WW_OK;
}

static ww_status note_any(void *user, const ww_remembered_row *row, ww_error *err)
{
    (void)row;
    (void)err;
    ((recalling *)user)->any = true;
    return WW_OK;
}

ww_status ww_catalog_recall_people(ww_catalog *c, ww_error *err)
{
    recalling r = {.catalog = c};
    ww_status status = ww_store_remembered(c->store, note_any, &r, err);
    if (status != WW_OK || !r.any)
        return status;
    ww_face_key *key = ww_catalog_keys(c, err);
    if (!key)
        return WW_ERR_MEMORY;
    status = ww_face_index_make(key, c->face.count, &r.index, err);
    if (status == WW_OK)
        status = ww_store_remembered(c->store, on_remembered, &r, err);
    ww_face_index_free(&r.index);
    free(key);
    return status;
}
