// SPDX-License-Identifier: MIT
#include "people/regroup.h"
#include "base/forest.h"
#include "base/memory.h"
#include "cluster/cluster.h"
#include "people/overlap.h"

#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX

typedef struct regrouping {
    const ww_regroup_input *in;
    size_t count;            // faces
    int32_t *number;         // of each face: whose it was to begin with
    size_t numbers;          // largest + 1
    bool *changed;           // faces of whom a decision says something else now
    bool *nobody;            // faces that are to stay unassigned
    bool *person, *identity; // those whose faces may move
    ww_forest *group;        // of persons, then identities
    ww_overlaps held;        // of persons and identities
    int32_t *label;
    bool *kept; // faces that do not move
} regrouping;

static ww_status no_memory(const regrouping *r, ww_error *err)
{
    return ww_fail_memory(err, "the people of %zu faces", r->count);
}

static int by_face(const void *a, const void *b)
{
    const ww_move *p = a, *q = b;
    return (p->face > q->face) - (p->face < q->face);
}

// Everybody as they are, but for the moves that are taken back.
static ww_status begin_with(regrouping *r, ww_error *err)
{
    const ww_catalog *c = r->in->faces;
    const size_t back = r->in->back ? r->in->back->count : 0;
    ww_move *sorted = ww_try_array(back, sizeof *sorted);
    if (!sorted)
        return no_memory(r, err);
    if (back) {
        memcpy(sorted, r->in->back->item, back * sizeof *sorted);
        qsort(sorted, back, sizeof *sorted, by_face);
    }
    for (size_t i = 0; i < r->count; i++) {
        r->number[i] = c->face.item[i].number;
        const ww_move key = {.face = c->face.item[i].id};
        const ww_move *move = back ? bsearch(&key, sorted, back, sizeof key, by_face) : NULL;
        if (move && move->after == r->number[i]) {
            r->number[i] = move->before;
            r->changed[i] = true;
        }
        if (r->number[i] >= (int32_t)r->numbers)
            r->numbers = (size_t)r->number[i] + 1;
    }
    for (size_t p = 0; p < c->person.count; p++)
        if (c->person.item[p].number >= (int32_t)r->numbers)
            r->numbers = (size_t)c->person.item[p].number + 1;
    free(sorted);
    return WW_OK;
}

static int64_t identity_id(const ww_decided *d, size_t face)
{
    int32_t identity = d->identity ? d->identity[face] : -1;
    return identity >= 0 ? d->identities.item[identity].id : -1;
}

// The links that decisions made, as a sum for each face.
static void add_links(const ww_decided *d, int64_t sign, int64_t *sum)
{
    for (size_t k = 0; k < d->cannot.count; k++) {
        sum[d->cannot.item[k].a] += sign * d->cannot_entry.item[k];
        sum[d->cannot.item[k].b] += sign * d->cannot_entry.item[k];
    }
}

static ww_status find_changed(regrouping *r, ww_error *err)
{
    const ww_decided *before = r->in->before, *after = r->in->after;
    int64_t *sum = ww_try_array(r->count, sizeof *sum);
    if (!sum)
        return no_memory(r, err);
    add_links(before, -1, sum);
    add_links(after, 1, sum);
    for (size_t i = 0; i < before->nobody.count; i++)
        r->changed[before->nobody.item[i]] ^= true;
    for (size_t i = 0; i < after->nobody.count; i++) {
        r->changed[after->nobody.item[i]] ^= true;
        r->nobody[after->nobody.item[i]] = true;
    }
    for (size_t i = 0; i < r->count; i++)
        if (sum[i] != 0 || identity_id(before, i) != identity_id(after, i))
            r->changed[i] = true;
    free(sum);
    return WW_OK;
}

static bool names_differ(const ww_identity *a, const ww_identity *b)
{
    return a->ignored != b->ignored || (a->name && b->name ? strcmp(a->name, b->name) != 0 : a->name != b->name);
}

// An identity that is called otherwise, or is not ignored any more: its person is to be written, if nobody moves.
// Identities are found by their faces: they stand in the order of these, which is not that of their ids.
static void find_renamed(regrouping *r)
{
    const ww_decided *before = r->in->before, *after = r->in->after;
    for (size_t i = 0; before->identity && after->identity && i < r->count; i++) {
        const int32_t was = before->identity[i], now = after->identity[i];
        if (was >= 0 && now >= 0 && before->identities.item[was].id == after->identities.item[now].id
            && names_differ(&before->identities.item[was], &after->identities.item[now]))
            r->identity[now] = true;
    }
}

static void find_touched(regrouping *r)
{
    const ww_decided *after = r->in->after;
    find_renamed(r);
    for (size_t i = 0; i < r->count; i++) {
        if (!r->changed[i])
            continue;
        if (after->identity && after->identity[i] >= 0)
            r->identity[after->identity[i]] = true;
        if (r->number[i] >= 0)
            r->person[r->number[i]] = true;
        if (r->in->faces->face.item[i].number >= 0)
            r->person[r->in->faces->face.item[i].number] = true;
    }
    for (size_t i = 0; i < r->count; i++)
        if (r->number[i] >= 0 && after->identity && after->identity[i] >= 0 && r->identity[after->identity[i]])
            r->person[r->number[i]] = true;
}

// --- persons and identities that go together

static uint32_t node_of_identity(const regrouping *r, int32_t identity)
{
    return (uint32_t)r->numbers + (uint32_t)identity;
}

// Whose faces are of which identity, of the persons whose faces may move.
static ww_status find_held(regrouping *r, ww_error *err)
{
    const int32_t *identity = r->in->after->identity;
    for (size_t i = 0; identity && i < r->count; i++)
        if (r->number[i] >= 0 && r->person[r->number[i]] && identity[i] >= 0
            && !ww_overlaps_add(&r->held, r->number[i], identity[i]))
            return no_memory(r, err);
    ww_overlaps_count(&r->held);
    return WW_OK;
}

// The group of the identity of a face, NONE without one.
static uint32_t group_of_decided(const regrouping *r, uint32_t face)
{
    const int32_t identity = r->in->after->identity[face];
    return identity >= 0 ? ww_forest_root_compress(r->group, node_of_identity(r, identity)) : NONE;
}

static bool are_apart(const regrouping *r, uint32_t x, uint32_t y)
{
    const ww_decided *d = r->in->after;
    for (size_t k = 0; k < d->cannot.count; k++) {
        const uint32_t a = group_of_decided(r, d->cannot.item[k].a), b = group_of_decided(r, d->cannot.item[k].b);
        if ((a == x && b == y) || (a == y && b == x))
            return true;
    }
    return false;
}

static void join_groups(regrouping *r)
{
    for (size_t i = 0; i < r->held.count; i++) {
        const ww_overlap *held = &r->held.item[i];
        const uint32_t x = ww_forest_root_compress(r->group, (uint32_t)held->number),
                       y = ww_forest_root_compress(r->group, node_of_identity(r, held->label));
        if (x != y && !are_apart(r, x, y))
            ww_forest_join(r->group, x, y);
    }
}

// --- labels

// Faces of no identity that were rejected from the group their person is in.
static void turn_out_rejected(regrouping *r, bool *out)
{
    const ww_decided *d = r->in->after;
    for (size_t k = 0; k < d->cannot.count; k++)
        for (int side = 0; side < 2; side++) {
            const uint32_t face = side ? d->cannot.item[k].b : d->cannot.item[k].a,
                           other = side ? d->cannot.item[k].a : d->cannot.item[k].b;
            if (d->identity[face] < 0 && r->number[face] >= 0
                && group_of_decided(r, other) == ww_forest_root_compress(r->group, (uint32_t)r->number[face]))
                out[face] = true;
        }
}

static uint32_t group_of(const regrouping *r, size_t face, const bool *out)
{
    const int32_t identity = r->in->after->identity ? r->in->after->identity[face] : -1;
    if (r->nobody[face])
        return NONE;
    if (identity >= 0)
        return ww_forest_root_compress(r->group, node_of_identity(r, identity));
    if (r->number[face] < 0 || out[face])
        return NONE;
    return ww_forest_root_compress(r->group, (uint32_t)r->number[face]);
}

static ww_status label_faces(regrouping *r, ww_error *err)
{
    const int32_t *identity = r->in->after->identity;
    const size_t nodes = r->numbers + r->in->after->identities.count;
    bool *out = ww_try_array(r->count, sizeof *out);
    int32_t *label_of = ww_try_array(nodes, sizeof *label_of); // 1, 2, ...; 0: none yet
    int32_t next = 0;
    ww_status status = out && label_of ? WW_OK : no_memory(r, err);
    if (status == WW_OK)
        turn_out_rejected(r, out);
    for (size_t i = 0; i < r->count && status == WW_OK; i++) {
        const bool touched = r->changed[i] || (r->number[i] >= 0 && r->person[r->number[i]])
                             || (identity && identity[i] >= 0 && r->identity[identity[i]]);
        const uint32_t group = touched ? group_of(r, i, out) : NONE;
        r->kept[i] = !touched;
        r->label[i] = touched ? WW_NOBODY : r->number[i];
        if (group == NONE)
            continue;
        if (label_of[group] == 0)
            label_of[group] = ++next;
        r->label[i] = label_of[group] - 1;
    }
    free(label_of);
    free(out);
    return status;
}

// --- the whole

static ww_status find_moves(const regrouping *r, ww_moves *moves, ww_error *err)
{
    const ww_catalog *c = r->in->faces;
    for (size_t i = 0; i < r->count; i++)
        if (r->label[i] != c->face.item[i].number
            && !ww_vector_push(moves, ((ww_move){c->face.item[i].id, c->face.item[i].number, r->label[i]})))
            return no_memory(r, err);
    return WW_OK;
}

typedef WW_VECTOR(int32_t) numbers;

// Those whom faces have left, and who have none now.
static ww_status find_emptied(const regrouping *r, const ww_moves *moves, numbers *emptied, ww_error *err)
{
    int8_t *state = ww_try_array(r->numbers, sizeof *state); // 1: left by a face, 2: has one, or is listed
    bool kept = state != NULL;
    for (size_t i = 0; i < moves->count && kept; i++)
        if (moves->item[i].before >= 0)
            state[moves->item[i].before] = 1;
    for (size_t i = 0; i < r->count && kept; i++)
        if (r->label[i] >= 0 && (size_t)r->label[i] < r->numbers)
            state[r->label[i]] = 2;
    for (size_t i = 0; i < moves->count && kept; i++)
        if (moves->item[i].before >= 0 && state[moves->item[i].before] == 1) {
            kept = ww_vector_push(emptied, moves->item[i].before);
            state[moves->item[i].before] = 2;
        }
    free(state);
    return kept ? WW_OK : no_memory(r, err);
}

static ww_status store(const regrouping *r, const ww_person_ids *ids, const ww_moves *moves, ww_error *err)
{
    ww_store *to = r->in->library->store;
    numbers emptied = {0};
    ww_status status = find_emptied(r, moves, &emptied, err);
    if (status == WW_OK)
        status = ww_store_begin(to, err);
    if (status == WW_OK)
        status = ww_store_end(
            to, ww_store_moved_faces(r->in->library, ids, moves->item, moves->count, emptied.item, emptied.count, err),
            err);
    ww_vector_free(&emptied);
    return status;
}

static void bring_up_to_date(const regrouping *r)
{
    for (size_t i = 0; i < r->count; i++) {
        ww_catalog_face *f = &r->in->faces->face.item[i];
        if (f->number == r->label[i])
            continue;
        f->former = f->number >= 0 ? f->number : f->former;
        f->number = r->label[i];
    }
}

static ww_status begin(regrouping *r, ww_error *err)
{
    r->number = ww_try_array(r->count, sizeof *r->number);
    r->changed = ww_try_array(r->count, sizeof *r->changed);
    r->nobody = ww_try_array(r->count, sizeof *r->nobody);
    r->label = ww_try_array(r->count, sizeof *r->label);
    r->kept = ww_try_array(r->count, sizeof *r->kept);
    if (!r->number || !r->changed || !r->nobody || !r->label || !r->kept)
        return no_memory(r, err);
    ww_status status = begin_with(r, err);
    if (status != WW_OK)
        return status;
    const size_t identities = r->in->after->identities.count;
    r->person = ww_try_array(r->numbers, sizeof *r->person);
    r->identity = ww_try_array(identities, sizeof *r->identity);
    r->group = ww_try_array(r->numbers + identities, sizeof *r->group);
    if (!r->person || !r->identity || !r->group)
        return no_memory(r, err);
    ww_forest_init(r->group, r->numbers + identities);
    return find_changed(r, err);
}

static void release(regrouping *r)
{
    free(r->number);
    free(r->changed);
    free(r->nobody);
    free(r->person);
    free(r->identity);
    free(r->group);
    free(r->label);
    free(r->kept);
    ww_vector_free(&r->held);
}

ww_status ww_people_regroup(const ww_regroup_input *in, ww_moves *moves, ww_error *err)
{
    regrouping r = {.in = in, .count = in->faces->face.count};
    ww_person_ids ids = {0};
    ww_moves made = {0};
    ww_status status = begin(&r, err);
    if (status == WW_OK) {
        find_touched(&r);
        status = find_held(&r, err);
    }
    if (status == WW_OK) {
        join_groups(&r);
        status = label_faces(&r, err);
    }
    if (status == WW_OK)
        status = ww_assign_person_ids(in->library, in->faces, in->after, r.label, r.kept, r.number, &ids, err);
    if (status == WW_OK)
        status = find_moves(&r, &made, err);
    if (status == WW_OK)
        status = store(&r, &ids, &made, err);
    if (status == WW_OK) {
        bring_up_to_date(&r);
        status = ww_catalog_refresh_people(in->faces, err);
    }
    ww_person_ids_free(&ids);
    release(&r);
    if (status == WW_OK)
        *moves = made;
    else
        ww_vector_free(&made);
    return status;
}
