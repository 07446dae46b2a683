// SPDX-License-Identifier: MIT
// Each group without a label holds an election among the nearest labelled vectors of its members. Groups are seated in
// the order of how clear their election is, so that of two that cannot be together the clearer case goes where both
// want to be.
#include "base/memory.h"
#include "cluster/cluster.h"
#include "cluster/links.h"
#include "cluster/neighbours.h"
#include <stdlib.h>
#include <string.h>

enum { NEIGHBOURS_DEFAULT = 5 };
#define NO_LABEL UINT32_MAX

typedef struct election {
    uint32_t group;
    double votes; // for the winner
} election;

typedef struct joining {
    const ww_join_options *options;
    ww_links links;
    ww_neighbours neighbours;
    uint32_t *label_of_group; // NO_LABEL: none yet
    bool *asks, *answers;     // per vector
    election *elections;
    size_t election_count;
} joining;

// Votes of the labelled neighbours of the group's members for `label`.
static double votes_for(const joining *j, uint32_t group, uint32_t label)
{
    const double limit_squared = j->options->distance_max * j->options->distance_max;
    double votes = 0;
    for (uint32_t m = j->links.member_start[group]; m < j->links.member_start[group + 1]; m++) {
        const size_t i = j->links.member[m];
        for (int32_t k = 0; k < j->neighbours.found[i]; k++) {
            const ww_neighbour *n = &j->neighbours.near[i * (size_t)j->neighbours.k + (size_t)k];
            if (j->label_of_group[j->links.group[n->index]] == label)
                votes += 1.001 - n->distance_squared / limit_squared;
        }
    }
    return votes;
}

// The label with most votes that the group may take, the lowest of equals; NO_LABEL: there is none.
static uint32_t winner(const joining *j, uint32_t group, double *votes)
{
    uint32_t best = NO_LABEL;
    *votes = 0;
    for (uint32_t m = j->links.member_start[group]; m < j->links.member_start[group + 1]; m++) {
        const size_t i = j->links.member[m];
        for (int32_t k = 0; k < j->neighbours.found[i]; k++) {
            const uint32_t at = j->neighbours.near[i * (size_t)j->neighbours.k + (size_t)k].index;
            const uint32_t label = j->label_of_group[j->links.group[at]];
            if (label == best || ww_cannot_join(&j->links.cannot, group, j->label_of_group, label))
                continue;
            const double v = votes_for(j, group, label);
            if (v > *votes || (v == *votes && label < best)) {
                *votes = v;
                best = label;
            }
        }
    }
    return best;
}

static int compare_elections(const void *a, const void *b)
{
    const election *x = a, *y = b;
    return x->votes != y->votes ? (x->votes < y->votes) - (x->votes > y->votes)
                                : (x->group > y->group) - (x->group < y->group);
}

static ww_status prepare(joining *j, size_t count, const int32_t *labels, ww_error *err)
{
    const size_t groups = j->links.groups;
    j->label_of_group = ww_alloc_array(groups, sizeof *j->label_of_group, SIZE_MAX);
    j->asks = ww_alloc_array(count, sizeof *j->asks, SIZE_MAX);
    j->answers = ww_alloc_array(count, sizeof *j->answers, SIZE_MAX);
    j->elections = ww_alloc_array(groups, sizeof *j->elections, SIZE_MAX);
    if (!j->label_of_group || !j->asks || !j->answers || !j->elections)
        return ww_fail(err, WW_ERR_MEMORY, "no memory to join %zu vectors", count);
    memset(j->label_of_group, 0xff, groups * sizeof *j->label_of_group);
    for (size_t i = 0; i < count; i++)
        if (labels[i] >= 0 && (uint32_t)labels[i] < j->label_of_group[j->links.group[i]])
            j->label_of_group[j->links.group[i]] = (uint32_t)labels[i];
    for (size_t i = 0; i < count; i++) {
        j->answers[i] = labels[i] >= 0;
        j->asks[i] =
            j->label_of_group[j->links.group[i]] == NO_LABEL && (!j->options->may_join || j->options->may_join[i]);
    }
    return WW_OK;
}

static void elect(joining *j, int32_t *labels)
{
    for (uint32_t g = 0; g < j->links.groups; g++) {
        double votes = 0;
        if (j->label_of_group[g] == NO_LABEL && winner(j, g, &votes) != NO_LABEL)
            j->elections[j->election_count++] = (election){g, votes};
    }
    qsort(j->elections, j->election_count, sizeof *j->elections, compare_elections);
    for (size_t e = 0; e < j->election_count; e++) {
        const uint32_t g = j->elections[e].group;
        double votes;
        const uint32_t label = winner(j, g, &votes); // again: a label may have gone to one it cannot be with
        j->label_of_group[g] = label;
        for (uint32_t m = j->links.member_start[g]; label != NO_LABEL && m < j->links.member_start[g + 1]; m++)
            labels[j->links.member[m]] = (int32_t)label;
    }
}

ww_status ww_join_nearest(const float *vectors, size_t count, int dim, const ww_join_options *options, int32_t *labels,
                          ww_error *err)
{
    joining j = {.options = options};
    ww_status status = ww_links_build(&j.links, vectors, count, dim, &options->constraints, err);
    if (status != WW_OK)
        return status;
    status = prepare(&j, count, labels, err);
    const ww_neighbours_options find = {.distance_max = options->distance_max,
                                        .threads = options->threads,
                                        .k = options->neighbours ? options->neighbours : NEIGHBOURS_DEFAULT,
                                        .rank = j.links.rank,
                                        .asks = j.asks,
                                        .answers = j.answers,
                                        .progress = options->progress,
                                        .user = options->user};
    if (status == WW_OK)
        status = ww_neighbours_find(&j.neighbours, vectors, count, dim, &find, err);
    if (status == WW_OK)
        elect(&j, labels);
    ww_neighbours_free(&j.neighbours);
    ww_links_free(&j.links);
    free(j.label_of_group);
    free(j.asks);
    free(j.answers);
    free(j.elections);
    return status;
}
