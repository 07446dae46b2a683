// SPDX-License-Identifier: MIT
// Work done elsewhere, with workers in this very process: the library is the one of a plain scan, and bytes that were
// damaged on the way are an error and nothing worse.
#include "harness.h"
#include "scratch.h"
#include "whoswho/distribute.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WORKERS = 3, OPENERS = 1, DAMAGES = 60, ASK_AT = 4, ASK_LOOK = 2 }; // where a request has what is asked

typedef struct post { // a transport, and what it does to replies
    ww_worker *worker[WORKERS + OPENERS];
    long cut_at, flip_at; // byte of the `wrong`th reply from where it is missing, or which is another; -1: none
    int wrong;
    int calls;
    pthread_mutex_t mutex;
    size_t largest;
    long looks, read_most; // requests to look at a span, and the bytes that one read of files
} post;

static ww_models *models;
static char photo[512], demo[512], data[512];

// Bytes that this thread has read of files so far; -1 where the system does not say.
static long bytes_read(void)
{
    char line[128];
    long bytes = -1;
    FILE *f = fopen("/proc/thread-self/io", "r");
    while (f && bytes < 0 && fgets(line, sizeof line, f))
        if (strncmp(line, "rchar: ", 7) == 0)
            bytes = strtol(line + 7, NULL, 10);
    if (f)
        fclose(f);
    return bytes;
}

static ww_status call(void *user, int worker, const void *request, size_t bytes, ww_bytes *reply, ww_error *err)
{
    post *p = user;
    const long before = bytes_read();
    ww_status status = ww_worker_answer(p->worker[worker], request, bytes, reply, err);
    const long read = bytes_read() - before;
    pthread_mutex_lock(&p->mutex);
    if (((const uint8_t *)request)[ASK_AT] == ASK_LOOK) {
        p->looks++;
        p->read_most = read > p->read_most ? read : p->read_most;
    }
    const bool wrong = p->calls++ == p->wrong;
    if (reply->size > p->largest)
        p->largest = reply->size;
    if (wrong && p->cut_at >= 0 && (size_t)p->cut_at < reply->size)
        reply->size = (size_t)p->cut_at;
    if (wrong && p->flip_at >= 0 && (size_t)p->flip_at < reply->size)
        ((uint8_t *)reply->data)[p->flip_at] ^= 0x81;
    pthread_mutex_unlock(&p->mutex);
    return status;
}

static void open_post(post *p)
{
    ww_error err = {0};
    *p = (post){.cut_at = -1, .flip_at = -1, .wrong = -1, .mutex = PTHREAD_MUTEX_INITIALIZER};
    for (int i = 0; i < WORKERS + OPENERS; i++)
        CHECK_OK(ww_worker_open(models, NULL, i ? p->worker[0] : NULL, &p->worker[i], &err));
}

static void close_post(post *p)
{
    for (int i = 0; i < WORKERS + OPENERS; i++)
        ww_worker_close(p->worker[i]);
}

// Of a scan of one file in a new library: its status, and its result.
static ww_status scan(const char *file, post *p, ww_scan_result *result, ww_error *err)
{
    const char *folder = scratch_folder();
    ww_library *library = NULL;
    ww_transport transport = WW_TRANSPORT_INIT;
    transport.user = p;
    transport.workers = WORKERS;
    transport.openers = OPENERS;
    transport.call = call;
    ww_status status = ww_library_open(folder, WW_LIBRARY_CREATE, NULL, &library, err);
    if (status == WW_OK)
        status = p ? ww_library_scan_over(library, models, &file, 1, NULL, &transport, result, err)
                   : ww_library_scan(library, models, &file, 1, NULL, result, err);
    ww_library_close(library);
    scratch_remove(folder);
    return status;
}

TEST(workers_find_what_a_plain_scan_finds)
{
    const char *const file[] = {photo, demo, data}; // the last is a folder of many
    for (int i = 0; i < 3; i++) {
        ww_error err = {0};
        ww_scan_result here = WW_SCAN_RESULT_INIT, there = WW_SCAN_RESULT_INIT;
        post p;
        open_post(&p);
        CHECK_OK(scan(file[i], NULL, &here, &err));
        CHECK_OK(scan(file[i], &p, &there, &err));
        CHECK(here.faces > 0);
        CHECK_EQ(there.faces, here.faces);
        CHECK_EQ(there.frames, here.frames);
        CHECK_EQ(there.intermediate_frames, here.intermediate_frames);
        CHECK_EQ(there.scanned, here.scanned);
        close_post(&p);
    }
}

// A post, and the bytes of the longest reply that it carries for the photo: the second.
static size_t open_measured_post(post *p)
{
    ww_error err = {0};
    ww_scan_result result = WW_SCAN_RESULT_INIT;
    open_post(p);
    CHECK_OK(scan(photo, p, &result, &err));
    return p->largest;
}

TEST(a_reply_that_breaks_off_is_refused)
{
    ww_error err = {0};
    ww_scan_result result = WW_SCAN_RESULT_INIT;
    post p;
    const size_t bytes = open_measured_post(&p);
    for (int i = 0; i < DAMAGES; i++) {
        p.calls = 0;
        p.wrong = i % 3 == 0 ? 0 : 1;
        p.cut_at = p.wrong ? (long)(bytes * (size_t)i / DAMAGES) : i;
        result.faces = 0;
        CHECK_EQ(scan(photo, &p, &result, &err), WW_ERR_FORMAT);
        CHECK_EQ(result.faces, 0);
        CHECK(strstr(err.message, "the same whoswho") != NULL);
    }
    close_post(&p);
}

TEST(a_reply_with_a_wrong_byte_does_no_harm)
{
    ww_error err = {0};
    ww_scan_result result = WW_SCAN_RESULT_INIT;
    post p;
    const size_t bytes = open_measured_post(&p);
    for (int i = 0; i < DAMAGES; i++) {
        p.calls = 0;
        p.wrong = i % 2;
        p.flip_at = i < DAMAGES / 2 ? i * 2 : (long)(bytes * (size_t)i / DAMAGES);
        const ww_status status = scan(photo, &p, &result, &err); // a bit of a picture is not noticed
        CHECK(status <= WW_OK && status >= WW_ERR_CONFIRM);
    }
    close_post(&p);
}

TEST(a_request_that_makes_no_sense_is_refused)
{
    ww_error err = {0};
    ww_worker *worker = NULL;
    ww_bytes reply;
    uint8_t noise[256];
    CHECK_OK(ww_worker_open(models, NULL, NULL, &worker, &err));
    for (int i = 0; i < DAMAGES; i++) {
        for (size_t k = 0; k < sizeof noise; k++)
            noise[k] = (uint8_t)((size_t)i * 31 + k * 7);
        memcpy(noise, (const uint8_t[]){'w', 'w', 'q', '4'}, 4);
        CHECK_EQ(ww_worker_answer(worker, noise, (size_t)i, &reply, &err), WW_ERR_FORMAT);
        CHECK(reply.data == NULL);
    }
    ww_worker_close(worker);
}

TEST(a_worker_with_other_options_is_found_out)
{
    ww_error err = {0};
    ww_scan_options other = WW_SCAN_OPTIONS_INIT;
    ww_scan_result result = WW_SCAN_RESULT_INIT;
    post p;
    open_post(&p);
    for (int i = 0; i < WORKERS + OPENERS; i++)
        ww_worker_close(p.worker[i]);
    other.every_us = 500000;
    for (int i = 0; i < WORKERS + OPENERS; i++)
        CHECK_OK(ww_worker_open(models, &other, i ? p.worker[0] : NULL, &p.worker[i], &err));
    CHECK_EQ(scan(photo, &p, &result, &err), WW_ERR_ARGUMENT);
    CHECK(strstr(err.message, "other models or options") != NULL);
    close_post(&p);
}

// A film is read whole by the one that opens it, and by nobody else.
TEST(who_looks_at_a_span_reads_no_more_than_that)
{
    ww_error err = {0};
    ww_scan_result result = WW_SCAN_RESULT_INIT;
    post p = {.cut_at = -1, .flip_at = -1, .wrong = -1, .mutex = PTHREAD_MUTEX_INITIALIZER};
    struct stat film;
    CHECK_EQ(stat(demo, &film), 0);
    if (bytes_read() < 0)
        SKIP("/proc does not count what a thread reads");
    for (int i = 0; i < WORKERS + OPENERS; i++)
        CHECK_OK(ww_worker_open(models, NULL, NULL, &p.worker[i], &err)); // each as on a machine of its own
    CHECK_OK(scan(demo, &p, &result, &err));
    CHECK(p.looks > 1);
    CHECK(p.read_most > 0);
    CHECK(p.read_most < film.st_size);
    printf("# a film of %lld bytes, %ld spans, at most %ld bytes read for one\n", (long long)film.st_size, p.looks,
           p.read_most);
    close_post(&p);
}

// --- searches --------------------------------------------------------------------------------------------------------

static ww_status no_pairs(void *user, const ww_search_query *query,
                          void (*visit)(void *visitor, const ww_pair *pairs, size_t count), void *visitor,
                          ww_error *err)
{
    *(size_t *)user += query->count;
    (void)visit;
    (void)visitor;
    snprintf(err->message, sizeof err->message, "the machines are out");
    return WW_ERR_UNSUPPORTED;
}

static ww_status no_neighbours(void *user, const ww_search_query *query, ww_neighbour *near, int32_t *found,
                               ww_error *err)
{
    (void)near;
    (void)found;
    return no_pairs(user, query, NULL, NULL, err);
}

TEST(clustering_asks_the_search_it_was_given)
{
    enum { COUNT = 800, DIM = 2 };
    static float x[COUNT * DIM];
    static int32_t label[COUNT];
    size_t asked = 0;
    ww_error err = {0};
    ww_search search = WW_SEARCH_INIT;
    ww_cluster_options options = WW_CLUSTER_OPTIONS_INIT;
    options.threshold = 0.5;
    for (int i = 0; i < COUNT * DIM; i++)
        x[i] = (float)(i / DIM % 40) + 0.001F * (float)(i % 7);
    search.user = &asked;
    CHECK_EQ(ww_search_by(&search, &err), WW_ERR_ARGUMENT);
    search.pairs = no_pairs;
    search.neighbours = no_neighbours;
    CHECK_OK(ww_search_by(&search, &err));
    static const char *const methods[] = {"hac", "map-equation"};
    for (size_t i = 0; i < 2; i++) {
        options.method = methods[i];
        asked = 0;
        CHECK_EQ(ww_cluster_vectors(x, COUNT, DIM, &options, label, &err), WW_ERR_UNSUPPORTED);
        CHECK(strcmp(err.message, "the machines are out") == 0);
        CHECK_EQ(asked, COUNT);
        CHECK_OK(ww_search_by(NULL, &err));
        CHECK_OK(ww_cluster_vectors(x, COUNT, DIM, &options, label, &err));
        CHECK_OK(ww_search_by(&search, &err));
    }
    search.least = COUNT + 1; // so few stay here
    CHECK_OK(ww_search_by(&search, &err));
    CHECK_OK(ww_cluster_vectors(x, COUNT, DIM, &options, label, &err));
    CHECK_OK(ww_search_by(NULL, &err));
}

int main(void)
{
    ww_error err = {0};
    snprintf(photo, sizeof photo, "%s", source_file("tests/data/people/basil.png"));
    snprintf(data, sizeof data, "%s", source_file("tests/data"));
    snprintf(demo, sizeof demo, "%s", source_file("tests/data/demo.mp4"));
    if (ww_models_open(NULL, &models, &err) != WW_OK) {
        printf("# %s\n", err.message);
        return 1;
    }
    RUN(workers_find_what_a_plain_scan_finds);
    RUN(a_reply_that_breaks_off_is_refused);
    RUN(a_reply_with_a_wrong_byte_does_no_harm);
    RUN(a_request_that_makes_no_sense_is_refused);
    RUN(a_worker_with_other_options_is_found_out);
    RUN(who_looks_at_a_span_reads_no_more_than_that);
    RUN(clustering_asks_the_search_it_was_given);
    ww_models_close(models);
    return FINISH();
}
