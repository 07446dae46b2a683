// SPDX-License-Identifier: MIT
#include "people/sort_parts.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NONE WW_NO_FACE
// Nats that may be missing to one who joins somebody of the same recording, and founds nothing. On twelve clips
// anything from 1 to 2.5 does: of two hundred who join four go wrong.
#define JOIN_LEEWAY 2.0

static void find_groups(const ww_sort_work *s)
{
    const size_t count = s->faces->face.count;
    ww_forest_init(s->group, count);
    for (size_t i = 0; i < s->evidence->must.count; i++)
        ww_forest_join(s->group, s->evidence->must.item[i].a, s->evidence->must.item[i].b);
    for (size_t i = 0; i < count; i++)
        ww_forest_root_compress(s->group, (uint32_t)i); // from here on everybody points at the first of the group
}

static void choose_seeds(ww_sort_work *s)
{
    const size_t count = s->faces->face.count;
    for (size_t i = 0; i < s->decided->nobody.count; i++)
        s->set_aside[s->decided->nobody.item[i]] = true;
    memset(s->place, 0xff, count * sizeof *s->place);
    for (size_t i = 0; i < count; i++) {
        bool decided = s->decided->identity && s->decided->identity[i] >= 0;
        if (s->set_aside[i] || (s->options->grade[i] != WW_FACE_SEED && !decided))
            continue;
        if (s->place[s->group[i]] == NONE)
            s->place[s->group[i]] = (uint32_t)s->seeds;
        s->seed[s->seeds++] = (uint32_t)i;
    }
}

// A link between two faces as one between seeds of their groups; NONE: one of the groups has none.
static ww_pair between_seeds(const ww_sort_work *s, ww_pair faces)
{
    const uint32_t a = s->place[s->group[faces.a]], b = s->place[s->group[faces.b]];
    return a != NONE && b != NONE ? (ww_pair){a, b} : (ww_pair){NONE, NONE};
}

// The links of the seeds among themselves: those of their groups.
static bool link_seeds(const ww_sort_work *s, ww_evidence *links)
{
    bool kept = true;
    for (uint32_t k = 0; k < s->seeds && kept; k++) {
        uint32_t first = s->place[s->group[s->seed[k]]];
        if (first != k)
            kept = ww_vector_push(&links->must, ((ww_pair){first, k}));
    }
    for (size_t i = 0; i < s->evidence->cannot.count && kept; i++) {
        const ww_pair pair = between_seeds(s, s->evidence->cannot.item[i]);
        kept = pair.a == NONE || ww_vector_push(&links->cannot, pair);
    }
    for (size_t i = 0; i < s->evidence->at_once.count && kept; i++) {
        const ww_pair pair = between_seeds(s, s->evidence->at_once.item[i]);
        kept = pair.a == NONE || ww_vector_push(&links->at_once, pair);
    }
    return kept;
}

ww_constraints ww_sort_constraints(const ww_evidence *e)
{
    return (ww_constraints){.must = e->must.item,
                            .must_count = e->must.count,
                            .cannot = e->cannot.item,
                            .cannot_count = e->cannot.count,
                            .at_once = e->at_once.item,
                            .at_once_count = e->at_once.count};
}

enum { SEED_NUMBERS = 4 };

// What is known of the seeds beside their vectors, in their order.
struct seeds_context {
    float *number[SEED_NUMBERS];
    uint32_t *scene, *recording;
    const uint8_t **roots[WW_CONTEXT_KINDS_MAX];
    ww_context context;
};

static void free_context(struct seeds_context *f)
{
    for (int i = 0; i < SEED_NUMBERS; i++)
        free(f->number[i]);
    free(f->scene);
    free(f->recording);
    for (int k = 0; k < WW_CONTEXT_KINDS_MAX; k++)
        free(f->roots[k]);
}

static bool pick_numbers(const ww_sort_work *s, const float *all, float **picked, const float **in_context)
{
    *picked = ww_try_array(s->seeds, sizeof **picked);
    for (size_t i = 0; *picked && i < s->seeds; i++)
        (*picked)[i] = all[s->seed[i]];
    *in_context = *picked;
    return *picked != NULL;
}

static bool pick_roots(const ww_sort_work *s, struct seeds_context *f, int k)
{
    const uint8_t *const *all = s->options->context->context.kind[k].roots;
    f->roots[k] = ww_try_array(s->seeds, sizeof *f->roots[k]);
    for (size_t i = 0; f->roots[k] && i < s->seeds; i++)
        f->roots[k][i] = all[s->seed[i]];
    f->context.kind[k].roots = f->roots[k];
    return f->roots[k] != NULL;
}

static ww_status pick_context(const ww_sort_work *s, struct seeds_context *f, ww_error *err)
{
    const ww_context *all = &s->options->context->context;
    f->context = *all;
    f->scene = ww_try_array(s->seeds, sizeof *f->scene);
    f->context.scene = f->scene;
    f->recording = all->recording ? ww_try_array(s->seeds, sizeof *f->recording) : NULL;
    f->context.recording = f->recording;
    bool whole = f->scene && (f->recording || !all->recording);
    for (size_t i = 0; whole && i < s->seeds; i++) {
        f->scene[i] = all->scene[s->seed[i]];
        if (f->recording)
            f->recording[i] = all->recording[s->seed[i]];
    }
    whole = whole && pick_numbers(s, all->quality, &f->number[0], &f->context.quality);
    whole = whole && pick_numbers(s, all->size_px, &f->number[1], &f->context.size_px);
    whole = whole && pick_numbers(s, all->frames, &f->number[2], &f->context.frames);
    whole = whole && pick_numbers(s, all->weight, &f->number[3], &f->context.weight);
    for (int k = 0; k < all->kind_count; k++)
        whole = whole && pick_roots(s, f, k);
    return whole ? WW_OK : ww_fail_memory(err, "what is around %zu faces", s->seeds);
}

static ww_status run_method(const ww_sort_work *s, const ww_evidence *links, ww_error *err)
{
    const ww_sort_options *given = s->options;
    struct seeds_context around = {0};
    ww_method_options o = given->method->defaults;
    o.threshold = given->threshold;
    // later: with a context people are judged whole (drop_thin_people), else by the groups there are (drop_small)
    o.min_size = given->context || given->method->local ? 1 : given->min_size;
    if (given->min_samples > 0)
        o.min_samples = given->min_samples;
    o.threads = given->threads;
    o.constraints = ww_sort_constraints(links);
    o.progress = given->progress;
    o.user = given->user;
    ww_status status = given->context ? pick_context(s, &around, err) : WW_OK;
    o.context = given->context ? &around.context : NULL;
    if (status == WW_OK)
        status = ww_method_run(given->method, s->vector, s->seeds, s->faces->dim, &o, s->seed_label, err);
    free_context(&around);
    return status;
}

void ww_sort_spread_labels(const ww_sort_work *s, int32_t *label)
{
    for (size_t i = 0; i < s->faces->face.count; i++) {
        const uint32_t place = s->place[s->group[i]];
        label[i] = place == NONE || s->set_aside[i] ? WW_NOBODY : s->seed_label[place];
    }
}

ww_status ww_sort_start(ww_sort_work *s, int32_t *label, ww_error *err)
{
    const size_t dim = (size_t)s->faces->dim, count = s->faces->face.count;
    const float *from = s->options->context ? s->options->context->vector : s->faces->vector;
    ww_evidence links = {0};
    s->vector = ww_alloc_array(s->seeds, dim * sizeof *s->vector, SIZE_MAX);
    if (!s->vector)
        return ww_fail_memory(err, "sorting %zu faces", count);
    for (size_t k = 0; k < s->seeds; k++)
        memcpy(s->vector + k * dim, from + s->seed[k] * dim, dim * sizeof *s->vector);
    ww_status status =
        link_seeds(s, &links) ? run_method(s, &links, err) : ww_fail_memory(err, "sorting %zu faces", count);
    if (status == WW_OK)
        ww_sort_spread_labels(s, label);
    ww_evidence_free(&links);
    return status;
}

struct worth { // of a cluster
    int64_t faces;
    double quality; // the best
    bool decided;
    int32_t number;
};

// With a context: clusters of too few faces, and without one that can be told apart, are nobody's. The others are
// numbered anew.
static ww_status drop_thin_people(const ww_sort_work *s, int32_t *label, ww_error *err)
{
    const size_t count = s->faces->face.count;
    struct worth *worth = ww_try_array(count, sizeof *worth);
    if (!worth)
        return ww_fail_memory(err, "sorting %zu faces", count);
    for (size_t i = 0; i < count; i++) {
        if (label[i] < 0)
            continue;
        struct worth *w = &worth[label[i]];
        w->faces++;
        w->quality = fmax(w->quality, s->faces->face.item[i].quality);
        w->decided = w->decided || (s->decided->identity && s->decided->identity[i] >= 0);
        w->number = WW_NOBODY;
    }
    int32_t next = 0;
    for (size_t i = 0; i < count; i++) {
        struct worth *w = label[i] >= 0 ? &worth[label[i]] : NULL;
        if (!w)
            continue;
        const bool kept = w->decided || (w->faces >= s->options->min_size && w->quality >= s->options->min_quality);
        if (kept && w->number == WW_NOBODY)
            w->number = next++;
        label[i] = w->number;
    }
    free(worth);
    return WW_OK;
}

// Clusters of too few seed faces are nobody's. The others are numbered anew, by their first seed face.
ww_status ww_sort_drop_small(const ww_sort_work *s, int32_t *label, ww_error *err)
{
    const size_t count = s->faces->face.count;
    int32_t *number = ww_try_array(count, sizeof *number), next = 0; // number: seeds at first, then the number or -1
    if (!number)
        return ww_fail_memory(err, "sorting %zu faces", count);
    for (size_t k = 0; k < s->seeds; k++)
        if (label[s->seed[k]] >= 0)
            number[label[s->seed[k]]]++;
    for (size_t c = 0; c < count; c++)
        number[c] = number[c] < s->options->min_size ? WW_NOBODY : INT32_MAX;
    for (size_t k = 0; k < s->seeds; k++)
        if (label[s->seed[k]] >= 0 && number[label[s->seed[k]]] == INT32_MAX)
            number[label[s->seed[k]]] = next++;
    for (size_t i = 0; i < count; i++)
        label[i] = label[i] < 0 ? WW_NOBODY : number[label[i]];
    free(number);
    return WW_OK;
}

// Whom a decision made a person has a folder, even with a single face.
ww_status ww_sort_make_decided(const ww_sort_work *s, int32_t *label, ww_error *err)
{
    const size_t count = s->faces->face.count, identities = s->decided->identities.count;
    if (!s->decided->identity || identities == 0)
        return WW_OK;
    int32_t next = 0;
    for (size_t i = 0; i < count; i++)
        next = label[i] >= next ? label[i] + 1 : next;
    int32_t *own = ww_try_array(identities, sizeof *own);
    if (!own)
        return ww_fail_memory(err, "sorting %zu faces", count);
    memset(own, 0xff, identities * sizeof *own);
    for (size_t i = 0; i < count; i++) {
        int32_t who = s->decided->identity[i];
        if (who < 0 || label[i] >= 0 || s->set_aside[i])
            continue;
        if (own[who] < 0)
            own[who] = next++;
        label[i] = own[who];
    }
    free(own);
    return WW_OK;
}

// Undoes the joins of whoever got more faces by them than there were, and those of faces set aside.
ww_status ww_sort_turn_away_crowds(const ww_sort_work *s, const int32_t *before, int32_t *label, ww_error *err)
{
    const size_t count = s->faces->face.count;
    int64_t *surplus = ww_alloc_array0(count, sizeof *surplus, SIZE_MAX); // of each label, of those who joined
    if (!surplus)
        return ww_fail_memory(err, "sorting %zu faces", count);
    for (size_t i = 0; i < count; i++)
        if (label[i] >= 0)
            surplus[label[i]] += before[i] >= 0 ? -1 : 1;
    for (size_t i = 0; i < count; i++)
        if (before[i] < 0 && label[i] >= 0 && (s->set_aside[i] || surplus[label[i]] > 0))
            label[i] = WW_NOBODY;
    free(surplus);
    return WW_OK;
}

static ww_status join_nearest(const ww_sort_work *s, const bool *may_join, int32_t *label, ww_error *err)
{
    const ww_face_context *around = s->options->context;
    const size_t count = s->faces->face.count;
    if (around)
        return ww_join_templates(around->vector, count, s->faces->dim,
                                 &(ww_join_templates_options){.threshold = s->options->threshold,
                                                              .leeway = JOIN_LEEWAY,
                                                              .context = &around->context,
                                                              .may_join = may_join,
                                                              .constraints = ww_sort_constraints(s->evidence)},
                                 label, err);
    return ww_join_nearest(s->faces->vector, count, s->faces->dim,
                           &(ww_join_options){.distance_max = s->options->join,
                                              .threads = s->options->threads,
                                              .may_join = may_join,
                                              .constraints = ww_sort_constraints(s->evidence)},
                           label, err);
}

// Of each label: its first face, + 1; 0: nobody has it. The caller's (free); NULL: no memory.
static uint32_t *first_of_labels(const int32_t *label, size_t count)
{
    uint32_t *first = ww_try_array(count, sizeof *first);
    for (size_t i = 0; first && i < count; i++)
        if (label[i] >= 0 && first[label[i]] == 0)
            first[label[i]] = (uint32_t)i + 1;
    return first;
}

ww_status ww_sort_first_faces(const int32_t *label, size_t count, uint32_t *first, ww_error *err)
{
    uint32_t *of_label = first_of_labels(label, count);
    if (!of_label)
        return ww_fail_memory(err, "sorting %zu faces", count);
    for (size_t i = 0; i < count; i++)
        first[i] = label[i] >= 0 ? of_label[label[i]] - 1 : NONE;
    free(of_label);
    return WW_OK;
}

// Of those who have a label only now: the first face of those who had it before.
static ww_status note_joined(const int32_t *before, const int32_t *label, size_t count, uint32_t *joined, ww_error *err)
{
    uint32_t *of_label = first_of_labels(before, count);
    if (!of_label)
        return ww_fail_memory(err, "sorting %zu faces", count);
    for (size_t i = 0; i < count; i++)
        joined[i] = before[i] < 0 && label[i] >= 0 ? of_label[label[i]] - 1 : NONE;
    free(of_label);
    return WW_OK;
}

static ww_status join_people(const ww_sort_work *s, int32_t *label, ww_error *err)
{
    const size_t count = s->faces->face.count;
    bool *may_join = ww_alloc_array(count, sizeof *may_join, SIZE_MAX);
    if (!may_join)
        return ww_fail_memory(err, "sorting %zu faces", count);
    for (size_t i = 0; i < count; i++)
        may_join[i] = ww_sort_may_join(s, label, i);
    int32_t *before = ww_alloc_array(count, sizeof *before, SIZE_MAX);
    ww_status status = before ? WW_OK : ww_fail_memory(err, "sorting %zu faces", count);
    if (status == WW_OK) {
        memcpy(before, label, count * sizeof *before);
        status = join_nearest(s, may_join, label, err);
    }
    if (status == WW_OK && s->options->state)
        status = note_joined(before, label, count, s->options->state->joined, err);
    if (status == WW_OK)
        status = ww_sort_turn_away_crowds(s, before, label, err);
    free(before);
    free(may_join);
    return status;
}

ww_status ww_sort_work_begin(ww_sort_work *s, ww_error *err)
{
    const size_t count = s->faces->face.count;
    s->group = ww_alloc_array(count, sizeof *s->group, SIZE_MAX);
    s->seed = ww_alloc_array(count, sizeof *s->seed, SIZE_MAX);
    s->place = ww_alloc_array(count, sizeof *s->place, SIZE_MAX);
    s->seed_label = ww_alloc_array(count, sizeof *s->seed_label, SIZE_MAX);
    s->set_aside = ww_alloc_array0(count, sizeof *s->set_aside, SIZE_MAX);
    if (!s->group || !s->seed || !s->place || !s->seed_label || !s->set_aside)
        return ww_fail_memory(err, "sorting %zu faces", count);
    find_groups(s);
    choose_seeds(s);
    return WW_OK;
}

void ww_sort_work_end(ww_sort_work *s)
{
    free(s->group);
    free(s->seed);
    free(s->place);
    free(s->seed_label);
    free(s->set_aside);
    free(s->vector);
}

ww_status ww_sort_faces(const ww_catalog *faces, const ww_decided *decided, const ww_evidence *evidence,
                        const ww_sort_options *options, int32_t *label, ww_error *err)
{
    const size_t count = faces->face.count;
    ww_sort_work s = {.faces = faces, .decided = decided, .evidence = evidence, .options = options};
    if (count == 0)
        return WW_OK;
    ww_status status = ww_sort_work_begin(&s, err);
    if (status == WW_OK)
        status = ww_sort_start(&s, label, err);
    if (status == WW_OK && options->state)
        status = ww_sort_first_faces(label, count, options->state->cluster, err);
    if (status == WW_OK && options->context)
        status = drop_thin_people(&s, label, err);
    if (status == WW_OK && options->method->local)
        status = ww_sort_drop_small(&s, label, err);
    if (status == WW_OK)
        status = ww_sort_make_decided(&s, label, err);
    if (status == WW_OK && options->join > 0)
        status = join_people(&s, label, err);
    ww_sort_work_end(&s);
    return status;
}
