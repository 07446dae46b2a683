// SPDX-License-Identifier: MIT
// An open library: its folder, its store, and whom it calls back.
#ifndef WW_LIBRARY_LIBRARY_H
#define WW_LIBRARY_LIBRARY_H
#include "base/cancel.h"
#include "base/error.h"
#include "base/log.h"
#include "store/store.h"
#include "whoswho/whoswho.h"

#include <pthread.h>

// By this a folder is known for a library (for a data set: WW_DATASET_MANIFEST in dataset_records.h).
#define WW_STORE_FILE "whoswho.db"

struct ww_library {
    char *dir;
    ww_store *store;
    ww_callbacks callbacks;
    pthread_mutex_t store_mutex;    // the store takes one thread at a time
    pthread_mutex_t callback_mutex; // callbacks are never called by two threads at once
    int64_t revision;               // one more with each decision and scan
    ww_log log;                     // goes to callbacks.log under callback_mutex
    ww_progress reported;           // the last one; under callback_mutex
    ww_cancel cancel;               // see ww_library_cancel
};

#define WW_EPS_FALLBACK 0.9 // for a library without the setting

// Calls callbacks.progress, if any; non-zero means: cancel.
int ww_library_report(ww_library *library, const ww_progress *progress);

// What long work asks that reports nothing by itself: the last progress is reported again. Outlives the work.
const ww_cancel *ww_library_cancel(ww_library *library);
// That work of this stage begins, which nothing was reported of yet.
void ww_library_begin_stage(ww_library *library, ww_stage stage);

// ww_library_open.
ww_status ww_library_acquire(const char *dir, int flags, const ww_callbacks *callbacks, ww_library **library,
                             ww_error *err);
void ww_library_release(ww_library *library);

#endif
