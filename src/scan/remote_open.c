// SPDX-License-Identifier: MIT
// Videos are read whole once, for their hash and their packets' times. One process that did so for all would be what
// limits the scan; so the openers do it, each a file at a time, a few files ahead of next().
#include "base/memory.h"
#include "scan/remote.h"

#include <stdlib.h>
#include <time.h>

#define SECOND_NS 1000000000
#define ASKED_EVERY_NS (SECOND_NS / 5) // whether the scan is to stop, while next() waits

typedef struct opened {     // a video, one of its tracks
    ww_scan_source *source; // NULL: not yet
    char *failure;
    ww_buffer lines; // of the log
    ww_status status;
    ww_error error;
    struct opened *more; // the next track; owned
    bool done;           // all of it
    bool known;          // the library holds all of it, and it is as it was: it need not be opened
    int64_t hashed_ns;   // not before this time
} opened;

struct ww_remote_openers {
    ww_scan *scan;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    opened *input;      // of each input of the scan
    size_t next, taken; // inputs begun; those that next() is past
    bool ending;
    pthread_t *thread;
    int threads;
    int first_worker;
};

typedef struct opener {
    ww_remote_openers *all;
    int worker;
} opener;

static void open_track(const ww_remote_openers *all, int worker, const ww_source_file *input, int track, opened *o)
{
    const ww_log log = {ww_log_lines_add, &o->lines};
    o->source = ww_scan_source_new(input->path, input->file, track);
    o->status = ww_remote_open(all->scan, worker, o->source, &log, &o->failure, &o->error);
}

static void open_input(const ww_remote_openers *all, int worker, const ww_source_file *input, opened *first)
{
    first->hashed_ns = ww_known_file_now_ns();
    open_track(all, worker, input, 0, first);
    const int tracks = first->status == WW_OK && !first->failure ? first->source->info.tracks_more : 0;
    opened *last = first;
    for (int track = 1; track <= tracks && last->status == WW_OK; track++) {
        last->more = ww_alloc(sizeof *last->more);
        last = last->more;
        open_track(all, worker, input, track, last);
    }
}

static bool is_wanted(const ww_scan *s, size_t input)
{
    return !s->inputs.item[input].photo && ww_shard_touches(&s->shard, input);
}

// Each opener is at most one file ahead of what all of them have in hand.
static void *opener_main(void *argument)
{
    opener *me = argument;
    ww_remote_openers *all = me->all;
    const size_t count = all->scan->inputs.count, ahead = 2 * (size_t)all->threads;
    pthread_mutex_lock(&all->mutex);
    while (!all->ending && all->next < count) {
        if (all->next >= all->taken + ahead) {
            pthread_cond_wait(&all->changed, &all->mutex);
            continue;
        }
        const size_t number = all->next++;
        if (!is_wanted(all->scan, number) || all->input[number].known)
            continue;
        pthread_mutex_unlock(&all->mutex);
        open_input(all, me->worker, &all->scan->inputs.item[number], &all->input[number]);
        pthread_mutex_lock(&all->mutex);
        all->input[number].done = true;
        pthread_cond_broadcast(&all->changed);
    }
    pthread_mutex_unlock(&all->mutex);
    free(me);
    return NULL;
}

static ww_status find_known(ww_remote_openers *all, ww_error *err)
{
    ww_scan *s = all->scan;
    ww_status status = WW_OK;
    for (size_t i = 0; status == WW_OK && i < s->inputs.count; i++) {
        const ww_source_file *input = &s->inputs.item[i];
        int64_t whole = input->known && is_wanted(s, i);
        for (int track = 0; status == WW_OK && whole && track <= input->tracks; track++)
            status = ww_scan_find_whole(s, ww_scan_hash_of_track(input->content, track), &whole, err);
        all->input[i].known = whole != 0;
    }
    return status;
}

bool ww_remote_passes_over(const ww_scan *s, ptrdiff_t input) { return s->openers->input[input].known; }

ww_status ww_remote_openers_begin(ww_scan *s, ww_error *err)
{
    ww_remote_openers *all = ww_alloc(sizeof *all);
    s->openers = all;
    all->scan = s;
    pthread_mutex_init(&all->mutex, NULL);
    pthread_cond_init(&all->changed, NULL);
    all->input = ww_try_array(s->inputs.count, sizeof *all->input);
    all->thread = ww_try_array((size_t)s->transport->openers, sizeof *all->thread);
    if (!all->input || !all->thread)
        return ww_fail_memory(err, "the list of files");
    ww_status status = find_known(all, err);
    if (status != WW_OK)
        return status;
    for (int i = 0; i < s->transport->openers; i++) {
        opener *me = ww_alloc(sizeof *me);
        *me = (opener){all, s->transport->workers + i};
        if (pthread_create(&all->thread[all->threads], NULL, opener_main, me) != 0) {
            free(me);
            break; // fewer do the same work
        }
        pthread_mutex_lock(&all->mutex);
        all->threads++;
        pthread_mutex_unlock(&all->mutex);
    }
    return all->threads ? WW_OK : ww_fail_memory(err, "a thread");
}

static void opened_free(opened *o)
{
    ww_scan_source_release(o->source);
    free(o->failure);
    ww_buffer_free(&o->lines);
    if (o->more)
        opened_free(o->more);
    free(o->more);
    *o = (opened){0};
}

void ww_remote_openers_end(ww_scan *s)
{
    ww_remote_openers *all = s->openers;
    if (!all)
        return;
    pthread_mutex_lock(&all->mutex);
    all->ending = true;
    pthread_cond_broadcast(&all->changed);
    pthread_mutex_unlock(&all->mutex);
    for (int i = 0; i < all->threads; i++)
        pthread_join(all->thread[i], NULL);
    for (size_t i = 0; all->input && i < s->inputs.count; i++)
        opened_free(&all->input[i]);
    pthread_cond_destroy(&all->changed);
    pthread_mutex_destroy(&all->mutex);
    free(all->input);
    free(all->thread);
    free(all);
    s->openers = NULL;
}

static ww_status wait_for(ww_remote_openers *all, size_t number, ww_error *err)
{
    pthread_mutex_lock(&all->mutex);
    all->taken = number + 1;
    pthread_cond_broadcast(&all->changed);
    bool stopped = false;
    while (!all->input[number].done && !stopped) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += ASKED_EVERY_NS;
        until.tv_sec += until.tv_nsec / SECOND_NS;
        until.tv_nsec %= SECOND_NS;
        pthread_cond_timedwait(&all->changed, &all->mutex, &until);
        pthread_mutex_unlock(&all->mutex);
        stopped = ww_is_cancelled(ww_library_cancel(all->scan->library));
        pthread_mutex_lock(&all->mutex);
    }
    pthread_mutex_unlock(&all->mutex);
    return stopped ? ww_fail(err, WW_ERR_CANCELLED, WW_SCAN_STOPPED) : WW_OK;
}

ww_status ww_remote_opened(ww_scan *s, ww_scan_source *f, char **failure, ww_error *err)
{
    const size_t number = s->next_input - 1; // the one that next() is at
    *failure = NULL;
    ww_status status = wait_for(s->openers, number, err);
    if (status != WW_OK)
        return status;
    opened *o = &s->openers->input[number];
    for (int track = 0; track < f->track && o; track++)
        o = o->more;
    if (!o)
        return ww_fail(err, WW_ERR_FORMAT, "'%s' has changed while it was scanned; scan it again", f->path);
    ww_log_lines_tell(o->lines.data, o->lines.bytes, &s->library->log);
    if (o->status != WW_OK)
        return ww_fail(err, o->status, "%s", o->error.message);
    if (f->track == 0)
        f->input.hashed_ns = o->hashed_ns;
    f->hash = o->source->hash;
    f->info = o->source->info;
    f->samples = o->source->samples;
    f->opened = o->source->opened;
    f->cut_off = o->source->cut_off;
    o->source->cut_off = NULL;
    f->plan = o->source->plan;
    o->source->plan = NULL;
    *failure = o->failure;
    o->failure = NULL;
    return WW_OK;
}
