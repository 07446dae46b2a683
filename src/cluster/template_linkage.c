// SPDX-License-Identifier: MIT
// Linkage of templates: the two clusters for whom most speaks that they are one person are joined, and their template
// is made anew, until for no two enough does.
//
// A cluster's template gets better with every group that joins, so that poor groups of one person, which are as far
// from each other as strangers are, come within reach of what they have in common. This is not reducible (a join can
// bring a third cluster nearer), so chains of nearest neighbours do not do: each cluster remembers its nearest
// (Anderberg 1973). One whose nearest is gone does not look again at once: for no other can more speak than did for
// that one, and only when this makes it the first of all does it look (the lazy updates of Müllner 2011). Time
// quadratic in the groups in practice, memory linear.
#include "base/memory.h"
#include "cluster/method.h"
#include "cluster/template.h"

#include <stdlib.h>
#include <string.h>

#define NONE WW_NO_CLUSTER

typedef struct linkage {
    const ww_method_problem *problem;
    ww_templates templates;
    uint32_t *into;       // groups: where a cluster went, itself while it lives
    uint32_t *next_group; // groups: the groups of a cluster, a ring
    uint32_t *nearest;    // groups: the one for whom most speaks; NONE: nobody with enough
    double *evidence;     // groups: for the nearest, nats
    bool *orphan;         // groups: the nearest is gone; for no other does more than `evidence` speak
    uint32_t *living;     // the clusters there are, ascending
    size_t living_count;
    uint32_t *barred; // groups: equals `turn` where the cluster looked from cannot go
    uint32_t *met;    // groups: equals `turn` where it was seen at once with the cluster looked from
    double *against;  // groups: then what that says, nats
    uint32_t turn;
} linkage;

static ww_status allocate(linkage *l, ww_error *err)
{
    const ww_method_problem *p = l->problem;
    const size_t n = p->links->groups;
    l->into = ww_try_array(n, sizeof *l->into);
    l->next_group = ww_try_array(n, sizeof *l->next_group);
    l->nearest = ww_try_array(n, sizeof *l->nearest);
    l->evidence = ww_try_array(n, sizeof *l->evidence);
    l->orphan = ww_try_array(n, sizeof *l->orphan);
    l->living = ww_try_array(n, sizeof *l->living);
    l->barred = ww_try_array(n, sizeof *l->barred);
    l->met = ww_try_array(n, sizeof *l->met);
    l->against = ww_try_array(n, sizeof *l->against);
    if (!l->into || !l->next_group || !l->nearest || !l->evidence || !l->orphan || !l->living || !l->barred || !l->met
        || !l->against)
        return ww_fail_memory(err, "joining %zu groups", n);
    return ww_templates_make(&l->templates, n, p->dim, p->options.context, p->options.threshold, err);
}

static void release(linkage *l)
{
    ww_templates_free(&l->templates);
    free(l->into);
    free(l->next_group);
    free(l->nearest);
    free(l->evidence);
    free(l->orphan);
    free(l->living);
    free(l->barred);
    free(l->met);
    free(l->against);
}

static uint32_t cluster_now(const linkage *l, uint32_t c)
{
    while (l->into[c] != c)
        c = l->into[c];
    return c;
}

static void count_against(linkage *l, uint32_t other)
{
    if (l->met[other] != l->turn)
        l->against[other] = 0;
    l->met[other] = l->turn;
    l->against[other] += WW_EVIDENCE_SEEN_AT_ONCE;
}

// Marks the clusters that `c` cannot be with, and those it was seen at once with.
static void bar(linkage *l, uint32_t c)
{
    const ww_cannot *cannot = &l->problem->links->cannot;
    uint32_t member = c;
    l->turn++;
    do {
        for (size_t i = cannot->start[member]; i < cannot->start[member + 1]; i++) {
            const uint32_t other = cluster_now(l, cannot->to[i]);
            if (cannot->at_once[i])
                count_against(l, other);
            else
                l->barred[other] = l->turn;
        }
        member = l->next_group[member];
    } while (member != c);
}

// That `other` and the cluster looked from are one; the same bits from either side.
static double evidence_for(const linkage *l, uint32_t c, uint32_t other)
{
    const double alike = ww_template_evidence(&l->templates, c < other ? c : other, c < other ? other : c);
    return l->met[other] == l->turn ? alike - l->against[other] : alike;
}

// What is just enough still is.
static void consider(linkage *l, uint32_t c, uint32_t other, double evidence)
{
    if (evidence > l->evidence[c] || (evidence == l->evidence[c] && !l->orphan[c] && other < l->nearest[c])) {
        l->evidence[c] = evidence;
        l->nearest[c] = other;
        l->orphan[c] = false;
    }
}

// The cluster nearest to `c`, anew; whoever finds it nearer than its own takes it (`tell`).
static void look_around(linkage *l, uint32_t c, bool tell)
{
    bar(l, c);
    l->nearest[c] = NONE;
    l->evidence[c] = WW_EVIDENCE_ENOUGH;
    l->orphan[c] = false;
    for (size_t i = 0; i < l->living_count; i++) {
        const uint32_t other = l->living[i];
        if (other == c || l->barred[other] == l->turn)
            continue;
        const double evidence = evidence_for(l, c, other);
        if (evidence < WW_EVIDENCE_ENOUGH)
            continue;
        consider(l, c, other, evidence);
        if (tell)
            consider(l, other, c, evidence);
    }
}

// The cluster with the most for its nearest, the lowest numbered of equals.
static uint32_t closest(linkage *l)
{
    for (;;) {
        uint32_t best = NONE;
        for (size_t i = 0; i < l->living_count; i++) {
            const uint32_t c = l->living[i];
            if (l->nearest[c] != NONE && (best == NONE || l->evidence[c] > l->evidence[best]))
                best = c;
        }
        if (best == NONE || !l->orphan[best])
            return best;
        look_around(l, best, false);
    }
}

static void forget(linkage *l, uint32_t c)
{
    size_t low = 0, high = l->living_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (l->living[middle] < c)
            low = middle + 1;
        else
            high = middle;
    }
    l->living_count--;
    memmove(l->living + low, l->living + low + 1, (l->living_count - low) * sizeof *l->living);
}

// b joins a, the lower numbered.
static ww_status join(linkage *l, uint32_t a, uint32_t b, ww_error *err)
{
    const uint32_t held = l->next_group[a];
    l->next_group[a] = l->next_group[b];
    l->next_group[b] = held;
    l->into[b] = a;
    forget(l, b);
    ww_status status = ww_template_absorb(&l->templates, a, b, err);
    if (status != WW_OK)
        return status;
    for (size_t i = 0; i < l->living_count; i++) {
        const uint32_t nearest = l->nearest[l->living[i]];
        if (nearest == a || nearest == b)
            l->orphan[l->living[i]] = true;
    }
    look_around(l, a, true);
    return WW_OK;
}

static int report(const linkage *l, size_t joined)
{
    const ww_method_options *o = &l->problem->options;
    return o->progress ? o->progress(o->user, (double)joined / (double)l->problem->links->groups) : 0;
}

static ww_status start(linkage *l, ww_error *err)
{
    const ww_links *links = l->problem->links;
    for (uint32_t g = 0; g < links->groups; g++) {
        l->into[g] = l->next_group[g] = g;
        l->nearest[g] = NONE;
        l->evidence[g] = WW_EVIDENCE_ENOUGH;
        ww_status status =
            ww_template_of_group(&l->templates, g, l->problem->vectors, links->member + links->member_start[g],
                                 links->member_start[g + 1] - links->member_start[g], err);
        if (status != WW_OK)
            return status;
        if (l->templates.size[g] > 0)
            l->living[l->living_count++] = g;
    }
    return WW_OK;
}

// Each pair is looked at once, from its lower numbered side.
static void find_nearest(linkage *l)
{
    for (size_t i = 0; i < l->living_count; i++) {
        const uint32_t c = l->living[i];
        bar(l, c);
        for (size_t k = i + 1; k < l->living_count; k++) {
            const uint32_t other = l->living[k];
            if (l->barred[other] == l->turn)
                continue;
            const double evidence = evidence_for(l, c, other);
            if (evidence < WW_EVIDENCE_ENOUGH)
                continue;
            consider(l, c, other, evidence);
            consider(l, other, c, evidence);
        }
    }
}

static ww_status join_all(linkage *l, ww_error *err)
{
    ww_status status = start(l, err);
    if (status == WW_OK)
        find_nearest(l);
    for (size_t joined = 0; status == WW_OK; joined++) {
        const uint32_t c = closest(l);
        if (c == NONE)
            break;
        const uint32_t other = l->nearest[c];
        status = join(l, c < other ? c : other, c < other ? other : c, err);
        if (status == WW_OK && report(l, joined) != 0)
            status = ww_fail(err, WW_ERR_CANCELLED, "clustering was cancelled");
    }
    return status;
}

// --- who was seen at once with one of their own ----------------------------------------------------------------------

// How much a group looks like its cluster.
static double likeness(const linkage *l, uint32_t g)
{
    const ww_method_problem *p = l->problem;
    const size_t dim = (size_t)p->dim;
    const float *direction = l->templates.direction + cluster_now(l, g) * dim;
    double sum = 0;
    for (uint32_t m = p->links->member_start[g]; m < p->links->member_start[g + 1]; m++)
        sum += l->templates.kernels->dot_float(p->vectors + p->links->member[m] * dim, direction, dim);
    return sum / (p->links->member_start[g + 1] - p->links->member_start[g]);
}

// Whether another of its cluster, seen at once with group g, looks more like the cluster and stays.
static bool must_leave(const linkage *l, const bool *left, uint32_t g)
{
    const ww_cannot *cannot = &l->problem->links->cannot;
    const double own = likeness(l, g);
    for (size_t i = cannot->start[g]; i < cannot->start[g + 1]; i++) {
        const uint32_t other = cannot->to[i];
        if (left[other] || cluster_now(l, other) != cluster_now(l, g))
            continue;
        const double its = likeness(l, other);
        if (its > own || (its == own && other < g))
            return true;
    }
    return false;
}

// Numbers the clusters. One picture shows nobody twice: of two groups of a cluster that were seen at once, the one less
// like it is a cluster of its own.
static ww_status number_clusters(const linkage *l, uint32_t *cluster_of_group, ww_error *err)
{
    const size_t groups = l->problem->links->groups;
    bool *left = ww_try_array(groups, sizeof *left);
    uint32_t *number = ww_try_array(groups, sizeof *number);
    const ww_status status = left && number ? WW_OK : ww_fail_memory(err, "joining %zu groups", groups);
    if (status == WW_OK) {
        memset(number, 0xff, groups * sizeof *number);
        for (uint32_t g = 0; g < groups; g++)
            left[g] = must_leave(l, left, g);
        for (uint32_t g = 0; g < groups; g++) {
            uint32_t *of_cluster = &number[cluster_now(l, g)];
            if (!left[g] && *of_cluster == NONE)
                *of_cluster = g;
            cluster_of_group[g] = left[g] ? g : *of_cluster;
        }
    }
    free(left);
    free(number);
    return status;
}

ww_status ww_template_linkage_run(const ww_method_problem *p, uint32_t *cluster_of_group, ww_error *err)
{
    linkage l = {.problem = p};
    ww_status status = allocate(&l, err);
    if (status == WW_OK)
        status = join_all(&l, err);
    if (status == WW_OK)
        status = number_clusters(&l, cluster_of_group, err);
    release(&l);
    return status;
}
