// SPDX-License-Identifier: MIT
// A rank that works: its main thread takes requests in and sends replies out, its workers are threads of their own.
#include "base/memory.h"
#include "mpi/messages.h"
#include "mpi/mpi_transport.h"
#include "pipeline/pipeline.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

typedef struct station { // a worker, and the request or reply it has
    struct serving *all;
    pthread_t thread;
    bool begun;
    ww_worker *worker;
    void *request;
    int request_bytes;
    bool answered;
    ww_bytes reply;
} station;

typedef struct serving {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool ending;
    station *station;
    int count; // of them: the workers, and the openers after them
    ww_models *models;
} serving;

static void say_hello(int workers, const char *why)
{
    ww_mpi_hello hello = {.version = WW_MPI_VERSION, .workers = workers};
    const size_t length = why ? strnlen(why, sizeof hello.why - 1) : 0;
    if (length)
        memcpy(hello.why, why, length);
    MPI_Send(&hello, sizeof hello, MPI_BYTE, 0, WW_TAG_HELLO, MPI_COMM_WORLD);
}

static void *station_main(void *argument)
{
    station *s = argument;
    serving *all = s->all;
    pthread_mutex_lock(&all->mutex);
    while (!all->ending) {
        if (!s->request || s->answered) {
            pthread_cond_wait(&all->changed, &all->mutex);
            continue;
        }
        pthread_mutex_unlock(&all->mutex);
        // A request that makes no sense gets an empty reply, and rank 0 says so.
        ww_worker_answer(s->worker, s->request, (size_t)s->request_bytes, &s->reply, NULL);
        pthread_mutex_lock(&all->mutex);
        s->answered = true;
    }
    pthread_mutex_unlock(&all->mutex);
    return NULL;
}

static ww_status open_stations(serving *all, const ww_scan_options *options, ww_error *err)
{
    all->station = ww_try_array((size_t)all->count, sizeof *all->station);
    if (!all->station)
        return ww_fail_memory(err, "the workers");
    for (int i = 0; i < all->count; i++) {
        station *s = &all->station[i];
        s->all = all;
        ww_status status = ww_worker_open(all->models, options, i ? all->station[0].worker : NULL, &s->worker, err);
        if (status != WW_OK)
            return status;
        if (pthread_create(&s->thread, NULL, station_main, s) != 0)
            return ww_fail_memory(err, "a worker's thread");
        s->begun = true;
    }
    return WW_OK;
}

static void close_stations(serving *all)
{
    pthread_mutex_lock(&all->mutex);
    all->ending = true;
    pthread_cond_broadcast(&all->changed);
    pthread_mutex_unlock(&all->mutex);
    for (int i = 0; all->station && i < all->count; i++)
        if (all->station[i].begun)
            pthread_join(all->station[i].thread, NULL);
    for (int i = 0; all->station && i < all->count; i++) {
        ww_worker_close(all->station[i].worker);
        free(all->station[i].request);
        free(all->station[i].reply.data);
    }
    free(all->station);
    ww_models_close(all->models);
    pthread_cond_destroy(&all->changed);
    pthread_mutex_destroy(&all->mutex);
}

// Sends what is answered; true if there was anything.
static bool send_replies(serving *all)
{
    bool any = false;
    for (int i = 0; i < all->count; i++) {
        station *s = &all->station[i];
        pthread_mutex_lock(&all->mutex);
        const bool ready = s->answered;
        pthread_mutex_unlock(&all->mutex);
        if (!ready)
            continue;
        MPI_Send(s->reply.data, (int)s->reply.size, MPI_BYTE, 0, i, MPI_COMM_WORLD);
        any = true;
        pthread_mutex_lock(&all->mutex);
        free(s->reply.data);
        free(s->request);
        s->reply = (ww_bytes){0};
        s->request = NULL;
        s->answered = false;
        pthread_mutex_unlock(&all->mutex);
    }
    return any;
}

// Takes one message in, if there is one; *stop: it was the last.
static bool take_request(serving *all, bool *stop)
{
    MPI_Status from;
    int bytes = 0;
    void *data = ww_mpi_take(0, &from, &bytes);
    if (!data)
        return false;
    *stop = from.MPI_TAG == WW_TAG_STOP;
    const bool for_a_station = from.MPI_TAG >= 0 && from.MPI_TAG < all->count;
    pthread_mutex_lock(&all->mutex);
    if (for_a_station && !all->station[from.MPI_TAG].request) {
        all->station[from.MPI_TAG].request = data;
        all->station[from.MPI_TAG].request_bytes = bytes;
        data = NULL;
        pthread_cond_broadcast(&all->changed);
    }
    pthread_mutex_unlock(&all->mutex);
    free(data);
    return true;
}

// Waits for the next message from rank 0, and takes it in: its tag; what of it fits is in `begun`.
static int wait_for_message(ww_mpi_begun *begun)
{
    ww_mpi_nap nap = {0};
    MPI_Status from;
    int bytes = 0;
    void *data = NULL;
    while (!(data = ww_mpi_take(0, &from, &bytes)))
        ww_mpi_sleep(&nap);
    *begun = (ww_mpi_begun){0};
    memcpy(begun, data, (size_t)bytes < sizeof *begun ? (size_t)bytes : sizeof *begun);
    free(data);
    return from.MPI_TAG;
}

static void wait_for_stop(void)
{
    ww_mpi_begun other; // nothing to do with it any more
    while (wait_for_message(&other) != WW_TAG_STOP)
        ;
}

void ww_mpi_decline(const char *why)
{
    say_hello(0, why);
    wait_for_stop();
}

static ww_status open_models(const ww_model_options *given, const ww_mpi_begun *begun, ww_models **models,
                             ww_error *err)
{
    ww_model_options options = *given;
    if (begun->version != WW_MPI_VERSION)
        return ww_fail(err, WW_ERR_ARGUMENT, "rank 0 runs another version");
    options.precision = (ww_precision)begun->precision;
    return ww_models_open(&options, models, err);
}

ww_status ww_mpi_serve(const ww_model_options *model_options, const ww_scan_options *options, ww_error *err)
{
    ww_mpi_begun begun;
    if (wait_for_message(&begun) == WW_TAG_STOP)
        return WW_OK;
    const int threads = options->threads > 0 ? options->threads : ww_cpu_count();
    serving all = {.mutex = PTHREAD_MUTEX_INITIALIZER,
                   .changed = PTHREAD_COND_INITIALIZER,
                   .count = threads + ww_mpi_openers(threads)};
    bool stop = false;
    ww_status status = open_models(model_options, &begun, &all.models, err);
    if (status == WW_OK)
        status = open_stations(&all, options, err);
    if (status != WW_OK)
        ww_mpi_decline(err->message);
    else
        say_hello(threads, NULL);
    for (ww_mpi_nap nap = {0}; status == WW_OK && !stop;) {
        const bool sent = send_replies(&all), taken = take_request(&all, &stop);
        if (sent || taken)
            nap = (ww_mpi_nap){0};
        else
            ww_mpi_sleep(&nap);
    }
    close_stations(&all);
    return status;
}
