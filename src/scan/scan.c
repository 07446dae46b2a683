// SPDX-License-Identifier: MIT
// Scanning: inputs become tasks (scan_tasks.c), workers look at them (here), what they saw is stored (scan_store.c).
#include "scan/scan.h"
#include "base/clock.h"
#include "base/memory.h"
#include "library/settings.h"
#include "base/number.h"
#include "base/text.h"
#include "pipeline/pipeline.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAME_MAX_DEFAULT_PX 1280
#define EVERY_DEFAULT_US 1000000
#define SEED_SCORE_SHARE 0.4f // of the way from the detector's smallest score to 1

// --- work: in any thread ---------------------------------------------------------------------------------------------

static ww_status thread_begin(void *user, int thread, void **state, ww_error *err)
{
    ww_scan *s = user;
    (void)thread;
    return ww_looker_open(s->models, &s->options, ww_library_cancel(s->library), (ww_looker **)state, err);
}

static void thread_end(void *user, void *state)
{
    (void)user;
    ww_looker_close(state);
}

// Photos (and the odd video that begins like one) are opened here, so that many are worked on at once.
static ww_status open_photo(ww_scan *s, ww_scan_task *t, ww_error *err)
{
    ww_status status = ww_scan_source_open(s, t->source, &t->failure, err);
    return status == WW_OK && !t->failure ? ww_scan_photo_known(s, t, err) : status;
}

static ww_status work(void *user, void *state, void *task, ww_error *err)
{
    ww_scan *s = user;
    ww_scan_task *t = task;
    if (t->failure || t->already)
        return WW_OK;
    t->whole = !t->source->opened;
    if (t->whole) {
        ww_status status = open_photo(s, t, err);
        if (status != WW_OK || t->failure || t->already)
            return status;
    }
    return ww_look(state, t, err);
}

// --- the whole -------------------------------------------------------------------------------------------------------

void ww_scan_set_defaults(ww_scan_options *o)
{
    if (o->every_us <= 0)
        o->every_us = EVERY_DEFAULT_US;
    if (o->detect_size <= 0)
        o->detect_size = WW_DETECT_SIZE_DEFAULT;
    if (o->frame_max_px <= 0)
        o->frame_max_px = FRAME_MAX_DEFAULT_PX;
}

// The detector's own is 0 in the keys of libraries from before the option could be 0.
static int score_key(double min_score)
{
    return min_score < 0 ? 0 : min_score * 10000 < 1 ? -1 : (int)(min_score * 10000);
}

// Of a scan at exact times, and what the keys of all others begin with.
static char *exact_key(const ww_models *m, const ww_scan_options *o)
{
    char *portrait = o->portrait_width ? ww_strf(" portrait=%d", o->portrait_width) : ww_strdup("");
    const char *precision = m->int8 ? " precision=int8" : "";
    char *key = ww_strf("embedder=%016" PRIx64 " detector=%016" PRIx64 " every_us=%" PRId64
                        " detect_size=%d min_face=%d min_score=%d frame_max=%d track=%d shrink=%dx%d%s%s",
                        m->embedder_hash, m->detector_hash, o->every_us, o->detect_size, (int)(o->min_face_px * 100),
                        score_key(o->min_score), o->frame_max_px, ww_tracks(o, &m->detector_spec), o->shrink_width,
                        o->shrink_height, portrait, precision);
    free(portrait);
    return key;
}

static char *plain_key(const ww_scan_options *o, const char *exact)
{
    static const char *const times[] = {[WW_TIMES_EXACT] = "",
                                        [WW_TIMES_NEAR] = " times=near",
                                        [WW_TIMES_CHEAPEST] = " times=cheapest",
                                        [WW_TIMES_COUNTED] = " times=counted"};
    return ww_strf("%s%s%s", exact, times[ww_scan_times(o)], o->fast ? " fast" : "");
}

// Which device it is makes no difference here: what is asked for is that one may decode.
static char *scan_key(const ww_scan_options *o, const char *plain)
{
    return ww_strf("%s%s", plain, ww_hwaccel_is_wanted(o->hwaccel) ? " hwaccel" : "");
}

char *ww_scan_key(const ww_models *models, const ww_scan_options *options)
{
    char *exact = exact_key(models, options), *plain = plain_key(options, exact), *key = scan_key(options, plain);
    free(exact);
    free(plain);
    return key;
}

enum { KEY_EMBEDDER_CHARS = 9 + 16 }; // "embedder=" and its hash

// Vectors of two embedders cannot be compared. A library may change its embedder only if this scan covers every source
// in it.
struct other_embedder {
    const ww_scan *scan;
    const char **named; // the paths of this scan, as named and from the root, sorted
    char *path;
};

static ww_status note_other_embedder(void *user, const ww_source_row *row, ww_error *err)
{
    struct other_embedder *o = user;
    (void)err;
    if (o->path || row->error || strncmp(row->scan_key, o->scan->key, KEY_EMBEDDER_CHARS) == 0)
        return WW_OK;
    if (o->scan->inputs.count
        && bsearch(row->file ? &row->file : &row->path, o->named, 2 * o->scan->inputs.count, sizeof *o->named,
                   ww_text_order))
        return WW_OK; // its faces will be replaced
    o->path = ww_strdup(row->path);
    return WW_OK;
}

static ww_status check_embedder(ww_scan *s, ww_error *err)
{
    struct other_embedder o = {.scan = s, .named = ww_try_array(2 * s->inputs.count, sizeof *o.named)};
    if (!o.named)
        return ww_fail_memory(err, "the list of files");
    for (size_t i = 0; i < s->inputs.count; i++) {
        o.named[2 * i] = s->inputs.item[i].path;
        o.named[2 * i + 1] = s->inputs.item[i].file;
    }
    if (s->inputs.count)
        qsort(o.named, 2 * s->inputs.count, sizeof *o.named, ww_text_order);
    ww_status status = ww_store_sources(s->library->store, note_other_embedder, &o, err);
    if (status == WW_OK && o.path)
        status = ww_fail(
            err, WW_ERR_ARGUMENT,
            "'%s' holds faces of '%s' made with another embedder; name that file too, or use another folder (-o)",
            s->library->dir, o.path);
    free(o.named);
    free(o.path);
    return status;
}

// A library keeps to what it was made with unless the caller chose otherwise; then that is told.
static ww_status store_precision(ww_scan *s, ww_error *err)
{
    char before[WW_SETTING_TEXT_MAX], embedder[WW_SETTING_TEXT_MAX]; // no embedder: nothing was scanned yet
    const char *now = s->models->int8 ? WW_PRECISION_WORD_INT8 : WW_PRECISION_WORD_FLOAT32;
    ww_status status = ww_setting_text(s->library, WW_SETTING_PRECISION, before, err);
    if (status == WW_OK)
        status = ww_setting_text(s->library, WW_SETTING_EMBEDDER, embedder, err);
    if (status != WW_OK)
        return status;
    const char *was = *before ? before : WW_PRECISION_WORD_FLOAT32;
    ww_logf(&s->library->log, WW_LOG_INFO, "networks compute in %s", now);
    if (*embedder && strcmp(was, now) != 0)
        ww_logf(&s->library->log, WW_LOG_WARNING,
                "the library in '%s' was made in %s, and this scan computes in %s; the files named are scanned again, "
                "others keep their faces",
                s->library->dir, was, now);
    return ww_setting_store_text(s->library, WW_SETTING_PRECISION, now, err);
}

static ww_status store_settings(ww_scan *s, ww_error *err)
{
    char eps[32], sure[32];
    ww_format(eps, sizeof eps, "%.6g", (double)s->models->embedder_spec.eps);
    ww_format(sure, sizeof sure, "%.6g", (double)ww_seed_score(&s->models->detector_spec, SEED_SCORE_SHARE));
    ww_status status = ww_setting_store_text(s->library, WW_SETTING_EPS, eps, err);
    if (status == WW_OK)
        status = ww_setting_store_text(s->library, WW_SETTING_SEED_SCORE, sure, err);
    if (status == WW_OK)
        status = ww_setting_store_number(s->library, WW_SETTING_WITHIN_WIDTH, s->options.shrink_width, err);
    if (status == WW_OK)
        status = ww_setting_store_number(s->library, WW_SETTING_WITHIN_HEIGHT, s->options.shrink_height, err);
    if (status == WW_OK)
        status = store_precision(s, err);
    return status == WW_OK ? ww_setting_store_text(s->library, WW_SETTING_EMBEDDER, s->models->embedder_spec.name, err)
                           : status;
}

static void free_met(ww_scan *s)
{
    for (size_t i = 0; i < s->met.count; i++) {
        free(s->met.item[i].path);
        free(s->met.item[i].file);
    }
    ww_vector_free(&s->met);
}

static ww_status scan_here(ww_scan *s, ww_error *err)
{
    const ww_pipeline p = {.threads = s->options.threads,
                           .user = s,
                           .next = ww_scan_next,
                           .thread_begin = thread_begin,
                           .thread_end = thread_end,
                           .work = work,
                           .done = ww_scan_store,
                           .drop = ww_scan_drop};
    ww_status status = ww_pipeline_run(&p, err);
    ww_models_log_times(s->models, &s->library->log);
    return status;
}

ww_status ww_scan_sources(ww_library *library, const ww_models *models, const char *const *inputs, size_t count,
                          const ww_scan_options *options, const ww_transport *transport, ww_scan_result *result,
                          ww_error *err)
{
    double begun = ww_seconds();
    ww_scan s = {.library = library, .models = models, .transport = transport};
    ww_library_begin_stage(library, WW_STAGE_SCAN);
    if (options)
        s.options = *options;
    ww_scan_set_defaults(&s.options);
    s.exact_key = exact_key(models, &s.options);
    s.plain_key = plain_key(&s.options, s.exact_key);
    s.key = scan_key(&s.options, s.plain_key);
    ww_status status = ww_hwaccel_open(transport ? NULL : s.options.hwaccel, &s.hwaccel, err);
    if (status == WW_OK)
        status = ww_source_list_collect(inputs, count, library, &library->log, &s.inputs, &s.result.unreadable, err);
    if (status == WW_OK)
        status = ww_shard_cut(&s.shard, s.options.shard, s.options.shards, &s.inputs, err);
    s.result.inputs = ww_shard_files(&s.shard, s.inputs.count) + s.result.unreadable;
    s.total_weight = ww_shard_weight(&s.shard, &s.inputs);
    if (status == WW_OK)
        status = check_embedder(&s, err);
    if (status == WW_OK)
        status = ww_shard_begin(&s.shard, library->store, err);
    if (status == WW_OK)
        status = store_settings(&s, err);
    if (status == WW_OK)
        status = transport ? ww_remote_scan(&s, err) : scan_here(&s, err);
    if (status == WW_OK)
        status = ww_scan_settle(&s, err);
    if (status == WW_OK)
        status = ww_shard_end(&s.shard, library->store, err);
    ww_shard_free(&s.shard);
    ww_scan_source_release(s.source);
    ww_id_set_free(&s.sources_begun);
    free_met(&s);
    ww_source_list_free(&s.inputs);
    free(s.key);
    free(s.plain_key);
    free(s.exact_key);
    ww_hwaccel_close(s.hwaccel);
    s.result.wall_s = ww_seconds() - begun;
    if (result)
        *result = s.result;
    return status;
}
