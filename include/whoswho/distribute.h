// SPDX-License-Identifier: MIT
// Scanning with the work done elsewhere: in other processes, on other machines. One process has the library, hands out
// requests and stores what comes back; workers answer requests, and need the footage under the same paths and nothing
// else. How requests and replies travel is the caller's: ww_transport. whoswho-mpi is made of this (docs/scale.md).
//
// Requests and replies are bytes for ww_worker_answer and ww_library_scan_over of the same version of this library;
// both check what they are given, so that damage on the way is an error and does no harm. They are not encrypted.
#ifndef WHOSWHO_DISTRIBUTE_H
#define WHOSWHO_DISTRIBUTE_H
#include "whoswho/library.h"
#include "whoswho/view.h"
#ifdef __cplusplus
extern "C" {
#endif

// A worker: answers one request at a time; a process may have many, one for each thread.
typedef struct ww_worker ww_worker;

// `options` are those of the scan, threads aside; `models` must outlive the worker. `beside` (NULL: none): another
// worker of this process, with which it shares the files it has open; it may be closed before.
WW_API ww_status ww_worker_open(const ww_models *models, const ww_scan_options *options, ww_worker *beside,
                                ww_worker **worker, ww_error *err);
WW_API void ww_worker_close(ww_worker *worker);
// What is wrong with a file, or with the work, is part of the reply. WW_ERR_FORMAT: this is no request of this version.
WW_API ww_status ww_worker_answer(ww_worker *worker, const void *request, size_t bytes, ww_bytes *reply, ww_error *err);

#define WW_MESSAGE_MAX ((size_t)1 << 30) // bytes of a request or reply

typedef struct ww_transport {
    size_t size; // set by the INIT macro
    void *user;
    // Workers that look at footage, at least one, and those (numbered after them; may be none) that only open files and
    // hash them, ahead of the others: what limits them is the disk.
    int workers, openers;
    // Has worker 0 .. workers + openers - 1 answer, and waits for it. Called from as many threads at once, never twice
    // for one worker. An error ends the scan; what was stored so far is kept.
    ww_status (*call)(void *user, int worker, const void *request, size_t bytes, ww_bytes *reply, ww_error *err);
} ww_transport;

// ww_library_scan with the work done by a transport's workers. The result is the same, byte for byte, if the workers'
// processors and libraries compute the same.
WW_API ww_status ww_library_scan_over(ww_library *library, const ww_models *models, const char *const *inputs,
                                      size_t count, const ww_scan_options *options, const ww_transport *transport,
                                      ww_scan_result *result, ww_error *err);

// --- clustering ------------------------------------------------------------------------------------------------------

// What takes the time of clustering many vectors by "hac", "map-equation" or "chinese-whispers", and of joining poor
// faces to people, is looking for vectors that are near each other. ww_search_by() has that done elsewhere; the people
// are the same if the search finds the same.
typedef struct ww_pair {
    uint32_t a, b;
} ww_pair; // indices of two vectors

typedef struct ww_neighbour {
    float distance_squared;
    uint32_t index;
} ww_neighbour;

#define WW_ROLE_ASKS 1    // its neighbours are wanted
#define WW_ROLE_ANSWERS 2 // it may be a neighbour

typedef struct ww_search_query {
    const float *vectors; // count x dim, row after row; those with a value that is not finite are near nobody
    size_t count;
    int dim, threads; // threads: so many would look for them in this process
    double radius;    // Euclidean, of what is near
    // pairs: what is added to squared distances, for each of the two; NULL: nothing
    const double *spread;
    // neighbours:
    int k;                // so many of each, the nearest
    const uint32_t *rank; // of each, all different: of neighbours at equal distance the one of lower rank is nearer
    const uint8_t *roles; // of each; NULL: all ask and answer
    int (*progress)(void *user, double share_done); // may be NULL; non-zero: the search ends with WW_ERR_CANCELLED
    void *progress_user;
} ww_search_query;

typedef struct ww_search {
    size_t size; // set by the INIT macro
    void *user;
    size_t least; // searches among fewer vectors are not worth a message and stay in this process
    // Hands each pair with |a - b|^2 + spread of a + spread of b <= radius^2 to `visit` once, in any order and in
    // portions of any size, from the calling thread. A few that lie just beyond do no harm.
    ww_status (*pairs)(void *user, const ww_search_query *query,
                       void (*visit)(void *visitor, const ww_pair *pairs, size_t count), void *visitor, ww_error *err);
    // Of each vector the k nearest others within the radius: `near`, count x k, has them nearest first, `found` how
    // many each has. Distances are |a|^2 + |b|^2 - 2 a.b, summed up in double; of fewer than 16 dimensions, the sums of
    // squared differences.
    ww_status (*neighbours)(void *user, const ww_search_query *query, ww_neighbour *near, int32_t *found,
                            ww_error *err);
} ww_search;

// For all clustering of this process from now on; not while any is at work. `search` is copied; NULL: in this process
// again.
WW_API ww_status ww_search_by(const ww_search *search, ww_error *err);

#define WW_SEARCH_INIT                                                                                                 \
    {                                                                                                                  \
        .size = sizeof(ww_search)                                                                                      \
    }

#define WW_TRANSPORT_INIT                                                                                              \
    {                                                                                                                  \
        .size = sizeof(ww_transport)                                                                                   \
    }

#ifdef __cplusplus
}
#endif
#endif
