// SPDX-License-Identifier: MIT
#include "api/cluster.h"
#include "base/clock.h"
#include "decisions/decisions.h"
#include "pipeline/pipeline.h"

// What sorting starts from.
typedef struct sorting {
    ww_cluster_options options;
    ww_gathered faces;
    ww_decided decided;
    ww_people_input in;
} sorting;

static ww_status load(ww_library *library, const ww_cluster_options *options, sorting *s, ww_error *err)
{
    *s = (sorting){0};
    if (options)
        s->options = *options;
    if (s->options.threads <= 0)
        s->options.threads = ww_cpu_count();
    s->in = (ww_people_input){library, &s->faces, &s->decided, &s->options};
    ww_status status = ww_gather_faces(library, &s->faces, err);
    return status == WW_OK ? ww_decisions_replay_gathered(library, &s->faces, &s->decided, err) : status;
}

static void release(sorting *s)
{
    ww_decided_free(&s->decided);
    ww_gathered_free(&s->faces);
}

ww_status ww_try_thresholds(ww_library *library, const ww_cluster_options *options, const double *threshold, size_t count,
                            ww_on_labels *on_labels, void *user, ww_error *err)
{
    sorting s;
    ww_status status = load(library, options, &s, err);
    if (status == WW_OK)
        status = ww_people_try(&s.in, threshold, count, on_labels, user, err);
    release(&s);
    return status;
}

ww_status ww_library_cluster(ww_library *library, const ww_cluster_options *options, ww_cluster_result *result, ww_error *err)
{
    const double begun = ww_seconds();
    ww_cluster_result r = {0};
    sorting s;
    ww_status status = load(library, options, &s, err);
    if (status == WW_OK)
        status = ww_people_sort(&s.in, &r, err);
    if (status == WW_OK)
        ww_library_report(library, &(ww_progress){.stage = WW_STAGE_CLUSTER, .share = 1, .done = r.faces});
    release(&s);
    r.wall_s = ww_seconds() - begun;
    if (result)
        *result = r;
    return status;
}
