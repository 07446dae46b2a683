// SPDX-License-Identifier: MIT
// Chinese whispers (Biemann 2006), with the votes of dlib's: everyone starts as a cluster of its own, then takes, again
// and again and in random order, the cluster that most of its neighbours are in; itself counts as one of them, and of
// several the lowest numbered wins. Differences: nodes are visited in shuffled sweeps until nothing changes (dlib draws
// them with repetition, a fixed number of times), a group of vectors that must be together moves as one, with all its
// votes, and never to where it cannot be.
#include "base/memory.h"
#include "base/random.h"
#include "cluster/graph.h"
#include <stdlib.h>

enum { SWEEPS_MAX = 100 };

static float one_vote(double distance_squared, double threshold_squared) { return 1; }

typedef struct ballot {
    double *votes;      // per cluster, all 0 between two elections
    uint32_t *standing; // clusters with votes
    size_t standing_count;
} ballot;

static void vote(ballot *b, uint32_t cluster, double weight)
{
    if (b->votes[cluster] == 0)
        b->standing[b->standing_count++] = cluster;
    b->votes[cluster] += weight;
}

static uint32_t elect(ballot *b, const ww_graph *g, const ww_links *links, const uint32_t *cluster_of, uint32_t node)
{
    const double members = links->member_start[node + 1] - links->member_start[node];
    uint32_t best = cluster_of[node];
    vote(b, best, members + 2 * g->inside[node]);
    for (size_t e = g->start[node]; e < g->start[node + 1]; e++)
        vote(b, cluster_of[g->edge[e].to], g->edge[e].weight);
    for (size_t i = 0; i < b->standing_count; i++) {
        const uint32_t c = b->standing[i];
        if ((b->votes[c] > b->votes[best] || (b->votes[c] == b->votes[best] && c < best))
            && !ww_cannot_join(&links->cannot, node, cluster_of, c))
            best = c;
    }
    for (size_t i = 0; i < b->standing_count; i++)
        b->votes[b->standing[i]] = 0;
    b->standing_count = 0;
    return best;
}

static void shuffle(uint32_t *order, size_t count, ww_random *random)
{
    for (size_t i = count; i > 1; i--) {
        const size_t j = ww_random_below(random, (uint32_t)i);
        const uint32_t held = order[i - 1];
        order[i - 1] = order[j];
        order[j] = held;
    }
}

ww_status ww_whispers_run(const ww_method_problem *p, uint32_t *cluster_of, ww_error *err)
{
    ww_graph g;
    ww_random random = {p->options.seed};
    ww_status status = ww_graph_build(&g, p, one_vote, err);
    if (status != WW_OK)
        return status;
    ballot b = {ww_alloc_array0(g.nodes, sizeof *b.votes, SIZE_MAX),
                ww_alloc_array(g.nodes, sizeof *b.standing, SIZE_MAX), 0};
    uint32_t *order = ww_alloc_array(g.nodes, sizeof *order, SIZE_MAX);
    if (!b.votes || !b.standing || !order) {
        status = ww_fail(err, WW_ERR_MEMORY, "no memory to cluster %zu vectors", p->count);
        goto done;
    }
    for (size_t n = 0; n < g.nodes; n++)
        cluster_of[n] = order[n] = (uint32_t)n;
    size_t changed = 1;
    for (int sweep = 0; sweep < SWEEPS_MAX && changed; sweep++) {
        changed = 0;
        shuffle(order, g.nodes, &random);
        for (size_t i = 0; i < g.nodes; i++) {
            const uint32_t to = elect(&b, &g, p->links, cluster_of, order[i]);
            changed += to != cluster_of[order[i]];
            cluster_of[order[i]] = to;
        }
    }
done:
    free(b.votes);
    free(b.standing);
    free(order);
    ww_graph_free(&g);
    return status;
}
