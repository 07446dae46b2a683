// SPDX-License-Identifier: MIT
#include "library/library.h"
#include "base/files.h"
#include "base/memory.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void log_line(void *user, ww_log_level level, const char *message)
{
    ww_library *library = user;
    if (!library->callbacks.log)
        return;
    pthread_mutex_lock(&library->callback_mutex);
    library->callbacks.log(library->callbacks.user, level, message);
    pthread_mutex_unlock(&library->callback_mutex);
}

int ww_library_report(ww_library *library, const ww_progress *progress)
{
    if (!library->callbacks.progress)
        return 0;
    pthread_mutex_lock(&library->callback_mutex);
    library->reported = *progress;
    library->reported.now = NULL; // does not live long enough
    int cancel = library->callbacks.progress(library->callbacks.user, progress);
    pthread_mutex_unlock(&library->callback_mutex);
    return cancel;
}

static bool is_cancelled(void *user)
{
    ww_library *library = user;
    if (!library->callbacks.progress)
        return false;
    pthread_mutex_lock(&library->callback_mutex);
    int cancel = library->callbacks.progress(library->callbacks.user, &library->reported);
    pthread_mutex_unlock(&library->callback_mutex);
    return cancel != 0;
}

void ww_library_begin_stage(ww_library *library, ww_stage stage)
{
    pthread_mutex_lock(&library->callback_mutex);
    library->reported = (ww_progress){.stage = stage};
    pthread_mutex_unlock(&library->callback_mutex);
}

const ww_cancel *ww_library_cancel(ww_library *library) { return &library->cancel; }

ww_status ww_library_acquire(const char *dir, int flags, const ww_callbacks *callbacks, ww_library **library,
                             ww_error *err)
{
    ww_status status = WW_OK;
    char *path = ww_path_join(dir, WW_STORE_FILE);
    ww_library *l = ww_alloc(sizeof *l);
    l->dir = ww_strdup(dir);
    if (callbacks)
        l->callbacks = *callbacks;
    l->log = (ww_log){log_line, l};
    l->cancel = (ww_cancel){is_cancelled, l};
    pthread_mutex_init(&l->store_mutex, NULL);
    pthread_mutex_init(&l->callback_mutex, NULL);
    if (flags & WW_LIBRARY_CREATE) {
        status = ww_make_dirs(dir, err);
    } else if (!ww_path_exists(path)) {
        status = ww_fail(err, WW_ERR_NOT_FOUND,
                         "'%s' holds no %s: it is not a folder this program made (scan some footage into it first)",
                         dir, WW_STORE_FILE);
    }
    if (status == WW_OK)
        status = ww_store_open(path, (flags & WW_LIBRARY_CREATE) != 0, &l->store, err);
    free(path);
    if (status != WW_OK) {
        ww_library_release(l);
        return status;
    }
    if (ww_store_is_unlocked(l->store))
        ww_logf(&l->log, WW_LOG_WARNING,
                "the drive of '%s' knows no locks: see to it that only one whoswho at a time works there", dir);
    *library = l;
    return WW_OK;
}

void ww_library_release(ww_library *library)
{
    if (!library)
        return;
    ww_store_close(library->store);
    pthread_mutex_destroy(&library->store_mutex);
    pthread_mutex_destroy(&library->callback_mutex);
    free(library->dir);
    free(library);
}
