// SPDX-License-Identifier: MIT
// DBSCAN as a method: what it finds is joined where vectors must be together, and a cluster that holds vectors that
// cannot be is parted by average linkage, which joins its groups from the closest on until only what cannot be together
// is apart.
#include "base/forest.h"
#include "base/memory.h"
#include "cluster/method.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

// Writes the cluster of each group: of the clusters its vectors are in, all joined, the lowest-numbered group; or
// WW_NO_CLUSTER.
static ww_status join_labels(const ww_method_problem *p, const int32_t *label, uint32_t *cluster_of, ww_error *err)
{
    const size_t groups = p->links->groups;
    ww_forest *forest = ww_alloc_array(groups, sizeof *forest, SIZE_MAX);
    uint32_t *first_group = ww_alloc_array(p->count, sizeof *first_group, SIZE_MAX); // of each label
    bool *labelled = ww_alloc_array0(groups, sizeof *labelled, SIZE_MAX);
    ww_status status = WW_OK;
    if (!forest || !first_group || !labelled) {
        status = ww_fail(err, WW_ERR_MEMORY, "no memory to cluster %zu vectors", p->count);
        goto done;
    }
    ww_forest_init(forest, groups);
    memset(first_group, 0xff, p->count * sizeof *first_group);
    for (size_t i = 0; i < p->count; i++) {
        if (label[i] == WW_NOBODY)
            continue;
        const uint32_t group = p->links->group[i];
        labelled[group] = true;
        if (first_group[label[i]] == WW_NO_CLUSTER)
            first_group[label[i]] = group;
        ww_forest_join(forest, group, first_group[label[i]]);
    }
    for (uint32_t g = 0; g < groups; g++)
        cluster_of[g] = labelled[g] ? ww_forest_root_compress(forest, g) : WW_NO_CLUSTER;
done:
    free((void *)forest);
    free(first_group);
    free(labelled);
    return status;
}

// Parts every cluster that holds groups that cannot be together.
static ww_status part_clusters(const ww_method_problem *p, uint32_t *cluster_of, ww_error *err)
{
    const ww_links *links = p->links;
    const size_t groups = links->groups;
    bool *broken = ww_alloc_array0(groups, sizeof *broken, SIZE_MAX);
    uint32_t *members = ww_alloc_array(groups, sizeof *members, SIZE_MAX);
    uint32_t *place = ww_alloc_array(groups, sizeof *place, SIZE_MAX);
    uint32_t *parted = ww_alloc_array(groups, sizeof *parted, SIZE_MAX);
    ww_status status = WW_OK;
    if (!broken || !members || !place || !parted) {
        status = ww_fail(err, WW_ERR_MEMORY, "no memory to cluster %zu vectors", p->count);
        goto done;
    }
    for (uint32_t g = 0; g < groups; g++) {
        parted[g] = cluster_of[g];
        place[g] = WW_NO_CLUSTER;
        if (cluster_of[g] != WW_NO_CLUSTER && ww_cannot_join(&links->cannot, g, cluster_of, cluster_of[g]))
            broken[cluster_of[g]] = true;
    }
    for (uint32_t c = 0; c < groups && status == WW_OK; c++) {
        size_t count = 0;
        for (uint32_t g = 0; broken[c] && g < groups; g++)
            if (cluster_of[g] == c)
                members[count++] = g;
        if (count)
            status = ww_hac_merge(p, members, count, INFINITY, place, parted, err);
    }
    memcpy(cluster_of, parted, groups * sizeof *parted);
done:
    free(broken);
    free(members);
    free(place);
    free(parted);
    return status;
}

ww_status ww_dbscan_run(const ww_method_problem *p, uint32_t *cluster_of, ww_error *err)
{
    const ww_method_options *o = &p->options;
    const ww_dbscan_options options = {o->threshold, o->min_samples, o->threads, o->progress,
                                       o->user,      o->recall,      o->found,   NULL};
    int32_t *label = ww_alloc_array(p->count, sizeof *label, SIZE_MAX);
    if (!label)
        return ww_fail(err, WW_ERR_MEMORY, "no memory to cluster %zu vectors", p->count);
    ww_status status = ww_dbscan(p->vectors, p->count, p->dim, &options, label, err);
    if (status == WW_OK)
        status = join_labels(p, label, cluster_of, err);
    if (status == WW_OK && p->links->cannot.start[p->links->groups] > 0)
        status = part_clusters(p, cluster_of, err);
    free(label);
    return status;
}
