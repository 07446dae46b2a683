// SPDX-License-Identifier: MIT
// Each vector keeps a heap of its k nearest so far, the farthest on top. Which k remain does not depend on the order
// they came in.
#include "cluster/neighbours.h"
#include "base/memory.h"
#include "cluster/pairs.h"
#include "cluster/search.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { NEIGHBOURS_MAX = 1024, LOCKS = 256 };

typedef struct finder {
    ww_neighbours *out;
    const ww_neighbours_options *options;
    ww_sieve sieve;
    pthread_mutex_t lock[LOCKS]; // of the heaps of all vectors with the same remainder
} finder;

static bool farther(const uint32_t *rank, ww_neighbour a, ww_neighbour b)
{
    if (a.distance_squared != b.distance_squared)
        return a.distance_squared > b.distance_squared;
    return rank ? rank[a.index] > rank[b.index] : a.index > b.index;
}

// Moves the entry at `at` down until no child is farther.
static void sink(const uint32_t *rank, ww_neighbour *heap, size_t count, size_t at)
{
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && farther(rank, heap[child + 1], heap[child]))
            child++;
        if (!farther(rank, heap[child], heap[at]))
            return;
        const ww_neighbour held = heap[at];
        heap[at] = heap[child];
        heap[child] = held;
    }
}

static void rise(const uint32_t *rank, ww_neighbour *heap, size_t at)
{
    for (size_t parent; at > 0 && farther(rank, heap[at], heap[parent = (at - 1) / 2]); at = parent) {
        const ww_neighbour held = heap[at];
        heap[at] = heap[parent];
        heap[parent] = held;
    }
}

void ww_neighbours_offer(ww_neighbours *n, const uint32_t *rank, size_t to, ww_neighbour neighbour)
{
    const size_t k = (size_t)n->k;
    ww_neighbour *heap = n->near + to * k;
    if ((size_t)n->found[to] < k) {
        heap[n->found[to]] = neighbour;
        rise(rank, heap, (size_t)n->found[to]++);
    } else if (farther(rank, heap[0], neighbour)) {
        heap[0] = neighbour;
        sink(rank, heap, k, 0);
    }
}

static void offer(finder *f, uint32_t to, ww_neighbour neighbour)
{
    pthread_mutex_t *lock = &f->lock[to % LOCKS];
    pthread_mutex_lock(lock);
    ww_neighbours_offer(f->out, f->options->rank, to, neighbour);
    pthread_mutex_unlock(lock);
}

static bool wants(const finder *f, uint32_t who, uint32_t whom)
{
    return (!f->options->asks || f->options->asks[who]) && (!f->options->answers || f->options->answers[whom]);
}

static void visit(void *user, const ww_pair *pairs, size_t count)
{
    finder *f = user;
    for (size_t i = 0; i < count; i++) {
        const uint32_t a = pairs[i].a, b = pairs[i].b;
        const bool for_a = wants(f, a, b), for_b = wants(f, b, a);
        if (!for_a && !for_b)
            continue;
        const double squared = ww_sieve_distance_squared(&f->sieve, a, b);
        if (squared <= f->sieve.eps_squared) {
            const float distance_squared = squared > 0 ? (float)squared : 0;
            if (for_a)
                offer(f, a, (ww_neighbour){distance_squared, b});
            if (for_b)
                offer(f, b, (ww_neighbour){distance_squared, a});
        }
    }
}

// Heap sort: takes the farthest off the top, again and again.
static void sort_heap(const uint32_t *rank, ww_neighbour *heap, size_t count)
{
    while (count > 1) {
        const ww_neighbour farthest = heap[0];
        heap[0] = heap[--count];
        heap[count] = farthest;
        sink(rank, heap, count, 0);
    }
}

void ww_neighbours_sort(ww_neighbours *n, const uint32_t *rank)
{
    for (size_t i = 0; i < n->count; i++)
        sort_heap(rank, n->near + i * (size_t)n->k, (size_t)n->found[i]);
}

static ww_status look_here(ww_neighbours *n, const float *vectors, int dim, const ww_neighbours_options *options,
                           ww_error *err)
{
    finder *f = ww_alloc(sizeof *f);
    f->out = n;
    f->options = options;
    for (int i = 0; i < LOCKS; i++)
        pthread_mutex_init(&f->lock[i], NULL);
    ww_status status = ww_sieve_build(&f->sieve, vectors, n->count, dim, options->distance_max, NULL, NULL, err);
    if (status == WW_OK) {
        const ww_pair_visitor visitor = {
            .visit = visit, .user = f, .progress = options->progress, .progress_user = options->user};
        status = ww_pairs_visit(&f->sieve, &visitor, options->threads, err);
        ww_sieve_free(&f->sieve);
    }
    if (status == WW_OK)
        ww_neighbours_sort(n, options->rank);
    for (int i = 0; i < LOCKS; i++)
        pthread_mutex_destroy(&f->lock[i]);
    free(f);
    return status;
}

static ww_status look_elsewhere(const ww_search *search, ww_neighbours *n, const float *vectors, int dim,
                                const ww_neighbours_options *o, ww_error *err)
{
    uint8_t *roles = ww_try_array(n->count, sizeof *roles);
    if (!roles)
        return ww_fail_memory(err, "the neighbours of %zu vectors", n->count);
    for (size_t i = 0; i < n->count; i++)
        roles[i] = (uint8_t)((!o->asks || o->asks[i] ? WW_ROLE_ASKS : 0)
                             | (!o->answers || o->answers[i] ? WW_ROLE_ANSWERS : 0));
    const ww_search_query query = {.vectors = vectors,
                                   .count = n->count,
                                   .dim = dim,
                                   .threads = o->threads,
                                   .radius = o->distance_max,
                                   .k = o->k,
                                   .rank = o->rank,
                                   .roles = roles,
                                   .progress = o->progress,
                                   .progress_user = o->user};
    ww_status status = search->neighbours(search->user, &query, n->near, n->found, err);
    if (status == WW_OK)
        status = ww_search_check(n->near, n->found, &query, err);
    free(roles);
    return status;
}

ww_status ww_neighbours_find(ww_neighbours *n, const float *vectors, size_t count, int dim,
                             const ww_neighbours_options *options, ww_error *err)
{
    const int k = options->k;
    memset(n, 0, sizeof *n);
    if (k < 1 || k > NEIGHBOURS_MAX)
        return ww_fail(err, WW_ERR_ARGUMENT, "%d neighbours a vector; it can be 1 to %d", k, NEIGHBOURS_MAX);
    *n = (ww_neighbours){.count = count, .k = k};
    n->found = ww_alloc_array0(count, sizeof *n->found, SIZE_MAX);
    n->near = ww_alloc_array(count, (size_t)k * sizeof *n->near, SIZE_MAX);
    const ww_search *search = ww_search_for(count);
    ww_status status = WW_OK;
    if (!n->found || !n->near)
        status = ww_fail(err, WW_ERR_MEMORY, "no memory for %d neighbours of each of %zu vectors", k, count);
    else if (search)
        status = look_elsewhere(search, n, vectors, dim, options, err);
    else
        status = look_here(n, vectors, dim, options, err);
    if (status != WW_OK)
        ww_neighbours_free(n);
    return status;
}

void ww_neighbours_free(ww_neighbours *n)
{
    free(n->found);
    free(n->near);
    memset(n, 0, sizeof *n);
}
