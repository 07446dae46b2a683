// SPDX-License-Identifier: MIT
// Average linkage, exact, without a matrix of distances.
//
// The distance of two clusters is the root of the mean squared distance over all their pairs (for unit vectors the same as going
// by mean cosine). It follows from the means alone: mean |x|^2 + mean |y|^2 - 2 (mean x) . (mean y), so each pair of clusters
// costs one dot product. A mean never falls below the smallest pair, so two clusters within the threshold always have a pair
// within it, and what single linkage leaves apart stays apart: the work is done inside each of its components.
//
// There, clusters are joined along chains of nearest neighbours (Murtagh 1983): average linkage is reducible (joining two never
// brings them closer to a third), also where some distances are infinite because of cannot-links, so that any two that are
// nearest to each other can be joined at once, with the result of always joining the closest. Time quadratic in the groups of a
// component.
#include "base/memory.h"
#include "cluster/forest.h"
#include "cluster/kernels.h"
#include "cluster/method.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NONE WW_NO_CLUSTER

typedef struct hac {
    const ww_method_problem *problem;
    const ww_cluster_kernels *kernels;
    size_t count, live_count;
    float *mean;          // count x dim
    double *mean_squared; // count: mean of |x|^2
    double *size;         // count: vectors
    uint32_t *live;       // clusters still there, in no order; a cluster has the lowest number of its groups
    uint32_t *live_place; // count
    uint32_t *into;       // count: where a cluster went, itself while it lives
    uint32_t *next_group; // count: the groups of a cluster, a ring
    uint32_t *chain, *chain_place; // count: each linked to its nearest; where a cluster stands in it, if it does
    uint32_t *place;      // links->groups: number here, NONE for groups that are not; the caller's
    uint32_t *barred;     // count: equals `turn` where the cluster looked from cannot go
    uint32_t turn;
    double limit_squared;
} hac;

static ww_status allocate(hac *h, ww_error *err)
{
    const size_t n = h->count;
    h->mean = ww_alloc_array(n, (size_t)h->problem->dim * sizeof *h->mean, SIZE_MAX);
    h->mean_squared = ww_alloc_array(n, sizeof *h->mean_squared, SIZE_MAX);
    h->size = ww_alloc_array(n, sizeof *h->size, SIZE_MAX);
    h->live = ww_alloc_array(n, sizeof *h->live, SIZE_MAX);
    h->live_place = ww_alloc_array(n, sizeof *h->live_place, SIZE_MAX);
    h->into = ww_alloc_array(n, sizeof *h->into, SIZE_MAX);
    h->next_group = ww_alloc_array(n, sizeof *h->next_group, SIZE_MAX);
    h->chain = ww_alloc_array(n, sizeof *h->chain, SIZE_MAX);
    h->chain_place = ww_alloc_array0(n, sizeof *h->chain_place, SIZE_MAX);
    h->barred = ww_alloc_array0(n, sizeof *h->barred, SIZE_MAX);
    if (!h->mean || !h->mean_squared || !h->size || !h->live || !h->live_place || !h->into || !h->next_group || !h->chain ||
        !h->chain_place || !h->barred)
        return ww_fail(err, WW_ERR_MEMORY, "no memory to join %zu groups", n);
    return WW_OK;
}

static void release(hac *h)
{
    free(h->mean);
    free(h->mean_squared);
    free(h->size);
    free(h->live);
    free(h->live_place);
    free(h->into);
    free(h->next_group);
    free(h->chain);
    free(h->chain_place);
    free(h->barred);
}

static bool is_finite(const float *x, int dim)
{
    for (int d = 0; d < dim; d++)
        if (!isfinite(x[d]))
            return false;
    return true;
}

// Mean of the group's finite vectors; `sum` is scratch of dim doubles.
static void start_cluster(hac *h, uint32_t c, uint32_t group, double *sum)
{
    const ww_method_problem *p = h->problem;
    const size_t dim = (size_t)p->dim;
    double squared = 0;
    memset(sum, 0, dim * sizeof *sum);
    h->size[c] = 0;
    for (size_t m = p->links->member_start[group]; m < p->links->member_start[group + 1]; m++) {
        const float *x = p->vectors + p->links->member[m] * dim;
        if (!is_finite(x, p->dim))
            continue;
        h->size[c]++;
        squared += h->kernels->dot(x, x, dim);
        for (size_t d = 0; d < dim; d++)
            sum[d] += x[d];
    }
    const double size = fmax(1, h->size[c]);
    h->mean_squared[c] = squared / size;
    for (size_t d = 0; d < dim; d++)
        h->mean[c * dim + d] = (float)(sum[d] / size);
    h->live[c] = h->live_place[c] = h->into[c] = h->next_group[c] = c;
}

static uint32_t cluster_now(const hac *h, uint32_t c)
{
    while (h->into[c] != c)
        c = h->into[c];
    return c;
}

// Marks the clusters that `c` cannot be with.
static void bar(hac *h, uint32_t c, const uint32_t *groups)
{
    const ww_links *links = h->problem->links;
    uint32_t member = c;
    h->turn++;
    do {
        const uint32_t group = groups[member];
        for (size_t i = links->cannot.start[group]; i < links->cannot.start[group + 1]; i++)
            if (h->place[links->cannot.to[i]] != NONE)
                h->barred[cluster_now(h, h->place[links->cannot.to[i]])] = h->turn;
        member = h->next_group[member];
    } while (member != c);
}

// The live cluster nearest to `c` within the limit; of equals `previous`, then the lowest numbered. NONE: there is none.
static uint32_t nearest(hac *h, uint32_t c, uint32_t previous, const uint32_t *groups)
{
    const size_t dim = (size_t)h->problem->dim;
    double best_squared = h->limit_squared;
    uint32_t best = NONE; // the limit itself is still within
    bar(h, c, groups);
    for (size_t i = 0; i < h->live_count; i++) {
        const uint32_t other = h->live[i];
        if (other == c || h->barred[other] == h->turn)
            continue;
        const double squared = h->mean_squared[c] + h->mean_squared[other] -
                               2 * (double)h->kernels->dot_float(h->mean + c * dim, h->mean + other * dim, dim);
        if (squared < best_squared ||
            (squared == best_squared && (best == NONE || other == previous || (best != previous && other < best)))) {
            best_squared = squared;
            best = other;
        }
    }
    return best;
}

static void retire(hac *h, uint32_t c)
{
    const uint32_t last = h->live[--h->live_count];
    h->live[h->live_place[c]] = last;
    h->live_place[last] = h->live_place[c];
}

// Joins b into a.
static void join(hac *h, uint32_t a, uint32_t b)
{
    const size_t dim = (size_t)h->problem->dim;
    const double total = h->size[a] + h->size[b], share_a = h->size[a] / total, share_b = h->size[b] / total;
    for (size_t d = 0; d < dim; d++)
        h->mean[a * dim + d] = (float)(share_a * h->mean[a * dim + d] + share_b * h->mean[b * dim + d]);
    h->mean_squared[a] = share_a * h->mean_squared[a] + share_b * h->mean_squared[b];
    h->size[a] = total;
    h->into[b] = a;
    const uint32_t held = h->next_group[a];
    h->next_group[a] = h->next_group[b];
    h->next_group[b] = held;
    retire(h, b);
}

// A chain gets shorter from link to link and so never meets itself, but for the rounding of means: then it goes on from there.
static void follow_chains(hac *h, const uint32_t *groups)
{
    uint32_t *chain = h->chain;
    size_t length = 0;
    uint32_t lowest = 0; // all below are joined or final
    for (;;) {
        if (length == 0) {
            while (lowest < h->count && (h->into[lowest] != lowest || h->live_place[lowest] == NONE))
                lowest++;
            if (lowest == h->count)
                return;
            h->chain_place[lowest] = (uint32_t)length;
            chain[length++] = lowest;
        }
        const uint32_t top = chain[length - 1], previous = length > 1 ? chain[length - 2] : NONE;
        const uint32_t next = nearest(h, top, previous, groups);
        if (next == NONE) { // nobody within reach now, so never again
            retire(h, top);
            h->live_place[top] = NONE;
            length--;
        } else if (next == previous) {
            length -= 2;
            join(h, top < next ? top : next, top < next ? next : top);
        } else if (h->chain_place[next] < length && chain[h->chain_place[next]] == next) {
            length = h->chain_place[next] + 1;
        } else {
            h->chain_place[next] = (uint32_t)length;
            chain[length++] = next;
        }
    }
}

ww_status ww_hac_merge(const ww_method_problem *p, const uint32_t *groups, size_t group_count, double threshold, uint32_t *place,
                       uint32_t *cluster_of_group, ww_error *err)
{
    if (group_count == 1) {
        cluster_of_group[groups[0]] = groups[0];
        return WW_OK;
    }
    hac h = {.problem = p, .kernels = ww_cluster_kernels_best(), .count = group_count, .limit_squared = threshold * threshold,
             .place = place};
    ww_status status = allocate(&h, err);
    double *sum = ww_try_array((size_t)p->dim, sizeof *sum);
    if (status == WW_OK && !sum)
        status = ww_fail_memory(err, "clustering %zu vectors", p->count);
    if (status == WW_OK) {
        for (size_t c = 0; c < group_count; c++) {
            start_cluster(&h, (uint32_t)c, groups[c], sum);
            place[groups[c]] = (uint32_t)c;
        }
        h.live_count = group_count;
        follow_chains(&h, groups);
        for (size_t c = 0; c < group_count; c++) {
            cluster_of_group[groups[c]] = groups[cluster_now(&h, (uint32_t)c)];
            place[groups[c]] = NONE;
        }
    }
    free(sum);
    release(&h);
    return status;
}

typedef struct in_component { uint32_t component, group; } in_component;

static int compare_component(const void *a, const void *b)
{
    const in_component *x = a, *y = b;
    return x->component != y->component ? (x->component > y->component) - (x->component < y->component)
                                        : (x->group > y->group) - (x->group < y->group);
}

// Components of single linkage, over vectors and groups alike; `label` is scratch for the vectors.
static ww_status find_components(const ww_method_problem *p, int32_t *label, ww_forest *forest, in_component *out, ww_error *err)
{
    const ww_dbscan_options options = {p->options.threshold, 1, p->options.threads, p->options.progress, p->options.user, NULL};
    const ww_links *links = p->links;
    const ww_status status = ww_dbscan(p->vectors, p->count, p->dim, &options, label, err);
    if (status != WW_OK)
        return status;
    uint32_t *first_group = ww_alloc_array(p->count, sizeof *first_group, SIZE_MAX); // of each component
    if (!first_group)
        return ww_fail(err, WW_ERR_MEMORY, "no memory to cluster %zu vectors", p->count);
    memset(first_group, 0xff, p->count * sizeof *first_group);
    ww_forest_init(forest, links->groups);
    for (size_t i = 0; i < p->count; i++) {
        if (label[i] == WW_NOBODY)
            continue;
        if (first_group[label[i]] == NONE)
            first_group[label[i]] = links->group[i];
        ww_forest_join(forest, links->group[i], first_group[label[i]]);
    }
    free(first_group);
    for (uint32_t g = 0; g < links->groups; g++)
        out[g] = (in_component){ww_forest_root_compress(forest, g), g};
    qsort(out, links->groups, sizeof *out, compare_component);
    return WW_OK;
}

ww_status ww_hac_run(const ww_method_problem *p, uint32_t *cluster_of_group, ww_error *err)
{
    const size_t groups = p->links->groups;
    in_component *components = ww_alloc_array(groups, sizeof *components, SIZE_MAX);
    ww_forest *forest = ww_alloc_array(groups, sizeof *forest, SIZE_MAX);
    int32_t *label = ww_alloc_array(p->count, sizeof *label, SIZE_MAX);
    uint32_t *members = ww_alloc_array(groups, sizeof *members, SIZE_MAX);
    uint32_t *place = ww_alloc_array(groups, sizeof *place, SIZE_MAX);
    ww_status status = WW_OK;
    if (!components || !forest || !label || !members || !place)
        status = ww_fail(err, WW_ERR_MEMORY, "no memory to cluster %zu vectors", p->count);
    else
        status = find_components(p, label, forest, components, err);
    for (size_t g = 0; status == WW_OK && g < groups; g++)
        place[g] = NONE;
    for (size_t first = 0, end; status == WW_OK && first < groups; first = end) {
        for (end = first; end < groups && components[end].component == components[first].component; end++)
            members[end - first] = components[end].group;
        status = ww_hac_merge(p, members, end - first, p->options.threshold, place, cluster_of_group, err);
    }
    free(components);
    free((void *)forest);
    free(label);
    free(members);
    free(place);
    return status;
}
