// SPDX-License-Identifier: MIT
#include "people/sort_again.h"
#include "base/memory.h"
#include "people/sort_again_parts.h"

#include <stdlib.h>
#include <string.h>

#define NONE WW_NO_FACE
enum { ROUNDS_MAX = 12 };  // of looking at what is around what came out differently
#define PART_SHARE_MAX 0.5 // of all faces: to sort more of them is hardly cheaper than to sort all

static bool is_seed(const ww_sort_again_work *r, const ww_decided *d, size_t face)
{
    return r->in->options->grade[face] == WW_FACE_SEED || ww_identity_of(d, face) >= 0;
}

// What must be together, by these decisions.
static ww_status find_must(const ww_sort_again_work *r, const ww_decided *decided, ww_evidence *must, ww_error *err)
{
    ww_evidence_options known = *r->in->evidence;
    known.must_alone = true;
    return ww_evidence_find(r->in->faces, decided, &known, must, err);
}

// --- blocks

static void join_identities(ww_sort_again_work *r, const ww_decided *d)
{
    for (size_t k = 0; k < d->must.count; k++)
        ww_forest_join(r->block, d->must.item[k].a, d->must.item[k].b);
}

static void make_blocks(ww_sort_again_work *r)
{
    const uint32_t *cluster = r->in->options->state->cluster;
    ww_forest_init(r->block, r->count);
    for (size_t i = 0; i < r->count; i++)
        if (cluster[i] != NONE)
            ww_forest_join(r->block, cluster[i], (uint32_t)i);
    for (size_t k = 0; k < r->must.must.count; k++)
        ww_forest_join(r->block, r->must.must.item[k].a, r->must.must.item[k].b);
    join_identities(r, r->in->before);
    join_identities(r, r->in->after);
}

// A track that a decision parts is one block all the same.
static ww_status join_tracks(ww_sort_again_work *r, ww_error *err)
{
    const ww_decided nothing = {0};
    ww_evidence tracks = {0};
    ww_status status = find_must(r, &nothing, &tracks, err);
    for (size_t k = 0; k < tracks.must.count && status == WW_OK; k++)
        ww_forest_join(r->block, tracks.must.item[k].a, tracks.must.item[k].b);
    ww_evidence_free(&tracks);
    return status;
}

ww_status ww_sort_again_complete(ww_sort_again_work *r, bool *marked, ww_error *err)
{
    bool *has = ww_try_array(r->count, sizeof *has);
    if (!has)
        return ww_sort_again_no_memory(r, err);
    for (size_t i = 0; i < r->count; i++)
        if (marked[i])
            has[ww_forest_root_compress(r->block, (uint32_t)i)] = true;
    for (size_t i = 0; i < r->count; i++)
        marked[i] = has[ww_forest_root_compress(r->block, (uint32_t)i)];
    free(has);
    return WW_OK;
}

// --- clusters

typedef struct ring {
    bool *fresh; // touched, and what is around it was not looked at yet
    bool *seed;  // who is compared
    bool *ring;  // blocks around those
    bool *part;  // what is sorted: touched, and ring
} ring;

static ww_status find_ring(ww_sort_again_work *r, ring *g, ww_error *err)
{
    bool done = false;
    for (size_t i = 0; i < r->count; i++)
        g->fresh[i] = g->fresh[i] && (is_seed(r, r->in->before, i) || is_seed(r, r->in->after, i));
    const ww_near_question q = {r->in->faces, g->fresh, g->seed, r->in->options->threshold};
    ww_status status = ww_mark_near(&q, g->ring, &done, err);
    r->too_much = r->too_much || !done;
    if (status == WW_OK && done)
        status = ww_sort_again_complete(r, g->ring, err);
    size_t faces = 0;
    for (size_t i = 0; i < r->count; i++) {
        g->part[i] = g->ring[i] || r->touched[i];
        faces += g->part[i];
    }
    r->too_much = r->too_much || (double)faces > PART_SHARE_MAX * (double)r->count;
    return status;
}

// Sorts the part; its clusters go into `cluster`, by first faces.
static ww_status sort_part(ww_sort_again_work *r, const bool *marked, uint32_t *cluster, ww_error *err)
{
    ww_face_part p;
    ww_status status = ww_face_part_take(r->in, marked, &p, err);
    if (status != WW_OK)
        return status;
    ww_sort_options options = *r->in->options;
    options.grade = p.grade;
    options.state = NULL;
    options.progress = NULL;
    ww_sort_work work = {.faces = &p.faces, .decided = &p.decided, .evidence = &p.evidence, .options = &options};
    const size_t count = p.faces.face.count;
    int32_t *label = ww_try_array(count, sizeof *label);
    uint32_t *first = ww_try_array(count, sizeof *first);
    if (!label || !first)
        status = ww_sort_again_no_memory(r, err);
    if (status == WW_OK)
        status = ww_sort_work_begin(&work, err);
    if (status == WW_OK)
        status = ww_sort_start(&work, label, err);
    if (status == WW_OK)
        status = ww_sort_first_faces(label, count, first, err);
    for (size_t k = 0; k < count && status == WW_OK; k++)
        cluster[p.whole[k]] = first[k] == NONE ? NONE : p.whole[first[k]];
    ww_sort_work_end(&work);
    free(label);
    free(first);
    ww_face_part_free(&p);
    return status;
}

// What of the ring came out differently is touched, too. True: nothing did.
static bool is_settled(ww_sort_again_work *r, ring *g, const uint32_t *cluster)
{
    bool settled = true;
    for (size_t i = 0; i < r->count; i++) {
        g->fresh[i] = g->part[i] && !r->touched[i] && cluster[i] != r->in->options->state->cluster[i];
        settled = settled && !g->fresh[i];
    }
    return settled;
}

static ww_status grow(ww_sort_again_work *r, ring *g, ww_error *err)
{
    ww_status status = ww_sort_again_complete(r, g->fresh, err);
    for (size_t i = 0; i < r->count && status == WW_OK; i++) {
        r->touched[i] = r->touched[i] || g->fresh[i];
        g->seed[i] = g->seed[i] && !r->touched[i];
    }
    return status;
}

static ww_status sort_rounds(ww_sort_again_work *r, ring *g, uint32_t *cluster, ww_error *err)
{
    ww_sort_state *state = r->in->options->state;
    ww_status status = WW_OK;
    bool settled = false;
    for (int round = 0; !settled && status == WW_OK && !r->too_much; round++) {
        if (round == ROUNDS_MAX)
            r->too_much = true;
        else
            status = find_ring(r, g, err);
        if (status != WW_OK || r->too_much)
            break;
        memcpy(cluster, state->cluster, r->count * sizeof *cluster);
        status = sort_part(r, g->part, cluster, err);
        settled = status == WW_OK && is_settled(r, g, cluster);
        if (status == WW_OK && !settled)
            status = grow(r, g, err);
    }
    if (settled)
        memcpy(state->cluster, cluster, r->count * sizeof *cluster);
    return status;
}

static ww_status sort_clusters(ww_sort_again_work *r, ww_error *err)
{
    ring g = {.fresh = ww_try_array(r->count, sizeof *g.fresh),
              .seed = ww_try_array(r->count, sizeof *g.seed),
              .ring = ww_try_array(r->count, sizeof *g.ring),
              .part = ww_try_array(r->count, sizeof *g.part)};
    uint32_t *cluster = ww_try_array(r->count, sizeof *cluster);
    ww_status status = g.fresh && g.seed && g.ring && g.part && cluster ? WW_OK : ww_sort_again_no_memory(r, err);
    for (size_t i = 0; i < r->count && status == WW_OK; i++) {
        g.fresh[i] = r->touched[i];
        g.seed[i] = !r->touched[i] && is_seed(r, r->in->before, i);
    }
    if (status == WW_OK)
        status = ww_catalog_add_vectors(r->in->faces, err);
    if (status == WW_OK)
        status = sort_rounds(r, &g, cluster, err);
    free(g.fresh);
    free(g.seed);
    free(g.ring);
    free(g.part);
    free(cluster);
    return status;
}

// --- people before anybody joins

// Labels of the clusters, as the method would have numbered them, then of the people.
static ww_status label_people(const ww_sort_work *w, const uint32_t *cluster, int32_t *label, ww_error *err)
{
    int32_t *number = ww_try_array(w->faces->face.count, sizeof *number), next = 0; // of each cluster, + 1
    if (!number)
        return ww_fail_memory(err, "sorting %zu faces", w->faces->face.count);
    for (size_t k = 0; k < w->seeds; k++) {
        const uint32_t of = cluster[w->seed[k]];
        if (of != NONE && number[of] == 0)
            number[of] = ++next;
        w->seed_label[k] = of == NONE ? WW_NOBODY : number[of] - 1;
    }
    free(number);
    ww_sort_spread_labels(w, label);
    ww_status status = ww_sort_drop_small(w, label, err);
    return status == WW_OK ? ww_sort_make_decided(w, label, err) : status;
}

static ww_status label_as_before(ww_sort_again_work *r, ww_error *err)
{
    ww_evidence must = {0};
    ww_sort_work work = {.faces = r->in->faces, .decided = r->in->before, .evidence = &must, .options = r->in->options};
    ww_status status = find_must(r, r->in->before, &must, err);
    if (status == WW_OK)
        status = ww_sort_work_begin(&work, err);
    if (status == WW_OK)
        status = label_people(&work, r->in->options->state->cluster, r->label, err);
    if (status == WW_OK)
        status = ww_sort_first_faces(r->label, r->count, r->before, err);
    ww_sort_work_end(&work);
    ww_evidence_free(&must);
    return status;
}

// Faces of people who are not just whom they were.
static ww_status find_moved(ww_sort_again_work *r, ww_error *err)
{
    bool *differs = ww_try_array(r->count, sizeof *differs); // of first faces, as they were and as they are
    if (!differs)
        return ww_sort_again_no_memory(r, err);
    for (size_t i = 0; i < r->count; i++)
        if (r->before[i] != r->now[i]) {
            if (r->before[i] != NONE)
                differs[r->before[i]] = true;
            if (r->now[i] != NONE)
                differs[r->now[i]] = true;
        }
    for (size_t i = 0; i < r->count; i++)
        r->moved[i] = (r->before[i] != NONE && differs[r->before[i]]) || (r->now[i] != NONE && differs[r->now[i]]);
    free(differs);
    return WW_OK;
}

// --- the whole

static ww_status begin(ww_sort_again_work *r, ww_error *err)
{
    r->changed = ww_try_array(r->count, sizeof *r->changed);
    r->block = ww_try_array(r->count, sizeof *r->block);
    r->touched = ww_try_array(r->count, sizeof *r->touched);
    r->before = ww_try_array(r->count, sizeof *r->before);
    r->now = ww_try_array(r->count, sizeof *r->now);
    r->moved = ww_try_array(r->count, sizeof *r->moved);
    if (!r->changed || !r->block || !r->touched || !r->before || !r->now || !r->moved)
        return ww_sort_again_no_memory(r, err);
    ww_status status = ww_find_unsettled(r->in, r->changed, err);
    return status == WW_OK ? find_must(r, r->in->after, &r->must, err) : status;
}

static ww_status touch(ww_sort_again_work *r, ww_error *err)
{
    make_blocks(r);
    ww_status status = join_tracks(r, err);
    memcpy(r->touched, r->changed, r->count * sizeof *r->touched);
    if (status == WW_OK)
        status = ww_sort_again_complete(r, r->touched, err);
    return status == WW_OK ? label_as_before(r, err) : status;
}

static ww_status sort_again(ww_sort_again_work *r, ww_error *err)
{
    ww_status status = begin(r, err);
    const bool any = status == WW_OK && ww_any_face(r->changed, r->count);
    if (status == WW_OK)
        status = touch(r, err);
    if (status == WW_OK && any)
        status = sort_clusters(r, err);
    r->work =
        (ww_sort_work){.faces = r->in->faces, .decided = r->in->after, .evidence = &r->must, .options = r->in->options};
    if (status == WW_OK && !r->too_much)
        status = ww_sort_work_begin(&r->work, err);
    if (status == WW_OK && !r->too_much)
        status = label_people(&r->work, r->in->options->state->cluster, r->label, err);
    if (status == WW_OK && !r->too_much)
        status = ww_sort_first_faces(r->label, r->count, r->now, err);
    if (status == WW_OK && !r->too_much)
        status = find_moved(r, err);
    if (status == WW_OK && !r->too_much && any && r->in->options->join > 0)
        status = ww_join_again(r, err);
    return status == WW_OK && !r->too_much ? ww_seat_again(r, err) : status;
}

ww_status ww_sort_again(const ww_sort_again_input *in, int32_t *label, bool *done, ww_error *err)
{
    ww_sort_again_work r = {.in = in, .count = in->faces->face.count, .label = label};
    const ww_status status = r.count ? sort_again(&r, err) : WW_OK;
    *done = status == WW_OK && !r.too_much;
    ww_sort_work_end(&r.work);
    ww_evidence_free(&r.must);
    free(r.changed);
    free(r.block);
    free(r.touched);
    free(r.before);
    free(r.now);
    free(r.moved);
    return status;
}
