// SPDX-License-Identifier: MIT
// A pipeline: one producer hands out tasks in order, N workers do them in any order, one consumer gets the results in
// the order of the tasks.
//
//   next() --> task 0, 1, 2, ... --> work() in N threads --> [window of finished results] --> done() in task order
//
// `next` and `done` are each called by one thread at a time (by whichever worker gets there), so they need no locks of
// their own against themselves; they may run at the same time as each other and as `work`. A worker that is more than
// `window` tasks ahead of the oldest unfinished one waits, which bounds the memory for finished results. The first
// failure, in the order of the tasks, ends the run: no new task is begun, results before the failed one are still
// delivered, later ones are dropped with `drop`.
#ifndef WW_PIPELINE_PIPELINE_H
#define WW_PIPELINE_PIPELINE_H
#include "base/error.h"
#include <stdbool.h>

#define WW_THREADS_MAX 256           // that compute
#define WW_PIPELINE_THREADS_MAX 4096 // of a pipeline: they may wait for others who do

typedef struct ww_pipeline {
    int threads; // 1..WW_PIPELINE_THREADS_MAX; 0: as many as this process may use
    int window;  // finished results that may wait for their turn; 0: 2 * threads
    void *user;  // first argument of all callbacks
    // Makes the next task. *task NULL with WW_OK: there are no more.
    ww_status (*next)(void *user, void **task, ww_error *err);
    // Per-thread state: called in the worker before its first task, and after its last. Both may be NULL.
    ww_status (*thread_begin)(void *user, int thread, void **state, ww_error *err);
    void (*thread_end)(void *user, void *state);
    // Turns the task into its result, in place.
    ww_status (*work)(void *user, void *state, void *task, ww_error *err);
    // Takes a finished task, in order; the task is the callee's from here on, also on failure.
    ww_status (*done)(void *user, void *task, ww_error *err);
    // Frees a task that will not be delivered.
    void (*drop)(void *user, void *task);
} ww_pipeline;

// Runs until there are no more tasks or something failed; returns the first failure in the order of the tasks.
ww_status ww_pipeline_run(const ww_pipeline *pipeline, ww_error *err);

// CPUs this process may run on (affinity respected), 1..WW_THREADS_MAX.
int ww_cpu_count(void);

#endif
