// SPDX-License-Identifier: MIT
#include "identify/suggest.h"
#include "base/memory.h"
#include "cluster/pairs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BEYOND 1.001 // of reach, so that no pair is missed for the rounding of floats

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

typedef struct collector {
    const ww_suggest_input *in;
    const summary *means;
    const pair_list *apart;
    questions questions;
    const size_t *person; // of each row of the sieve
    bool no_memory;
} collector;

static void collect(collector *c, size_t a, size_t b)
{
    const ww_suggest_input *in = c->in;
    const summary *s = c->means;
    if (!counts(in, s, a) || !counts(in, s, b))
        return;
    const double distance =
        between(in, s, s->mean + a * in->dim, s->mean_squared[a], s->mean + b * in->dim, s->mean_squared[b]);
    if (distance >= in->reach)
        return;
    const double gain = gain_of(in, a, b, distance);
    if (gain < c->questions.least_gain || is_apart(in, c->apart, a, b))
        return;
    const ww_suggestion question = {.person = a, .other = b, .distance = distance, .gain = gain};
    c->no_memory = c->no_memory || !add_question(&c->questions, &question);
}

static void collect_of_one(collector *c)
{
    const size_t one = c->in->only;
    for (size_t other = 0; one < c->means->count && other < c->means->count; other++)
        if (other != one)
            collect(c, other < one ? other : one, other < one ? one : other);
}

static void collect_candidates(void *user, const ww_pair *pairs, size_t count)
{
    collector *c = user;
    for (size_t i = 0; i < count; i++) {
        const size_t a = c->person[pairs[i].a], b = c->person[pairs[i].b];
        collect(c, a < b ? a : b, a < b ? b : a);
    }
}

// Persons of interest as a sieve takes them.
typedef struct crowd_rows {
    float *mean;
    double *spread; // mean squared distance of the faces from it
    size_t *person, count, room;
    size_t second; // the number of faces of the second largest: no pair has more to gain
} crowd_rows;

static bool crowd_allocate(crowd_rows *c, const summary *s, size_t dim)
{
    c->room = s->count;
    c->mean = ww_alloc_array(s->count, dim * sizeof *c->mean, SIZE_MAX);
    c->spread = ww_alloc_array(s->count, sizeof *c->spread, SIZE_MAX);
    c->person = ww_alloc_array(s->count, sizeof *c->person, SIZE_MAX);
    return c->mean && c->spread && c->person;
}

static void crowd_free(crowd_rows *c)
{
    free(c->mean);
    free(c->spread);
    free(c->person);
}

// Those of so many faces at least.
static void gather(crowd_rows *c, const ww_suggest_input *in, const summary *s, double least_faces)
{
    size_t largest = 0;
    c->count = c->second = 0;
    for (size_t p = 0; p < s->count; p++) {
        const float *mean = s->mean + p * in->dim;
        const size_t faces = ww_view_get_person(in->view, p)->face_count;
        if (!counts(in, s, p) || (double)faces < least_faces)
            continue;
        memcpy(c->mean + c->count * in->dim, mean, in->dim * sizeof *mean);
        c->spread[c->count] = fmax(0, s->mean_squared[p] - s->kernels->dot(mean, mean, in->dim));
        c->person[c->count++] = p;
        if (faces > largest)
            c->second = largest, largest = faces;
        else if (faces > c->second)
            c->second = faces;
    }
}

// The pairs within a distance.
static ww_status collect_within(collector *c, const crowd_rows *crowd, double distance, ww_error *err)
{
    const ww_pair_visitor visitor = {.visit = collect_candidates, .user = c};
    ww_sieve sieve;
    c->person = crowd->person;
    c->questions.list->count = 0;
    ww_status status =
        ww_sieve_build(&sieve, crowd->mean, crowd->count, (int)c->in->dim, distance * BEYOND, crowd->spread, NULL, err);
    if (status == WW_OK)
        status = ww_pairs_visit(&sieve, &visitor, 1, err);
    ww_sieve_free(&sieve);
    return status;
}

// Nearer pairs first, by a sieve that looks at few of the others: where these are enough questions, what there is to
// gain by the last of them says how far apart a better pair can be, and how few faces it can have.
static ww_status collect_all(collector *c, ww_error *err)
{
    static const double stages[] = {0.6, 0.8, 1};
    const double reach = c->in->reach;
    questions *q = &c->questions;
    crowd_rows crowd = {0};
    ww_status status = crowd_allocate(&crowd, c->means, c->in->dim)
                           ? WW_OK
                           : ww_fail_memory(err, "the pairs of %zu persons", c->means->count);
    double enough = reach; // beyond it there is nothing to gain
    for (size_t i = 0; status == WW_OK && i < sizeof stages / sizeof *stages; i++) {
        const double distance = fmin(stages[i] * reach, enough);
        gather(&crowd, c->in, c->means, q->least_gain);
        if (crowd.count < 2)
            break;
        status = collect_within(c, &crowd, distance, err);
        if (status != WW_OK || distance >= enough)
            break;
        if (q->list->count >= q->count && q->count > 0) {
            cut(q->list, q->count, most_gain_first);
            q->least_gain = q->list->item[q->count - 1].gain;
            enough = reach * (1 - q->least_gain / (double)crowd.second);
            if (distance > enough)
                break;
        }
    }
    crowd_free(&crowd);
    return status;
}

ww_status ww_suggest_find_pairs(const ww_suggest_input *in, size_t count, ww_suggestion_list *list, ww_error *err)
{
    summary s;
    pair_list apart = {0};
    collector c = {.in = in, .means = &s, .apart = &apart, .questions = {.list = list, .count = count}};
    *list = (ww_suggestion_list){0};
    ww_status status = summarise(in, &s, err);
    if (status == WW_OK)
        status = find_apart(in, &apart, err);
    if (status == WW_OK && in->only != WW_NONE)
        collect_of_one(&c);
    else if (status == WW_OK && in->dim > 0 && in->reach > 0)
        status = collect_all(&c, err);
    if (status == WW_OK && c.no_memory)
        status = ww_fail_memory(err, "the pairs of persons");
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
