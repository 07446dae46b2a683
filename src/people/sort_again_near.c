// SPDX-License-Identifier: MIT
#include "people/sort_again_parts.h"
#include "base/memory.h"
#include "cluster/kernels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define A_HAIR 1e-4 // what products of floats may put a squared distance off, and more
// A pair costs so many times what it costs when all are compared with all (cluster/sieve.h), which are n * n / 2.
#define PAIR_COST 16
#define PAIRS_ALWAYS 1e7 // so few are compared in any case

// --- a part of a catalog

static ww_status no_memory(size_t count, ww_error *err) { return ww_fail_memory(err, "a choice of %zu faces", count); }

static ww_status allocate(ww_face_part *p, size_t all, size_t count, int dim, ww_error *err)
{
    p->faces.vector = ww_try_array(count, (size_t)dim * sizeof *p->faces.vector);
    p->grade = ww_try_array(count, sizeof *p->grade);
    p->whole = ww_try_array(count, sizeof *p->whole);
    p->place = ww_try_array(all, sizeof *p->place);
    p->decided.identity = ww_try_array(count, sizeof *p->decided.identity);
    return p->faces.vector && p->grade && p->whole && p->place && p->decided.identity ? WW_OK : no_memory(count, err);
}

static bool take_faces(const ww_sort_again_input *in, const bool *marked, ww_face_part *p)
{
    const ww_catalog *c = in->faces;
    const size_t dim = (size_t)c->dim;
    bool kept = true;
    for (size_t i = 0; i < c->face.count && kept; i++) {
        const size_t at = p->faces.face.count;
        p->place[i] = marked[i] ? (uint32_t)at : WW_NO_FACE;
        if (!marked[i])
            continue;
        p->whole[at] = (uint32_t)i;
        p->grade[at] = in->options->grade[i];
        p->decided.identity[at] = in->after->identity ? in->after->identity[i] : -1;
        memcpy(p->faces.vector + at * dim, c->vector + i * dim, dim * sizeof *c->vector);
        ww_catalog_face face = c->face.item[i];
        if (c->frame.item[face.frame].face_count > WW_FACES_AT_ONCE_MAX)
            face.frame = c->frame.count + i; // being in a crowd says nothing, however few of it are here
        kept = ww_vector_push(&p->faces.face, face);
    }
    return kept;
}

// The faces of an identity are linked in a chain, as in ww_decided.
static bool take_links(const ww_sort_again_input *in, ww_face_part *p)
{
    const ww_decided *d = in->after;
    uint32_t *last = ww_try_array(d->identities.count, sizeof *last); // place + 1
    bool kept = last != NULL;
    for (uint32_t i = 0; i < p->faces.face.count && kept; i++) {
        const int32_t identity = p->decided.identity[i];
        if (identity < 0)
            continue;
        if (last[identity])
            kept = ww_vector_push(&p->decided.must, ((ww_pair){last[identity] - 1, i}));
        last[identity] = i + 1;
    }
    for (size_t k = 0; k < d->cannot.count && kept; k++) {
        const ww_pair pair = {p->place[d->cannot.item[k].a], p->place[d->cannot.item[k].b]};
        if (pair.a != WW_NO_FACE && pair.b != WW_NO_FACE)
            kept = ww_vector_push(&p->decided.cannot, pair)
                   && ww_vector_push(&p->decided.cannot_entry, d->cannot_entry.item[k]);
    }
    for (size_t k = 0; k < d->nobody.count && kept; k++)
        if (p->place[d->nobody.item[k]] != WW_NO_FACE)
            kept = ww_vector_push(&p->decided.nobody, p->place[d->nobody.item[k]]);
    free(last);
    return kept;
}

ww_status ww_face_part_take(const ww_sort_again_input *in, const bool *marked, ww_face_part *p, ww_error *err)
{
    const size_t all = in->faces->face.count;
    size_t count = 0;
    for (size_t i = 0; i < all; i++)
        count += marked[i];
    *p = (ww_face_part){.faces = {.store = in->faces->store, .dim = in->faces->dim}};
    ww_status status = allocate(p, all, count, in->faces->dim, err);
    p->decided.identities.item = in->after->identities.item;
    p->decided.identities.count = in->after->identities.count;
    if (status == WW_OK && !(take_faces(in, marked, p) && take_links(in, p)))
        status = no_memory(count, err);
    ww_evidence_options known = *in->evidence;
    known.grade = p->grade;
    known.must_alone = false;
    if (status == WW_OK)
        status = ww_evidence_find(&p->faces, &p->decided, &known, &p->evidence, err);
    if (status != WW_OK)
        ww_face_part_free(p);
    return status;
}

void ww_face_part_free(ww_face_part *p)
{
    ww_vector_free(&p->faces.face);
    free(p->faces.vector);
    free(p->grade);
    free(p->whole);
    free(p->place);
    free(p->decided.identity);
    ww_vector_free(&p->decided.must);
    ww_vector_free(&p->decided.cannot);
    ww_vector_free(&p->decided.cannot_entry);
    ww_vector_free(&p->decided.nobody);
    ww_evidence_free(&p->evidence);
    *p = (ww_face_part){0};
}

// --- who is near whom

typedef struct looking {
    const ww_near_question *question;
    const ww_cluster_kernels *kernels;
    uint32_t *from;  // faces
    double *squared; // their lengths
    size_t count;
} looking;

static bool is_near(const looking *l, size_t face)
{
    const ww_catalog *c = l->question->faces;
    const size_t dim = (size_t)c->dim;
    const float *x = ww_catalog_vector(c, face);
    const double own = l->kernels->dot(x, x, dim), reach = l->question->reach;
    const double limit = reach * reach * (1 + A_HAIR);
    for (size_t k = 0; k < l->count; k++) {
        const double both = own + l->squared[k];
        if (both - 2 * (double)l->kernels->dot_float(x, ww_catalog_vector(c, l->from[k]), dim) <= limit + A_HAIR * both)
            return true;
    }
    return false;
}

// Whether comparing the two lists costs less than sorting everything.
static bool is_worthwhile(const ww_near_question *q, size_t from)
{
    const size_t all = q->faces->face.count;
    size_t candidates = 0;
    for (size_t i = 0; i < all; i++)
        candidates += q->candidate[i];
    const double pairs = (double)from * (double)candidates;
    return pairs <= PAIRS_ALWAYS || pairs * PAIR_COST <= (double)all * (double)all / 2;
}

ww_status ww_mark_near(const ww_near_question *q, bool *near, bool *done, ww_error *err)
{
    const size_t all = q->faces->face.count, dim = (size_t)q->faces->dim;
    looking l = {.question = q, .kernels = ww_cluster_kernels_best()};
    l.from = ww_try_array(all, sizeof *l.from);
    l.squared = ww_try_array(all, sizeof *l.squared);
    const ww_status status = l.from && l.squared ? WW_OK : no_memory(all, err);
    for (size_t i = 0; i < all && status == WW_OK; i++)
        if (q->from[i]) {
            const float *x = ww_catalog_vector(q->faces, i);
            l.squared[l.count] = l.kernels->dot(x, x, dim);
            l.from[l.count++] = (uint32_t)i;
        }
    *done = status == WW_OK && is_worthwhile(q, l.count);
    for (size_t i = 0; i < all && *done && l.count; i++)
        if (q->candidate[i] && !near[i])
            near[i] = is_near(&l, i);
    free(l.from);
    free(l.squared);
    return status;
}
