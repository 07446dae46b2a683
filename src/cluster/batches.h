// SPDX-License-Identifier: MIT
// Work on many rows in batches, on several threads.
#ifndef WW_CLUSTER_BATCHES_H
#define WW_CLUSTER_BATCHES_H
#include "cluster/cluster.h"

enum { WW_BATCH_ROWS = 240 }; // that a worker takes at a time; in coded.h's tiles of 48 they are whole ones

typedef struct ww_batch_job {
    // Looks at rows first .. end-1; `scratch` is the thread's own.
    void (*work)(void *user, size_t first, size_t end, float *scratch);
    void *user;
    size_t rows, scratch_floats;
    int threads;
    ww_cluster_progress progress; // from .. from + share; may be NULL
    void *progress_user;
    double from, share;
} ww_batch_job;

// WW_ERR_CANCELLED when progress said so, WW_ERR_MEMORY.
ww_status ww_batches_run(const ww_batch_job *job, ww_error *err);

#endif
