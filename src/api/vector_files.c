// SPDX-License-Identifier: MIT
#include "api/sized.h"
#include "base/clock.h"
#include "base/distance.h"
#include "base/memory.h"
#include "base/vector.h"
#include "cluster/cluster.h"
#include "formats/vectors.h"
#include "pipeline/pipeline.h"

#include <stdlib.h>
#include <string.h>

typedef struct links {
    WW_VECTOR(ww_pair) must;
    WW_VECTOR(ww_pair) cannot;
} links;

typedef struct tracked {
    uint32_t number, row;
} tracked;

static int by_number(const void *a, const void *b)
{
    const tracked *l = a, *r = b;
    if (l->number != r->number)
        return l->number < r->number ? -1 : 1;
    return (l->row > r->row) - (l->row < r->row);
}

static tracked *sorted_rows(const uint32_t *number, size_t count, ww_error *err)
{
    tracked *list = ww_try_array(count, sizeof *list);
    for (size_t i = 0; list && i < count; i++)
        list[i] = (tracked){number[i], (uint32_t)i};
    if (list && count)
        qsort(list, count, sizeof *list, by_number);
    if (!list)
        ww_fail_memory(err, "the links of %zu vectors", count);
    return list;
}

// Vectors of one track are one person's.
static ww_status link_tracks(const uint32_t *track, size_t count, links *l, ww_error *err)
{
    tracked *list = sorted_rows(track, count, err);
    bool kept = true;
    if (!list)
        return WW_ERR_MEMORY;
    for (size_t i = 1; kept && i < count; i++)
        if (list[i].number != 0 && list[i].number == list[i - 1].number)
            kept = ww_vector_push(&l->must, ((ww_pair){list[i - 1].row, list[i].row}));
    free(list);
    return kept ? WW_OK : ww_fail_memory(err, "the links of %zu vectors", count);
}

// Vectors of one frame are different people's.
static ww_status link_frames(const uint32_t *frame, size_t count, links *l, ww_error *err)
{
    tracked *list = sorted_rows(frame, count, err);
    bool kept = true;
    if (!list)
        return WW_ERR_MEMORY;
    for (size_t i = 0; kept && i < count; i++)
        for (size_t k = i; kept && list[i].number != 0 && k-- > 0 && list[k].number == list[i].number;)
            kept = ww_vector_push(&l->cannot, ((ww_pair){list[k].row, list[i].row}));
    free(list);
    return kept ? WW_OK : ww_fail_memory(err, "the links of %zu vectors", count);
}

static ww_status find_links(const char *meta, size_t count, links *l, ww_error *err)
{
    ww_vector_origins origins = {0};
    if (!meta)
        return WW_OK;
    ww_status status = ww_vector_origins_read(meta, count, &origins, err);
    if (status == WW_OK)
        status = link_tracks(origins.track, count, l, err);
    if (status == WW_OK)
        status = link_frames(origins.frame, count, l, err);
    ww_vector_origins_free(&origins);
    return status;
}

static bool of_unit_length(const ww_vectors *v)
{
    for (size_t i = 0; i < v->count; i++)
        if (!ww_vector_is_unit(v->value + i * (size_t)v->dim, v->dim))
            return false;
    return true;
}

static double given(double value) { return value == WW_KEEP || value == WW_AUTO ? 0 : value; }

// eps is dbscan's name for it; the others' is the threshold.
static ww_status choose(const ww_cluster_options *o, const ww_vectors *v, const ww_method **method,
                        ww_method_options *m, ww_error *err)
{
    size_t count;
    *method = o->method && strcmp(o->method, "auto") != 0 ? ww_method_named(o->method)
              : o->recall != 0                            ? ww_method_named("dbscan")
                                                          : ww_methods(&count);
    if (!*method)
        return ww_fail(err, WW_ERR_ARGUMENT, "there is no clustering method '%s'", o->method);
    *m = (ww_method_options){.threshold = given(o->threshold) != 0 ? o->threshold : given(o->eps),
                             .min_samples = (int)given(o->min_samples),
                             .threads = o->threads > 0 ? o->threads : ww_cpu_count(),
                             .recall = o->recall};
    if (m->threshold == 0 && !of_unit_length(v))
        return ww_fail(err, WW_ERR_ARGUMENT,
                       "the vectors are not of unit length, so how far faces of one person are apart is not known: "
                       "give --eps (dlib's: 0.5) or --threshold");
    return WW_OK;
}

static void count_labels(const int32_t *label, size_t count, ww_cluster_result *r)
{
    r->faces = (int64_t)count;
    for (size_t i = 0; i < count; i++) {
        r->unassigned += label[i] < 0;
        r->people = label[i] >= r->people ? label[i] + 1 : r->people;
    }
}

static ww_status cluster(const ww_vectors *v, const char *meta, const char *out, const ww_cluster_options *o,
                         ww_cluster_result *r, ww_error *err)
{
    const ww_method *method = NULL;
    ww_method_options m = {0};
    links l = {0};
    int32_t *label = ww_try_array(v->count, sizeof *label);
    ww_status status = label ? choose(o, v, &method, &m, err) : ww_fail_memory(err, "%zu labels", v->count);
    if (status == WW_OK)
        status = find_links(meta, v->count, &l, err);
    if (status == WW_OK) {
        m.found = o->recall != 0 ? &r->recall : NULL;
        m.constraints = (ww_constraints){l.must.item, l.must.count, l.cannot.item, l.cannot.count};
        status = ww_method_run(method, v->value, v->count, v->dim, &m, label, err);
    }
    if (status == WW_OK)
        status = ww_vector_labels_write(out, meta, label, v->count, o->csv_safe > 0, err);
    if (status == WW_OK)
        count_labels(label, v->count, r);
    ww_vector_free(&l.must);
    ww_vector_free(&l.cannot);
    free(label);
    return status;
}

ww_status ww_cluster_vector_files(const char *npy, const char *meta, const char *out, const ww_cluster_options *options,
                                  ww_cluster_result *result, ww_error *err)
{
    const double begun = ww_seconds();
    ww_cluster_options full = WW_CLUSTER_OPTIONS_INIT;
    ww_cluster_result r = WW_CLUSTER_RESULT_INIT;
    ww_vectors vectors;
    ww_status status = WW_CHECK_SIZED(options, ww_cluster_options, err);
    if (status == WW_OK)
        status = WW_CHECK_SIZED(result, ww_cluster_result, err);
    if (status != WW_OK)
        return status;
    ww_sized_read(&full, options, sizeof full);
    status = ww_vector_labels_check(out, err);
    if (status != WW_OK)
        return status;
    status = ww_vectors_read(npy, &vectors, err);
    if (status == WW_OK)
        status = cluster(&vectors, meta, out, &full, &r, err);
    ww_vectors_free(&vectors);
    r.wall_s = ww_seconds() - begun;
    ww_sized_write(result, &r, sizeof r);
    return status;
}
