// SPDX-License-Identifier: MIT
// Average linkage, exact, without a matrix of distances.
//
// The distance of two clusters is the root of the mean squared distance over all their pairs (for unit vectors the same
// as going by mean cosine). It follows from the means alone: mean |x|^2 + mean |y|^2 - 2 (mean x) . (mean y), so each
// pair of clusters costs one dot product.
//
// Clusters are joined along chains of nearest neighbours (Murtagh 1983): average linkage is reducible (joining two
// never brings them closer to a third), also where some distances are infinite because of cannot-links, so that any two
// that are nearest to each other can be joined at once, with the result of always joining the closest.
//
// For the same reason the work can be done in stages of rising limits: all joins within the first limit, then, among
// what is left, those within the next. For a stage the sieve finds every pair of clusters within its limit, once; from
// then on each cluster looks for its nearest in a list of its own (hac_near.h), most of which a bound rules out. The
// limit of a stage is chosen, by a sample, for lists of a few dozen: the first stage joins most of what belongs
// together, the last looks at what little is left in full reach. So neither memory nor time goes with the square, but
// for the sieve's look at bytes. Every distance that decides is the one the plain way of comparing all with all
// computes, in the same arithmetic.
#include "cluster/hac.h"
#include "base/memory.h"
#include "base/random.h"
#include "cluster/hac_near.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NONE WW_NO_CLUSTER

// Measured on 10,000 to 100,000 made-up faces (bench/cluster_data.py).
const ww_hac_plan ww_hac_plan_default = {
    .plain_max = 512, .pairs_per_cluster = 64, .pairs_max = 16 << 20, .depth_max = 8192};

enum {
    SAMPLE_PER_CLUSTER = 16, // pairs looked at to choose a limit
    SAMPLE_MIN = 1 << 16,
    SAMPLE_MAX = 1 << 20,
    STALLS_MAX = 6, // stages one upon another that joined few; each aims at twice the pairs of the one before
    FEW_SHARE = 4,  // few: less than one in so many clusters
};

typedef struct hac {
    const ww_method_problem *problem;
    const ww_hac_plan *plan;
    const uint32_t *groups;
    ww_hac_clusters clusters;
    size_t live_count;
    uint32_t *live;                // clusters in play, in no order; a cluster has the lowest number of its groups
    uint32_t *live_place;          // count
    bool *gone;                    // count: not in play: joined into another, or nobody is within the limit
    uint32_t *next_group;          // count: the groups of a cluster, a ring
    uint32_t *chain, *chain_place; // count: each linked to its nearest; where a cluster stands in it, if it does
    uint32_t *place;               // links->groups: number here, NONE for groups that are not; the caller's
    uint32_t *barred;              // count: equals `turn` where the cluster looked from cannot go
    uint32_t turn;
    bool *any_barred; // count: it holds a group that cannot be with another
    bool listed;      // `lists` are there
    ww_near_lists lists;
    double limit_squared; // of the stage
    double share_done, stage_share;
} hac;

static ww_status allocate(hac *h, ww_error *err)
{
    const size_t n = h->clusters.count;
    ww_hac_clusters *c = &h->clusters;
    c->mean = ww_alloc_array(n, (size_t)c->dim * sizeof *c->mean, SIZE_MAX);
    c->mean_squared = ww_alloc_array(n, sizeof *c->mean_squared, SIZE_MAX);
    c->size = ww_alloc_array(n, sizeof *c->size, SIZE_MAX);
    c->into = ww_alloc_array(n, sizeof *c->into, SIZE_MAX);
    h->live = ww_alloc_array(n, sizeof *h->live, SIZE_MAX);
    h->live_place = ww_alloc_array(n, sizeof *h->live_place, SIZE_MAX);
    h->gone = ww_alloc_array(n, sizeof *h->gone, SIZE_MAX);
    h->next_group = ww_alloc_array(n, sizeof *h->next_group, SIZE_MAX);
    h->chain = ww_alloc_array(n, sizeof *h->chain, SIZE_MAX);
    h->chain_place = ww_alloc_array0(n, sizeof *h->chain_place, SIZE_MAX);
    h->barred = ww_alloc_array0(n, sizeof *h->barred, SIZE_MAX);
    h->any_barred = ww_alloc_array0(n, sizeof *h->any_barred, SIZE_MAX);
    if (!c->mean || !c->mean_squared || !c->size || !c->into || !h->live || !h->live_place || !h->gone || !h->next_group
        || !h->chain || !h->chain_place || !h->barred || !h->any_barred)
        return ww_fail_memory(err, "joining %zu groups", n);
    return WW_OK;
}

static void release(hac *h)
{
    free(h->clusters.mean);
    free(h->clusters.mean_squared);
    free(h->clusters.size);
    free(h->clusters.into);
    free(h->live);
    free(h->live_place);
    free(h->gone);
    free(h->next_group);
    free(h->chain);
    free(h->chain_place);
    free(h->barred);
    free(h->any_barred);
}

static bool is_finite(const float *x, int dim)
{
    for (int d = 0; d < dim; d++)
        if (!isfinite(x[d]))
            return false;
    return true;
}

// Mean of the group's finite vectors, NaN where there is none; `sum` is scratch of dim doubles.
static void start_cluster(hac *h, uint32_t c, double *sum)
{
    const ww_method_problem *p = h->problem;
    const ww_links *links = p->links;
    const size_t dim = (size_t)p->dim;
    const uint32_t group = h->groups[c];
    double squared = 0, size = 0;
    memset(sum, 0, dim * sizeof *sum);
    for (size_t m = links->member_start[group]; m < links->member_start[group + 1]; m++) {
        const float *x = p->vectors + links->member[m] * dim;
        if (!is_finite(x, p->dim))
            continue;
        size++;
        squared += h->clusters.kernels->dot(x, x, dim);
        for (size_t d = 0; d < dim; d++)
            sum[d] += x[d];
    }
    h->clusters.size[c] = size;
    h->clusters.mean_squared[c] = squared / size;
    for (size_t d = 0; d < dim; d++)
        h->clusters.mean[c * dim + d] = (float)(sum[d] / size);
    h->clusters.into[c] = h->next_group[c] = c;
    h->any_barred[c] = links->cannot.start[group + 1] > links->cannot.start[group];
}

// Marks the clusters that `c` cannot be with.
static void bar(hac *h, uint32_t c)
{
    const ww_links *links = h->problem->links;
    uint32_t member = c;
    h->turn++;
    if (!h->any_barred[c])
        return;
    do {
        const uint32_t group = h->groups[member];
        for (size_t i = links->cannot.start[group]; i < links->cannot.start[group + 1]; i++)
            if (h->place[links->cannot.to[i]] != NONE)
                h->barred[ww_hac_now(&h->clusters, h->place[links->cannot.to[i]])] = h->turn;
        member = h->next_group[member];
    } while (member != c);
}

typedef struct nearest_so_far {
    uint32_t cluster, previous; // NONE: none
    double squared;             // or the limit, which itself is still within
} nearest_so_far;

// Of equals `previous`, then the lowest numbered.
static void consider(nearest_so_far *best, uint32_t other, double squared)
{
    if (squared < best->squared
        || (squared == best->squared
            && (best->cluster == NONE || other == best->previous
                || (best->cluster != best->previous && other < best->cluster)))) {
        best->squared = squared;
        best->cluster = other;
    }
}

static void look_at_all(hac *h, uint32_t c, nearest_so_far *best)
{
    for (size_t i = 0; i < h->live_count; i++) {
        const uint32_t other = h->live[i];
        if (other != c && h->barred[other] != h->turn)
            consider(best, other, ww_hac_squared(&h->clusters, c, other));
    }
}

// Computes the distance of an entry if its bound does not rule it out. False: the entry is of no use any more.
static bool look_at_entry(hac *h, uint32_t c, ww_near_entry *e, nearest_so_far *best)
{
    const double error = ww_near_error(&h->lists, h->clusters.dim, c, e->cluster);
    if (h->barred[e->cluster] == h->turn)
        return false;
    if ((double)e->at_least - error > best->squared)
        return true;
    const double squared = ww_hac_squared(&h->clusters, c, e->cluster);
    consider(best, e->cluster, squared);
    e->at_least = ww_near_float_below(squared - error);
    return e->at_least <= h->lists.reach_squared;
}

static void look_at_list(hac *h, uint32_t c, nearest_so_far *best)
{
    ww_near_list *list = &h->lists.of[c];
    const uint32_t lowest = ww_near_refresh(&h->lists, &h->clusters, c, h->gone);
    uint32_t kept = 0;
    if (list->count > 0)
        look_at_entry(h, c, &list->entry[lowest], best); // a good one first rules out the more
    for (uint32_t i = 0; i < list->count; i++) {
        ww_near_entry e = list->entry[i];
        if (look_at_entry(h, c, &e, best))
            list->entry[kept++] = e;
    }
    list->count = kept;
}

// The cluster in play nearest to `c` within the limit; NONE: there is none.
static uint32_t nearest(hac *h, uint32_t c, uint32_t previous)
{
    nearest_so_far best = {NONE, previous, h->limit_squared};
    bar(h, c);
    if (h->listed && (size_t)h->lists.depth[c] + h->lists.depth_top <= 2 * (size_t)h->plan->depth_max)
        look_at_list(h, c, &best);
    else
        look_at_all(h, c, &best);
    return best.cluster;
}

static void retire(hac *h, uint32_t c)
{
    const uint32_t last = h->live[--h->live_count];
    h->live[h->live_place[c]] = last;
    h->live_place[last] = h->live_place[c];
    h->gone[c] = true;
}

// Joins b into a.
static ww_status join(hac *h, uint32_t a, uint32_t b, ww_error *err)
{
    ww_hac_clusters *c = &h->clusters;
    const size_t dim = (size_t)c->dim;
    const double total = c->size[a] + c->size[b], share_a = c->size[a] / total, share_b = c->size[b] / total;
    if (h->listed) {
        const ww_status status = ww_near_join(&h->lists, c, a, b, share_a, share_b, h->gone, err);
        if (status != WW_OK)
            return status;
    }
    for (size_t d = 0; d < dim; d++) {
        c->mean[a * dim + d] = (float)(share_a * c->mean[a * dim + d] + share_b * c->mean[b * dim + d]);
        c->mean[b * dim + d] = NAN;
    }
    c->mean_squared[a] = share_a * c->mean_squared[a] + share_b * c->mean_squared[b];
    c->size[a] = total;
    c->into[b] = a;
    h->any_barred[a] |= h->any_barred[b];
    const uint32_t held = h->next_group[a];
    h->next_group[a] = h->next_group[b];
    h->next_group[b] = held;
    retire(h, b);
    return WW_OK;
}

// A chain gets shorter from link to link and so never meets itself, but for the rounding of means: then it goes on from
// there.
static ww_status follow_chains(hac *h, ww_error *err)
{
    uint32_t *chain = h->chain;
    size_t length = 0;
    uint32_t lowest = 0; // all below are joined or final
    ww_status status = WW_OK;
    while (status == WW_OK) {
        if (length == 0) {
            while (lowest < h->clusters.count && h->gone[lowest])
                lowest++;
            if (lowest == h->clusters.count)
                break;
            h->chain_place[lowest] = (uint32_t)length;
            chain[length++] = lowest;
        }
        const uint32_t top = chain[length - 1], previous = length > 1 ? chain[length - 2] : NONE;
        const uint32_t next = nearest(h, top, previous);
        if (next == NONE) { // nobody within reach now, so never again
            retire(h, top);
            length--;
        } else if (next == previous) {
            length -= 2;
            status = join(h, top < next ? top : next, top < next ? next : top, err);
        } else if (h->chain_place[next] < length && chain[h->chain_place[next]] == next) {
            length = h->chain_place[next] + 1;
        } else {
            h->chain_place[next] = (uint32_t)length;
            chain[length++] = next;
        }
    }
    return status;
}

// All clusters into play that hold a finite vector.
static void start_stage(hac *h)
{
    h->live_count = 0;
    for (uint32_t c = 0; c < h->clusters.count; c++) {
        h->gone[c] = h->clusters.into[c] != c || !(h->clusters.size[c] > 0);
        if (!h->gone[c]) {
            h->live_place[c] = (uint32_t)h->live_count;
            h->live[h->live_count++] = c;
        }
    }
}

static int compare_floats(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

// The squared distance that about `pairs` pairs of the clusters in play are within, or `most` if that is lower. -1: no
// memory.
static double choose_limit(const hac *h, double pairs, double most)
{
    const double all = (double)h->live_count * (double)(h->live_count - 1) / 2;
    const size_t wanted = h->live_count * SAMPLE_PER_CLUSTER, n = wanted < SAMPLE_MIN   ? SAMPLE_MIN
                                                                  : wanted > SAMPLE_MAX ? SAMPLE_MAX
                                                                                        : wanted;
    float *squared = ww_alloc_array(n, sizeof *squared, SIZE_MAX);
    if (!squared)
        return -1;
    ww_random random = {1};
    size_t within = 0;
    for (size_t i = 0; i < n; i++) {
        const uint32_t a = ww_random_below(&random, (uint32_t)h->live_count),
                       b = ww_random_below(&random, (uint32_t)h->live_count);
        const double s = a == b ? INFINITY : ww_hac_squared(&h->clusters, h->live[a], h->live[b]);
        if (s <= most)
            squared[within++] = (float)s;
    }
    const size_t rank = (size_t)(pairs / all * (double)n);
    double limit = most;
    if (rank < within) {
        qsort(squared, within, sizeof *squared, compare_floats);
        limit = fmin(most, squared[rank]);
    }
    free(squared);
    return limit;
}

static int report(void *user, double share)
{
    hac *h = user;
    return h->problem->options.progress(h->problem->options.user, h->share_done + share * h->stage_share);
}

// Joins all there is within the limit of the stage.
static ww_status run_stage(hac *h, bool listed, ww_error *err)
{
    ww_status status = WW_OK;
    h->listed = listed;
    if (listed) {
        const ww_method_options *o = &h->problem->options;
        const ww_near_wanted wanted = {h->limit_squared, h->plan->depth_max, o->threads, o->progress ? report : NULL,
                                       h};
        status = ww_near_build(&h->lists, &h->clusters, &wanted, err);
    }
    if (status == WW_OK)
        status = follow_chains(h, err);
    ww_near_free(&h->lists);
    return status;
}

static ww_status run_stages(hac *h, double limit_squared, ww_error *err)
{
    const ww_hac_plan *plan = h->plan;
    int stalls = 0;
    for (bool last = false; !last;) {
        start_stage(h);
        const size_t before = h->live_count;
        const bool plain = before <= plan->plain_max || stalls > STALLS_MAX;
        const double aim = fmin((double)(plan->pairs_per_cluster << stalls) * (double)before, (double)plan->pairs_max);
        h->limit_squared = plain ? limit_squared : choose_limit(h, aim, limit_squared);
        last = h->limit_squared == limit_squared;
        if (h->limit_squared == -1)
            return ww_fail_memory(err, "joining %zu groups", h->clusters.count);
        h->stage_share = (1 - h->share_done) / (last ? 1 : 2);
        const ww_status status = run_stage(h, !plain, err);
        if (status != WW_OK)
            return status;
        h->share_done += h->stage_share;
        start_stage(h);
        stalls = before - h->live_count < before / FEW_SHARE ? stalls + 1 : 0;
    }
    return WW_OK;
}

ww_status ww_hac_merge_planned(const ww_method_problem *p, const uint32_t *groups, size_t group_count, double threshold,
                               const ww_hac_plan *plan, uint32_t *place, uint32_t *cluster_of_group, ww_error *err)
{
    hac h = {.problem = p, .plan = plan, .groups = groups, .place = place};
    h.clusters = (ww_hac_clusters){.count = group_count, .dim = p->dim, .kernels = ww_cluster_kernels_best()};
    ww_status status = allocate(&h, err);
    double *sum = ww_try_array((size_t)p->dim, sizeof *sum);
    if (status == WW_OK && !sum)
        status = ww_fail_memory(err, "clustering %zu vectors", p->count);
    if (status == WW_OK) {
        for (size_t c = 0; c < group_count; c++) {
            start_cluster(&h, (uint32_t)c, sum);
            place[groups[c]] = (uint32_t)c;
        }
        status = run_stages(&h, threshold * threshold, err);
        for (size_t c = 0; c < group_count; c++) {
            cluster_of_group[groups[c]] = groups[ww_hac_now(&h.clusters, (uint32_t)c)];
            place[groups[c]] = NONE;
        }
    }
    free(sum);
    release(&h);
    return status;
}

ww_status ww_hac_merge(const ww_method_problem *p, const uint32_t *groups, size_t group_count, double threshold,
                       uint32_t *place, uint32_t *cluster_of_group, ww_error *err)
{
    return ww_hac_merge_planned(p, groups, group_count, threshold, &ww_hac_plan_default, place, cluster_of_group, err);
}

ww_status ww_hac_run(const ww_method_problem *p, uint32_t *cluster_of_group, ww_error *err)
{
    const size_t groups = p->links->groups;
    uint32_t *all = ww_alloc_array(groups, sizeof *all, SIZE_MAX),
             *place = ww_alloc_array(groups, sizeof *place, SIZE_MAX);
    ww_status status = WW_OK;
    if (!all || !place)
        status = ww_fail_memory(err, "clustering %zu vectors", p->count);
    for (uint32_t g = 0; status == WW_OK && g < groups; g++) {
        all[g] = g;
        place[g] = NONE;
    }
    if (status == WW_OK)
        status = ww_hac_merge(p, all, groups, p->options.threshold, place, cluster_of_group, err);
    free(all);
    free(place);
    return status;
}
