// SPDX-License-Identifier: MIT
#include "identify/suggest.h"
#include "base/memory.h"
#include "cluster/kernels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// A person as a point: mean of its embeddings, and mean of their squared lengths.
typedef struct summary {
    float *mean; // count x dim
    double *mean_squared;
    size_t *faces; // that went into the mean; 0: a person without any
    size_t count;
    const ww_cluster_kernels *kernels;
} summary;

static void summary_free(summary *s)
{
    free(s->mean);
    free(s->mean_squared);
    free(s->faces);
}

static void add_face(const ww_suggest_input *in, summary *s, size_t person, size_t face)
{
    const float *v = in->embedding + face * in->dim;
    float *mean = s->mean + person * in->dim;
    for (size_t d = 0; d < in->dim; d++)
        mean[d] += v[d];
    s->mean_squared[person] += s->kernels->dot(v, v, in->dim);
    s->faces[person]++;
}

static void summarise_person(const ww_suggest_input *in, summary *s, size_t person)
{
    size_t count;
    const size_t *face = ww_view_faces_of_person(in->view, person, &count);
    for (int pass = 0; pass < 2 && s->faces[person] == 0; pass++) // seed faces; without any, all
        for (size_t i = 0; i < count; i++)
            if (pass == 1 || ww_view_get_face(in->view, face[i])->quality >= in->seed_quality)
                add_face(in, s, person, face[i]);
    for (size_t d = 0; d < in->dim && s->faces[person] > 0; d++)
        s->mean[person * in->dim + d] /= (float)s->faces[person];
    if (s->faces[person] > 0)
        s->mean_squared[person] /= (double)s->faces[person];
}

static ww_status summarise(const ww_suggest_input *in, summary *s, ww_error *err)
{
    *s = (summary){.count = ww_view_person_count(in->view), .kernels = ww_cluster_kernels_best()};
    s->mean = ww_try_array(s->count + 1, (in->dim ? in->dim : 1) * sizeof *s->mean);
    s->mean_squared = ww_try_array(s->count + 1, sizeof *s->mean_squared);
    s->faces = ww_try_array(s->count + 1, sizeof *s->faces);
    if (!s->mean || !s->mean_squared || !s->faces)
        return ww_fail_memory(err, "the means of %zu persons", s->count);
    for (size_t p = 0; p < s->count; p++)
        summarise_person(in, s, p);
    return WW_OK;
}

static double between(const ww_suggest_input *in, const summary *s, const float *a, double a_squared, const float *b,
                      double b_squared)
{
    return sqrt(fmax(0, a_squared + b_squared - 2 * (double)s->kernels->dot_float(a, b, in->dim)));
}

// --- what rules a pair out

typedef struct pair {
    size_t a, b; // a < b
} pair;
typedef WW_VECTOR(pair) pair_list;

static int pair_order(const void *x, const void *y)
{
    const pair *p = x, *q = y;
    if (p->a != q->a)
        return p->a < q->a ? -1 : 1;
    return (p->b > q->b) - (p->b < q->b);
}

static bool add_pair(const ww_suggest_input *in, pair_list *list, size_t a, size_t b)
{
    if (a == WW_NONE || b == WW_NONE || a == b || (in->only != WW_NONE && in->only != a && in->only != b))
        return true;
    pair p = {a < b ? a : b, a < b ? b : a};
    return ww_vector_push(list, p);
}

// Persons seen in one frame, and those with faces that decisions keep apart.
static ww_status find_apart(const ww_suggest_input *in, pair_list *apart, ww_error *err)
{
    bool fine = true;
    for (size_t f = 0; f < ww_view_frame_count(in->view) && fine; f++) {
        const ww_view_frame *frame = ww_view_get_frame(in->view, f);
        for (size_t i = 0; i < frame->face_count && fine; i++)
            for (size_t k = i + 1; k < frame->face_count && fine; k++)
                fine = add_pair(in, apart, ww_view_get_face(in->view, frame->first_face + i)->person,
                                ww_view_get_face(in->view, frame->first_face + k)->person);
    }
    for (size_t i = 0; i < in->cannot_count && fine; i++)
        fine = add_pair(in, apart, ww_view_get_face(in->view, in->cannot[i].a)->person,
                        ww_view_get_face(in->view, in->cannot[i].b)->person);
    if (!fine)
        return ww_fail_memory(err, "the persons that are two");
    if (apart->count)
        qsort(apart->item, apart->count, sizeof *apart->item, pair_order);
    return WW_OK;
}

static bool is_apart(const ww_suggest_input *in, const pair_list *apart, size_t a, size_t b)
{
    pair p = {a, b};
    const char *name = ww_view_get_person(in->view, a)->name, *other = ww_view_get_person(in->view, b)->name;
    if (name && other)
        return true; // of one name they would be one person already
    return apart->count && bsearch(&p, apart->item, apart->count, sizeof p, pair_order);
}

// --- the lists

static int most_gain_first(const void *x, const void *y)
{
    const ww_suggestion *p = x, *q = y;
    if (p->gain != q->gain)
        return p->gain > q->gain ? -1 : 1;
    if (p->distance != q->distance)
        return p->distance < q->distance ? -1 : 1;
    return p->person != q->person ? (p->person < q->person ? -1 : 1) : (p->other > q->other) - (p->other < q->other);
}

static int nearest_first(const void *x, const void *y)
{
    const ww_suggestion *p = x, *q = y;
    if (p->distance != q->distance)
        return p->distance < q->distance ? -1 : 1;
    return (p->person > q->person) - (p->person < q->person);
}

static void cut(ww_suggestion_list *list, size_t count, int (*order)(const void *, const void *))
{
    if (list->count)
        qsort(list->item, list->count, sizeof *list->item, order);
    if (list->count > count)
        list->count = count;
}

static bool counts(const ww_suggest_input *in, const summary *s, size_t person)
{
    return s->faces[person] > 0 && !ww_view_get_person(in->view, person)->ignored;
}

// The questions kept so far. There may be millions of pairs: the list is cut back to the best `count` whenever it is
// several times that long, and from then on only better ones than the last of these are of interest.
typedef struct questions {
    ww_suggestion_list *list;
    size_t count;
    double least_gain;
} questions;

static double gain_of(const ww_suggest_input *in, size_t a, size_t b, double distance)
{
    const size_t moved = ww_view_get_person(in->view, a)->face_count,
                 other = ww_view_get_person(in->view, b)->face_count;
    return (1 - distance / in->reach) * (double)(moved < other ? moved : other);
}

static bool add_question(questions *q, const ww_suggestion *question)
{
    enum { SLACK = 4 };
    if (q->count <= SIZE_MAX / SLACK && q->count > 0 && q->list->count >= q->count * SLACK) {
        cut(q->list, q->count, most_gain_first);
        q->least_gain = q->list->item[q->list->count - 1].gain;
    }
    return ww_vector_push(q->list, *question);
}

static ww_status collect_pair(const ww_suggest_input *in, const summary *s, const pair_list *apart, size_t a, size_t b,
                              questions *q, ww_error *err)
{
    if (!counts(in, s, a) || !counts(in, s, b))
        return WW_OK;
    const double distance =
        between(in, s, s->mean + a * in->dim, s->mean_squared[a], s->mean + b * in->dim, s->mean_squared[b]);
    if (distance >= in->reach)
        return WW_OK;
    const double gain = gain_of(in, a, b, distance);
    if (gain < q->least_gain || is_apart(in, apart, a, b))
        return WW_OK;
    const ww_suggestion question = {.person = a, .other = b, .distance = distance, .gain = gain};
    return add_question(q, &question) ? WW_OK : ww_fail_memory(err, "the pairs of persons");
}

static ww_status collect_pairs(const ww_suggest_input *in, const summary *s, const pair_list *apart, questions *q,
                               ww_error *err)
{
    ww_status status = WW_OK;
    for (size_t a = 0; a < s->count && status == WW_OK; a++) {
        const bool all = in->only == WW_NONE || in->only == a;
        if (!all && in->only > a && in->only < s->count)
            status = collect_pair(in, s, apart, a, in->only, q, err);
        for (size_t b = a + 1; all && b < s->count && status == WW_OK; b++)
            status = collect_pair(in, s, apart, a, b, q, err);
    }
    return status;
}

ww_status ww_suggest_find_pairs(const ww_suggest_input *in, size_t count, ww_suggestion_list *list, ww_error *err)
{
    summary s;
    pair_list apart = {0};
    questions q = {.list = list, .count = count};
    *list = (ww_suggestion_list){0};
    ww_status status = summarise(in, &s, err);
    if (status == WW_OK)
        status = find_apart(in, &apart, err);
    if (status == WW_OK)
        status = collect_pairs(in, &s, &apart, &q, err);
    if (status == WW_OK)
        cut(list, count, most_gain_first);
    else
        ww_vector_free(list);
    ww_vector_free(&apart);
    summary_free(&s);
    return status;
}

// Whether the person is in the face's frame, or kept apart from the face by a decision.
static bool cannot_be(const ww_suggest_input *in, size_t face, size_t person)
{
    const ww_view_face *f = ww_view_get_face(in->view, face);
    const ww_view_frame *frame = ww_view_get_frame(in->view, f->frame);
    for (size_t i = 0; i < frame->face_count; i++)
        if (frame->first_face + i != face && ww_view_get_face(in->view, frame->first_face + i)->person == person)
            return true;
    for (size_t i = 0; i < in->cannot_count; i++) {
        size_t a = in->cannot[i].a, b = in->cannot[i].b;
        if ((a == face && ww_view_get_face(in->view, b)->person == person)
            || (b == face && ww_view_get_face(in->view, a)->person == person))
            return true;
    }
    return false;
}

ww_status ww_suggest_find_persons(const ww_suggest_input *in, size_t face, size_t count, ww_suggestion_list *list,
                                  ww_error *err)
{
    summary s;
    *list = (ww_suggestion_list){0};
    if (face >= ww_view_face_count(in->view))
        return ww_fail(err, WW_ERR_ARGUMENT, "there is no face %zu in this view", face);
    const float *v = in->embedding + face * in->dim;
    const size_t own = ww_view_get_face(in->view, face)->person;
    double squared = 0;
    for (size_t d = 0; d < in->dim; d++)
        squared += (double)v[d] * v[d];
    ww_status status = summarise(in, &s, err);
    for (size_t p = 0; p < s.count && status == WW_OK; p++) {
        if (p == own || !counts(in, &s, p) || cannot_be(in, face, p))
            continue;
        ww_suggestion one = {.person = p,
                             .other = WW_NONE,
                             .distance = between(in, &s, v, squared, s.mean + p * in->dim, s.mean_squared[p])};
        if (!ww_vector_push(list, one))
            status = ww_fail_memory(err, "the persons near a face");
    }
    if (status == WW_OK)
        cut(list, count, nearest_first);
    else
        ww_vector_free(list);
    summary_free(&s);
    return status;
}
