// SPDX-License-Identifier: MIT
// The map equation (Rosvall & Bergstrom, "Maps of random walks on complex networks reveal community structure", PNAS
// 2008), two levels, undirected. A random walker on the graph of neighbours is described by a code with one book for
// each cluster and one for the moves between clusters. The partition that makes the description shortest is the one in
// which the walker stays long where it is; it asks for no number of clusters and bends the threshold to how densely a
// person's pictures lie. In bits a step, with p_i the share of time spent in cluster i, q_i the share of steps that
// leave it, q the sum of the q_i, p_n the share of time spent in node n:
//
//     L = plogp(q) - 2 sum_i plogp(q_i) + sum_i plogp(q_i + p_i) - sum_n plogp(p_n),        plogp(x) = x log2 x.
//
// Search: every node by itself; each in turn, in shuffled order, goes to the cluster of a neighbour that shortens L the
// most, until none does; clusters become nodes, and again (as Blondel et al. 2008 do for modularity). Then single nodes
// may move again between the clusters found, and so on while L falls.
#include "base/memory.h"
#include "base/random.h"
#include "cluster/graph.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS_MAX = 10, SWEEPS_MAX = 60 };
static const double LEAST_GAIN_BITS = 1e-10; // a move has to save more than rounding does

// Similar neighbours are visited more often, those at the threshold hardly ever.
static float closeness(double distance_squared, double threshold_squared)
{
    return (float)(1.001 - distance_squared / threshold_squared);
}

// A graph whose nodes are being sorted into clusters, and what L needs to know of these.
typedef struct level {
    ww_graph graph;
    ww_cannot cannot;
    double total_weight;    // of all edges, from both sides
    double *flow, *leaving; // nodes: p_n; share of steps that leave the node
    uint32_t *cluster;      // nodes
    double *p, *q;          // clusters, as many as nodes
    double q_sum;
    double *shared;    // clusters: flow between the node being moved and each; all 0 between moves
    uint32_t *touched; // clusters with shared flow
} level;

static double plogp(double x) { return x > 0 ? x * log2(x) : 0; }

static void release_level(level *l)
{
    ww_graph_free(&l->graph);
    free(l->cannot.start);
    free(l->cannot.to);
    free(l->flow);
    free(l->leaving);
    free(l->cluster);
    free(l->p);
    free(l->q);
    free(l->shared);
    free(l->touched);
    memset(l, 0, sizeof *l);
}

// Everything but graph and cannot.
static ww_status prepare_level(level *l, ww_error *err)
{
    const size_t n = l->graph.nodes;
    l->flow = ww_alloc_array(n, sizeof *l->flow, SIZE_MAX);
    l->leaving = ww_alloc_array(n, sizeof *l->leaving, SIZE_MAX);
    l->cluster = ww_alloc_array(n, sizeof *l->cluster, SIZE_MAX);
    l->p = ww_alloc_array(n, sizeof *l->p, SIZE_MAX);
    l->q = ww_alloc_array(n, sizeof *l->q, SIZE_MAX);
    l->shared = ww_alloc_array0(n, sizeof *l->shared, SIZE_MAX);
    l->touched = ww_alloc_array(n, sizeof *l->touched, SIZE_MAX);
    if (!l->flow || !l->leaving || !l->cluster || !l->p || !l->q || !l->shared || !l->touched)
        return ww_fail(err, WW_ERR_MEMORY, "no memory for a graph of %zu nodes", n);
    l->total_weight = 0;
    for (size_t i = 0; i < n; i++) {
        double strength = 0;
        for (size_t e = l->graph.start[i]; e < l->graph.start[i + 1]; e++)
            strength += l->graph.edge[e].weight;
        l->leaving[i] = strength;
        l->flow[i] = strength + 2 * l->graph.inside[i];
        l->total_weight += l->flow[i];
        l->cluster[i] = (uint32_t)i;
    }
    for (size_t i = 0; i < n && l->total_weight > 0; i++) {
        l->leaving[i] /= l->total_weight;
        l->flow[i] /= l->total_weight;
    }
    return WW_OK;
}

// p and q of the clusters as they are.
static void measure_clusters(level *l)
{
    const ww_graph *g = &l->graph;
    memset(l->p, 0, g->nodes * sizeof *l->p);
    memset(l->q, 0, g->nodes * sizeof *l->q);
    for (size_t n = 0; n < g->nodes; n++) {
        const uint32_t c = l->cluster[n];
        l->p[c] += l->flow[n];
        for (size_t e = g->start[n]; e < g->start[n + 1]; e++)
            if (l->cluster[g->edge[e].to] != c)
                l->q[c] += g->edge[e].weight / l->total_weight;
    }
    l->q_sum = 0;
    for (size_t c = 0; c < g->nodes; c++)
        l->q_sum += l->q[c];
}

// L without the last sum, which no partition changes.
static double description_bits(const level *l)
{
    double bits = plogp(l->q_sum);
    for (size_t c = 0; c < l->graph.nodes; c++)
        bits += plogp(l->q[c] + l->p[c]) - 2 * plogp(l->q[c]);
    return bits;
}

// What one cluster adds to L, as far as it does not go through q.
static double cluster_bits(double p, double q) { return plogp(fmax(0, q) + p) - 2 * plogp(fmax(0, q)); }

// Moves node n to the neighbouring cluster that saves most; false: it stays.
static bool move_node(level *l, uint32_t n)
{
    const ww_graph *g = &l->graph;
    const uint32_t from = l->cluster[n];
    const double p = l->flow[n], out = l->leaving[n];
    size_t touched = 0;
    for (size_t e = g->start[n]; e < g->start[n + 1]; e++) {
        const uint32_t c = l->cluster[g->edge[e].to];
        if (l->shared[c] == 0)
            l->touched[touched++] = c;
        l->shared[c] += g->edge[e].weight / l->total_weight;
    }
    const double from_p = l->p[from] - p, from_q = l->q[from] - out + 2 * l->shared[from];
    const double lost = cluster_bits(from_p, from_q) - cluster_bits(l->p[from], l->q[from]);
    double best_change = -LEAST_GAIN_BITS;
    uint32_t best = from;
    for (size_t i = 0; i < touched; i++) {
        const uint32_t to = l->touched[i];
        if (to == from)
            continue;
        const double to_q = l->q[to] + out - 2 * l->shared[to];
        const double q_sum = l->q_sum + from_q - l->q[from] + to_q - l->q[to];
        const double change = plogp(fmax(0, q_sum)) - plogp(l->q_sum) + lost + cluster_bits(l->p[to] + p, to_q)
                              - cluster_bits(l->p[to], l->q[to]);
        if ((change < best_change || (change == best_change && to < best))
            && !ww_cannot_join(&l->cannot, n, l->cluster, to)) {
            best_change = change;
            best = to;
        }
    }
    if (best != from) {
        const double to_q = fmax(0, l->q[best] + out - 2 * l->shared[best]);
        l->q_sum = fmax(0, l->q_sum + from_q - l->q[from] + to_q - l->q[best]);
        l->p[from] = fmax(0, from_p);
        l->q[from] = fmax(0, from_q);
        l->p[best] += p;
        l->q[best] = to_q;
        l->cluster[n] = best;
    }
    for (size_t i = 0; i < touched; i++)
        l->shared[l->touched[i]] = 0;
    return best != from;
}

// Sweeps over the nodes until nothing moves. Returns whether anything did.
static bool move_nodes(level *l, ww_random *random, uint32_t *order)
{
    const size_t n = l->graph.nodes;
    bool any = false, moved = true;
    for (size_t i = 0; i < n; i++)
        order[i] = (uint32_t)i;
    measure_clusters(l);
    for (int sweep = 0; sweep < SWEEPS_MAX && moved; sweep++) {
        moved = false;
        for (size_t i = n; i > 1; i--) {
            const size_t j = ww_random_below(random, (uint32_t)i);
            const uint32_t held = order[i - 1];
            order[i - 1] = order[j];
            order[j] = held;
        }
        for (size_t i = 0; i < n; i++)
            moved |= move_node(l, order[i]);
        any |= moved;
    }
    return any;
}

// Numbers the clusters 0, 1, ... in the order of their first node; returns how many. `number` is scratch, an entry a
// node.
static size_t renumber(level *l, uint32_t *number)
{
    size_t count = 0;
    memset(number, 0xff, l->graph.nodes * sizeof *number);
    for (size_t n = 0; n < l->graph.nodes; n++) {
        uint32_t *as = &number[l->cluster[n]];
        if (*as == UINT32_MAX)
            *as = (uint32_t)count++;
        l->cluster[n] = *as;
    }
    return count;
}

// Turns counts of each node, counted at start[node], into starts; `count` entries follow one another.
static void counts_to_starts(size_t *start, size_t count)
{
    size_t total = 0;
    for (size_t i = 0; i <= count; i++) {
        const size_t here = start[i];
        start[i] = total;
        total += here;
    }
}

// After filling through start[node]++: back to the starts.
static void ends_to_starts(size_t *start, size_t count)
{
    memmove(start + 1, start, count * sizeof *start);
    start[0] = 0;
}

// The graph whose nodes are the `clusters` clusters of `l`.
static ww_status coarsen(const level *l, size_t clusters, level *out, ww_error *err)
{
    const ww_graph *g = &l->graph;
    const size_t edges = g->start[g->nodes], cannots = l->cannot.start[g->nodes];
    memset(out, 0, sizeof *out);
    ww_graph *to = &out->graph;
    to->nodes = clusters;
    to->start = ww_alloc_array0(clusters + 1, sizeof *to->start, SIZE_MAX);
    to->edge = ww_alloc_array(edges, sizeof *to->edge, SIZE_MAX);
    to->inside = ww_alloc_array0(clusters, sizeof *to->inside, SIZE_MAX);
    out->cannot.start = ww_alloc_array0(clusters + 1, sizeof *out->cannot.start, SIZE_MAX);
    out->cannot.to = ww_alloc_array(cannots, sizeof *out->cannot.to, SIZE_MAX);
    if (!to->start || !to->edge || !to->inside || !out->cannot.start || !out->cannot.to)
        return ww_fail(err, WW_ERR_MEMORY, "no memory for a graph of %zu nodes", clusters);
    for (size_t n = 0; n < g->nodes; n++) {
        to->start[l->cluster[n]] += g->start[n + 1] - g->start[n];
        out->cannot.start[l->cluster[n]] += l->cannot.start[n + 1] - l->cannot.start[n];
        to->inside[l->cluster[n]] += g->inside[n];
    }
    counts_to_starts(to->start, clusters);
    counts_to_starts(out->cannot.start, clusters);
    for (size_t n = 0; n < g->nodes; n++) {
        for (size_t e = g->start[n]; e < g->start[n + 1]; e++)
            to->edge[to->start[l->cluster[n]]++] = (ww_edge){l->cluster[g->edge[e].to], g->edge[e].weight};
        for (size_t i = l->cannot.start[n]; i < l->cannot.start[n + 1]; i++)
            out->cannot.to[out->cannot.start[l->cluster[n]]++] = l->cluster[l->cannot.to[i]];
    }
    ends_to_starts(to->start, clusters);
    ends_to_starts(out->cannot.start, clusters);
    ww_graph_tidy(to);
    return prepare_level(out, err);
}

// Joins whole clusters of `leaf` as long as that shortens the description, and writes where its nodes end up. `scratch`
// as for renumber.
static ww_status join_clusters(level *leaf, ww_random *random, uint32_t *scratch, ww_error *err)
{
    const size_t nodes = leaf->graph.nodes;
    level above = {0}, next = {0};
    size_t clusters = renumber(leaf, scratch);
    ww_status status = coarsen(leaf, clusters, &above, err);
    while (status == WW_OK && move_nodes(&above, random, scratch)) {
        clusters = renumber(&above, scratch);
        for (size_t n = 0; n < nodes; n++)
            leaf->cluster[n] = above.cluster[leaf->cluster[n]];
        status = coarsen(&above, clusters, &next, err);
        release_level(&above);
        above = next;
        memset(&next, 0, sizeof next);
    }
    release_level(&above);
    return status;
}

static ww_status copy_cannot(const ww_links *links, ww_cannot *out, ww_error *err)
{
    const size_t entries = links->cannot.start[links->groups];
    out->start = ww_alloc_array(links->groups + 1, sizeof *out->start, SIZE_MAX);
    out->to = ww_alloc_array(entries, sizeof *out->to, SIZE_MAX);
    if (!out->start || !out->to)
        return ww_fail(err, WW_ERR_MEMORY, "no memory for the links of %zu groups", links->groups);
    memcpy(out->start, links->cannot.start, (links->groups + 1) * sizeof *out->start);
    memcpy(out->to, links->cannot.to, entries * sizeof *out->to);
    return WW_OK;
}

ww_status ww_map_equation_run(const ww_method_problem *p, uint32_t *cluster_of_group, ww_error *err)
{
    level leaf = {0};
    uint32_t *scratch = NULL;
    ww_random random = {p->options.seed};
    double bits = INFINITY;
    ww_status status = ww_graph_build(&leaf.graph, p, closeness, err);
    if (status == WW_OK)
        status = copy_cannot(p->links, &leaf.cannot, err);
    if (status == WW_OK)
        status = prepare_level(&leaf, err);
    if (status != WW_OK)
        goto done;
    scratch = ww_alloc_array(leaf.graph.nodes, sizeof *scratch, SIZE_MAX);
    if (!scratch) {
        status = ww_fail(err, WW_ERR_MEMORY, "no memory to cluster %zu vectors", p->count);
        goto done;
    }
    for (int round = 0; status == WW_OK && round < ROUNDS_MAX && leaf.total_weight > 0; round++) {
        if (!move_nodes(&leaf, &random, scratch) && round > 0)
            break;
        status = join_clusters(&leaf, &random, scratch, err);
        measure_clusters(&leaf);
        const double now = description_bits(&leaf);
        if (now > bits - LEAST_GAIN_BITS)
            break;
        bits = now;
    }
    if (status == WW_OK)
        memcpy(cluster_of_group, leaf.cluster, leaf.graph.nodes * sizeof *leaf.cluster);
done:
    free(scratch);
    release_level(&leaf);
    return status;
}
