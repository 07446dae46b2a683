// SPDX-License-Identifier: MIT
// Inputs become tasks, in order.
#include "base/hash.h"
#include "base/memory.h"
#include "scan/known_file.h"
#include "scan/remote.h"
#include "video/planned.h"

#include <stdlib.h>

// --- sources ---------------------------------------------------------------------------------------------------------

uint64_t ww_scan_hash_of_track(uint64_t content, int track)
{
    const uint64_t both[] = {content, (uint64_t)track};
    return track ? ww_hash_bytes(both, sizeof both) : content;
}

ww_scan_source *ww_scan_source_new(const char *path, const char *file, int track)
{
    ww_scan_source *f = ww_alloc(sizeof *f);
    atomic_init(&f->users, 1);
    f->path = ww_strdup(path);
    f->file = ww_strdup(file);
    f->track = track;
    f->name = track ? ww_strf("%s (track %d)", path, track + 1) : ww_strdup(path);
    return f;
}

static ww_scan_source *source_new(const ww_scan *s, const ww_source_file *input, int track)
{
    ww_scan_source *f = ww_scan_source_new(input->path, input->file, track);
    f->hwaccel = s->hwaccel;
    f->input = *input;
    f->input.path = f->input.file = NULL;
    f->hash = ww_scan_hash_of_track(input->content, track);
    f->place = s->shard.count ? s->shard.first_place + (input - s->inputs.item) : 0;
    return f;
}

ww_scan_source *ww_scan_source_share(ww_scan_source *f)
{
    atomic_fetch_add(&f->users, 1);
    return f;
}

void ww_scan_source_release(ww_scan_source *f)
{
    if (!f || atomic_fetch_sub(&f->users, 1) > 1)
        return;
    ww_source_close(f->handle);
    ww_remote_plan_free(f->plan);
    free(f->path);
    free(f->file);
    free(f->name);
    free(f->cut_off);
    free(f);
}

static ww_scan_task *task_new(ww_scan_source *source, int span, double share)
{
    ww_scan_task *t = ww_alloc(sizeof *t);
    t->source = ww_scan_source_share(source);
    t->span = span;
    t->share = share;
    t->span_count = source->info.span_count;
    return t;
}

void ww_scan_drop(void *user, void *task)
{
    ww_scan_task *t = task;
    (void)user;
    ww_scan_source_release(t->source);
    ww_span_result_free(&t->seen);
    free(t->failure);
    free(t);
}

// --- what the library knows ------------------------------------------------------------------------------------------

const char *ww_scan_key_of(const ww_scan *s, const ww_scan_source *f)
{
    return f->info.on_device ? s->key : s->plain_key;
}

static bool asks_hardware(const ww_scan *s) { return ww_hwaccel_is_wanted(s->options.hwaccel); }

// Finished scans that will do as well as one with the key of this scan. The store is locked.
static ww_status find_as_good(ww_scan *s, uint64_t hash, int64_t *source, ww_error *err)
{
    ww_status status = WW_OK;
    if (asks_hardware(s))
        status = ww_store_find_whole_source(s->library->store, hash, s->plain_key, source, err);
    if (status == WW_OK && *source == 0 && ww_scan_times(&s->options) == WW_TIMES_NEAR)
        status = ww_store_find_whole_source(s->library->store, hash, s->exact_key, source, err);
    return status;
}

ww_status ww_scan_find_known(ww_scan *s, const ww_scan_source *f, int64_t *source, bool *whole, ww_error *err)
{
    *whole = false;
    pthread_mutex_lock(&s->library->store_mutex);
    ww_status status = ww_store_find_source(s->library->store, f->hash, s->key, source, err);
    if (status == WW_OK && *source == 0 && asks_hardware(s) && !f->info.on_device)
        status = ww_store_find_source(s->library->store, f->hash, s->plain_key, source, err);
    if (status == WW_OK && *source == 0) {
        status = find_as_good(s, f->hash, source, err);
        *whole = *source != 0;
    }
    pthread_mutex_unlock(&s->library->store_mutex);
    return status;
}

ww_status ww_scan_photo_known(ww_scan *s, ww_scan_task *t, ww_error *err)
{
    bool whole;
    t->span_count = t->source->info.span_count;
    ww_status status = ww_scan_find_known(s, t->source, &t->source->resumed, &whole, err);
    t->already = t->source->resumed != 0;
    return status;
}

ww_status ww_scan_find_whole(ww_scan *s, uint64_t hash, int64_t *source, ww_error *err)
{
    pthread_mutex_lock(&s->library->store_mutex);
    ww_status status = ww_store_find_whole_source(s->library->store, hash, s->key, source, err);
    if (status == WW_OK && *source == 0)
        status = find_as_good(s, hash, source, err);
    pthread_mutex_unlock(&s->library->store_mutex);
    return status;
}

static ww_status span_done(ww_scan *s, int64_t source, int span, bool *done, ww_error *err)
{
    pthread_mutex_lock(&s->library->store_mutex);
    ww_status status = ww_store_span_done(s->library->store, source, span, done, err);
    pthread_mutex_unlock(&s->library->store_mutex);
    return status;
}

// --- next: tasks, in order -------------------------------------------------------------------------------------------

// "clip.mp4: h264, 640x360, 25 fps, 60.0 s: 3 spans, 60 samples, one every 1 s; faces are tracked between them"
void ww_scan_tell_plan(const ww_scan *s, const ww_scan_source *f)
{
    const ww_source_info *info = &f->info;
    if (info->kind == WW_SOURCE_VIDEO)
        ww_logf(&s->library->log, WW_LOG_INFO, "%s: %s, %.1f s: %d span%s, %lld samples, one every %g s%s", f->path,
                info->format, 1e-6 * (double)info->duration_us, info->span_count, info->span_count == 1 ? "" : "s",
                (long long)f->samples, 1e-6 * (double)s->options.every_us,
                ww_tracks(&s->options, &s->models->detector_spec) ? "; faces are tracked between them" : "");
}

ww_source_times ww_scan_times(const ww_scan_options *options)
{
    return options->count_frames ? WW_TIMES_COUNTED
           : options->fast       ? WW_TIMES_CHEAPEST
           : options->near_times ? WW_TIMES_NEAR
                                 : WW_TIMES_EXACT;
}

static void describe(ww_scan_source *f)
{
    int64_t first = 0, count = 0; // of the last span
    f->info = *ww_source_get_info(f->handle);
    if (f->info.kind == WW_SOURCE_VIDEO)
        ww_source_span(f->handle, f->info.span_count - 1, &first, &count);
    f->samples = first + count;
    f->cut_off = ww_cut_off_words(f->handle);
    f->opened = true;
}

static ww_source_options source_options(const ww_scan_source *f, const ww_models *models, const ww_scan_options *o,
                                        const ww_cancel *cancel)
{
    return (ww_source_options){.every_us = o->every_us,
                               .times = ww_scan_times(o),
                               .no_loop_filter = o->fast,
                               .intermediate_every_us =
                                   ww_tracks(o, &models->detector_spec) ? WW_INTERMEDIATE_EVERY_US : 0,
                               .cancel = *cancel,
                               .track = f->track,
                               .hwaccel = f->hwaccel};
}

ww_status ww_scan_source_load(ww_scan_source *f, const ww_models *models, const ww_scan_options *o,
                              const ww_cancel *cancel, bool hash, const ww_log *log, char **failure, ww_error *err)
{
    ww_error why = {0};
    const ww_source_options options = source_options(f, models, o, cancel);
    *failure = NULL;
    ww_status status = hash ? ww_hash_file_until(f->path, cancel, &f->hash, &why) : WW_OK;
    if (status == WW_OK && hash)
        f->hash = ww_scan_hash_of_track(f->hash, f->track);
    if (status == WW_OK)
        status = ww_source_open(f->path, &options, log, &f->handle, &why);
    if (status == WW_ERR_CANCELLED)
        return ww_fail(err, status, WW_SCAN_STOPPED);
    if (status != WW_OK)
        *failure = ww_strdup(why.message);
    else
        describe(f);
    return WW_OK;
}

ww_status ww_scan_source_load_planned(ww_scan_source *f, const ww_models *models, const ww_scan_options *o,
                                      const ww_bytes *head, ww_error *err)
{
    const ww_cancel never = {0};
    const ww_source_options options = source_options(f, models, o, &never);
    const ww_status status = ww_source_open_planned(f->path, &options, head->data, head->size, &f->handle, err);
    if (status == WW_OK)
        f->info = *ww_source_get_info(f->handle);
    return status;
}

ww_status ww_scan_source_open(ww_scan *s, ww_scan_source *f, char **failure, ww_error *err)
{
    if (!s->openers && !f->input.known) // others may have hashed it long before
        f->input.hashed_ns = ww_known_file_now_ns();
    ww_status status = s->openers ? ww_remote_opened(s, f, failure, err)
                                  : ww_scan_source_load(f, s->models, &s->options, ww_library_cancel(s->library),
                                                        !f->input.known, &s->library->log, failure, err);
    if (status == WW_OK && !*failure)
        ww_scan_tell_plan(s, f);
    return status;
}

static ww_status begin_in_this_run(ww_scan *s, uint64_t hash, bool *begun_before, ww_error *err)
{
    bool added = false;
    if (!ww_id_set_put(&s->sources_begun, hash, &added))
        return ww_fail_memory(err, "the list of files");
    *begun_before = *begun_before || !added;
    return WW_OK;
}

static double share_of(const ww_scan *s, const ww_source_file *input)
{
    return ((double)input->bytes + 1) / s->total_weight;
}

// A file, or a track of it, that is as it was when it was scanned is not opened; *task is NULL for others.
static ww_status take_known(ww_scan *s, const ww_source_file *input, int track, ww_scan_task **task, ww_error *err)
{
    int64_t whole = 0;
    const bool opened_ahead = s->openers && !input->photo && !ww_remote_passes_over(s, input - s->inputs.item);
    if (!input->known || opened_ahead) // who opens ahead waits for each to be taken
        return WW_OK;
    ww_status status = ww_scan_find_whole(s, ww_scan_hash_of_track(input->content, track), &whole, err);
    if (status != WW_OK || whole == 0)
        return status;
    ww_scan_source *f = source_new(s, input, track);
    f->resumed = f->source_id = whole;
    if (track == 0)
        s->tracks = input->tracks;
    *task = task_new(f, 0, share_of(s, input));
    (*task)->already = true;
    ww_scan_source_release(f);
    return WW_OK;
}

// Opens the next video; *task is set at once when there is nothing to look at in it.
static ww_status begin_video(ww_scan *s, const ww_source_file *input, int track, ww_scan_task **task, ww_error *err)
{
    ww_status status = take_known(s, input, track, task, err);
    if (status != WW_OK || *task)
        return status;
    ww_scan_source *f = source_new(s, input, track);
    const size_t number = (size_t)(input - s->inputs.item);
    char *failure = NULL;
    status = ww_scan_source_open(s, f, &failure, err);
    bool complete = false;
    int first = 0, end = 0; // of its spans, those to be scanned here
    if (status == WW_OK && failure && !ww_shard_has(&s->shard, number, 0, 1)) {
        free(failure); // told by the shard that begins it
        goto done;
    }
    if (status == WW_OK && !failure) {
        if (track == 0)
            s->tracks = f->info.tracks_more;
        ww_shard_spans(&s->shard, number, f->info.span_count, &first, &end);
        if (s->shard.count && first == end)
            goto done;
        bool whole = false;
        status = ww_scan_find_known(s, f, &f->resumed, &whole, err);
        complete = f->resumed != 0;
        f->source_id = f->resumed;
        for (int i = first; i < end && !whole && complete && status == WW_OK; i++)
            status = span_done(s, f->resumed, i, &complete, err);
        if (status == WW_OK)
            status = begin_in_this_run(s, f->hash, &complete, err);
    }
    if (status == WW_OK && (failure || complete)) {
        *task = task_new(f, 0, share_of(s, input));
        (*task)->failure = failure;
        (*task)->already = complete;
        failure = NULL;
    } else if (status == WW_OK) {
        s->source = ww_scan_source_share(f);
        s->next_span = first;
        s->end_span = end;
    }
    free(failure);
done:
    ww_scan_source_release(f);
    return status;
}

// The next span of the video at hand that is not in the store yet; NULL when there is none.
static ww_status next_of_video(ww_scan *s, ww_scan_task **task, ww_error *err)
{
    int spans = s->source->info.span_count;
    double share = share_of(s, &s->inputs.item[s->next_input - 1]) / spans, skipped = 0;
    while (s->next_span < s->end_span) {
        bool done = false;
        int span = s->next_span++;
        if (s->source->resumed) {
            ww_status status = span_done(s, s->source->resumed, span, &done, err);
            if (status != WW_OK)
                return status;
        }
        if (!done) {
            *task = task_new(s->source, span, share + skipped);
            return WW_OK;
        }
        skipped += share;
    }
    ww_scan_source_release(s->source);
    s->source = NULL;
    return WW_OK;
}

ww_status ww_scan_next(void *user, void **out, ww_error *err)
{
    ww_scan *s = user;
    ww_scan_task *task = NULL;
    ww_status status = WW_OK;
    while (!task && status == WW_OK) {
        if (s->source) {
            status = next_of_video(s, &task, err);
            continue;
        }
        if (s->next_track < s->tracks) {
            status = begin_video(s, &s->inputs.item[s->next_input - 1], ++s->next_track, &task, err);
            continue;
        }
        if (s->next_input == s->inputs.count)
            break;
        s->next_track = s->tracks = 0;
        const ww_source_file *input = &s->inputs.item[s->next_input++];
        if (!ww_shard_touches(&s->shard, s->next_input - 1)
            || (input->photo && !ww_shard_has(&s->shard, s->next_input - 1, 0, 1)))
            continue;
        if (input->photo) { // opened by the worker
            status = take_known(s, input, 0, &task, err);
            if (status != WW_OK || task)
                continue;
            ww_scan_source *f = source_new(s, input, 0);
            task = task_new(f, 0, share_of(s, input));
            ww_scan_source_release(f);
        } else {
            status = begin_video(s, input, 0, &task, err);
        }
    }
    *out = task;
    return status;
}
