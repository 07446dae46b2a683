// SPDX-License-Identifier: MIT
#include "sorting.h"

#include <time.h>

#define PAUSE_S 0.4                                   // after a decision, before sorting begins
enum { SECOND_NS = 1000000000, MARGIN_NS = 1000000 }; // the margin: the pause is over when the waiting ends
// Libraries with more faces are sorted when the folders are written: it takes a copy of all that is compared (half a
// gigabyte with 100,000 faces), and minutes rather than moments of what others see.
#define FACES_MAX 30000

int sorting_is_stale(session *s) { return atomic_load(&s->stale); }

bool sorting_is_due(const session *s) { return s->decided > s->sorted && ww_view_face_count(s->view) <= FACES_MAX; }

// Waits until there is something to sort and the user pauses; false: it is the end.
static bool wait_for_pause(session *s)
{
    while (!s->stop) {
        const double left_s = s->decided_at_s + PAUSE_S - session_now_s();
        const bool wanted = sorting_is_due(s);
        if (wanted && left_s <= 0)
            return true;
        if (!wanted) {
            pthread_cond_wait(&s->wake, &s->lock);
            continue;
        }
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        const int64_t ns = until.tv_nsec + (int64_t)(left_s * (double)SECOND_NS) + MARGIN_NS;
        until.tv_sec += ns / SECOND_NS;
        until.tv_nsec = ns % SECOND_NS;
        pthread_cond_timedwait(&s->wake, &s->lock, &until);
    }
    return false;
}

// With the lock held, but for the sort itself.
static ww_status sort_once(session *s, ww_error *err)
{
    ww_sorting *sorting = NULL;
    const int64_t decided = s->decided;
    atomic_store(&s->stale, false);
    ww_status status = ww_sorting_begin(s->library, NULL, &sorting, err);
    if (status == WW_OK) {
        s->sorting = true;
        session_unlock(s);
        status = ww_sorting_run(sorting, err);
        session_lock(s);
        s->sorting = false;
    }
    if (status == WW_OK)
        status = ww_sorting_finish(sorting, NULL, err);
    ww_sorting_free(sorting);
    if (status == WW_OK) {
        s->sorted = decided;
        status = session_refresh(s, err);
    }
    return status;
}

static void *sort_on_demand(void *user)
{
    session *s = user;
    ww_error err = {0};
    session_lock(s);
    while (wait_for_pause(s)) {
        ww_status status = sort_once(s, &err);
        if (status != WW_OK && status != WW_ERR_CANCELLED && status != WW_ERR_CHANGED)
            s->sorted = s->decided; // no use in trying again before something changes
    }
    session_unlock(s);
    return NULL;
}

ww_status sorting_start(session *s, ww_error *err)
{
    if (pthread_create(&s->sorter, NULL, sort_on_demand, s) != 0) {
        *err = (ww_error){WW_ERR_MEMORY, "no thread for sorting can be made"};
        return WW_ERR_MEMORY;
    }
    s->sorter_runs = true;
    return WW_OK;
}

void sorting_stop(session *s)
{
    if (!s->sorter_runs)
        return;
    session_lock(s);
    s->stop = true;
    atomic_store(&s->stale, true);
    pthread_cond_signal(&s->wake);
    session_unlock(s);
    pthread_join(s->sorter, NULL);
    atomic_store(&s->stale, false);
    s->sorter_runs = false;
}
