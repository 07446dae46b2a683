// SPDX-License-Identifier: MIT
#include "cluster/links.h"
#include "base/forest.h"
#include "base/hash.h"
#include "base/memory.h"
#include <stdlib.h>
#include <string.h>

enum { DIM_MAX = 8192 }; // as in sieve.h

typedef struct keyed {
    uint64_t key;
    uint32_t index;
} keyed;

static int compare_keyed(const void *a, const void *b)
{
    const keyed *x = a, *y = b;
    return x->key != y->key ? (x->key > y->key) - (x->key < y->key) : (x->index > y->index) - (x->index < y->index);
}

static int compare_u64(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static ww_status check_range(const ww_pair *pairs, size_t pair_count, size_t count, const char *kind, ww_error *err)
{
    for (size_t i = 0; i < pair_count; i++)
        if (pairs[i].a >= count || pairs[i].b >= count)
            return ww_fail(err, WW_ERR_ARGUMENT, "%s-link %zu joins vectors %u and %u, but there are only %zu", kind, i,
                           (unsigned)pairs[i].a, (unsigned)pairs[i].b, count);
    return WW_OK;
}

static size_t apart_count(const ww_constraints *c) { return c->cannot_count + c->at_once_count; }

static ww_status allocate(ww_links *l, size_t cannot_count, ww_error *err)
{
    l->group = ww_alloc_array(l->count, sizeof *l->group, SIZE_MAX);
    l->rank = ww_alloc_array(l->count, sizeof *l->rank, SIZE_MAX);
    l->member_start = ww_alloc_array0(l->count + 1, sizeof *l->member_start, SIZE_MAX);
    l->member = ww_alloc_array(l->count, sizeof *l->member, SIZE_MAX);
    l->cannot.start = ww_alloc_array0(l->count + 1, sizeof *l->cannot.start, SIZE_MAX);
    l->cannot.to = ww_alloc_array(2 * cannot_count, sizeof *l->cannot.to, SIZE_MAX);
    l->cannot.at_once = ww_alloc_array(2 * cannot_count, sizeof *l->cannot.at_once, SIZE_MAX);
    if (!l->group || !l->rank || !l->member_start || !l->member || !l->cannot.start || !l->cannot.to
        || !l->cannot.at_once)
        return ww_fail(err, WW_ERR_MEMORY, "no memory for the links of %zu vectors", l->count);
    return WW_OK;
}

// Ranks the vectors and numbers the groups; `order` is scratch of count entries, `key` of count hashes.
static void number_groups(ww_links *l, const float *vectors, int dim, const ww_forest *forest, keyed *order,
                          uint64_t *key)
{
    const size_t row_bytes = (size_t)dim * sizeof *vectors;
    for (size_t i = 0; i < l->count; i++)
        order[i] = (keyed){ww_hash_bytes((const char *)vectors + i * row_bytes, row_bytes), (uint32_t)i};
    qsort(order, l->count, sizeof *order, compare_keyed);
    memset(key, 0, l->count * sizeof *key);
    for (size_t i = 0; i < l->count; i++) {
        l->rank[order[i].index] = (uint32_t)i;
        // a sum knows no order
        key[ww_forest_root(forest, order[i].index)] += ww_hash_bytes(&order[i].key, sizeof order[i].key);
    }
    for (size_t i = 0; i < l->count; i++)
        if (ww_forest_root(forest, (uint32_t)i) == i)
            order[l->groups++] = (keyed){key[i], (uint32_t)i};
    qsort(order, l->groups, sizeof *order, compare_keyed);
    for (size_t g = 0; g < l->groups; g++)
        l->group[order[g].index] = (uint32_t)g;
    for (size_t i = 0; i < l->count; i++)
        l->group[i] = l->group[ww_forest_root(forest, (uint32_t)i)];
}

static void list_members(ww_links *l, uint32_t *by_rank)
{
    for (size_t i = 0; i < l->count; i++) {
        l->member_start[l->group[i] + 1]++;
        by_rank[l->rank[i]] = (uint32_t)i;
    }
    for (size_t g = 0; g < l->groups; g++)
        l->member_start[g + 1] += l->member_start[g];
    for (size_t r = 0; r < l->count; r++)
        l->member[l->member_start[l->group[by_rank[r]]]++] = by_rank[r];
    for (size_t g = l->groups; g > 0; g--)
        l->member_start[g] = l->member_start[g - 1];
    l->member_start[0] = 0;
}

// A link seen from one side, as a number: from, to (31 bits each), and whether they were only seen at once.
static uint64_t sided(uint64_t from, uint64_t to, bool at_once) { return from << 32 | to << 1 | at_once; }

static ww_status add_sides(const ww_links *l, const ww_pair *pair, size_t pairs, bool at_once, uint64_t *both,
                           size_t *n, ww_error *err)
{
    for (size_t i = 0; i < pairs; i++) {
        const uint64_t a = l->group[pair[i].a], b = l->group[pair[i].b];
        if (a == b)
            return ww_fail(
                err, WW_ERR_ARGUMENT,
                "vectors %u and %u cannot be together by one link and must be by others; take one of these links away",
                (unsigned)pair[i].a, (unsigned)pair[i].b);
        both[(*n)++] = sided(a, b, at_once);
        both[(*n)++] = sided(b, a, at_once);
    }
    return WW_OK;
}

// `both` is scratch for each link seen from both sides.
static ww_status list_cannot(ww_links *l, const ww_constraints *c, uint64_t *both, ww_error *err)
{
    size_t n = 0, kept = 0;
    ww_status status = add_sides(l, c->cannot, c->cannot_count, false, both, &n, err);
    if (status == WW_OK)
        status = add_sides(l, c->at_once, c->at_once_count, true, both, &n, err);
    if (status != WW_OK)
        return status;
    qsort(both, n, sizeof *both, compare_u64);
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && both[i] >> 1 == both[i - 1] >> 1) // what parts them for good stands first
            continue;
        l->cannot.at_once[kept] = both[i] & 1;
        l->cannot.to[kept++] = (uint32_t)both[i] >> 1;
        l->cannot.start[(both[i] >> 32) + 1] = kept;
    }
    for (size_t g = 0; g < l->groups; g++)
        if (l->cannot.start[g + 1] < l->cannot.start[g])
            l->cannot.start[g + 1] = l->cannot.start[g];
    return WW_OK;
}

ww_status ww_links_build(ww_links *l, const float *vectors, size_t count, int dim, const ww_constraints *c,
                         ww_error *err)
{
    memset(l, 0, sizeof *l);
    l->count = count;
    keyed *order = NULL;
    uint64_t *key = NULL, *both = NULL;
    ww_forest *forest = NULL;
    if (dim < 1 || dim > DIM_MAX || count > INT32_MAX)
        return ww_fail(err, WW_ERR_ARGUMENT, "cannot cluster %zu vectors of %d values: at most %d of 1 to %d values",
                       count, dim, INT32_MAX, DIM_MAX);
    ww_status status = check_range(c->must, c->must_count, count, "must", err);
    if (status == WW_OK)
        status = check_range(c->cannot, c->cannot_count, count, "cannot", err);
    if (status == WW_OK)
        status = check_range(c->at_once, c->at_once_count, count, "at-once", err);
    if (status == WW_OK)
        status = allocate(l, apart_count(c), err);
    if (status != WW_OK)
        goto done;
    order = ww_alloc_array(count, sizeof *order, SIZE_MAX);
    key = ww_alloc_array(count, sizeof *key, SIZE_MAX);
    both = ww_alloc_array(2 * apart_count(c), sizeof *both, SIZE_MAX);
    forest = ww_alloc_array(count, sizeof *forest, SIZE_MAX);
    if (!order || !key || !both || !forest) {
        status = ww_fail(err, WW_ERR_MEMORY, "no memory for the links of %zu vectors", count);
        goto done;
    }
    ww_forest_init(forest, count);
    for (size_t i = 0; i < c->must_count; i++)
        ww_forest_join(forest, c->must[i].a, c->must[i].b);
    number_groups(l, vectors, dim, forest, order, key);
    list_members(l, (uint32_t *)key);
    status = list_cannot(l, c, both, err);
done:
    free(order);
    free(key);
    free(both);
    free((void *)forest);
    if (status != WW_OK)
        ww_links_free(l);
    return status;
}

void ww_links_free(ww_links *l)
{
    free(l->group);
    free(l->rank);
    free(l->member_start);
    free(l->member);
    free(l->cannot.start);
    free(l->cannot.to);
    free(l->cannot.at_once);
    memset(l, 0, sizeof *l);
}
