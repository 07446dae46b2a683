// SPDX-License-Identifier: MIT
// Scanning: inputs become tasks, tasks become faces in the store.
//
// A task is one span of a video, or a whole photo. Workers do tasks in any order, results are stored in the order of the inputs, one
// transaction a task, so the store always holds a clean beginning of the work and a later run goes on from there. Source numbers are given in that same
// order, which makes everything that is written independent of the number of threads and of interruptions.
#include "base/clock.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/memory.h"
#include "job/inputs.h"
#include "job/library.h"
#include "job/look.h"
#include "pipeline/pipeline.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAME_MAX_DEFAULT_PX 1280
#define EVERY_DEFAULT_US 1000000

// Footage shared by the tasks cut from it.
struct film {
    atomic_int users;
    char *path;
    int64_t bytes;
    uint64_t hash;
    ww_footage *footage; // NULL when it could not be opened
    int64_t source;      // id in the store; 0 until the first result arrives
};

struct task {
    struct film *film;
    int span, span_count; // span_count 0: nothing to store (known already, or failed)
    bool already;         // the library holds this content, scanned with these options
    char *failure;        // why this file cannot be used; owned
    ww_seen seen;
    double share; // of the whole scan
};

struct scan {
    ww_library *library;
    const ww_models *models;
    ww_scan_options options;
    ww_scan_result result;
    char *key; // models and options, as text
    ww_inputs inputs;
    double total_weight, done_share;
    // next():
    size_t next_input;
    struct film *film; // the video whose spans are being handed out
    int next_span;
    WW_VECTOR(uint64_t) films_begun; // content hashes of the videos of this run
};

struct worker_state {
    ww_looker *looker;
    struct film *film; // what `reader` reads; a user of it
    ww_reader *reader;
};

// --- films ----------------------------------------------------------------------------------------------------------------

static struct film *film_new(const ww_input *input)
{
    struct film *f = ww_alloc(sizeof *f);
    atomic_init(&f->users, 1);
    f->path = ww_strdup(input->path);
    f->bytes = input->bytes;
    return f;
}

static struct film *film_share(struct film *f)
{
    atomic_fetch_add(&f->users, 1);
    return f;
}

static void film_release(struct film *f)
{
    if (!f || atomic_fetch_sub(&f->users, 1) > 1)
        return;
    ww_footage_close(f->footage);
    free(f->path);
    free(f);
}

static struct task *task_new(struct film *film, int span, double share)
{
    struct task *t = ww_alloc(sizeof *t);
    t->film = film_share(film);
    t->span = span;
    t->share = share;
    if (film->footage)
        t->span_count = ww_footage_get_info(film->footage)->span_count;
    return t;
}

static void drop_task(void *user, void *task)
{
    struct task *t = task;
    (void)user;
    film_release(t->film);
    ww_seen_free(&t->seen);
    free(t->failure);
    free(t);
}

// --- what the library knows ------------------------------------------------------------------------------------------------

// A finished or begun scan of this content with these options; *done tells which.
static ww_status find_known(struct scan *s, uint64_t hash, int64_t *source, ww_error *err)
{
    pthread_mutex_lock(&s->library->store_mutex);
    ww_status status = ww_store_find_source(s->library->store, hash, s->key, source, err);
    pthread_mutex_unlock(&s->library->store_mutex);
    return status;
}

static ww_status span_done(struct scan *s, int64_t source, int span, bool *done, ww_error *err)
{
    pthread_mutex_lock(&s->library->store_mutex);
    ww_status status = ww_store_span_done(s->library->store, source, span, done, err);
    pthread_mutex_unlock(&s->library->store_mutex);
    return status;
}

// Sources this scan puts out of date: the same content scanned with other options, and an earlier failure to read the same path.
struct outdated {
    const struct film *film;
    const char *key;
    WW_VECTOR(int64_t) ids;
};

static ww_status note_outdated(void *user, const ww_source_row *row, ww_error *err)
{
    struct outdated *o = user;
    (void)err;
    bool same_content = !row->error && row->hash == o->film->hash && strcmp(row->scan_key, o->key) != 0;
    bool failed_before = row->error && strcmp(row->path, o->film->path) == 0;
    if (same_content || failed_before)
        ww_vector_push(&o->ids, row->id);
    return WW_OK;
}

static ww_status delete_outdated(struct scan *s, const struct film *film, ww_error *err)
{
    struct outdated o = {.film = film, .key = s->key};
    ww_status status = ww_store_sources(s->library->store, note_outdated, &o, err);
    for (size_t i = 0; i < o.ids.count && status == WW_OK; i++)
        status = ww_store_delete_source(s->library->store, o.ids.item[i], err);
    ww_vector_free(&o.ids);
    return status;
}

// --- next: tasks, in order ---------------------------------------------------------------------------------------------------

static char *open_film(struct scan *s, struct film *f)
{
    ww_error why;
    ww_footage_options options = {.every_us = s->options.every_us};
    if (ww_hash_file(f->path, &f->hash, NULL, &why) == WW_OK &&
        ww_footage_open(f->path, &options, &s->library->log, &f->footage, &why) == WW_OK)
        return NULL;
    return ww_strdup(why.message);
}

static bool begun_in_this_run(struct scan *s, uint64_t hash)
{
    for (size_t i = 0; i < s->films_begun.count; i++)
        if (s->films_begun.item[i] == hash)
            return true;
    ww_vector_push(&s->films_begun, hash);
    return false;
}

static double share_of(const struct scan *s, const ww_input *input)
{
    return ((double)input->bytes + 1) / s->total_weight;
}

// Opens the next video; *task is set at once when there is nothing to look at in it.
static ww_status begin_video(struct scan *s, const ww_input *input, struct task **task, ww_error *err)
{
    struct film *f = film_new(input);
    char *failure = open_film(s, f);
    ww_status status = WW_OK;
    bool complete = false;
    if (!failure) {
        status = find_known(s, f->hash, &f->source, err);
        int spans = ww_footage_get_info(f->footage)->span_count;
        complete = f->source != 0;
        for (int i = 0; i < spans && complete && status == WW_OK; i++)
            status = span_done(s, f->source, i, &complete, err);
        complete |= begun_in_this_run(s, f->hash);
    }
    if (status == WW_OK && (failure || complete)) {
        *task = task_new(f, 0, share_of(s, input));
        (*task)->failure = failure;
        (*task)->already = complete;
        failure = NULL;
    } else if (status == WW_OK) {
        s->film = film_share(f);
        s->next_span = 0;
    }
    free(failure);
    film_release(f);
    return status;
}

// The next span of the video at hand that is not in the store yet; NULL when there is none.
static ww_status next_of_video(struct scan *s, struct task **task, ww_error *err)
{
    int spans = ww_footage_get_info(s->film->footage)->span_count;
    double share = share_of(s, &s->inputs.item[s->next_input - 1]) / spans, skipped = 0;
    while (s->next_span < spans) {
        bool done = false;
        int span = s->next_span++;
        if (s->film->source) {
            ww_status status = span_done(s, s->film->source, span, &done, err);
            if (status != WW_OK)
                return status;
        }
        if (!done) {
            *task = task_new(s->film, span, share + skipped);
            return WW_OK;
        }
        skipped += share;
    }
    film_release(s->film);
    s->film = NULL;
    return WW_OK;
}

static ww_status next_task(void *user, void **out, ww_error *err)
{
    struct scan *s = user;
    struct task *task = NULL;
    ww_status status = WW_OK;
    while (!task && status == WW_OK) {
        if (s->film) {
            status = next_of_video(s, &task, err);
            continue;
        }
        if (s->next_input == s->inputs.count)
            break;
        const ww_input *input = &s->inputs.item[s->next_input++];
        if (input->photo) { // opened by the worker
            struct film *f = film_new(input);
            task = task_new(f, 0, share_of(s, input));
            film_release(f);
        } else {
            status = begin_video(s, input, &task, err);
        }
    }
    *out = task;
    return status;
}

// --- work: in any thread -----------------------------------------------------------------------------------------------------

static ww_status thread_begin(void *user, int thread, void **state, ww_error *err)
{
    struct scan *s = user;
    (void)thread;
    struct worker_state *w = ww_alloc(sizeof *w);
    *state = w;
    return ww_looker_open(s->models, &s->options, &w->looker, err);
}

static void drop_reader(struct worker_state *w)
{
    ww_reader_close(w->reader);
    film_release(w->film);
    w->reader = NULL;
    w->film = NULL;
}

static void thread_end(void *user, void *state)
{
    struct worker_state *w = state;
    (void)user;
    drop_reader(w);
    ww_looker_close(w->looker);
    free(w);
}

// Photos (and the odd video that begins like one) are opened here, so that many are worked on at once.
static ww_status open_photo(struct scan *s, struct task *t, ww_error *err)
{
    t->failure = open_film(s, t->film);
    if (t->failure)
        return WW_OK;
    t->span_count = ww_footage_get_info(t->film->footage)->span_count;
    int64_t known = 0;
    ww_status status = find_known(s, t->film->hash, &known, err);
    t->already = known != 0;
    return status;
}

static ww_status look(struct scan *s, struct worker_state *w, struct task *t, ww_error *err)
{
    if (w->film != t->film) {
        drop_reader(w);
        ww_status status = ww_reader_open(t->film->footage, &w->reader, err);
        if (status != WW_OK)
            return status;
        w->film = film_share(t->film);
    }
    return ww_look_at_span(w->looker, w->reader, t->span, &t->seen, err);
}

static ww_status work(void *user, void *state, void *task, ww_error *err)
{
    struct scan *s = user;
    struct worker_state *w = state;
    struct task *t = task;
    if (t->failure || t->already)
        return WW_OK;
    bool whole = t->film->footage == NULL;
    if (whole) {
        ww_status status = open_photo(s, t, err);
        if (status != WW_OK || t->failure || t->already)
            return status;
    }
    ww_error why = {0};
    ww_status status = WW_OK;
    do
        status = look(s, w, t, &why);
    while (whole && status == WW_OK && ++t->span < t->span_count);
    if (status == WW_ERR_FORMAT || status == WW_ERR_UNSUPPORTED || status == WW_ERR_IO || status == WW_ERR_NOT_FOUND) {
        t->failure = ww_strdup(why.message); // this file's trouble, not the run's
        return WW_OK;
    }
    if (status != WW_OK && err)
        *err = why;
    if (whole && t->film == w->film)
        drop_reader(w); // a photo is not looked at twice
    return status;
}

// --- done: into the store, in order --------------------------------------------------------------------------------------------

static ww_status store_source(struct scan *s, struct task *t, const char *error, ww_error *err)
{
    struct film *f = t->film;
    ww_source_row row = {.path = f->path, .hash = f->hash, .bytes = f->bytes, .scan_key = s->key, .error = error};
    if (f->footage && !error) {
        const ww_footage_info *info = ww_footage_get_info(f->footage);
        row.kind = info->kind;
        row.width = info->width;
        row.height = info->height;
        row.duration_us = info->duration_us;
        row.span_count = info->span_count;
    }
    ww_status status = delete_outdated(s, f, err);
    return status == WW_OK ? ww_store_add_source(s->library->store, &row, &f->source, err) : status;
}

static ww_status store_frame(struct scan *s, struct task *t, int span, ww_seen_frame *frame, ww_error *err)
{
    int64_t id, face_id;
    frame->row.source = t->film->source;
    frame->row.span = span;
    ww_status status = ww_store_add_frame(s->library->store, &frame->row, frame->jpeg, frame->jpeg_bytes, &id, err);
    for (size_t i = 0; i < frame->face_count && status == WW_OK; i++) {
        ww_seen_face *face = &t->seen.faces.item[frame->first_face + i];
        face->row.frame = id;
        status = ww_store_add_face(s->library->store, &face->row, face->embedding, face->portrait, face->portrait_bytes, &face_id, err);
    }
    return status;
}

static ww_status store_seen(struct scan *s, struct task *t, ww_error *err)
{
    ww_store *store = s->library->store;
    bool whole = t->span == t->span_count; // a photo task ran through all its spans
    ww_status status = t->film->source ? WW_OK : store_source(s, t, NULL, err);
    for (size_t i = 0; i < t->seen.frames.count && status == WW_OK; i++)
        status = store_frame(s, t, whole ? 0 : t->span, &t->seen.frames.item[i], err);
    for (int span = whole ? 0 : t->span; span <= (whole ? t->span_count - 1 : t->span) && status == WW_OK; span++) {
        bool last = !whole || span == t->span_count - 1;
        status = ww_store_mark_span(store, t->film->source, span, last ? t->seen.frames_looked_at : 0, last ? t->seen.damaged : 0, err);
    }
    return status;
}

static ww_status store_task(struct scan *s, struct task *t, ww_error *err)
{
    ww_store *store = s->library->store;
    pthread_mutex_lock(&s->library->store_mutex);
    ww_status status = ww_store_begin(store, err);
    if (status == WW_OK) {
        // Another photo of this run may have had the same content.
        int64_t known = 0;
        if (!t->film->source && !t->failure)
            status = ww_store_find_source(store, t->film->hash, s->key, &known, err);
        if (known)
            t->already = true;
        else if (status == WW_OK)
            status = t->failure ? store_source(s, t, t->failure, err) : store_seen(s, t, err);
        if (status == WW_OK)
            status = ww_store_commit(store, err);
        if (status != WW_OK)
            ww_store_rollback(store);
    }
    pthread_mutex_unlock(&s->library->store_mutex);
    return status;
}

static void count_task(struct scan *s, const struct task *t)
{
    ww_scan_result *r = &s->result;
    s->done_share += t->share;
    if (t->failure) {
        ww_logf(&s->library->log, WW_LOG_ERROR, "%s", t->failure);
        r->unreadable++;
        return;
    }
    if (t->already) {
        r->already++;
        return;
    }
    r->scanned += t->span_count == t->span || t->span == t->span_count - 1;
    r->frames += t->seen.frames_looked_at;
    r->faces += (int64_t)t->seen.faces.count;
    r->damaged += t->seen.damaged;
    r->decode_s += t->seen.decode_s;
    r->detect_s += t->seen.detect_s;
    r->embed_s += t->seen.embed_s;
    r->encode_s += t->seen.encode_s;
}

static ww_status done(void *user, void *task, ww_error *err)
{
    struct scan *s = user;
    struct task *t = task;
    ww_status status = t->already ? WW_OK : store_task(s, t, err);
    if (status == WW_OK) {
        count_task(s, t);
        ww_progress progress = {.stage = WW_STAGE_SCAN, .share = s->done_share < 1 ? s->done_share : 1, .done = s->result.frames,
                                .faces = s->result.faces, .now = t->film->path};
        if (ww_library_report(s->library, &progress) != 0)
            status = ww_fail(err, WW_ERR_CANCELLED, "stopped; what was scanned so far is kept, the same command goes on from here");
    }
    drop_task(s, t);
    return status;
}

// --- the whole ---------------------------------------------------------------------------------------------------------------

static void set_defaults(ww_scan_options *o)
{
    if (o->every_us <= 0)
        o->every_us = EVERY_DEFAULT_US;
    if (o->detect_size <= 0)
        o->detect_size = WW_DETECT_SIZE_DEFAULT;
    if (o->frame_max_px <= 0)
        o->frame_max_px = FRAME_MAX_DEFAULT_PX;
}

static char *scan_key(const ww_models *m, const ww_scan_options *o)
{
    return ww_strf("embedder=%016" PRIx64 " detector=%016" PRIx64 " every_us=%" PRId64 " detect_size=%d min_face=%d min_score=%d frame_max=%d",
                   m->embedder_hash, m->detector_hash, o->every_us, o->detect_size, (int)(o->min_face_px * 100), (int)(o->min_score * 10000),
                   o->frame_max_px);
}

enum { KEY_EMBEDDER_CHARS = 9 + 16 }; // "embedder=" and its hash

// Vectors of two embedders cannot be compared. A library may change its embedder only if this scan covers every source in it.
struct other_embedder {
    const struct scan *scan;
    char *path;
};

static ww_status note_other_embedder(void *user, const ww_source_row *row, ww_error *err)
{
    struct other_embedder *o = user;
    (void)err;
    if (o->path || row->error || strncmp(row->scan_key, o->scan->key, KEY_EMBEDDER_CHARS) == 0)
        return WW_OK;
    for (size_t i = 0; i < o->scan->inputs.count; i++)
        if (strcmp(o->scan->inputs.item[i].path, row->path) == 0)
            return WW_OK; // its faces will be replaced
    o->path = ww_strdup(row->path);
    return WW_OK;
}

static ww_status check_embedder(struct scan *s, ww_error *err)
{
    struct other_embedder o = {.scan = s};
    ww_status status = ww_store_sources(s->library->store, note_other_embedder, &o, err);
    if (status == WW_OK && o.path)
        status = ww_fail(err, WW_ERR_ARGUMENT, "'%s' holds faces of '%s' made with another embedder; name that file too, or use another folder (-o)",
                         s->library->dir, o.path);
    free(o.path);
    return status;
}

static ww_status leave_word(struct scan *s, ww_error *err)
{
    char eps[32];
    snprintf(eps, sizeof eps, "%.6g", (double)s->models->embedder_spec.eps);
    ww_status status = ww_store_set_meta(s->library->store, WW_META_EPS, eps, err);
    return status == WW_OK ? ww_store_set_meta(s->library->store, WW_META_EMBEDDER, s->models->embedder_spec.name, err) : status;
}

ww_status ww_library_scan(ww_library *library, const ww_models *models, const char *const *inputs, size_t count,
                          const ww_scan_options *options, ww_scan_result *result, ww_error *err)
{
    double begun = ww_seconds();
    struct scan s = {.library = library, .models = models};
    if (options)
        s.options = *options;
    set_defaults(&s.options);
    s.key = scan_key(models, &s.options);
    ww_inputs_collect(inputs, count, &library->log, &s.inputs, &s.result.unreadable);
    s.result.inputs = (int64_t)s.inputs.count + s.result.unreadable;
    for (size_t i = 0; i < s.inputs.count; i++)
        s.total_weight += (double)s.inputs.item[i].bytes + 1;

    ww_status status = check_embedder(&s, err);
    if (status == WW_OK)
        status = leave_word(&s, err);
    if (status == WW_OK) {
        ww_pipeline p = {.threads = s.options.threads, .user = &s, .next = next_task, .thread_begin = thread_begin, .thread_end = thread_end,
                         .work = work, .done = done, .drop = drop_task};
        status = ww_pipeline_run(&p, err);
    }
    film_release(s.film);
    ww_vector_free(&s.films_begun);
    ww_inputs_free(&s.inputs);
    free(s.key);
    s.result.wall_s = ww_seconds() - begun;
    if (result)
        *result = s.result;
    return status;
}
