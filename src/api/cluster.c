// SPDX-License-Identifier: MIT
#include "api/cluster.h"
#include "api/sized.h"
#include "base/clock.h"
#include "base/memory.h"
#include "decisions/decisions.h"
#include "pipeline/pipeline.h"

#include "whoswho/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DISTANCE_MAX 100.0 // dlib's embeddings are not of unit length
#define DISTANCE_MIN 1e-6
#define SAMPLES_MAX 1e6

// What sorting starts from.
struct ww_sorting {
    ww_sort_settings settings;
    ww_catalog faces;
    ww_decided decided;
    ww_people_input in;
    ww_people_sorting *people;
    int64_t revision; // of the library
    double begun_s;
};
typedef struct ww_sorting sorting;

// A number of the caller's: WW_KEEP leaves *value, WW_AUTO makes it `automatic`.
static ww_status take(double given, double least, double most, double automatic, const char *name, double *value,
                      bool *taken, ww_error *err)
{
    if (given == WW_KEEP)
        return WW_OK;
    if (given != WW_AUTO && !(given >= least && given <= most))
        return ww_fail(err, WW_ERR_ARGUMENT, "%s is a number from %g to %g, not %g", name, least, most, given);
    *value = given == WW_AUTO ? automatic : given;
    *taken = true;
    return WW_OK;
}

static ww_status take_method(const char *method, ww_sort_settings *s, ww_error *err)
{
    if (!method)
        return WW_OK;
    if (strlen(method) >= sizeof s->method)
        return ww_fail(err, WW_ERR_ARGUMENT, "there is no clustering method '%.60s...'", method);
    const char *name = strcmp(method, "auto") == 0 ? "" : method;
    if (strcmp(s->method, name) != 0)
        s->threshold = 0; // each method has a measure of its own
    snprintf(s->method, sizeof s->method, "%s", name);
    return WW_OK;
}

static ww_status resolve(ww_library *library, const ww_cluster_options *o, ww_sort_settings *s, ww_error *err)
{
    bool threshold = false, other = false;
    double min_samples;
    ww_status status = ww_sort_settings_load(library, s, err);
    min_samples = s->min_samples;
    if (status == WW_OK)
        status = take_method(o->method, s, err);
    if (status == WW_OK)
        status = take(o->eps, DISTANCE_MIN, DISTANCE_MAX, 0, "eps", &s->eps, &threshold, err);
    if (status == WW_OK)
        status = take(o->threshold, DISTANCE_MIN, DISTANCE_MAX, 0, "the threshold", &s->threshold, &threshold, err);
    if (status == WW_OK)
        status = take(o->min_samples, 1, SAMPLES_MAX, 0, "min_samples", &min_samples, &other, err);
    if (status == WW_OK)
        status = take(o->min_quality, 0, 1, -1, "min_quality", &s->min_quality, &other, err);
    s->min_samples = (int)min_samples;
    s->threshold_remembered = !threshold;
    return status;
}

// The faces, but for their vectors.
static ww_status load_faces(ww_library *library, const ww_cluster_options *options, sorting *s, ww_error *err)
{
    ww_cluster_options full = WW_CLUSTER_OPTIONS_INIT;
    ww_status status = WW_CHECK_SIZED(options, ww_cluster_options, err);
    if (status != WW_OK)
        return status;
    ww_sized_read(&full, options, sizeof full);
    s->in = (ww_people_input){library, &s->faces, &s->decided, &s->settings,
                              full.threads > 0 ? full.threads : ww_cpu_count()};
    status = resolve(library, &full, &s->settings, err);
    if (status == WW_OK)
        status = ww_catalog_load(library->store, NULL, 0, &s->faces, err);
    return status;
}

static ww_status load(ww_library *library, const ww_cluster_options *options, sorting *s, ww_error *err)
{
    ww_status status = load_faces(library, options, s, err);
    if (status == WW_OK)
        status = ww_catalog_add_vectors(&s->faces, err);
    if (status == WW_OK)
        status = ww_catalog_recall_people(&s->faces, err);
    return status == WW_OK ? ww_decisions_replay_catalog(library, &s->faces, &s->decided, err) : status;
}

static void release(sorting *s)
{
    ww_people_end(s->people);
    ww_decided_free(&s->decided);
    ww_catalog_free(&s->faces);
}

ww_status ww_try_thresholds(ww_library *library, const ww_cluster_options *options, const double *threshold,
                            size_t count, ww_on_labels *on_labels, void *user, ww_error *err)
{
    sorting s = {0};
    ww_status status = load(library, options, &s, err);
    if (status == WW_OK)
        status = ww_people_try(&s.in, threshold, count, on_labels, user, err);
    release(&s);
    return status;
}

ww_status ww_sorting_begin(ww_library *library, const ww_cluster_options *options, ww_sorting **out, ww_error *err)
{
    sorting *s = ww_alloc(sizeof *s);
    const double begun_s = ww_seconds();
    *out = NULL;
    ww_status status = load(library, options, s, err);
    s->begun_s = begun_s;
    s->revision = library->revision;
    if (status == WW_OK)
        status = ww_people_begin(&s->in, &s->people, err);
    if (status == WW_OK)
        *out = s;
    else
        ww_sorting_free(s);
    return status;
}

ww_status ww_sorting_run(ww_sorting *s, ww_error *err) { return ww_people_compute(s->people, err); }

ww_status ww_sorting_finish(ww_sorting *s, ww_cluster_result *result, ww_error *err)
{
    ww_cluster_result r = WW_CLUSTER_RESULT_INIT;
    ww_status status = WW_CHECK_SIZED(result, ww_cluster_result, err);
    if (status != WW_OK)
        return status;
    if (s->revision != s->in.library->revision)
        return ww_fail(err, WW_ERR_CHANGED, "something was decided or scanned since the faces were read; sort again");
    status = ww_people_store(s->people, &r, err);
    if (status == WW_OK)
        ww_library_report(s->in.library, &(ww_progress){.stage = WW_STAGE_CLUSTER, .share = 1, .done = r.faces});
    r.wall_s = ww_seconds() - s->begun_s;
    ww_sized_write(result, &r, sizeof r);
    return status;
}

// What the decisions up to this entry say.
static ww_status replay_until(sorting *s, int64_t last, ww_decided *decided, ww_error *err)
{
    ww_journal journal;
    *decided = (ww_decided){0};
    ww_status status = ww_journal_load_until(s->in.library->store, last, &journal, err);
    if (status != WW_OK)
        return status;
    ww_face_key *key = ww_catalog_keys(&s->faces, err);
    status = key ? ww_decisions_replay_journal(&journal, key, s->faces.face.count, decided, err) : WW_ERR_MEMORY;
    free(key);
    ww_journal_free(&journal);
    return status;
}

// *done: it was possible to begin with what the last sort found.
static ww_status try_again(sorting *s, ww_cluster_result *result, bool *done, ww_error *err)
{
    ww_decided before = {0};
    int64_t journal = 0;
    bool found = false;
    *done = false;
    ww_status status = load_faces(s->in.library, NULL, s, err);
    if (status == WW_OK)
        status = ww_people_recall(&s->in, &s->people, &found, &journal, err);
    if (status != WW_OK || !found)
        return status;
    status = replay_until(s, journal, &before, err);
    if (status == WW_OK)
        status = ww_decisions_replay_catalog(s->in.library, &s->faces, &s->decided, err);
    if (status == WW_OK)
        status = ww_people_compute_again(s->people, &s->faces, &before, done, err);
    if (status == WW_OK && *done)
        status = ww_sorting_finish(s, result, err);
    ww_decided_free(&before);
    return status;
}

ww_status ww_sort_after_decisions(ww_library *library, ww_cluster_result *result, bool *again, ww_error *err)
{
    sorting *s = ww_alloc(sizeof *s);
    bool done = false;
    ww_status status = WW_CHECK_SIZED(result, ww_cluster_result, err);
    *s = (sorting){.in.library = library, .revision = library->revision, .begun_s = ww_seconds()};
    if (status == WW_OK)
        status = try_again(s, result, &done, err);
    ww_sorting_free(s);
    if (again)
        *again = done;
    return status == WW_OK && !done ? ww_library_cluster(library, NULL, result, err) : status;
}

void ww_sorting_free(ww_sorting *s)
{
    if (!s)
        return;
    release(s);
    free(s);
}

ww_status ww_library_cluster(ww_library *library, const ww_cluster_options *options, ww_cluster_result *result,
                             ww_error *err)
{
    sorting *s;
    ww_status status = WW_CHECK_SIZED(result, ww_cluster_result, err);
    if (status != WW_OK)
        return status;
    status = ww_sorting_begin(library, options, &s, err);
    if (status == WW_OK)
        status = ww_sorting_run(s, err);
    if (status == WW_OK)
        status = ww_sorting_finish(s, result, err);
    ww_sorting_free(s);
    return status;
}
