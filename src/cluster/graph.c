// SPDX-License-Identifier: MIT
#include "cluster/graph.h"
#include "base/memory.h"
#include "cluster/neighbours.h"
#include <stdlib.h>
#include <string.h>

static bool knows(const ww_neighbours *n, uint32_t who, uint32_t whom)
{
    for (int32_t i = 0; i < n->found[who]; i++)
        if (n->near[(size_t)who * n->k + i].index == whom)
            return true;
    return false;
}

// Calls for each connection of two vectors once: counts it into `start` of both groups (edges NULL) or puts it there.
static void put_connections(const ww_neighbours *n, const uint32_t *group, size_t *start, ww_edge *edges,
                            ww_edge_weight *weight, double threshold_squared)
{
    for (uint32_t i = 0; i < n->count; i++)
        for (int32_t k = 0; k < n->found[i]; k++) {
            const ww_neighbour *to = &n->near[(size_t)i * n->k + k];
            if (to->index < i && knows(n, to->index, i))
                continue; // came by from the other side
            const uint32_t a = group[i], b = group[to->index];
            if (edges) {
                const float w = weight(to->distance_squared, threshold_squared);
                edges[start[a]] = (ww_edge){b, w};
                edges[start[b] + (a == b)] = (ww_edge){a, w};
            }
            start[a]++;
            start[b]++;
        }
}

static int compare_edges(const void *a, const void *b)
{
    const ww_edge *x = a, *y = b;
    return x->to != y->to ? (x->to > y->to) - (x->to < y->to) : (x->weight > y->weight) - (x->weight < y->weight);
}

// Sorted by weight before they are added up, so that the sums do not depend on the order of the input.
void ww_graph_tidy(ww_graph *g)
{
    size_t kept = 0, from = 0;
    for (size_t n = 0; n < g->nodes; n++) {
        const size_t end = g->start[n + 1];
        qsort(g->edge + from, end - from, sizeof *g->edge, compare_edges);
        g->start[n] = kept;
        while (from < end) {
            const uint32_t to = g->edge[from].to;
            double weight = 0;
            for (; from < end && g->edge[from].to == to; from++)
                weight += g->edge[from].weight;
            if (to == n)
                g->inside[n] += weight / 2;
            else
                g->edge[kept++] = (ww_edge){to, (float)weight};
        }
    }
    g->start[g->nodes] = kept;
}

ww_status ww_graph_build(ww_graph *g, const ww_method_problem *p, ww_edge_weight *weight, ww_error *err)
{
    const double threshold_squared = p->options.threshold * p->options.threshold;
    const ww_neighbours_options options = {.distance_max = p->options.threshold,
                                           .k = p->options.neighbours,
                                           .threads = p->options.threads,
                                           .rank = p->links->rank,
                                           .progress = p->options.progress,
                                           .user = p->options.user};
    ww_neighbours n;
    *g = (ww_graph){.nodes = p->links->groups};
    ww_status status = ww_neighbours_find(&n, p->vectors, p->count, p->dim, &options, err);
    if (status != WW_OK)
        return status;
    g->inside = ww_alloc_array0(g->nodes, sizeof *g->inside, SIZE_MAX);
    g->start = ww_alloc_array0(g->nodes + 1, sizeof *g->start, SIZE_MAX);
    if (g->start)
        put_connections(&n, p->links->group, g->start, NULL, weight, threshold_squared);
    size_t total = 0;
    for (size_t i = 0; g->start && i <= g->nodes; i++) {
        const size_t degree = g->start[i];
        g->start[i] = total;
        total += degree;
    }
    g->edge = ww_alloc_array(total, sizeof *g->edge, SIZE_MAX);
    if (!g->inside || !g->start || !g->edge) {
        ww_neighbours_free(&n);
        ww_graph_free(g);
        return ww_fail(err, WW_ERR_MEMORY, "no memory for a graph of %zu vectors with %d neighbours each", p->count,
                       p->options.neighbours);
    }
    put_connections(&n, p->links->group, g->start, g->edge, weight, threshold_squared);
    ww_neighbours_free(&n);
    memmove(g->start + 1, g->start, g->nodes * sizeof *g->start); // each start has moved on to its end
    g->start[0] = 0;
    ww_graph_tidy(g);
    return WW_OK;
}

void ww_graph_free(ww_graph *g)
{
    free(g->start);
    free(g->edge);
    free(g->inside);
    memset(g, 0, sizeof *g);
}
