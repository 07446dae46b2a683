// SPDX-License-Identifier: MIT
// Who joins people that are there, asked again where those within reach have changed.
#include "people/sort_again_parts.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

#define NONE WW_NO_FACE

typedef struct asking {
    bool *may;  // of each face: it may join somebody
    bool *ask;  // of each face: it is asked again
    bool *part; // of each face: it is asked, or has a voice
    bool *near; // scratch
} asking;

// Marks whole groups of which a face is marked. False: nothing was added.
static bool complete_groups(const ww_sort_again_work *r, bool *marked, bool *scratch)
{
    bool added = false;
    memset(scratch, 0, r->count * sizeof *scratch);
    for (size_t i = 0; i < r->count; i++)
        if (marked[i])
            scratch[r->work.group[i]] = true;
    for (size_t i = 0; i < r->count; i++) {
        added = added || (!marked[i] && scratch[r->work.group[i]]);
        marked[i] = marked[i] || scratch[r->work.group[i]];
    }
    return added;
}

// Those seen at once with somebody who is asked: who may join only, or all of them. True: there are more now.
static bool add_seen_at_once(const ww_sort_again_work *r, const bool *ask, const bool *only, bool *marked)
{
    const ww_catalog *c = r->in->faces;
    bool added = false;
    for (size_t f = 0; f < c->frame.count; f++) {
        const size_t first = c->frame.item[f].first_face, end = first + c->frame.item[f].face_count;
        bool any = false;
        for (size_t i = first; i < end; i++)
            any = any || ask[i];
        for (size_t i = first; i < end && any; i++) {
            added = added || (!marked[i] && (!only || only[i]));
            marked[i] = marked[i] || !only || only[i];
        }
    }
    return added;
}

static bool add_decided_apart(const ww_sort_again_work *r, const bool *ask, const bool *only, bool *marked)
{
    const ww_decided *d = r->in->after;
    bool added = false;
    for (size_t k = 0; k < d->cannot.count; k++)
        for (int side = 0; side < 2; side++) {
            const uint32_t a = side ? d->cannot.item[k].b : d->cannot.item[k].a,
                           b = side ? d->cannot.item[k].a : d->cannot.item[k].b;
            if (!ask[a] || (only && !only[b]))
                continue;
            added = added || !marked[b];
            marked[b] = true;
        }
    return added;
}

static ww_status mark_near(ww_sort_again_work *r, const bool *from, const bool *candidate, bool *near, ww_error *err)
{
    bool done = false;
    const ww_near_question q = {r->in->faces, from, candidate, r->in->options->join};
    const ww_status status = ww_mark_near(&q, near, &done, err);
    r->too_much = r->too_much || !done;
    return status;
}

// Who was touched, lost a person, or is near one who has changed; and whoever they may stand in the way of.
static ww_status find_askers(ww_sort_again_work *r, asking *a, ww_error *err)
{
    bool any = false;
    for (size_t i = 0; i < r->count; i++) {
        a->may[i] = ww_sort_may_join(&r->work, r->label, i);
        any = any || a->may[i];
    }
    ww_status status = any ? ww_catalog_add_vectors(r->in->faces, err) : WW_OK;
    if (status == WW_OK && any)
        status = mark_near(r, r->moved, a->may, a->ask, err);
    for (size_t i = 0; i < r->count; i++)
        a->ask[i] = r->now[i] == NONE && (a->ask[i] || r->touched[i] || r->moved[i]);
    for (bool more = true; more && status == WW_OK;) {
        more = complete_groups(r, a->ask, a->near);
        more = add_seen_at_once(r, a->ask, a->may, a->ask) || more;
        more = add_decided_apart(r, a->ask, a->may, a->ask) || more;
    }
    return status;
}

static ww_status find_voices(ww_sort_again_work *r, asking *a, ww_error *err)
{
    bool *labelled = ww_try_array(r->count, sizeof *labelled);
    if (!labelled)
        return ww_sort_again_no_memory(r, err);
    memset(a->near, 0, r->count * sizeof *a->near);
    for (size_t i = 0; i < r->count; i++)
        labelled[i] = r->now[i] != NONE;
    ww_status status = mark_near(r, a->ask, labelled, a->near, err);
    for (size_t i = 0; i < r->count; i++)
        a->part[i] = a->ask[i] || a->near[i];
    add_seen_at_once(r, a->ask, NULL, a->part);
    add_decided_apart(r, a->ask, NULL, a->part);
    free(labelled);
    return status == WW_OK ? ww_sort_again_complete(r, a->part, err)
                           : status; // of half a track other faces would be linked
}

// The elections of those who are asked, over the part.
static ww_status elect(const ww_sort_again_work *r, const asking *a, const ww_face_part *p, int32_t *label, bool *may,
                       uint32_t *joined, ww_error *err)
{
    const size_t count = p->faces.face.count;
    for (size_t k = 0; k < count; k++) {
        label[k] = r->label[p->whole[k]];
        may[k] = a->may[p->whole[k]] && a->ask[p->whole[k]];
    }
    const ww_join_options options = {.distance_max = r->in->options->join,
                                     .threads = r->in->options->threads,
                                     .may_join = may,
                                     .constraints = ww_sort_constraints(&p->evidence)};
    ww_status status = ww_join_nearest(p->faces.vector, count, p->faces.dim, &options, label, err);
    uint32_t *first = ww_try_array(r->count, sizeof *first); // of each label, + 1
    if (!first)
        status = ww_sort_again_no_memory(r, err);
    for (size_t i = 0; i < r->count && status == WW_OK; i++)
        if (r->now[i] != NONE)
            first[r->label[i]] = r->now[i] + 1;
    for (size_t k = 0; k < count && status == WW_OK; k++)
        if (a->ask[p->whole[k]] && r->now[p->whole[k]] == NONE)
            joined[p->whole[k]] = label[k] >= 0 ? first[label[k]] - 1 : NONE;
    free(first);
    return status;
}

static ww_status ask_again(ww_sort_again_work *r, const asking *a, ww_error *err)
{
    ww_face_part p;
    uint32_t *joined = r->in->options->state->joined;
    for (size_t i = 0; i < r->count; i++)
        joined[i] = a->ask[i] ? NONE : joined[i];
    ww_status status = ww_face_part_take(r->in, a->part, &p, err);
    if (status != WW_OK)
        return status;
    int32_t *label = ww_try_array(p.faces.face.count, sizeof *label);
    bool *may = ww_try_array(p.faces.face.count, sizeof *may);
    status = label && may ? elect(r, a, &p, label, may, joined, err) : ww_sort_again_no_memory(r, err);
    free(label);
    free(may);
    ww_face_part_free(&p);
    return status;
}

ww_status ww_join_again(ww_sort_again_work *r, ww_error *err)
{
    asking a = {.may = ww_try_array(r->count, sizeof *a.may),
                .ask = ww_try_array(r->count, sizeof *a.ask),
                .part = ww_try_array(r->count, sizeof *a.part),
                .near = ww_try_array(r->count, sizeof *a.near)};
    ww_status status = a.may && a.ask && a.part && a.near ? find_askers(r, &a, err) : ww_sort_again_no_memory(r, err);
    if (status == WW_OK && a.ask && !r->too_much && ww_any_face(a.ask, r->count)) {
        status = ww_catalog_add_vectors(r->in->faces, err);
        if (status == WW_OK)
            status = find_voices(r, &a, err);
        if (status == WW_OK && !r->too_much)
            status = ask_again(r, &a, err);
    }
    free(a.may);
    free(a.ask);
    free(a.part);
    free(a.near);
    return status;
}

ww_status ww_seat_again(ww_sort_again_work *r, ww_error *err)
{
    uint32_t *joined = r->in->options->state->joined;
    int32_t *before = ww_try_array(r->count, sizeof *before);
    if (!before)
        return ww_sort_again_no_memory(r, err);
    memcpy(before, r->label, r->count * sizeof *before);
    for (size_t i = 0; i < r->count; i++) {
        joined[i] = before[i] < 0 ? joined[i] : NONE; // who has a person now needs none
        if (joined[i] != NONE)
            r->label[i] = before[joined[i]];
    }
    const ww_status status = ww_sort_turn_away_crowds(&r->work, before, r->label, err);
    free(before);
    return status;
}
