// SPDX-License-Identifier: MIT
#include "session.h"
#include "sorting.h"

#include <stdlib.h>
#include <time.h>

double session_now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

void session_lock(session *s) { pthread_mutex_lock(&s->lock); }
void session_unlock(session *s) { pthread_mutex_unlock(&s->lock); }

static int on_progress(void *user, const ww_progress *progress)
{
    (void)progress;
    return sorting_is_stale(user);
}

ww_status session_open(session *s, const char *dir, const ww_model_options *models, ww_error *err)
{
    const ww_callbacks callbacks = {.user = s, .progress = on_progress};
    *s = (session){.dir = dir, .model_options = models, .generation = 1};
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->wake, NULL);
    ww_status status = ww_library_open(dir, WW_LIBRARY_EXISTING, &callbacks, &s->library, err);
    if (status == WW_OK)
        status = ww_library_view(s->library, &s->view, err);
    return status;
}

void session_close_view(session *s)
{
    questions_forget(s);
    ww_view_close(s->view);
    s->view = NULL;
}

void session_close(session *s)
{
    session_close_view(s);
    ww_models_close(s->models);
    ww_library_close(s->library);
    pthread_cond_destroy(&s->wake);
    pthread_mutex_destroy(&s->lock);
}

ww_status session_refresh(session *s, ww_error *err)
{
    ww_status status = ww_view_refresh(s->view, err);
    s->broken = status != WW_OK;
    s->generation += status == WW_OK;
    return status;
}

static bool leaves_view_whole(ww_status status)
{
    return status == WW_OK || status == WW_ERR_ARGUMENT || status == WW_ERR_NOT_FOUND || status == WW_ERR_CONFIRM;
}

bool decision_stands(const ww_view_decision *decision)
{
    return !decision->undone && decision->kind != WW_DECISION_UNDO && decision->kind != WW_DECISION_REDO;
}

const ww_view_decision *session_last_decision(const session *s)
{
    for (size_t i = ww_view_decision_count(s->view); i > 0; i--) {
        const ww_view_decision *d = ww_view_get_decision(s->view, i - 1);
        if (decision_stands(d))
            return d;
    }
    return NULL;
}

// That two persons are different does not show in their faces; nor that it is taken back, or said again.
static bool hides_from_marks(const session *s, const ww_decision *decision)
{
    const ww_view_decision *last = session_last_decision(s);
    return decision->kind == WW_DECISION_REDO
           || (decision->kind == WW_DECISION_UNDO && last && last->kind == WW_DECISION_DIFFERENT);
}

static void tell_questions(session *s, const ww_decision *decision, bool forget)
{
    if (forget)
        s->questions_known = false;
    for (size_t i = 0; decision->kind == WW_DECISION_DIFFERENT && i < decision->count; i++)
        questions_touch(s, (int)strtol(decision->who[i], NULL, 10));
}

// One more, which the sort in the background is to know of.
static void count_decision(session *s)
{
    s->decided++;
    s->decided_at_s = session_now_s();
    atomic_store(&s->stale, true);
    pthread_cond_signal(&s->wake);
}

ww_status session_decide(session *s, const ww_decision *decision, ww_decision_result *result, ww_error *err)
{
    ww_status status = s->broken ? session_refresh(s, err) : WW_OK;
    if (status != WW_OK)
        return status;
    const bool forget = hides_from_marks(s, decision);
    status = ww_view_decide(s->view, decision, result, err);
    s->broken = !leaves_view_whole(status);
    if (status != WW_OK)
        return status;
    s->generation++;
    tell_questions(s, decision, forget);
    count_decision(s);
    return WW_OK;
}

ww_status session_add_face(session *s, const ww_new_face *face, ww_added_face *added, ww_error *err)
{
    ww_status status = s->broken ? session_refresh(s, err) : WW_OK;
    if (status == WW_OK && !s->models)
        status = ww_library_models_open(s->library, s->model_options, &s->models, err);
    if (status != WW_OK)
        return status;
    const bool stale = atomic_exchange(&s->stale, false); // it would stop the networks here, too: see on_progress
    status = ww_library_add_face(s->library, s->models, face, added, err);
    if (status != WW_OK) {
        atomic_store(&s->stale, stale);
        return status;
    }
    count_decision(s);
    return session_refresh(s, err);
}

size_t session_person(const session *s, int number)
{
    const size_t at = ww_view_find_person(s->view, number);
    const ww_view_person *person = ww_view_get_person(s->view, at);
    return person && !person->ignored && person->face_count > 0 ? at : WW_NONE;
}
