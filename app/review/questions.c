// SPDX-License-Identifier: MIT
// The questions, kept from decision to decision: those about persons who changed go, and those about what became of
// them are asked of the library again. Persons are told apart from what they were by a mark over their faces.
#include "session.h"

#include <stdlib.h>

#define AFRESH_ABOVE 8 // changed persons; for more all pairs are looked at again

void questions_forget(session *s)
{
    free(s->questions);
    free(s->mark);
    s->questions = NULL;
    s->mark = NULL;
    s->question_count = 0;
    s->mark_count = 0;
    s->questions_known = false;
}

void questions_touch(session *s, int number)
{
    if (number >= 0 && number < s->mark_count)
        s->mark[number] = ~s->mark[number];
}

static uint64_t mix(uint64_t x) // SplitMix64's finaliser
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

static uint64_t mark_of(const session *s, size_t person)
{
    const ww_view_person *p = ww_view_get_person(s->view, person);
    size_t count;
    const size_t *face = ww_view_faces_of_person(s->view, person, &count);
    uint64_t mark = p->ignored ? 1 : p->name ? 2 : 3;
    for (size_t i = 0; i < count; i++)
        mark += mix((uint64_t)ww_view_get_face(s->view, face[i])->id);
    return count == 0 ? 0 : mark;
}

// The marks of all persons by number; 0: nobody has it. NULL: no memory.
static uint64_t *make_marks(const session *s, int *count)
{
    const size_t persons = ww_view_person_count(s->view);
    *count = persons ? ww_view_get_person(s->view, persons - 1)->number + 1 : 0;
    uint64_t *mark = calloc((size_t)*count + 1, sizeof *mark);
    for (size_t p = 0; mark && p < persons; p++)
        mark[ww_view_get_person(s->view, p)->number] = mark_of(s, p);
    return mark;
}

static int best_first(const void *x, const void *y)
{
    const question *p = x, *q = y;
    if (p->gain != q->gain)
        return p->gain > q->gain ? -1 : 1;
    return p->a != q->a ? (p->a < q->a ? -1 : 1) : (p->b > q->b) - (p->b < q->b);
}

static ww_status no_memory(ww_error *err)
{
    *err = (ww_error){WW_ERR_MEMORY, "no memory left for the questions"};
    return WW_ERR_MEMORY;
}

// Adds the questions about one person, or about all (WW_NONE).
static ww_status add(session *s, size_t person, ww_error *err)
{
    ww_suggestions *found = NULL;
    ww_status status = ww_suggest_pairs_of(s->library, s->view, person, QUESTIONS_MAX, &found, err);
    const size_t count = status == WW_OK ? ww_suggestion_count(found) : 0;
    question *wider = count ? realloc(s->questions, (s->question_count + count) * sizeof *wider) : s->questions;
    if (count && !wider)
        status = no_memory(err);
    else
        s->questions = wider;
    for (size_t i = 0; i < count && status == WW_OK; i++) {
        const ww_suggestion *q = ww_get_suggestion(found, i);
        s->questions[s->question_count++] =
            (question){ww_view_get_person(s->view, q->person)->number, ww_view_get_person(s->view, q->other)->number,
                       q->distance, q->gain};
    }
    ww_suggestions_free(found);
    return status;
}

static bool changed(const session *s, const uint64_t *mark, int count, int number)
{
    const uint64_t before = number < s->mark_count ? s->mark[number] : 0, now = number < count ? mark[number] : 0;
    return before != now;
}

static void drop_changed(session *s, const uint64_t *mark, int count)
{
    size_t kept = 0;
    for (size_t i = 0; i < s->question_count; i++) {
        const question *q = &s->questions[i];
        if (!changed(s, mark, count, q->a) && !changed(s, mark, count, q->b))
            s->questions[kept++] = *q;
    }
    s->question_count = kept;
}

// One of a pair that both changed is found twice.
static void order(session *s)
{
    size_t kept = 0;
    if (s->question_count)
        qsort(s->questions, s->question_count, sizeof *s->questions, best_first);
    for (size_t i = 0; i < s->question_count && kept < QUESTIONS_MAX; i++)
        if (kept == 0 || best_first(&s->questions[kept - 1], &s->questions[i]) != 0)
            s->questions[kept++] = s->questions[i];
    s->question_count = kept;
}

static ww_status ask_about_changed(session *s, const uint64_t *mark, int count, ww_error *err)
{
    int which[AFRESH_ABOVE], found = 0;
    ww_status status = WW_OK;
    for (int n = 0; n < count; n++)
        if (changed(s, mark, count, n) && mark[n] != 0) {
            if (found == AFRESH_ABOVE) {
                s->question_count = 0;
                return add(s, WW_NONE, err);
            }
            which[found++] = n;
        }
    for (int i = 0; i < found && status == WW_OK; i++)
        if (session_person(s, which[i]) != WW_NONE)
            status = add(s, session_person(s, which[i]), err);
    return status;
}

ww_status questions_update(session *s, ww_error *err)
{
    int count;
    uint64_t *mark = make_marks(s, &count);
    ww_status status = mark ? WW_OK : no_memory(err);
    if (status == WW_OK && !s->questions_known) {
        s->question_count = 0;
        status = add(s, WW_NONE, err);
    } else if (status == WW_OK) {
        drop_changed(s, mark, count);
        status = ask_about_changed(s, mark, count, err);
    }
    if (status == WW_OK)
        order(s);
    free(s->mark);
    s->mark = mark;
    s->mark_count = count;
    s->questions_known = status == WW_OK;
    return status;
}
