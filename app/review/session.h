// SPDX-License-Identifier: MIT
// The library that is being reviewed, for several threads of the server: one view of it that decisions keep up to date,
// and what follows from it. Everything here is called with the lock held (session_lock).
#ifndef WW_REVIEW_SESSION_H
#define WW_REVIEW_SESSION_H
#include "whoswho/view.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

typedef struct question { // "The same person?", by the numbers of the two
    int a, b;
    double distance, gain;
} question;

typedef struct session {
    pthread_mutex_t lock;
    ww_library *library;
    ww_view *view;
    const char *dir;
    const ww_model_options *model_options; // of the models the library was made with; NULL: the default ones
    ww_models *models;                     // opened when a face is added
    int64_t generation;                    // one more with each change
    int64_t decided;                       // decisions of this session
    bool broken;                           // a change was cut off by an error: the view is to be read again
    // questions.c
    question *questions; // best first
    size_t question_count;
    bool questions_known;
    uint64_t *mark; // of each person's number when the questions were found: differs when the person changes
    int mark_count;
    // sorting.c
    pthread_t sorter;
    pthread_cond_t wake;
    bool sorter_runs, sorting, stop;
    atomic_bool stale; // the sort at work does not know of what was decided since
    int64_t sorted;    // of `decided`: what the last sort knew
    double decided_at_s;
} session;

// `models` is borrowed; may be NULL.
ww_status session_open(session *s, const char *dir, const ww_model_options *models, ww_error *err);
void session_close(session *s);
void session_close_view(session *s); // the library stays open
void session_lock(session *s);
void session_unlock(session *s);
double session_now_s(void); // monotonic

ww_status session_decide(session *s, const ww_decision *decision, ww_decision_result *result, ww_error *err);
// Adds a face that the scan missed, and reads the view again.
ww_status session_add_face(session *s, const ww_new_face *face, ww_added_face *added, ww_error *err);
// Reads the view again.
ww_status session_refresh(session *s, ww_error *err);

// The person of this number that has faces or a name and is not ignored; WW_NONE: there is none now.
size_t session_person(const session *s, int number);

// Whether the decision is in force, so that undo may take it back; an undo is none itself.
bool decision_stands(const ww_view_decision *decision);
// What undo would take back next; NULL: nothing.
const ww_view_decision *session_last_decision(const session *s);

// --- questions.c
#define QUESTIONS_MAX 1000
// Brings the questions up to date at the cost of the persons that changed since.
ww_status questions_update(session *s, ww_error *err);
void questions_forget(session *s);
// Something was decided about this person that does not show in its faces: it counts as changed.
void questions_touch(session *s, int number);

#endif
