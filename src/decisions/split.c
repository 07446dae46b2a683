// SPDX-License-Identifier: MIT
// Splitting a person: the faces fall into two by 2-means on their vectors (MacQueen 1967), from several beginnings, of
// which the one with the clearest gap is taken. Faces of one track are one vector, their mean, with their number as its
// weight.
//
// The measure of the gap is the mean silhouette (Rousseeuw 1987) of the faces, or of some where there are many: by
// which share the faces of the other side are farther on average than the others of the own; 0 for a face that is alone
// on its side.
#include "base/distance.h"
#include "base/memory.h"
#include "base/random.h"
#include "decisions/decide.h"
#include "library/catalog.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STARTS = 12, ROUNDS_MAX = 50, FACES_COMPARED = 400 };

typedef struct splitting {
    const ww_catalog *faces;
    size_t dim, units;
    WW_VECTOR(size_t) face; // of the person
    size_t *unit_of;        // of each of `face`
    double *vector;         // units x dim
    double *weight;
    double centre[2][WW_STORE_EMBEDDING_MAX];
    unsigned char *side, *best; // of each unit
    bool *shown;                // likewise: an example already
} splitting;

static int by_track(const void *a, const void *b, void *faces)
{
    const ww_catalog_face *all = faces, *p = &all[*(const size_t *)a], *q = &all[*(const size_t *)b];
    if (p->source != q->source)
        return p->source < q->source ? -1 : 1;
    if (p->track != q->track)
        return p->track < q->track ? -1 : 1;
    return (p > q) - (p < q);
}

static bool make_units(splitting *p)
{
    p->unit_of = ww_try_array(p->face.count, sizeof *p->unit_of);
    p->vector = ww_try_array(p->face.count, p->dim * sizeof *p->vector);
    p->weight = ww_try_array(p->face.count, sizeof *p->weight);
    p->side = ww_try_alloc(p->face.count);
    p->best = ww_try_alloc(p->face.count);
    p->shown = ww_try_array(p->face.count, sizeof *p->shown);
    if (!p->unit_of || !p->vector || !p->weight || !p->side || !p->best || !p->shown)
        return false;
    qsort_r(p->face.item, p->face.count, sizeof *p->face.item, by_track, p->faces->face.item);
    for (size_t i = 0; i < p->face.count; i++) {
        const ww_catalog_face *f = &p->faces->face.item[p->face.item[i]];
        const ww_catalog_face *before = i ? &p->faces->face.item[p->face.item[i - 1]] : NULL;
        bool followed = before && f->track > 0 && f->track == before->track && f->source == before->source;
        size_t unit = followed ? p->units - 1 : p->units++;
        p->unit_of[i] = unit;
        p->weight[unit]++;
        for (size_t d = 0; d < p->dim; d++)
            p->vector[unit * p->dim + d] += p->faces->vector[p->face.item[i] * p->dim + d];
    }
    for (size_t u = 0; u < p->units; u++)
        for (size_t d = 0; d < p->dim; d++)
            p->vector[u * p->dim + d] /= p->weight[u];
    return true;
}

static size_t farthest_from(const splitting *p, const double *point)
{
    size_t best = 0;
    double most = -1;
    for (size_t u = 0; u < p->units; u++) {
        double distance = ww_distance_squared_of_means(p->vector + u * p->dim, point, (int)p->dim);
        if (distance > most) {
            most = distance;
            best = u;
        }
    }
    return best;
}

// Each unit to the nearer centre; returns whether any changed.
static bool assign(splitting *p)
{
    bool changed = false;
    for (size_t u = 0; u < p->units; u++) {
        const double *v = p->vector + u * p->dim;
        unsigned char side = ww_distance_squared_of_means(v, p->centre[1], (int)p->dim)
                             < ww_distance_squared_of_means(v, p->centre[0], (int)p->dim);
        changed = changed || side != p->side[u];
        p->side[u] = side;
    }
    return changed;
}

// False when a side is empty.
static bool move_centres(splitting *p)
{
    double weight[2] = {0};
    for (int s = 0; s < 2; s++)
        memset(p->centre[s], 0, p->dim * sizeof *p->centre[s]);
    for (size_t u = 0; u < p->units; u++) {
        weight[p->side[u]] += p->weight[u];
        for (size_t d = 0; d < p->dim; d++)
            p->centre[p->side[u]][d] += p->weight[u] * p->vector[u * p->dim + d];
    }
    for (int s = 0; s < 2; s++)
        for (size_t d = 0; d < p->dim && weight[s] > 0; d++)
            p->centre[s][d] /= weight[s];
    return weight[0] > 0 && weight[1] > 0;
}

static unsigned char side_of(const splitting *p, size_t i) { return p->side[p->unit_of[i]]; }

static double distance(const splitting *p, size_t i, size_t k)
{
    return sqrt(ww_catalog_distance_squared(p->faces, p->face.item[i], p->face.item[k]));
}

typedef struct gap {
    double silhouette, within, between; // the latter two: mean distances of pairs
} gap;

// Faces are in the order of tracks, so taking every so many takes from all of them.
static gap measure_gap(const splitting *p)
{
    gap g = {0};
    double sum[2] = {0}, pairs[2] = {0};
    size_t step = (p->face.count + FACES_COMPARED - 1) / FACES_COMPARED, compared = 0;
    for (size_t i = 0; i < p->face.count; i += step) {
        double away[2] = {0}, count[2] = {0};
        for (size_t k = 0; k < p->face.count; k += step) {
            int apart = side_of(p, i) != side_of(p, k);
            if (i == k)
                continue;
            away[apart] += distance(p, i, k);
            count[apart]++;
        }
        for (int apart = 0; apart < 2; apart++) {
            sum[apart] += away[apart];
            pairs[apart] += count[apart];
        }
        compared++;
        if (count[0] > 0 && count[1] > 0)
            g.silhouette +=
                (away[1] / count[1] - away[0] / count[0]) / fmax(fmax(away[1] / count[1], away[0] / count[0]), 1e-12);
    }
    g.silhouette /= (double)compared;
    g.within = pairs[0] > 0 ? sum[0] / pairs[0] : 0;
    g.between = pairs[1] > 0 ? sum[1] / pairs[1] : 0;
    return g;
}

static void start_from(splitting *p, const double *first)
{
    memcpy(p->centre[0], first, p->dim * sizeof *first);
    memcpy(p->centre[1], p->vector + farthest_from(p, first) * p->dim, p->dim * sizeof *first);
    memset(p->side, 0, p->units);
}

// Leaves the best division in p->side, and its centres; all on one side when nothing separates them.
static void divide(splitting *p)
{
    ww_random dice = {p->units};
    double best = 0;
    memset(p->best, 0, p->units);
    for (int start = 0; start < STARTS; start++) {
        size_t unit = start == 0 ? farthest_from(p, p->vector) : ww_random_below(&dice, (uint32_t)p->units);
        start_from(p, p->vector + unit * p->dim);
        bool two = true;
        for (int round = 0; round < ROUNDS_MAX && two && (assign(p) || round == 0); round++)
            two = move_centres(p);
        double silhouette = two ? measure_gap(p).silhouette : 0;
        if (silhouette > best) {
            best = silhouette;
            memcpy(p->best, p->side, p->units);
        }
    }
    memcpy(p->side, p->best, p->units);
    move_centres(p);
}

static void show_examples(splitting *p, unsigned char side, ww_split_side *out)
{
    memset(p->shown, 0, p->units * sizeof *p->shown);
    for (int n = 0; n < WW_EXAMPLES; n++) {
        double least = INFINITY;
        size_t best = p->face.count;
        for (size_t i = 0; i < p->face.count; i++) {
            size_t u = p->unit_of[i];
            double away = ww_distance_squared_of_means(p->vector + u * p->dim, p->centre[side], (int)p->dim);
            if (p->side[u] == side && !p->shown[u] && away < least) {
                least = away;
                best = i;
            }
        }
        if (best == p->face.count)
            break;
        p->shown[p->unit_of[best]] = true;
        ww_buffer path = {0};
        ww_catalog_face_path(p->faces, p->face.item[best], "jpg", &path);
        char *text = ww_buffer_take(&path);
        snprintf(out->portrait[n], sizeof out->portrait[n], "%s", text);
        free(text);
    }
}

static void propose(splitting *p, ww_split_proposal *proposal)
{
    divide(p);
    gap g = measure_gap(p);
    proposal->separation = g.silhouette;
    proposal->within = g.within;
    proposal->between = g.between;
    int64_t second = 0;
    for (size_t i = 0; i < p->face.count; i++)
        second += side_of(p, i);
    if (second * 2 > (int64_t)p->face.count) { // the larger side comes first
        for (size_t u = 0; u < p->units; u++)
            p->side[u] = !p->side[u];
        second = (int64_t)p->face.count - second;
        move_centres(p);
    }
    proposal->side[0].faces = (int64_t)p->face.count - second;
    proposal->side[1].faces = second;
    for (unsigned char s = 0; s < 2; s++)
        show_examples(p, s, &proposal->side[s]);
}

static ww_status record_split(ww_people_view *r, size_t person, const splitting *p, ww_decision_result *result,
                              ww_error *err)
{
    ww_entry entry = {0};
    bool *leaves = ww_try_array(r->catalog.face.count, sizeof *leaves);
    if (!leaves)
        return ww_fail_memory(err, "the faces of a person");
    for (size_t i = 0; i < p->face.count; i++)
        leaves[p->face.item[i]] = side_of(p, i);
    ww_status status = ww_split_from(r, person, leaves, &entry, err);
    int64_t batch = 0;
    if (status == WW_OK)
        status = ww_store_begin(r->library->store, err);
    if (status == WW_OK) {
        status = ww_record_decision(r, &entry, &batch, err);
        status = ww_store_end(r->library->store, status, err);
    }
    if (result) {
        *result = (ww_decision_result){.entry = batch, .faces = (int64_t)p->face.count};
        snprintf(result->words, sizeof result->words, "%s", entry.words);
    }
    ww_entry_free(&entry);
    free(leaves);
    return status;
}

static void splitting_free(splitting *p)
{
    ww_vector_free(&p->face);
    free(p->unit_of);
    free(p->vector);
    free(p->weight);
    free(p->side);
    free(p->best);
    free(p->shown);
    free(p);
}

static ww_status collect_faces(splitting *p, const ww_people_view *view, size_t person, ww_error *err)
{
    p->faces = &view->catalog;
    p->dim = (size_t)view->catalog.dim;
    for (size_t i = 0; i < view->catalog.face.count; i++)
        if (view->catalog.face.item[i].person == person && !ww_vector_push(&p->face, i))
            return ww_fail_memory(err, "the faces of a person");
    if (p->face.count < 2)
        return ww_fail(err, WW_ERR_ARGUMENT, "%s has %zu faces; it takes two to split",
                       ww_people_view_title(view, person), p->face.count);
    return make_units(p) ? WW_OK : ww_fail_memory(err, "the faces of a person");
}

// *out is the caller's (splitting_free), also after a failure.
static ww_status find_split(ww_people_view *view, size_t person, splitting **out, ww_split_proposal *proposal,
                            ww_error *err)
{
    splitting *p = *out = ww_alloc(sizeof *p);
    *proposal = (ww_split_proposal){0};
    ww_status status = ww_catalog_add_vectors(&view->catalog, err);
    if (status == WW_OK)
        status = collect_faces(p, view, person, err);
    if (status != WW_OK)
        return status;
    propose(p, proposal);
    if (proposal->side[1].faces == 0)
        return ww_fail(err, WW_ERR_ARGUMENT, "the faces of %s do not fall into two: they are all alike",
                       ww_people_view_title(view, person));
    return WW_OK;
}

ww_status ww_split_sides(ww_people_view *view, size_t person, unsigned char *side, ww_split_proposal *proposal,
                         ww_error *err)
{
    splitting *p;
    ww_status status = find_split(view, person, &p, proposal, err);
    for (size_t i = 0; i < p->face.count && status == WW_OK; i++)
        side[i] = side_of(p, i);
    splitting_free(p);
    return status;
}

ww_status ww_split_person(ww_library *library, const char *who, int apply, ww_split_proposal *proposal,
                          ww_decision_result *result, ww_error *err)
{
    ww_people_view view;
    size_t person;
    splitting *p = NULL;
    *proposal = (ww_split_proposal){0};
    ww_status status = ww_people_view_load(library, &view, err);
    if (status != WW_OK)
        return status;
    status = ww_people_view_find(&view, who, &person, err);
    if (status == WW_OK)
        status = find_split(&view, person, &p, proposal, err);
    if (status == WW_OK && apply)
        status = record_split(&view, person, p, result, err);
    if (p)
        splitting_free(p);
    ww_people_view_free(&view);
    return status;
}
