// SPDX-License-Identifier: MIT
#include "cluster/search_parts.h"
#include "cluster/pairs.h"
#include <pthread.h>

typedef struct looker {
    const ww_search_parts *parts;
    ww_sieve sieve;
    pthread_mutex_t lock; // for what is found
    ww_found_pairs *pairs;
    bool no_memory;
    ww_part_neighbours *side[2]; // a, b
} looker;

static double spread_of(const looker *l, ww_pair pair)
{
    const double *spread = l->parts->spread;
    return spread ? spread[pair.a] + spread[pair.b] : 0;
}

static void add_pairs(void *user, const ww_pair *pairs, size_t count)
{
    looker *l = user;
    const ww_search_parts *p = l->parts;
    ww_pair near[WW_PAIRS_BATCH];
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        if (ww_sieve_distance_squared(&l->sieve, pairs[i].a, pairs[i].b) + spread_of(l, pairs[i])
            <= l->sieve.eps * l->sieve.eps)
            near[found++] = (ww_pair){ww_block_row(p->a, p->b, pairs[i].a), ww_block_row(p->a, p->b, pairs[i].b)};
    pthread_mutex_lock(&l->lock);
    for (size_t i = 0; i < found && !l->no_memory; i++)
        l->no_memory = !ww_vector_push(l->pairs, near[i]);
    pthread_mutex_unlock(&l->lock);
}

// The block of a row of both, and its place there.
static ww_part_neighbours *side_of(const looker *l, uint32_t row, size_t *place)
{
    const bool second = row >= l->parts->a.count;
    *place = second ? row - l->parts->a.count : row;
    return l->side[second];
}

// Tells one of two near vectors of the other.
static void tell(const looker *l, uint32_t who, uint32_t whom, float distance_squared)
{
    size_t place, other;
    ww_part_neighbours *to = side_of(l, who, &place);
    const ww_part_neighbours *of = side_of(l, whom, &other);
    if ((to->roles[place] & WW_ROLE_ASKS) && (of->roles[other] & WW_ROLE_ANSWERS))
        ww_neighbours_offer(&to->near, NULL, place,
                            (ww_neighbour){distance_squared, ww_block_row(l->parts->a, l->parts->b, whom)});
}

static bool matters(const looker *l, ww_pair pair)
{
    size_t a, b;
    const uint8_t x = side_of(l, pair.a, &a)->roles[a], y = side_of(l, pair.b, &b)->roles[b];
    return ((x & WW_ROLE_ASKS) && (y & WW_ROLE_ANSWERS)) || ((y & WW_ROLE_ASKS) && (x & WW_ROLE_ANSWERS));
}

static void add_neighbours(void *user, const ww_pair *pairs, size_t count)
{
    looker *l = user;
    ww_pair near[WW_PAIRS_BATCH];
    float squared[WW_PAIRS_BATCH];
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        if (!matters(l, pairs[i]))
            continue;
        const double d = ww_sieve_distance_squared(&l->sieve, pairs[i].a, pairs[i].b);
        if (d > l->sieve.eps_squared)
            continue;
        squared[found] = d > 0 ? (float)d : 0;
        near[found++] = pairs[i];
    }
    pthread_mutex_lock(&l->lock);
    for (size_t i = 0; i < found; i++) {
        tell(l, near[i].a, near[i].b, squared[i]);
        tell(l, near[i].b, near[i].a, squared[i]);
    }
    pthread_mutex_unlock(&l->lock);
}

static ww_status look(looker *l, void (*visit)(void *user, const ww_pair *pairs, size_t count), ww_error *err)
{
    const ww_search_parts *p = l->parts;
    const ww_sieve_parts parts = {.first = p->b.count ? p->a.count : 0, .total = p->total, .spread = p->spread};
    const ww_pair_visitor visitor = {.visit = visit, .user = l};
    pthread_mutex_init(&l->lock, NULL);
    ww_status status =
        ww_sieve_build_parts(&l->sieve, p->vectors, p->a.count + p->b.count, p->dim, p->radius, &parts, NULL, err);
    if (status == WW_OK)
        status = ww_pairs_visit(&l->sieve, &visitor, p->threads, err);
    ww_sieve_free(&l->sieve);
    pthread_mutex_destroy(&l->lock);
    return status;
}

ww_status ww_search_parts_pairs(const ww_search_parts *parts, ww_found_pairs *found, ww_error *err)
{
    looker l = {.parts = parts, .pairs = found};
    const ww_status status = look(&l, add_pairs, err);
    return status == WW_OK && l.no_memory ? ww_fail_memory(err, "%zu near pairs", found->count) : status;
}

ww_status ww_search_parts_neighbours(const ww_search_parts *parts, ww_part_neighbours *a, ww_part_neighbours *b,
                                     ww_error *err)
{
    looker l = {.parts = parts, .side = {a, b}};
    return look(&l, add_neighbours, err);
}
