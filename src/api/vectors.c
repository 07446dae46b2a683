// SPDX-License-Identifier: MIT
#include "api/sized.h"
#include "cluster/cluster.h"
#include "pipeline/pipeline.h"

#include <stdbool.h>
#include <string.h>

#define EPS_DEFAULT 0.5 // scikit-learn's
#define DISTANCE_MAX 1e9
enum { DIM_MAX = 8192, SAMPLES_DEFAULT = 5, SIZE_DEFAULT = 2, SAMPLES_MAX = 1000000 };

// scikit-learn's numbering is by core points, which the common way of numbering (ww_method_run) is not.
static ww_status run_dbscan(const float *vectors, size_t count, int dim, const ww_cluster_options *o, int32_t *labels,
                            ww_error *err)
{
    const ww_dbscan_options options = {
        .eps = o->eps, .min_samples = o->min_samples, .threads = o->threads, .recall = o->recall};
    return ww_dbscan(vectors, count, dim, &options, labels, err);
}

static ww_status run_method(const float *vectors, size_t count, int dim, const ww_cluster_options *o, int32_t *labels,
                            ww_error *err)
{
    const ww_method *method = ww_method_named(o->method);
    if (!method)
        return ww_fail(err, WW_ERR_ARGUMENT, "there is no clustering method '%.60s'", o->method);
    ww_method_options options = method->defaults;
    options.threshold = o->threshold;
    options.min_size = o->min_samples;
    options.threads = o->threads;
    options.recall = o->recall;
    return ww_method_run(method, vectors, count, dim, &options, labels, err);
}

static ww_status fill(ww_cluster_options *o, bool dbscan, ww_error *err)
{
    o->eps = o->eps < 0 ? EPS_DEFAULT : o->eps;
    o->threshold = o->threshold < 0 ? o->eps : o->threshold;
    o->threads = o->threads > 0 ? o->threads : ww_cpu_count();
    if (o->min_samples < 0)
        o->min_samples = dbscan ? SAMPLES_DEFAULT : SIZE_DEFAULT;
    const double distance = dbscan ? o->eps : o->threshold;
    if (!(distance > 0 && distance <= DISTANCE_MAX))
        return ww_fail(err, WW_ERR_ARGUMENT, "a distance is a number above 0, not %g", distance);
    if (o->min_samples == 0 || o->min_samples > SAMPLES_MAX)
        return ww_fail(err, WW_ERR_ARGUMENT, "min_samples is a number from 1 to %d, not %d", SAMPLES_MAX,
                       o->min_samples);
    return WW_OK;
}

ww_status ww_cluster_vectors(const float *vectors, size_t count, int dim, const ww_cluster_options *options,
                             int32_t *labels, ww_error *err)
{
    ww_cluster_options full = WW_CLUSTER_OPTIONS_INIT;
    ww_status status = WW_CHECK_SIZED(options, ww_cluster_options, err);
    if (status != WW_OK)
        return status;
    ww_sized_read(&full, options, sizeof full);
    if (dim < 1 || dim > DIM_MAX || count > INT32_MAX || (count > 0 && (!vectors || !labels)))
        return ww_fail(err, WW_ERR_ARGUMENT, "%zu vectors of %d values cannot be clustered", count, dim);
    const ww_method *method = full.method ? ww_method_named(full.method) : NULL;
    const bool dbscan = !full.method || strcmp(full.method, "auto") == 0 || (method && method->by_density);
    status = fill(&full, dbscan, err);
    if (status == WW_OK)
        status = (dbscan ? run_dbscan : run_method)(vectors, count, dim, &full, labels, err);
    return status;
}
