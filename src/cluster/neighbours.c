// SPDX-License-Identifier: MIT
// Each vector keeps a heap of its k nearest so far, the farthest on top. Which k remain does not depend on the order
// they came in.
#include "cluster/neighbours.h"
#include "base/memory.h"
#include "cluster/pairs.h"
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

static bool farther(const finder *f, ww_neighbour a, ww_neighbour b)
{
    if (a.distance_squared != b.distance_squared)
        return a.distance_squared > b.distance_squared;
    const uint32_t *rank = f->options->rank;
    return rank ? rank[a.index] > rank[b.index] : a.index > b.index;
}

// Moves the entry at `at` down until no child is farther.
static void sink(const finder *f, ww_neighbour *heap, size_t count, size_t at)
{
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && farther(f, heap[child + 1], heap[child]))
            child++;
        if (!farther(f, heap[child], heap[at]))
            return;
        const ww_neighbour held = heap[at];
        heap[at] = heap[child];
        heap[child] = held;
    }
}

static void rise(const finder *f, ww_neighbour *heap, size_t at)
{
    for (size_t parent; at > 0 && farther(f, heap[at], heap[parent = (at - 1) / 2]); at = parent) {
        const ww_neighbour held = heap[at];
        heap[at] = heap[parent];
        heap[parent] = held;
    }
}

static void offer(finder *f, uint32_t to, ww_neighbour neighbour)
{
    pthread_mutex_t *lock = &f->lock[to % LOCKS];
    const size_t k = (size_t)f->out->k;
    ww_neighbour *heap = f->out->near + to * k;
    pthread_mutex_lock(lock);
    if ((size_t)f->out->found[to] < k) {
        heap[f->out->found[to]] = neighbour;
        rise(f, heap, (size_t)f->out->found[to]++);
    } else if (farther(f, heap[0], neighbour)) {
        heap[0] = neighbour;
        sink(f, heap, k, 0);
    }
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
static void sort_heap(const finder *f, ww_neighbour *heap, size_t count)
{
    while (count > 1) {
        const ww_neighbour farthest = heap[0];
        heap[0] = heap[--count];
        heap[count] = farthest;
        sink(f, heap, count, 0);
    }
}

ww_status ww_neighbours_find(ww_neighbours *n, const float *vectors, size_t count, int dim,
                             const ww_neighbours_options *options, ww_error *err)
{
    const int k = options->k;
    memset(n, 0, sizeof *n);
    if (k < 1 || k > NEIGHBOURS_MAX)
        return ww_fail(err, WW_ERR_ARGUMENT, "%d neighbours a vector; it can be 1 to %d", k, NEIGHBOURS_MAX);
    finder *f = ww_alloc(sizeof *f);
    f->out = n;
    f->options = options;
    for (int i = 0; i < LOCKS; i++)
        pthread_mutex_init(&f->lock[i], NULL);
    *n = (ww_neighbours){.count = count, .k = k};
    n->found = ww_alloc_array0(count, sizeof *n->found, SIZE_MAX);
    n->near = ww_alloc_array(count, (size_t)k * sizeof *n->near, SIZE_MAX);
    ww_status status = WW_OK;
    if (!n->found || !n->near)
        status = ww_fail(err, WW_ERR_MEMORY, "no memory for %d neighbours of each of %zu vectors", k, count);
    if (status == WW_OK)
        status = ww_sieve_build(&f->sieve, vectors, count, dim, options->distance_max, NULL, NULL, err);
    if (status == WW_OK) {
        const ww_pair_visitor visitor = {
            .visit = visit, .user = f, .progress = options->progress, .progress_user = options->user};
        status = ww_pairs_visit(&f->sieve, &visitor, options->threads, err);
        ww_sieve_free(&f->sieve);
    }
    for (size_t i = 0; status == WW_OK && i < count; i++)
        sort_heap(f, n->near + i * (size_t)k, (size_t)n->found[i]);
    for (int i = 0; i < LOCKS; i++)
        pthread_mutex_destroy(&f->lock[i]);
    free(f);
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
