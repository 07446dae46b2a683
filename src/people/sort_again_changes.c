// SPDX-License-Identifier: MIT
#include "people/sort_again_parts.h"
#include "base/distance.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct changes {
    const ww_sort_again_input *in;
    size_t count;
    bool *changed; // of each face
    bool *torn;    // of each face: in a way that cannot be settled
} changes;

static ww_status no_memory(const changes *c, ww_error *err)
{
    return ww_fail_memory(err, "what was decided about %zu faces", c->count);
}

int64_t ww_identity_of(const ww_decided *d, size_t face)
{
    const int32_t identity = d->identity ? d->identity[face] : -1;
    return identity >= 0 ? d->identities.item[identity].id : -1;
}

// --- decided to be two

typedef struct apart { // a side: an identity, or a face of none
    int64_t a, b;
    uint32_t face_a, face_b;
} apart;
typedef WW_VECTOR(apart) aparts;

static int by_sides(const void *p, const void *q)
{
    const apart *x = p, *y = q;
    return x->a != y->a ? (x->a < y->a ? -1 : 1) : (x->b > y->b) - (x->b < y->b);
}

static int64_t side_of(const ww_decided *d, uint32_t face)
{
    const int64_t identity = ww_identity_of(d, face);
    return identity >= 0 ? identity : -2 - (int64_t)face;
}

// Those that an entry parts; names part too, see find_renamed.
static bool list_apart(const ww_decided *d, aparts *list)
{
    bool kept = true;
    for (size_t i = 0; i < d->cannot.count && kept; i++) {
        const uint32_t a = d->cannot.item[i].a, b = d->cannot.item[i].b;
        const int64_t x = side_of(d, a), y = side_of(d, b);
        if (d->cannot_entry.item[i] != 0)
            kept = ww_vector_push(list, (x < y ? (apart){x, y, a, b} : (apart){y, x, b, a}));
    }
    if (kept && list->count)
        qsort(list->item, list->count, sizeof *list->item, by_sides);
    return kept;
}

static void tear(changes *c, const apart *one)
{
    c->changed[one->face_a] = c->changed[one->face_b] = true;
    c->torn[one->face_a] = c->torn[one->face_b] = true;
}

static ww_status compare_apart(changes *c, ww_error *err)
{
    aparts before = {0}, after = {0};
    const bool kept = list_apart(c->in->before, &before) && list_apart(c->in->after, &after);
    for (size_t i = 0, j = 0; kept && (i < before.count || j < after.count);) {
        const int order = i == before.count ? 1 : j == after.count ? -1 : by_sides(&before.item[i], &after.item[j]);
        if (order < 0)
            tear(c, &before.item[i]);
        if (order > 0)
            tear(c, &after.item[j]);
        i += order <= 0;
        j += order >= 0;
    }
    ww_vector_free(&before);
    ww_vector_free(&after);
    return kept ? WW_OK : no_memory(c, err);
}

// --- names, which part people as well

static bool is_known(const ww_identity *i) { return i->name || i->ignored; }

// Two who are known, one of them with a name, are two people. Whether this one was parted from somebody and is not now.
static bool parts_no_more(const ww_identity *before, const ww_identity *after)
{
    return (before->name && !after->name) || (is_known(before) && !is_known(after));
}

static ww_status find_renamed(changes *c, ww_error *err)
{
    const ww_decided *before = c->in->before, *after = c->in->after;
    bool *lost = ww_try_array(after->identities.count, sizeof *lost);
    if (!lost)
        return no_memory(c, err);
    for (size_t i = 0; before->identity && after->identity && i < c->count; i++) {
        const int32_t was = before->identity[i], now = after->identity[i];
        if (was >= 0 && now >= 0 && before->identities.item[was].id == after->identities.item[now].id)
            lost[now] = parts_no_more(&before->identities.item[was], &after->identities.item[now]);
    }
    for (size_t i = 0; after->identity && i < c->count; i++)
        if (after->identity[i] >= 0 && lost[after->identity[i]])
            c->changed[i] = c->torn[i] = true;
    free(lost);
    return WW_OK;
}

// --- identities, and who is to be nobody

static void find_moved(changes *c)
{
    const ww_decided *before = c->in->before, *after = c->in->after;
    for (size_t i = 0; i < c->count; i++) {
        const int64_t was = ww_identity_of(before, i);
        if (was == ww_identity_of(after, i))
            continue;
        c->changed[i] = true;
        c->torn[i] = c->torn[i] || was >= 0;
    }
    for (size_t i = 0; i < before->nobody.count; i++)
        c->torn[before->nobody.item[i]] ^= true;
    for (size_t i = 0; i < after->nobody.count; i++)
        c->torn[after->nobody.item[i]] ^= true;
}

// --- settled

typedef struct whole { // of an identity
    size_t faces;
    uint32_t cluster;
    bool settled;
} whole;

// How far two faces are apart, read from the store unless the vectors are here.
static ww_status measure_pair(const ww_catalog *c, size_t a, size_t b, double *squared, ww_error *err)
{
    int dim_a = 0, dim_b = 0;
    if (c->vector) {
        *squared = ww_catalog_distance_squared(c, a, b);
        return WW_OK;
    }
    float *both = ww_try_array(2 * (size_t)WW_STORE_EMBEDDING_MAX, sizeof *both);
    ww_status status = both ? WW_OK : ww_fail_memory(err, "an embedding");
    if (status == WW_OK)
        status = ww_store_embedding(c->store, c->face.item[a].id, both, &dim_a, err);
    if (status == WW_OK)
        status = ww_store_embedding(c->store, c->face.item[b].id, both + WW_STORE_EMBEDDING_MAX, &dim_b, err);
    *squared = status == WW_OK && dim_a == dim_b ? ww_distance_squared(both, both + WW_STORE_EMBEDDING_MAX, dim_a) : 0;
    free(both);
    return status;
}

// Whether a face that is seen at once with somebody else looks like that one: then it counts how often, and the answer
// may change when its tracks become one group.
static ww_status looks_like_another(const ww_sort_again_input *in, size_t face, bool *looks, ww_error *err)
{
    const ww_catalog *c = in->faces;
    const ww_catalog_frame *f = &c->frame.item[c->face.item[face].frame];
    const double repeat = in->evidence->linkage * WW_DUPLICATE_SHARE;
    ww_status status = WW_OK;
    *looks = false;
    if (f->face_count > WW_FACES_AT_ONCE_MAX || in->evidence->decisions_alone)
        return WW_OK;
    for (size_t other = f->first_face; other < f->first_face + f->face_count && !*looks && status == WW_OK; other++) {
        double squared = INFINITY;
        if (in->after->identity[other] != in->after->identity[face])
            status = measure_pair(c, face, other, &squared, err);
        *looks = squared < repeat * repeat;
    }
    return status;
}

// Of more faces than this all vectors are read, in one walk.
enum { READ_ONE_BY_ONE_MAX = 4096 };

static ww_status leave_out_repeated(const changes *c, whole *identity, ww_error *err)
{
    const int32_t *of = c->in->after->identity;
    size_t settled = 0;
    for (size_t i = 0; i < c->count; i++)
        settled += of[i] >= 0 && identity[of[i]].settled;
    ww_status status = settled > READ_ONE_BY_ONE_MAX ? ww_catalog_add_vectors(c->in->faces, err) : WW_OK;
    for (size_t i = 0; i < c->count && settled && status == WW_OK; i++) {
        bool looks = false;
        if (of[i] < 0 || !identity[of[i]].settled)
            continue;
        status = looks_like_another(c->in, i, &looks, err);
        identity[of[i]].settled = !looks;
    }
    return status;
}

static void measure(const changes *c, whole *identity)
{
    const ww_decided *after = c->in->after;
    const ww_sort_state *state = c->in->options->state;
    for (size_t i = 0; i < c->count; i++) {
        whole *w = after->identity[i] >= 0 ? &identity[after->identity[i]] : NULL;
        if (!w)
            continue;
        if (w->faces++ == 0) {
            w->cluster = state->cluster[i];
            w->settled = state->cluster[i] != WW_NO_FACE;
        }
        w->settled = w->settled && c->changed[i] && !c->torn[i] && state->cluster[i] == w->cluster
                     && c->in->options->grade[i] == WW_FACE_SEED;
    }
}

// Whose cluster has more faces than the identity is not settled, nor who was too few to be a person.
static ww_status leave_out_larger(const changes *c, whole *identity, ww_error *err)
{
    const ww_sort_state *state = c->in->options->state;
    size_t *members = ww_try_array(c->count, sizeof *members);
    const ww_status status = members ? WW_OK : no_memory(c, err);
    for (size_t i = 0; i < c->count && status == WW_OK; i++)
        if (state->cluster[i] != WW_NO_FACE)
            members[state->cluster[i]]++;
    for (size_t k = 0; k < c->in->after->identities.count && status == WW_OK; k++) {
        whole *w = &identity[k];
        w->settled = w->settled && members[w->cluster] == w->faces && w->faces >= (size_t)c->in->options->min_size;
    }
    free(members);
    return status;
}

static ww_status settle(changes *c, ww_error *err)
{
    const ww_decided *after = c->in->after;
    whole *identity = ww_try_array(after->identities.count, sizeof *identity);
    if (!identity)
        return no_memory(c, err);
    ww_status status = WW_OK;
    if (after->identity) {
        measure(c, identity);
        status = leave_out_larger(c, identity, err);
        if (status == WW_OK)
            status = leave_out_repeated(c, identity, err);
    }
    for (size_t i = 0; after->identity && i < c->count && status == WW_OK; i++)
        if (after->identity[i] >= 0 && identity[after->identity[i]].settled)
            c->changed[i] = false;
    free(identity);
    return status;
}

ww_status ww_find_unsettled(const ww_sort_again_input *in, bool *changed, ww_error *err)
{
    changes c = {.in = in, .count = in->faces->face.count, .changed = changed};
    c.torn = ww_try_array(c.count, sizeof *c.torn);
    ww_status status = c.torn ? WW_OK : no_memory(&c, err);
    if (status == WW_OK) {
        find_moved(&c);
        for (size_t i = 0; i < c.count; i++)
            changed[i] = changed[i] || c.torn[i];
        status = compare_apart(&c, err);
    }
    if (status == WW_OK)
        status = find_renamed(&c, err);
    if (status == WW_OK)
        status = settle(&c, err);
    free(c.torn);
    return status;
}
