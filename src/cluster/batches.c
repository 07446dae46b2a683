// SPDX-License-Identifier: MIT
#include "cluster/batches.h"
#include "base/memory.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { THREADS_MAX = 256 };

typedef struct batches {
    const ww_batch_job *job;
    atomic_size_t next;
    atomic_bool cancelled; // where progress says so
} batches;

typedef struct batch_worker {
    batches *all;
    float *scratch;
    bool reports;
    pthread_t thread;
} batch_worker;

static void *work_in_batches(void *argument)
{
    batch_worker *w = argument;
    batches *all = w->all;
    const ww_batch_job *job = all->job;
    while (!atomic_load(&all->cancelled)) {
        const size_t first = atomic_fetch_add(&all->next, WW_BATCH_ROWS);
        if (first >= job->rows)
            break;
        job->work(job->user, first, first + WW_BATCH_ROWS < job->rows ? first + WW_BATCH_ROWS : job->rows, w->scratch);
        if (w->reports && job->progress
            && job->progress(job->progress_user, job->from + job->share * (double)first / (double)job->rows) != 0)
            atomic_store(&all->cancelled, true);
    }
    return NULL;
}

ww_status ww_batches_run(const ww_batch_job *job, ww_error *err)
{
    batches all = {.job = job};
    const int threads = job->threads < 1 ? 1 : job->threads > THREADS_MAX ? THREADS_MAX : job->threads;
    batch_worker *workers = ww_try_array((size_t)threads, sizeof *workers);
    int ready = 0, started = 1;
    for (; workers && ready < threads; ready++) {
        workers[ready] = (batch_worker){.all = &all, .reports = ready == 0};
        workers[ready].scratch = ww_try_array(job->scratch_floats, sizeof *workers[ready].scratch);
        if (!workers[ready].scratch)
            break; // with fewer it takes longer, no more
    }
    if (ready == 0) {
        free(workers);
        return ww_fail_memory(err, "looking at %zu vectors", job->rows);
    }
    while (started < ready && pthread_create(&workers[started].thread, NULL, work_in_batches, &workers[started]) == 0)
        started++;
    work_in_batches(&workers[0]);
    for (int i = 1; i < started; i++)
        pthread_join(workers[i].thread, NULL);
    for (int i = 0; i < ready; i++)
        free(workers[i].scratch);
    free(workers);
    return atomic_load(&all.cancelled) ? ww_fail(err, WW_ERR_CANCELLED, "clustering was cancelled") : WW_OK;
}
