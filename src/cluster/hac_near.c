// SPDX-License-Identifier: MIT
#include "cluster/hac_near.h"
#include "base/memory.h"
#include "cluster/pairs.h"
#include "cluster/search.h"
#include <float.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_PAIRS = 1 << 16 };
#define RADIUS_ROUNDING 1e-6 // the sieve takes its radius as a float (sieve.c)

typedef struct near_pair {
    ww_pair pair;
    float at_least;
} near_pair;

typedef struct chunk {
    struct chunk *next;
    size_t count;
    near_pair item[CHUNK_PAIRS];
} chunk;

typedef struct collector {
    const ww_near_lists *lists;
    const ww_hac_clusters *clusters;
    pthread_mutex_t lock; // for all that follows
    chunk *chunks;        // the newest first
    bool no_memory, senseless;
} collector;

typedef struct ww_near_merged {
    uint32_t cluster;
    float to_a, to_b; // bounds
} near_merged;

float ww_near_float_below(double x)
{
    const float rounded = (float)x;
    return (double)rounded > x ? nextafterf(rounded, -INFINITY) : rounded;
}

static void put(collector *c, const near_pair *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!c->chunks || c->chunks->count == CHUNK_PAIRS) {
            chunk *fresh = ww_alloc_array(1, sizeof *fresh, SIZE_MAX);
            c->no_memory |= !fresh;
            if (!fresh)
                return;
            fresh->next = c->chunks;
            fresh->count = 0;
            c->chunks = fresh;
        }
        c->chunks->item[c->chunks->count++] = pairs[i];
    }
}

static void visit(void *user, const ww_pair *pairs, size_t count)
{
    collector *c = user;
    near_pair near[WW_PAIRS_BATCH];
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        const uint32_t a = pairs[i].a, b = pairs[i].b;
        const double at_least = ww_hac_squared(c->clusters, a, b) - ww_near_error(c->lists, c->clusters->dim, a, b);
        if (at_least <= c->lists->reach_squared)
            near[found++] = (near_pair){pairs[i], ww_near_float_below(at_least)};
    }
    pthread_mutex_lock(&c->lock);
    put(c, near, found);
    pthread_mutex_unlock(&c->lock);
}

// Parts the pool into lists, each with room for all its pairs.
static ww_status make_room(ww_near_lists *l, const chunk *chunks, ww_error *err)
{
    size_t total = 0;
    for (const chunk *k = chunks; k; k = k->next)
        for (size_t i = 0; i < k->count; i++) {
            l->of[k->item[i].pair.a].room++;
            l->of[k->item[i].pair.b].room++;
        }
    for (size_t c = 0; c < l->count; c++)
        total += l->of[c].room;
    l->pool = ww_alloc_array(total, sizeof *l->pool, SIZE_MAX);
    if (!l->pool)
        return ww_fail_memory(err, "the %zu near pairs of %zu groups", total / 2, l->count);
    total = 0;
    for (size_t c = 0; c < l->count; c++) {
        l->of[c].entry = l->pool + total;
        total += l->of[c].room;
    }
    return WW_OK;
}

static void add(ww_near_lists *l, uint32_t to, uint32_t cluster, float at_least)
{
    l->of[to].entry[l->of[to].count++] = (ww_near_entry){cluster, at_least};
}

// What a cluster's own spread adds to its squared distance from anything: not below 0, which the error allows for.
static double *find_spread(const ww_hac_clusters *c, double *largest_squared)
{
    const size_t dim = (size_t)c->dim;
    double *spread = ww_alloc_array(c->count, sizeof *spread, SIZE_MAX);
    *largest_squared = 0;
    for (size_t i = 0; spread && i < c->count; i++) {
        const double squared = c->kernels->dot(c->mean + i * dim, c->mean + i * dim, dim);
        spread[i] = fmax(0, c->mean_squared[i] - squared);
        if (isfinite(squared))
            *largest_squared = fmax(*largest_squared, c->mean_squared[i]);
    }
    return spread;
}

// What is wanted of the pairs, and of whom.
typedef struct near_query {
    const ww_near_wanted *wanted;
    const double *spread;
    double radius;
} near_query;

static ww_status look_here(collector *found, const near_query *q, ww_error *err)
{
    const ww_hac_clusters *c = found->clusters;
    const ww_pair_visitor visitor = {
        .visit = visit, .user = found, .progress = q->wanted->progress, .progress_user = q->wanted->user};
    ww_sieve sieve;
    ww_status status = ww_sieve_build(&sieve, c->mean, c->count, c->dim, q->radius, q->spread, NULL, err);
    if (status == WW_OK) {
        status = ww_pairs_visit(&sieve, &visitor, q->wanted->threads, err);
        ww_sieve_free(&sieve);
    }
    return status;
}

// Pairs of a cluster that is not there would be a fault of those who search.
static void take(void *user, const ww_pair *pairs, size_t count)
{
    collector *c = user;
    for (size_t done = 0; done < count; done += WW_PAIRS_BATCH) {
        const size_t n = count - done < WW_PAIRS_BATCH ? count - done : WW_PAIRS_BATCH;
        for (size_t i = done; i < done + n && !c->senseless; i++)
            c->senseless = pairs[i].a >= c->clusters->count || pairs[i].b >= c->clusters->count;
        if (!c->senseless)
            visit(c, pairs + done, n);
    }
}

static ww_status look_elsewhere(const ww_search *search, collector *found, const near_query *q, ww_error *err)
{
    const ww_hac_clusters *c = found->clusters;
    const ww_search_query query = {.vectors = c->mean,
                                   .count = c->count,
                                   .dim = c->dim,
                                   .threads = q->wanted->threads,
                                   .radius = q->radius,
                                   .spread = q->spread,
                                   .progress = q->wanted->progress,
                                   .progress_user = q->wanted->user};
    const ww_status status = search->pairs(search->user, &query, take, found, err);
    if (status == WW_OK && found->senseless)
        return ww_fail(err, WW_ERR_FORMAT, "the search for pairs elsewhere (ww_search_by) made no sense");
    return status;
}

static ww_status collect(ww_near_lists *l, const ww_hac_clusters *c, const near_query *q, ww_error *err)
{
    collector found = {.lists = l, .clusters = c, .lock = PTHREAD_MUTEX_INITIALIZER};
    const ww_search *search = ww_search_for(c->count);
    ww_status status = search ? look_elsewhere(search, &found, q, err) : look_here(&found, q, err);
    if (status == WW_OK && found.no_memory)
        status = ww_fail_memory(err, "the near pairs of %zu groups", l->count);
    if (status == WW_OK)
        status = make_room(l, found.chunks, err);
    while (found.chunks) {
        chunk *held = found.chunks;
        for (size_t i = 0; status == WW_OK && i < held->count; i++) {
            add(l, held->item[i].pair.a, held->item[i].pair.b, held->item[i].at_least);
            add(l, held->item[i].pair.b, held->item[i].pair.a, held->item[i].at_least);
        }
        found.chunks = held->next;
        free(held);
    }
    pthread_mutex_destroy(&found.lock);
    return status;
}

ww_status ww_near_build(ww_near_lists *l, const ww_hac_clusters *c, const ww_near_wanted *wanted, ww_error *err)
{
    double largest_squared = 0, *spread = find_spread(c, &largest_squared);
    *l = (ww_near_lists){.count = c->count};
    l->of = ww_alloc_array0(c->count, sizeof *l->of, SIZE_MAX);
    l->depth = ww_alloc_array0(c->count, sizeof *l->depth, SIZE_MAX);
    l->turn_of = ww_alloc_array0(c->count, sizeof *l->turn_of, SIZE_MAX);
    l->slot = ww_alloc_array(c->count, sizeof *l->slot, SIZE_MAX);
    ww_status status = WW_OK;
    if (!spread || !l->of || !l->depth || !l->turn_of || !l->slot)
        status = ww_fail_memory(err, "joining %zu groups", c->count);
    // A dot product of floats is off by at most dim u |a||b|, and each rounding of a mean puts it off by u |a|: both
    // count twice.
    l->unit = FLT_EPSILON * largest_squared;
    const double slack = l->unit * (2.0 * wanted->depth_max + c->dim + 8);
    l->reach_squared = wanted->limit_squared + slack;
    const double radius = sqrt(l->reach_squared + slack) * (1 + RADIUS_ROUNDING);
    if (status == WW_OK)
        status = collect(l, c, &(near_query){wanted, spread, radius}, err);
    free(spread);
    if (status != WW_OK)
        ww_near_free(l);
    return status;
}

void ww_near_free(ww_near_lists *l)
{
    for (size_t i = 0; l->of && i < l->count; i++)
        if (l->of[i].own)
            free(l->of[i].entry);
    free(l->of);
    free(l->pool);
    free(l->depth);
    free(l->turn_of);
    free(l->slot);
    free(l->scratch);
    memset(l, 0, sizeof *l);
}

uint32_t ww_near_refresh(ww_near_lists *l, ww_hac_clusters *clusters, uint32_t c, const bool *gone)
{
    ww_near_list *list = &l->of[c];
    uint32_t kept = 0, lowest = 0;
    l->turn++;
    for (uint32_t i = 0; i < list->count; i++) {
        const ww_near_entry e = {ww_hac_now(clusters, list->entry[i].cluster), list->entry[i].at_least};
        if (e.cluster == c || gone[e.cluster])
            continue;
        if (l->turn_of[e.cluster] != l->turn) {
            l->turn_of[e.cluster] = l->turn;
            l->slot[e.cluster] = kept;
            list->entry[kept++] = e;
        } else {
            ww_near_entry *first = &list->entry[l->slot[e.cluster]];
            first->at_least = fminf(first->at_least, e.at_least);
        }
        if (e.at_least < list->entry[lowest].at_least)
            lowest = l->slot[e.cluster];
    }
    list->count = kept;
    return lowest;
}

// Lists in `scratch` who is in either list, with bounds of both; returns how many.
static uint32_t merge_lists(ww_near_lists *l, ww_hac_clusters *clusters, const uint32_t joined[2], const bool *gone)
{
    const float beyond = ww_near_float_below(l->reach_squared);
    uint32_t count = 0;
    l->turn++;
    for (int side = 0; side < 2; side++)
        for (uint32_t i = 0; i < l->of[joined[side]].count; i++) {
            const ww_near_entry e = l->of[joined[side]].entry[i];
            const uint32_t now = ww_hac_now(clusters, e.cluster);
            if (now == joined[0] || now == joined[1] || gone[now])
                continue;
            if (l->turn_of[now] != l->turn) {
                l->turn_of[now] = l->turn;
                l->slot[now] = count;
                l->scratch[count++] = (near_merged){now, beyond, beyond};
            }
            near_merged *m = &l->scratch[l->slot[now]];
            float *bound = side == 0 ? &m->to_a : &m->to_b;
            *bound = fminf(*bound, e.at_least);
        }
    return count;
}

static ww_status reserve_scratch(ww_near_lists *l, size_t room, ww_error *err)
{
    if (room <= l->scratch_room)
        return WW_OK;
    free(l->scratch);
    l->scratch_room = 2 * room;
    l->scratch = ww_alloc_array(l->scratch_room, sizeof *l->scratch, SIZE_MAX);
    if (l->scratch)
        return WW_OK;
    l->scratch_room = 0;
    return ww_fail_memory(err, "a list of %zu groups", room);
}

// Gives `a` a list with room for `count` entries: that of one of the two, or else a new one. What they hold is lost.
static ww_status give_room(ww_near_lists *l, uint32_t a, uint32_t b, uint32_t count, ww_error *err)
{
    ww_near_list *to = &l->of[a], *from = &l->of[b];
    if (to->room < from->room) {
        const ww_near_list held = *to;
        *to = *from;
        *from = held;
    }
    if (from->own)
        free(from->entry);
    *from = (ww_near_list){0};
    to->count = 0;
    if (to->room >= count)
        return WW_OK;
    if (to->own)
        free(to->entry);
    *to = (ww_near_list){.entry = ww_alloc_array(count, sizeof *to->entry, SIZE_MAX), .room = count, .own = true};
    return to->entry ? WW_OK : ww_fail_memory(err, "a list of %u groups", (unsigned)count);
}

ww_status ww_near_join(ww_near_lists *l, ww_hac_clusters *clusters, uint32_t a, uint32_t b, double share_a,
                       double share_b, const bool *gone, ww_error *err)
{
    ww_status status = reserve_scratch(l, (size_t)l->of[a].count + l->of[b].count, err);
    if (status != WW_OK)
        return status;
    const uint32_t joined[2] = {a, b}, listed = merge_lists(l, clusters, joined, gone);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < listed; i++) {
        const double at_least = share_a * (double)l->scratch[i].to_a + share_b * (double)l->scratch[i].to_b;
        if (at_least <= l->reach_squared)
            l->scratch[kept++] = (near_merged){l->scratch[i].cluster, ww_near_float_below(at_least), 0};
    }
    status = give_room(l, a, b, kept, err);
    for (uint32_t i = 0; status == WW_OK && i < kept; i++)
        add(l, a, l->scratch[i].cluster, l->scratch[i].to_a);
    const uint32_t deeper = l->depth[a] > l->depth[b] ? l->depth[a] : l->depth[b];
    l->depth[a] = deeper + 1;
    l->depth_top = l->depth[a] > l->depth_top ? l->depth[a] : l->depth_top;
    return status;
}
