// SPDX-License-Identifier: MIT
// Clustering: the embeddings of all faces in the store become people. The footage is not touched.
#include "cluster/cluster.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/vector.h"
#include "job/library.h"
#include "pipeline/pipeline.h"

#include <stdlib.h>
#include <string.h>

#define EPS_FALLBACK 0.9
#define MIN_SAMPLES_DEFAULT 5
#define EMBEDDINGS_BYTES_MAX ((size_t)64 << 30)

struct gathered {
    WW_VECTOR(int64_t) face;
    WW_VECTOR(float) quality;
    float *vector; // count x dim
    size_t capacity; // in faces
    int dim;
};

static ww_status gather(void *user, const ww_face_row *row, const float *embedding, ww_error *err)
{
    struct gathered *g = user;
    if (g->dim == 0)
        g->dim = row->embedding_dim;
    if (row->embedding_dim != g->dim)
        return ww_fail(err, WW_ERR_STORE, "the store mixes embeddings of %d and %d values; scan the footage again into a new folder", g->dim,
                       row->embedding_dim);
    size_t n = g->face.count, row_bytes = (size_t)g->dim * sizeof(float);
    if (n == g->capacity) {
        size_t wider = g->capacity ? g->capacity + g->capacity / 2 : 1024;
        float *grown = wider * row_bytes > EMBEDDINGS_BYTES_MAX ? NULL : realloc(g->vector, wider * row_bytes);
        if (!grown)
            return ww_fail(err, WW_ERR_MEMORY, "no memory for the embeddings of more than %zu faces", n);
        g->vector = grown;
        g->capacity = wider;
    }
    memcpy(g->vector + n * (size_t)g->dim, embedding, row_bytes);
    ww_vector_push(&g->face, row->id);
    ww_vector_push(&g->quality, (float)row->quality);
    return WW_OK;
}

struct cluster_size {
    int32_t label;
    int64_t faces;
    size_t first; // its first face
};

static int largest_first(const void *a, const void *b)
{
    const struct cluster_size *p = a, *q = b;
    if (p->faces != q->faces)
        return p->faces > q->faces ? -1 : 1;
    return p->first < q->first ? -1 : p->first > q->first;
}

// Renumbers labels by size, largest first (ties: the one seen first); returns the number of clusters and counts the unsorted.
static int32_t number_by_size(int32_t *label, size_t count, int64_t *unsorted)
{
    int32_t clusters = 0;
    *unsorted = 0;
    for (size_t i = 0; i < count; i++) {
        clusters = label[i] >= clusters ? label[i] + 1 : clusters;
        *unsorted += label[i] < 0;
    }
    struct cluster_size *size = ww_alloc(((size_t)clusters + 1) * sizeof *size);
    for (size_t i = 0; i < count; i++)
        if (label[i] >= 0 && size[label[i]].faces++ == 0) {
            size[label[i]].label = label[i];
            size[label[i]].first = i;
        }
    qsort(size, (size_t)clusters, sizeof *size, largest_first);
    int32_t *number = ww_alloc(((size_t)clusters + 1) * sizeof *number);
    for (int32_t c = 0; c < clusters; c++)
        number[size[c].label] = c;
    for (size_t i = 0; i < count; i++)
        label[i] = label[i] < 0 ? WW_NOBODY : number[label[i]];
    free(number);
    free(size);
    return clusters;
}

static ww_status default_eps(ww_library *library, double *eps, ww_error *err)
{
    char *text = NULL;
    ww_status status = ww_store_get_meta(library->store, WW_META_EPS, &text, err);
    *eps = status == WW_OK && text ? strtod(text, NULL) : EPS_FALLBACK;
    if (!(*eps > 0))
        *eps = EPS_FALLBACK;
    free(text);
    return status;
}

static int report(void *user, double share)
{
    return ww_library_report(user, &(ww_progress){.stage = WW_STAGE_CLUSTER, .share = share});
}

static ww_status assign(ww_library *library, const struct gathered *g, const int32_t *label, ww_error *err)
{
    ww_status status = ww_store_begin(library->store, err);
    if (status != WW_OK)
        return status;
    status = ww_store_set_people(library->store, g->face.item, label, g->face.count, err);
    if (status == WW_OK)
        status = ww_store_commit(library->store, err);
    if (status != WW_OK)
        ww_store_rollback(library->store);
    return status;
}

// Good faces found people, by DBSCAN among themselves; then poor ones (quality below min_quality) may join whom they are near to. A chain of blurred
// faces, which all look alike, can so not tie people together.
static ww_status found_and_join(const struct gathered *g, double min_quality, const ww_dbscan_options *dbscan, int32_t *label, ww_error *err)
{
    size_t count = g->face.count, dim = (size_t)g->dim, good = 0;
    bool *poor = ww_alloc(count * sizeof *poor);
    int32_t *founder_label = ww_alloc(count * sizeof *founder_label);
    float *founder = ww_alloc_array(count, dim * sizeof *founder, EMBEDDINGS_BYTES_MAX);
    ww_status status = founder ? WW_OK : ww_fail(err, WW_ERR_MEMORY, "no memory to sort %zu faces", count);
    for (size_t i = 0; i < count && status == WW_OK; i++) {
        label[i] = WW_NOBODY;
        poor[i] = g->quality.item[i] < min_quality;
        if (!poor[i])
            memcpy(founder + good++ * dim, g->vector + i * dim, dim * sizeof *founder);
    }
    if (status == WW_OK && good > 0)
        status = ww_dbscan(founder, good, g->dim, dbscan, founder_label, err);
    free(founder);
    if (status == WW_OK && good > 0) {
        for (size_t i = 0, k = 0; i < count; i++)
            if (!poor[i])
                label[i] = founder_label[k++];
        ww_join_options join = {.distance_max = dbscan->eps, .threads = dbscan->threads, .may_join = poor};
        status = ww_join_nearest(g->vector, count, g->dim, &join, label, err);
    }
    free(founder_label);
    free(poor);
    return status;
}

static ww_status by_method(const struct gathered *g, const ww_method *method, const ww_cluster_options *options,
                           const ww_dbscan_options *dbscan, int32_t *label, ww_error *err)
{
    ww_method_options o = method->defaults;
    if (options->eps > 0)
        o.threshold = options->eps;
    if (options->min_samples > 0)
        o.min_size = options->min_samples;
    o.threads = dbscan->threads;
    o.progress = dbscan->progress;
    o.user = dbscan->user;
    return ww_method_run(method, g->vector, g->face.count, g->dim, &o, label, err);
}

static ww_status sort_faces(const struct gathered *g, const ww_cluster_options *options, const ww_dbscan_options *dbscan, int32_t *label,
                            ww_error *err)
{
    const char *name = options ? options->method : NULL;
    const ww_method *method = name && strcmp(name, "dbscan") != 0 ? ww_method_named(name) : NULL;
    if (name && strcmp(name, "dbscan") != 0 && !method)
        return ww_fail(err, WW_ERR_ARGUMENT, "there is no method '%s'; there are dbscan, chinese-whispers, hac and map-equation", name);
    if (g->face.count == 0)
        return WW_OK;
    if (method)
        return by_method(g, method, options, dbscan, label, err);
    if (options && options->min_quality > 0)
        return found_and_join(g, options->min_quality, dbscan, label, err);
    return ww_dbscan(g->vector, g->face.count, g->dim, dbscan, label, err);
}

ww_status ww_library_cluster(ww_library *library, const ww_cluster_options *options, ww_cluster_result *result, ww_error *err)
{
    double begun = ww_seconds();
    ww_cluster_result r = {0};
    struct gathered g = {0};
    int32_t *label = NULL;
    ww_dbscan_options dbscan = {.min_samples = MIN_SAMPLES_DEFAULT, .progress = report, .user = library, .threads = ww_cpu_count()};
    ww_status status = default_eps(library, &dbscan.eps, err);
    if (options && options->eps > 0)
        dbscan.eps = options->eps;
    if (options && options->min_samples > 0)
        dbscan.min_samples = options->min_samples;
    if (options && options->threads > 0)
        dbscan.threads = options->threads;
    if (status == WW_OK)
        status = ww_store_faces(library->store, true, gather, &g, err);
    if (status == WW_OK) {
        label = ww_alloc((g.face.count + 1) * sizeof *label);
        status = sort_faces(&g, options, &dbscan, label, err);
    }
    if (status == WW_OK) {
        r.people = number_by_size(label, g.face.count, &r.unsorted);
        status = assign(library, &g, label, err);
    }
    if (status == WW_OK)
        ww_library_report(library, &(ww_progress){.stage = WW_STAGE_CLUSTER, .share = 1, .done = (int64_t)g.face.count});
    r.faces = (int64_t)g.face.count;
    r.eps = dbscan.eps;
    free(label);
    free(g.vector);
    ww_vector_free(&g.face);
    ww_vector_free(&g.quality);
    r.wall_s = ww_seconds() - begun;
    if (result)
        *result = r;
    return status;
}
