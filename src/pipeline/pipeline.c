// SPDX-License-Identifier: MIT
// One mutex guards all of `struct run`; the callbacks run outside it. `next` is serialised by `producing`, `done` by
// `consuming`.
#include "pipeline/pipeline.h"
#include "base/memory.h"

#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>

struct slot {
    bool finished;
    ww_status status;
    void *task;
    ww_error error;
};

struct run {
    const ww_pipeline *p;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct slot *slot; // ring of `window` entries; task n lives in slot[n % window]
    uint64_t window;
    uint64_t begun, delivered; // tasks handed out; tasks given to done(). begun - delivered <= window
    bool producing, consuming, exhausted;
    bool failed; // no new task; `failure` is of task `failed_task`
    uint64_t failed_task;
    ww_status failure;
    ww_error error;
};

struct worker {
    struct run *run;
    pthread_t thread;
    int number;
};

int ww_cpu_count(void)
{
    cpu_set_t set;
    int n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return n < 1 ? 1 : n > WW_THREADS_MAX ? WW_THREADS_MAX : n;
}

// The failure of the earliest task is the one reported, whichever thread met its own first.
static void record_failure(struct run *run, uint64_t task, ww_status status, const ww_error *error)
{
    if (run->failed && run->failed_task <= task)
        return;
    run->failed = true;
    run->failed_task = task;
    run->failure = status;
    run->error = *error;
}

// Takes the next task, or returns false when this worker's day is over. Holds the mutex on entry and exit.
static bool begin_task(struct run *run, uint64_t *number, void **task)
{
    for (;;) {
        if (run->exhausted || run->failed)
            return false;
        if (!run->producing && run->begun - run->delivered < run->window)
            break;
        pthread_cond_wait(&run->changed, &run->mutex);
    }
    run->producing = true;
    uint64_t n = run->begun;
    pthread_mutex_unlock(&run->mutex);
    ww_error error = {0};
    *task = NULL;
    ww_status status = run->p->next(run->p->user, task, &error);
    pthread_mutex_lock(&run->mutex);
    run->producing = false;
    if (status != WW_OK)
        record_failure(run, n, status, &error);
    else if (!*task)
        run->exhausted = true;
    bool got = status == WW_OK && *task;
    if (got) {
        *number = n;
        run->slot[n % run->window] = (struct slot){.task = *task};
        run->begun++;
    }
    pthread_cond_broadcast(&run->changed);
    return got;
}

// Delivers finished tasks in order as far as they go. Holds the mutex on entry and exit.
static void deliver(struct run *run)
{
    if (run->consuming)
        return; // the thread at it will see ours when it comes back from done()
    run->consuming = true;
    while (run->delivered < run->begun && run->slot[run->delivered % run->window].finished) {
        struct slot *slot = &run->slot[run->delivered % run->window];
        uint64_t n = run->delivered;
        void *task = slot->task;
        slot->task = NULL;
        bool wanted = slot->status == WW_OK && !(run->failed && run->failed_task <= n);
        pthread_mutex_unlock(&run->mutex);
        ww_error error = {0};
        ww_status status = WW_OK;
        if (wanted)
            status = run->p->done(run->p->user, task, &error);
        else
            run->p->drop(run->p->user, task);
        pthread_mutex_lock(&run->mutex);
        if (status != WW_OK)
            record_failure(run, n, status, &error);
        run->delivered++;
        pthread_cond_broadcast(&run->changed);
    }
    run->consuming = false;
}

static void *worker_main(void *argument)
{
    struct worker *w = argument;
    struct run *run = w->run;
    const ww_pipeline *p = run->p;
    void *state = NULL, *task = NULL;
    ww_error error = {0};
    ww_status status = p->thread_begin ? p->thread_begin(p->user, w->number, &state, &error) : WW_OK;
    pthread_mutex_lock(&run->mutex);
    if (status != WW_OK)
        record_failure(run, run->begun, status, &error);
    uint64_t n;
    while (begin_task(run, &n, &task)) {
        pthread_mutex_unlock(&run->mutex);
        error = (ww_error){0};
        status = p->work(p->user, state, task, &error);
        pthread_mutex_lock(&run->mutex);
        struct slot *slot = &run->slot[n % run->window];
        slot->status = status;
        slot->finished = true;
        if (status != WW_OK)
            record_failure(run, n, status, &error);
        deliver(run);
    }
    pthread_cond_broadcast(&run->changed);
    pthread_mutex_unlock(&run->mutex);
    if (state && p->thread_end)
        p->thread_end(p->user, state);
    return NULL;
}

ww_status ww_pipeline_run(const ww_pipeline *p, ww_error *err)
{
    int threads = p->threads > 0 ? p->threads : ww_cpu_count();
    if (threads > WW_PIPELINE_THREADS_MAX)
        threads = WW_PIPELINE_THREADS_MAX;
    struct run run = {.p = p, .window = (uint64_t)(p->window > 0 ? p->window : 2 * threads)};
    pthread_mutex_init(&run.mutex, NULL);
    pthread_cond_init(&run.changed, NULL);
    run.slot = ww_try_array(run.window, sizeof *run.slot);
    struct worker *worker = ww_try_array((size_t)threads, sizeof *worker);
    int started = 0;
    for (; run.slot && worker && started < threads; started++) {
        worker[started] = (struct worker){.run = &run, .number = started};
        if (pthread_create(&worker[started].thread, NULL, worker_main, &worker[started]) != 0)
            break; // fewer threads do the same work
    }
    if (started == 0) {
        ww_error error;
        ww_fail_memory(&error, "a worker thread");
        record_failure(&run, 0, WW_ERR_MEMORY, &error);
    }
    for (int i = 0; i < started; i++)
        pthread_join(worker[i].thread, NULL);
    free(worker);
    free(run.slot);
    pthread_cond_destroy(&run.changed);
    pthread_mutex_destroy(&run.mutex);
    if (!run.failed)
        return WW_OK;
    if (err)
        *err = run.error;
    return run.failure;
}
