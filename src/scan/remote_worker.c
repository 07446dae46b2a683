// SPDX-License-Identifier: MIT
// The worker's side: a request in, a reply out. Files stay open from one request to the next, and are shared by the
// workers of a process.
#include "base/memory.h"
#include "scan/remote.h"
#include "video/planned.h"

#include <stdlib.h>
#include <string.h>

typedef struct open_files { // of the workers of a process
    pthread_mutex_t mutex;  // also held while a file is opened, so that two workers do not open the same
    int users;
    WW_VECTOR(ww_scan_source *) source; // a user of each
    ww_hwaccel *hwaccel;                // as the first worker's options have it
} open_files;

struct ww_worker {
    const ww_models *models;
    ww_scan_options options;
    char *key;
    ww_looker *looker;
    open_files *files;
    ww_scan_source *source; // the one held; a user of it
    ww_bytes head;          // it was opened by this plan, for this worker alone; none: it is shared
    ww_buffer lines;        // of the log, since the last reply
    ww_log log;
};

ww_status ww_worker_make(const ww_models *models, const ww_scan_options *options, ww_worker *beside, ww_worker **worker,
                         ww_error *err)
{
    ww_worker *w = ww_alloc(sizeof *w);
    w->models = models;
    w->options = *options;
    ww_scan_set_defaults(&w->options);
    w->key = ww_scan_key(models, &w->options);
    w->log = (ww_log){ww_log_lines_add, &w->lines};
    if (beside) {
        w->files = beside->files;
    } else {
        w->files = ww_alloc(sizeof *w->files);
        pthread_mutex_init(&w->files->mutex, NULL);
    }
    pthread_mutex_lock(&w->files->mutex);
    w->files->users++;
    pthread_mutex_unlock(&w->files->mutex);
    ww_status status = beside ? WW_OK : ww_hwaccel_open(w->options.hwaccel, &w->files->hwaccel, err);
    w->options.hwaccel = NULL; // the caller's
    if (status == WW_OK)
        status = ww_looker_open(models, &w->options, NULL, &w->looker, err);
    *worker = status == WW_OK ? w : NULL;
    if (status != WW_OK)
        ww_worker_unmake(w);
    return status;
}

// Closes the files that nobody holds but the list. The mutex is held.
static void close_unused(open_files *files)
{
    size_t kept = 0;
    for (size_t i = 0; i < files->source.count; i++) {
        ww_scan_source *f = files->source.item[i];
        if (atomic_load(&f->users) == 1)
            ww_scan_source_release(f);
        else
            files->source.item[kept++] = f;
    }
    files->source.count = kept;
}

// The mutex is held.
static void let_go(ww_worker *w)
{
    ww_scan_source_release(w->source);
    w->source = NULL;
    free(w->head.data);
    w->head = (ww_bytes){0};
    close_unused(w->files);
}

void ww_worker_unmake(ww_worker *w)
{
    if (!w)
        return;
    ww_looker_close(w->looker);
    pthread_mutex_lock(&w->files->mutex);
    let_go(w);
    const bool last = --w->files->users == 0;
    pthread_mutex_unlock(&w->files->mutex);
    if (last) {
        ww_vector_free(&w->files->source);
        ww_hwaccel_close(w->files->hwaccel);
        pthread_mutex_destroy(&w->files->mutex);
        free(w->files);
    }
    ww_buffer_free(&w->lines);
    free(w->key);
    free(w);
}

static bool is_it(const ww_scan_source *f, const char *path, int track)
{
    return f && f->track == track && strcmp(f->path, path) == 0;
}

// Opens the file, or takes it from where it is open. *failure: why it cannot be used.
static ww_status hold(ww_worker *w, ww_remote_request *r, char **failure, ww_error *err)
{
    *failure = NULL;
    if (is_it(w->source, r->path, r->track) && !w->head.data && r->ask == WW_ASK_LOOK)
        return WW_OK;
    pthread_mutex_lock(&w->files->mutex);
    let_go(w);
    ww_status status = WW_OK;
    for (size_t i = 0; i < w->files->source.count && r->ask == WW_ASK_LOOK && !w->source; i++)
        if (is_it(w->files->source.item[i], r->path, r->track))
            w->source = ww_scan_source_share(w->files->source.item[i]);
    if (!w->source) {
        ww_scan_source *f = ww_scan_source_new(r->path, r->path, r->track);
        f->hwaccel = w->files->hwaccel;
        const ww_cancel never = {0};
        const ww_log quiet = {0};
        // What there is to say about a file was said when it was opened the first time.
        status = ww_scan_source_load(f, w->models, &w->options, &never, r->ask == WW_ASK_OPEN,
                                     r->ask == WW_ASK_OPEN ? &w->log : &quiet, failure, err);
        w->source = f;
        if (status == WW_OK && !*failure) {
            if (ww_vector_push(&w->files->source, f))
                ww_scan_source_share(f);
            else
                status = ww_fail_memory(err, "the files at work");
        }
    }
    pthread_mutex_unlock(&w->files->mutex);
    return status;
}

static bool is_planned_so(const ww_worker *w, const ww_remote_request *r)
{
    return is_it(w->source, r->path, r->track) && w->head.size == r->head.size
           && memcmp(w->head.data, r->head.data, r->head.size) == 0;
}

// The same for a video that was planned elsewhere, and one of its spans. *failure: the file is not what it was.
static ww_status hold_planned(ww_worker *w, ww_remote_request *r, char **failure, ww_error *err)
{
    ww_status status = WW_OK;
    *failure = NULL;
    if (!is_planned_so(w, r)) {
        pthread_mutex_lock(&w->files->mutex);
        let_go(w);
        pthread_mutex_unlock(&w->files->mutex);
        w->source = ww_scan_source_new(r->path, r->path, r->track);
        w->source->hwaccel = w->files->hwaccel;
        status = ww_scan_source_load_planned(w->source, w->models, &w->options, &r->head, err);
        if (status != WW_OK) {
            ww_scan_source_release(w->source);
            w->source = NULL;
        } else {
            w->head = r->head;
            r->head = (ww_bytes){0};
        }
    }
    if (status == WW_OK)
        status = ww_source_take_span(w->source->handle, r->span, r->plan.data, r->plan.size, err);
    if (status == WW_ERR_IO || status == WW_ERR_NOT_FOUND)
        *failure = ww_strdup(err->message);
    return *failure ? WW_OK : status;
}

static ww_status answer_open(ww_worker *w, ww_remote_request *r, ww_buffer *body, ww_error *err)
{
    char *failure = NULL;
    ww_status status = hold(w, r, &failure, err);
    if (status == WW_OK)
        ww_source_pack(body, w->source, failure);
    if (status == WW_OK)
        ww_plan_pack(body, w->source);
    free(failure);
    return status;
}

static ww_status answer_look(ww_worker *w, ww_remote_request *r, ww_buffer *body, ww_error *err)
{
    ww_scan_task t = {.whole = r->whole, .span = r->span, .span_count = r->span_count};
    ww_status status = (r->head.data ? hold_planned : hold)(w, r, &t.failure, err);
    t.try_again = t.failure && r->head.data;
    if (status == WW_OK && !t.failure && w->source->info.span_count != r->span_count) {
        t.failure = ww_strf("'%s' has changed while it was scanned; scan it again", r->path);
        t.try_again = true;
    }
    t.source = w->source;
    if (status == WW_OK && !t.failure)
        status = ww_look(w->looker, &t, err);
    if (status == WW_OK)
        ww_task_pack(body, &t);
    ww_span_result_free(&t.seen);
    free(t.failure);
    return status;
}

ww_status ww_worker_reply(ww_worker *w, const void *request, size_t bytes, ww_bytes *reply, ww_error *err)
{
    ww_remote_request r;
    ww_error why = {0};
    ww_buffer body = {0}, all = {0};
    *reply = (ww_bytes){0};
    ww_status status = ww_request_unpack(request, bytes, &r, err);
    if (status != WW_OK)
        return status;
    ww_status work =
        strcmp(r.key, w->key) == 0
            ? (r.ask == WW_ASK_OPEN ? answer_open : answer_look)(w, &r, &body, &why)
            : ww_fail(&why, WW_ERR_ARGUMENT, "a worker was started with other models or options than the scan (%s; %s)",
                      w->key, r.key);
    if (work == WW_OK)
        work = ww_buffer_status(&body, "a worker's reply", &why);
    if (work == WW_OK && body.bytes + w->lines.bytes > WW_MESSAGE_MAX - WW_REMOTE_TEXT_MAX)
        work = ww_fail(&why, WW_ERR_MEMORY, "what was found in '%s' takes %zu bytes, more than a message holds", r.path,
                       body.bytes);
    ww_reply_begin(&all, &w->lines, work, &why);
    if (work == WW_OK)
        ww_buffer_add(&all, body.data, body.bytes);
    status = ww_buffer_status(&all, "a worker's reply", err);
    if (status == WW_OK)
        *reply = (ww_bytes){all.data, all.bytes};
    else
        ww_buffer_free(&all);
    ww_buffer_free(&body);
    w->lines.bytes = 0;
    ww_request_free(&r);
    return status;
}
