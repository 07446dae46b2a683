// SPDX-License-Identifier: MIT
#include "base/memory.h"
#include "cluster/method.h"
#include <stdlib.h>
#include <string.h>

enum { MIN_SIZE_DEFAULT = 2, NEIGHBOURS_MAX = 1024 };

// Thresholds for unit embeddings of MobileFaceNet's kind, measured on 578 photos of 260 people
// (bench/cluster_methods.c): pairwise F1 0.954, 0.968, 0.980 and 0.983. An embedder with a threshold of its own says so
// in the options.
static const ww_method methods[] = {
    {"templates",
     "joins clusters whose templates, the means of their tracks, are within the threshold, judged by how clear they "
     "are and what is around them",
     {.threshold = 1.02},
     .run = ww_template_linkage_run},
    {"dbscan",
     "density: points with min_samples others within the threshold, and what they reach",
     {.threshold = 1.0, .min_samples = 5},
     .by_density = true,
     .run = ww_dbscan_run},
    {"plain-dbscan",
     "the same by the vectors alone: neither tracks nor who is seen at once count",
     {.threshold = 1.0, .min_samples = 5},
     .by_density = true,
     .vectors_alone = true,
     .run = ww_dbscan_run},
    {"chinese-whispers",
     "everyone goes where most of its neighbours within the threshold are",
     {.threshold = 1.0, .neighbours = 48, .seed = 1},
     .run = ww_whispers_run},
    {"hac",
     "average linkage: joins clusters whose pairs are, in the root mean square, within the threshold",
     {.threshold = 1.1},
     .local = true,
     .run = ww_hac_run},
    {"map-equation",
     "clusters a random walk over neighbours within the threshold stays in (Infomap's two-level map equation)",
     {.threshold = 1.05, .neighbours = 32, .seed = 1},
     .run = ww_map_equation_run},
};

const ww_method *ww_methods(size_t *count)
{
    *count = sizeof methods / sizeof *methods;
    return methods;
}

const ww_method *ww_method_named(const char *name)
{
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (strcmp(methods[i].name, name) == 0)
            return &methods[i];
    return NULL;
}

static ww_status fill_options(const ww_method *method, const ww_method_options *given, ww_method_options *out,
                              ww_error *err)
{
    *out = *given;
    if (out->threshold == 0)
        out->threshold = method->defaults.threshold;
    if (out->min_samples == 0)
        out->min_samples = method->defaults.min_samples;
    if (out->neighbours == 0)
        out->neighbours = method->defaults.neighbours;
    if (out->min_size == 0)
        out->min_size = MIN_SIZE_DEFAULT;
    if (out->seed == 0)
        out->seed = method->defaults.seed;
    if (!(out->threshold > 0))
        return ww_fail(err, WW_ERR_ARGUMENT, "the threshold of %s is %g; it must be above 0", method->name,
                       out->threshold);
    if (out->recall != 0 && !method->by_density)
        return ww_fail(err, WW_ERR_ARGUMENT, "%s compares all vectors; only dbscan can be approximate", method->name);
    if (out->min_samples < 0 || out->neighbours < 0 || out->neighbours > NEIGHBOURS_MAX || out->min_size < 0)
        return ww_fail(err, WW_ERR_ARGUMENT,
                       "min_samples %d, neighbours %d, min_size %d: none may be negative, and neighbours at most %d",
                       out->min_samples, out->neighbours, out->min_size, NEIGHBOURS_MAX);
    return WW_OK;
}

// Numbers the clusters that are large enough by their first vector. `number` and `size` are scratch, an entry a group.
static void write_labels(const ww_links *links, const uint32_t *cluster_of, int min_size, int32_t *number,
                         uint32_t *size, int32_t *labels)
{
    int32_t next = 0;
    memset(size, 0, links->groups * sizeof *size);
    for (size_t g = 0; g < links->groups; g++) {
        number[g] = WW_NOBODY;
        if (cluster_of[g] != WW_NO_CLUSTER)
            size[cluster_of[g]] += links->member_start[g + 1] - links->member_start[g];
    }
    for (size_t i = 0; i < links->count; i++) {
        const uint32_t c = cluster_of[links->group[i]];
        labels[i] = WW_NOBODY;
        if (c == WW_NO_CLUSTER || size[c] < (uint32_t)min_size)
            continue;
        if (number[c] == WW_NOBODY)
            number[c] = next++;
        labels[i] = number[c];
    }
}

ww_status ww_method_run(const ww_method *method, const float *vectors, size_t count, int dim,
                        const ww_method_options *options, int32_t *labels, ww_error *err)
{
    ww_links links = {0};
    uint32_t *cluster_of = NULL, *size = NULL;
    int32_t *number = NULL;
    ww_method_problem problem = {.vectors = vectors, .count = count, .dim = dim, .links = &links};
    ww_status status = fill_options(method, options, &problem.options, err);
    if (status == WW_OK)
        status = ww_links_build(&links, vectors, count, dim, &options->constraints, err);
    if (status != WW_OK)
        goto done;
    cluster_of = ww_alloc_array(links.groups, sizeof *cluster_of, SIZE_MAX);
    size = ww_alloc_array(links.groups, sizeof *size, SIZE_MAX);
    number = ww_alloc_array(links.groups, sizeof *number, SIZE_MAX);
    if (!cluster_of || !size || !number) {
        status = ww_fail(err, WW_ERR_MEMORY, "no memory to cluster %zu vectors", count);
        goto done;
    }
    for (size_t g = 0; g < links.groups; g++)
        cluster_of[g] = (uint32_t)g;
    status = method->run(&problem, cluster_of, err);
    if (status == WW_OK)
        write_labels(&links, cluster_of, problem.options.min_size, number, size, labels);
done:
    free(cluster_of);
    free(size);
    free(number);
    ww_links_free(&links);
    return status;
}
