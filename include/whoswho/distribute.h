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

#define WW_TRANSPORT_INIT                                                                                              \
    {                                                                                                                  \
        .size = sizeof(ww_transport)                                                                                   \
    }

#ifdef __cplusplus
}
#endif
#endif
