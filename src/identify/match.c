// SPDX-License-Identifier: MIT
#include "identify/match.h"
#include "base/distance.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char key_prefix[] = "embedder="; // of scan keys that tell the embedder's hash (scan/scan.c)

typedef struct comparison {
    uint64_t embedder_hash;
    bool other;
} comparison;

static ww_status compare_source(void *user, const ww_source_row *row, ww_error *err)
{
    comparison *c = user;
    (void)err;
    if (!row->error && strncmp(row->scan_key, key_prefix, sizeof key_prefix - 1) == 0)
        c->other = c->other || strtoull(row->scan_key + sizeof key_prefix - 1, NULL, 16) != c->embedder_hash;
    return WW_OK;
}

ww_status ww_has_other_embedder(ww_library *library, const ww_models *models, bool *other, ww_error *err)
{
    comparison c = {.embedder_hash = models->embedder_hash};
    const ww_status status = ww_store_sources(library->store, compare_source, &c, err);
    *other = c.other;
    return status;
}

ww_status ww_check_same_embedder(ww_library *library, const ww_models *models, ww_error *err)
{
    bool other;
    const ww_status status = ww_has_other_embedder(library, models, &other, err);
    if (status != WW_OK || !other)
        return status;
    return ww_fail(
        err, WW_ERR_ARGUMENT,
        "the faces in '%s' were made with another embedder than '%s'; give the --embedder they were made with",
        library->dir, models->embedder_spec.name);
}

static const float *row(const ww_match_input *in, size_t face) { return in->embedding + face * in->dim; }

static double distance_to(const ww_match_input *in, const float *v)
{
    return sqrt(ww_distance_squared(in->asked, v, (int)in->dim));
}

// The mean of the faces of at least this quality, at their mean length; returns how many there are.
static size_t sum_up(const ww_match_input *in, const size_t *face, size_t count, double quality, float *mean)
{
    size_t used = 0;
    double length = 0;
    memset(mean, 0, in->dim * sizeof *mean);
    for (size_t i = 0; i < count; i++) {
        if (ww_view_get_face(in->view, face[i])->quality < quality)
            continue;
        for (size_t d = 0; d < in->dim; d++)
            mean[d] += row(in, face[i])[d];
        length += ww_vector_length(row(in, face[i]), (int)in->dim);
        used++;
    }
    const double now = ww_vector_length(mean, (int)in->dim);
    for (size_t d = 0; d < in->dim && now > 0; d++)
        mean[d] = (float)(mean[d] * (length / (double)used) / now);
    return used;
}

static bool match_person(const ww_match_input *in, size_t person, float *template, ww_match *match)
{
    size_t count;
    const size_t *face = ww_view_faces_of_person(in->view, person, &count);
    if (count == 0 || ww_view_get_person(in->view, person)->ignored)
        return false;
    if (sum_up(in, face, count, in->seed_quality, template) == 0)
        sum_up(in, face, count, 0, template);
    *match = (ww_match){.person = person, .face = face[0], .distance = distance_to(in, template)};
    double nearest = INFINITY;
    for (size_t i = 0; i < count; i++) {
        const double distance = distance_to(in, row(in, face[i]));
        if (distance < nearest) {
            nearest = distance;
            match->face = face[i];
        }
    }
    match->recognised = match->distance <= in->threshold;
    return true;
}

static int nearest_first(const void *x, const void *y)
{
    const ww_match *p = x, *q = y;
    if (p->distance != q->distance)
        return p->distance < q->distance ? -1 : 1;
    return (p->face > q->face) - (p->face < q->face);
}

// Sorts what comes from `first` on, and keeps the nearest.
static void sort_and_cut(ww_match_list *list, size_t first, size_t most)
{
    if (list->count > first)
        qsort(list->item + first, list->count - first, sizeof *list->item, nearest_first);
    if (list->count - first > most)
        list->count = first + most;
}

static bool add_unassigned(const ww_match_input *in, ww_match_list *list)
{
    size_t count;
    const size_t *face = ww_view_faces_of_person(in->view, WW_NONE, &count);
    bool fine = true;
    for (size_t i = 0; i < count && fine; i++) {
        const double distance = distance_to(in, row(in, face[i]));
        if (distance <= in->threshold)
            fine = ww_vector_push(
                list, ((ww_match){.person = WW_NONE, .face = face[i], .distance = distance, .recognised = 1}));
    }
    return fine;
}

ww_status ww_match_find(const ww_match_input *in, size_t count, ww_match_list *list, ww_error *err)
{
    *list = (ww_match_list){0};
    float *template = ww_try_array(in->dim + 1, sizeof *template);
    bool fine = template != NULL;
    for (size_t p = 0; p < ww_view_person_count(in->view) && fine; p++) {
        ww_match match;
        if (match_person(in, p, template, &match))
            fine = ww_vector_push(list, match);
    }
    sort_and_cut(list, 0, count);
    const size_t persons = list->count;
    fine = fine && add_unassigned(in, list);
    free(template);
    if (!fine) {
        ww_vector_free(list);
        return ww_fail_memory(err, "the persons that a face is like");
    }
    sort_and_cut(list, persons, count);
    return WW_OK;
}
