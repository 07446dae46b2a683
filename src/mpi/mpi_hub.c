// SPDX-License-Identifier: MIT
// Rank 0's side: the threads of the scan put requests down and wait; one thread sends them and takes the replies in.
#include "base/error.h"
#include "base/memory.h"
#include "mpi/messages.h"
#include "mpi/mpi_transport.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

typedef enum call_state { IDLE, ASKED, SENT, ANSWERED } call_state;

typedef struct call { // of a worker
    int rank, tag;
    call_state state;
    const void *request; // borrowed until the answer
    size_t request_bytes;
    MPI_Request sending;
    void *reply; // owned from the answer until it is taken
    size_t reply_bytes;
} call;

struct ww_mpi_hub {
    pthread_mutex_t mutex;
    pthread_cond_t answered;
    pthread_t thread;
    bool (*ended)(void);
    bool running, ending;
    call *call; // the workers of all ranks, then the openers
    int workers, openers;
    int *first_worker; // of each rank
    ww_mpi_traffic traffic;
};

ww_status ww_mpi_begin(int *argc, char ***argv, int *rank, int *ranks, ww_error *err)
{
    int level = 0;
    if (MPI_Init_thread(argc, argv, MPI_THREAD_SERIALIZED, &level) != MPI_SUCCESS || level < MPI_THREAD_SERIALIZED)
        return ww_fail(err, WW_ERR_UNSUPPORTED, "this MPI cannot be used from more than one thread in turn");
    MPI_Comm_rank(MPI_COMM_WORLD, rank);
    MPI_Comm_size(MPI_COMM_WORLD, ranks);
    return WW_OK;
}

void ww_mpi_end(void) { MPI_Finalize(); }

// --- the thread ------------------------------------------------------------------------------------------------------

static bool send_requests(ww_mpi_hub *h)
{
    bool any = false;
    for (int i = 0; i < h->workers + h->openers; i++) {
        call *c = &h->call[i];
        if (c->state != ASKED)
            continue;
        MPI_Isend(c->request, (int)c->request_bytes, MPI_BYTE, c->rank, c->tag, MPI_COMM_WORLD, &c->sending);
        c->state = SENT;
        h->traffic.requests++;
        h->traffic.request_bytes += (int64_t)c->request_bytes;
        any = true;
    }
    return any;
}

static call *find_call(ww_mpi_hub *h, int rank, int tag)
{
    for (int i = 0; i < h->workers + h->openers; i++)
        if (h->call[i].rank == rank && h->call[i].tag == tag)
            return &h->call[i];
    return NULL;
}

static bool take_reply(ww_mpi_hub *h)
{
    MPI_Status from;
    int bytes = 0;
    void *data = ww_mpi_take(MPI_ANY_SOURCE, &from, &bytes);
    if (!data)
        return false;
    pthread_mutex_lock(&h->mutex);
    call *c = find_call(h, from.MPI_SOURCE, from.MPI_TAG);
    if (c && c->state == SENT) {
        MPI_Wait(&c->sending, MPI_STATUS_IGNORE); // it was received
        c->reply = data;
        c->reply_bytes = (size_t)bytes;
        c->state = ANSWERED;
        h->traffic.reply_bytes += bytes;
        data = NULL;
        pthread_cond_broadcast(&h->answered);
    }
    pthread_mutex_unlock(&h->mutex);
    free(data);
    return true;
}

static void *hub_main(void *argument)
{
    ww_mpi_hub *h = argument;
    ww_mpi_nap nap = {0};
    for (bool ending = false; !ending;) {
        pthread_mutex_lock(&h->mutex);
        bool busy = send_requests(h);
        ending = h->ending;
        pthread_mutex_unlock(&h->mutex);
        busy = take_reply(h) || busy;
        if (h->ended)
            h->ended();
        if (busy)
            nap = (ww_mpi_nap){0};
        else
            ww_mpi_sleep(&nap);
    }
    return NULL;
}

// --- begin, end ------------------------------------------------------------------------------------------------------

static void tell_begin(ww_precision precision, int ranks)
{
    const ww_mpi_begun begun = {WW_MPI_VERSION, precision};
    for (int rank = 1; rank < ranks; rank++)
        MPI_Send(&begun, sizeof begun, MPI_BYTE, rank, WW_TAG_BEGIN, MPI_COMM_WORLD);
}

static ww_status take_hello(int ranks, ww_mpi_hello *hello, bool (*ended)(void), ww_error *err)
{
    ww_mpi_nap nap = {0};
    ww_status status = WW_OK;
    for (int left = ranks - 1; left > 0;) {
        MPI_Status from;
        int there = 0;
        MPI_Iprobe(MPI_ANY_SOURCE, WW_TAG_HELLO, MPI_COMM_WORLD, &there, &from);
        if (!there) {
            if (ended)
                ended();
            ww_mpi_sleep(&nap);
            continue;
        }
        ww_mpi_hello *h = &hello[from.MPI_SOURCE];
        MPI_Recv(h, sizeof *h, MPI_BYTE, from.MPI_SOURCE, WW_TAG_HELLO, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        h->why[sizeof h->why - 1] = 0;
        if (status == WW_OK && (h->version != WW_MPI_VERSION || h->workers <= 0))
            status = ww_fail(err, WW_ERR_ARGUMENT, "rank %d cannot work: %s", from.MPI_SOURCE,
                             h->version == WW_MPI_VERSION ? h->why : "it runs another version");
        left--;
    }
    return status;
}

static ww_status list_workers(ww_mpi_hub *h, int ranks, const ww_mpi_hello *hello, ww_error *err)
{
    for (int rank = 1; rank < ranks; rank++) {
        h->workers += hello[rank].workers;
        h->openers += ww_mpi_openers(hello[rank].workers);
    }
    h->call = ww_try_array((size_t)h->workers + (size_t)h->openers, sizeof *h->call);
    if (!h->call)
        return ww_fail_memory(err, "the workers");
    // By turns over the ranks, so that the spans of a film go to different ones.
    int at = 0;
    for (int tag = 0; at < h->workers; tag++)
        for (int rank = 1; rank < ranks; rank++)
            if (tag < hello[rank].workers)
                h->call[at++] = (call){.rank = rank, .tag = tag};
    for (int rank = 1; rank < ranks; rank++)
        for (int i = 0; i < ww_mpi_openers(hello[rank].workers); i++)
            h->call[at++] = (call){.rank = rank, .tag = hello[rank].workers + i};
    return WW_OK;
}

ww_status ww_mpi_hub_begin(ww_precision precision, bool (*ended)(void), ww_mpi_hub **hub, ww_error *err)
{
    int ranks = 0;
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    ww_mpi_hub *h = ww_alloc(sizeof *h);
    *hub = h;
    h->ended = ended;
    pthread_mutex_init(&h->mutex, NULL);
    pthread_cond_init(&h->answered, NULL);
    tell_begin(precision, ranks);
    ww_mpi_hello *hello = ww_try_array((size_t)ranks, sizeof *hello);
    ww_status status = hello ? take_hello(ranks, hello, ended, err) : ww_fail_memory(err, "the ranks");
    if (status == WW_OK)
        status = list_workers(h, ranks, hello, err);
    free(hello);
    if (status == WW_OK && pthread_create(&h->thread, NULL, hub_main, h) != 0)
        status = ww_fail_memory(err, "a thread");
    h->running = status == WW_OK;
    return status;
}

void ww_mpi_hub_end(ww_mpi_hub *h, ww_mpi_traffic *traffic)
{
    int ranks = 0;
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    if (h && h->running) {
        pthread_mutex_lock(&h->mutex);
        h->ending = true;
        pthread_mutex_unlock(&h->mutex);
        pthread_join(h->thread, NULL);
    }
    for (int rank = 1; rank < ranks; rank++)
        MPI_Send(NULL, 0, MPI_BYTE, rank, WW_TAG_STOP, MPI_COMM_WORLD);
    if (traffic)
        *traffic = h ? h->traffic : (ww_mpi_traffic){0};
    if (!h)
        return;
    pthread_cond_destroy(&h->answered);
    pthread_mutex_destroy(&h->mutex);
    free(h->call);
    free(h);
}

// --- calls -----------------------------------------------------------------------------------------------------------

static ww_status call_worker(void *user, int worker, const void *request, size_t bytes, ww_bytes *reply, ww_error *err)
{
    ww_mpi_hub *h = user;
    if (bytes > WW_MESSAGE_MAX)
        return ww_fail(err, WW_ERR_MEMORY, "a request of %zu bytes is too large", bytes);
    pthread_mutex_lock(&h->mutex);
    call *c = &h->call[worker];
    c->request = request;
    c->request_bytes = bytes;
    c->state = ASKED;
    while (c->state != ANSWERED)
        pthread_cond_wait(&h->answered, &h->mutex);
    *reply = (ww_bytes){c->reply, c->reply_bytes};
    c->reply = NULL;
    c->state = IDLE;
    pthread_mutex_unlock(&h->mutex);
    return WW_OK;
}

void ww_mpi_hub_transport(ww_mpi_hub *h, ww_transport *transport)
{
    transport->user = h;
    transport->workers = h->workers;
    transport->openers = h->openers;
    transport->call = call_worker;
}
