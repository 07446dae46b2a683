// SPDX-License-Identifier: MIT
// What the page asks about people: all of them, who may be the same, one of them, and whom a face may be.
#include "rows.h"
#include "server.h"
#include "sorting.h"

#include <math.h>
#include <stdlib.h>

enum {
    FACES_MAX = 5000, // of one person that are sent at once
    STRIP = 10,       // faces of each side of a question
    QUESTIONS_SENT = 12,
    NEAREST = 9, // persons suggested, one for each digit key
};

static json_t *rows_of_people(const session *s, size_t *ignored)
{
    json_t *rows = json_array();
    *ignored = 0;
    for (size_t p = 0; p < ww_view_person_count(s->view); p++) {
        const ww_view_person *person = ww_view_get_person(s->view, p);
        *ignored += person->ignored != 0;
        if (!person->ignored && person->face_count > 0)
            json_array_append_new(rows, row_of_person(s, p));
    }
    return rows;
}

// What undo would take back; null: nothing.
static json_t *words_of_undo(const session *s)
{
    const ww_view_decision *last = session_last_decision(s);
    return text_or_null(last ? last->words : NULL);
}

static size_t count_unassigned(const session *s)
{
    size_t count, shown = 0;
    const size_t *face = ww_view_faces_of_person(s->view, WW_NONE, &count);
    for (size_t i = 0; i < count; i++)
        shown += !ww_view_get_face(s->view, face[i])->discarded;
    return shown;
}

// With "?seen=GENERATION" the people only if that is not the present one.
enum MHD_Result get_state(request *r)
{
    session *s = &r->server->session;
    session_lock(s);
    const bool same = request_argument(r, "seen", -1) == s->generation;
    size_t ignored = 0;
    json_t *people = same ? json_null() : rows_of_people(s, &ignored);
    json_t *state =
        json_pack("{s:I,s:b,s:o,s:I,s:I,s:I,s:o,s:I}", "generation", (json_int_t)s->generation, "sorting",
                  s->sorting || sorting_is_due(s), "people", people, "faces", (json_int_t)ww_view_face_count(s->view),
                  "unassigned", (json_int_t)count_unassigned(s), "ignored", (json_int_t)ignored, "undo",
                  words_of_undo(s), "decided", (json_int_t)s->decided);
    session_unlock(s);
    return reply_json(r, MHD_HTTP_OK, state);
}

// --- the same person?

static json_t *side_of_question(const session *s, int number)
{
    const size_t person = session_person(s, number);
    const ww_view_person *p = ww_view_get_person(s->view, person);
    size_t count;
    const size_t *face = ww_view_faces_of_person(s->view, person, &count);
    const size_t shown = count < STRIP ? count : STRIP;
    json_t *faces = json_array();
    for (size_t i = 0; i < shown; i++) // spread over where the person is seen
        json_array_append_new(faces, row_of_face(s, face[i * count / shown]));
    return json_pack("{s:i,s:o,s:I,s:o}", "number", number, "name", text_or_null(p->name), "count", (json_int_t)count,
                     "faces", faces);
}

// "?skip=3-5,7-9": pairs that are not to be asked about now.
static bool is_skipped(const char *skip, int a, int b)
{
    while (skip && *skip) {
        char *end;
        const long x = strtol(skip, &end, 10), y = *end == '-' ? strtol(end + 1, &end, 10) : -1;
        if ((x == a && y == b) || (x == b && y == a))
            return true;
        if (*end != ',')
            return false;
        skip = end + 1;
    }
    return false;
}

static json_t *questions_json(const session *s, const char *skip)
{
    json_t *rows = json_array();
    size_t left = 0;
    for (size_t i = 0; i < s->question_count; i++) {
        const question *q = &s->questions[i];
        if (is_skipped(skip, q->a, q->b) || session_person(s, q->a) == WW_NONE || session_person(s, q->b) == WW_NONE)
            continue;
        if (left++ < QUESTIONS_SENT)
            json_array_append_new(rows, json_pack("{s:o,s:o,s:f}", "a", side_of_question(s, q->a), "b",
                                                  side_of_question(s, q->b), "distance", q->distance));
    }
    return json_pack("{s:o,s:I,s:b,s:I}", "questions", rows, "left", (json_int_t)left, "more",
                     s->question_count == QUESTIONS_MAX, "generation", (json_int_t)s->generation);
}

enum MHD_Result get_questions(request *r)
{
    session *s = &r->server->session;
    ww_error err = {0};
    session_lock(s);
    ww_status status = questions_update(s, &err);
    json_t *answer = status == WW_OK
                         ? questions_json(s, MHD_lookup_connection_value(r->connection, MHD_GET_ARGUMENT_KIND, "skip"))
                         : NULL;
    session_unlock(s);
    return status == WW_OK ? reply_json(r, MHD_HTTP_OK, answer) : reply_status(r, &err);
}

// --- one person

typedef struct far_face {
    size_t face;
    double distance;
} far_face;

static int farthest_first(const void *a, const void *b)
{
    const far_face *p = a, *q = b;
    if (p->distance != q->distance)
        return p->distance > q->distance ? -1 : 1;
    return (p->face > q->face) - (p->face < q->face);
}

static double distance_to(const float *v, const double *mean, size_t dim)
{
    double sum = 0;
    for (size_t d = 0; d < dim; d++)
        sum += ((double)v[d] - mean[d]) * ((double)v[d] - mean[d]);
    return sqrt(sum);
}

// The faces of a person by their distance to its mean; the caller frees. NULL: see *err.
static far_face *by_distance(session *s, const size_t *face, size_t count, ww_error *err)
{
    const float *matrix;
    size_t dim;
    if (ww_view_embeddings(s->view, &matrix, &dim, err) != WW_OK)
        return NULL;
    far_face *list = calloc(count + 1, sizeof *list);
    double *mean = calloc(dim + 1, sizeof *mean);
    for (size_t i = 0; list && mean && i < count; i++)
        for (size_t d = 0; d < dim; d++)
            mean[d] += (double)matrix[face[i] * dim + d] / (double)count;
    for (size_t i = 0; list && mean && i < count; i++)
        list[i] = (far_face){face[i], distance_to(matrix + face[i] * dim, mean, dim)};
    if (list && mean)
        qsort(list, count, sizeof *list, farthest_first);
    else
        *err = (ww_error){WW_ERR_MEMORY, "no memory left for the faces of a person"};
    free(mean);
    if (err->status != WW_OK) {
        free(list);
        list = NULL;
    }
    return list;
}

static json_t *suggestions_json(const session *s, const ww_suggestions *list, size_t own)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < ww_suggestion_count(list) && i < NEAREST; i++) {
        const ww_suggestion *q = ww_get_suggestion(list, i);
        const size_t other = q->person == own ? q->other : q->person;
        json_array_append_new(rows, json_pack("[o,f]", row_of_person(s, other), q->distance));
    }
    return rows;
}

static json_t *person_json(session *s, size_t person, ww_error *err)
{
    size_t count;
    const ww_view_person *p = ww_view_get_person(s->view, person);
    const size_t *face = ww_view_faces_of_person(s->view, person, &count);
    ww_suggestions *near = NULL;
    far_face *list = by_distance(s, face, count, err);
    if (!list || ww_suggest_pairs_of(s->library, s->view, person, NEAREST, &near, err) != WW_OK) {
        free(list);
        return NULL;
    }
    json_t *faces = json_array();
    for (size_t i = 0; i < count && i < FACES_MAX; i++)
        json_array_append_new(faces, row_of_face(s, list[i].face));
    json_t *answer = json_pack("{s:i,s:o,s:I,s:o,s:o}", "number", p->number, "name", text_or_null(p->name), "count",
                               (json_int_t)count, "faces", faces, "near", suggestions_json(s, near, person));
    ww_suggestions_free(near);
    free(list);
    return answer;
}

enum MHD_Result get_person(request *r)
{
    session *s = &r->server->session;
    ww_error err = {0};
    session_lock(s);
    const size_t person = r->number <= INT32_MAX ? session_person(s, (int)r->number) : WW_NONE;
    json_t *answer = person == WW_NONE ? NULL : person_json(s, person, &err);
    session_unlock(s);
    if (person == WW_NONE)
        return reply_error(r, 404, "this person is not there any more");
    return answer ? reply_json(r, MHD_HTTP_OK, answer) : reply_status(r, &err);
}

// Whom the face with this id may be.
enum MHD_Result get_suggestions(request *r)
{
    session *s = &r->server->session;
    ww_error err = {0};
    ww_suggestions *near = NULL;
    json_t *rows = NULL;
    session_lock(s);
    const size_t face = ww_view_find_face(s->view, r->number);
    ww_status status =
        face == WW_NONE ? WW_ERR_NOT_FOUND : ww_suggest_persons(s->library, s->view, face, NEAREST, &near, &err);
    if (status == WW_OK)
        rows = suggestions_json(s, near, WW_NONE);
    ww_suggestions_free(near);
    session_unlock(s);
    if (face == WW_NONE)
        return reply_error(r, 404, "this face is not there any more");
    return status == WW_OK ? reply_json(r, MHD_HTTP_OK, json_pack("{s:o}", "near", rows)) : reply_status(r, &err);
}
