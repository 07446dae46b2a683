// SPDX-License-Identifier: MIT
#include "base/distance.h"
#include "base/memory.h"
#include "decisions/people_view.h"

#include <stdlib.h>

void ww_operand_of_face(const ww_people_view *r, size_t face, bool whole_identity, ww_operand *operand)
{
    int32_t identity = r->decided.identity[face];
    if (whole_identity && identity >= 0)
        ww_operand_add_identity(operand, r->decided.identities.item[identity].id);
    else
        ww_operand_add_face(operand, &r->key[face]);
}

void ww_operand_of_faces(const ww_people_view *r, const bool *marked, ww_operand *operand)
{
    for (size_t i = 0; i < r->catalog.face.count; i++)
        if (marked[i])
            ww_operand_of_face(r, i, false, operand);
}

// How many of the person's faces each identity has; NULL: no memory.
static size_t *count_identities(const ww_people_view *r, size_t person, const bool *without)
{
    size_t *count = ww_try_array(r->decided.identities.count, sizeof *count);
    for (size_t i = 0; count && i < r->catalog.face.count; i++)
        if (r->catalog.face.item[i].person == person && r->decided.identity[i] >= 0 && !(without && without[i]))
            count[r->decided.identity[i]]++;
    return count;
}

// The identity that the person is, before all others: one with a name, else the largest; -1: there is none.
static int32_t main_identity(const ww_people_view *r, const size_t *count)
{
    int32_t best = -1;
    bool best_named = false;
    for (size_t i = 0; i < r->decided.identities.count; i++) {
        bool named = r->decided.identities.item[i].name != NULL;
        if (count[i] > 0 && (best < 0 || named > best_named || (named == best_named && count[i] > count[best]))) {
            best = (int32_t)i;
            best_named = named;
        }
    }
    return best;
}

// Identities that were told apart since the faces were sorted are not one person any more.
static void drop_parted(const ww_people_view *r, int32_t kept, size_t *count)
{
    for (size_t i = 0; i < r->decided.cannot.count; i++) {
        int32_t a = r->decided.identity[r->decided.cannot.item[i].a],
                b = r->decided.identity[r->decided.cannot.item[i].b];
        if (a == kept && b >= 0)
            count[b] = 0;
        if (b == kept && a >= 0)
            count[a] = 0;
    }
}

// The faces of the person that no identity holds. Those which a decision has taken from the person since the faces were
// sorted (unassigned, or rejected from one of the identities counted) are not among them. The caller frees; NULL: no
// memory.
static bool *free_faces(const ww_people_view *r, size_t person, const size_t *identities, const bool *without)
{
    const ww_decided *d = &r->decided;
    bool *is_free = ww_try_array(r->catalog.face.count, sizeof *is_free);
    if (!is_free)
        return NULL;
    for (size_t i = 0; i < r->catalog.face.count; i++)
        is_free[i] = r->catalog.face.item[i].person == person && d->identity[i] < 0 && !(without && without[i]);
    for (size_t i = 0; i < d->nobody.count; i++)
        is_free[d->nobody.item[i]] = false;
    for (size_t i = 0; i < d->cannot.count; i++) {
        uint32_t a = d->cannot.item[i].a, b = d->cannot.item[i].b;
        if (d->identity[a] >= 0 && identities[d->identity[a]] > 0)
            is_free[b] = false;
        if (d->identity[b] >= 0 && identities[d->identity[b]] > 0)
            is_free[a] = false;
    }
    return is_free;
}

struct candidate {
    double distance_squared;
    size_t face;
};

static int nearest_first(const void *a, const void *b)
{
    const struct candidate *p = a, *q = b;
    if (p->distance_squared != q->distance_squared)
        return p->distance_squared < q->distance_squared ? -1 : 1;
    return (p->face > q->face) - (p->face < q->face);
}

static bool rank_by_mean(const float *vector, int dim, struct candidate *candidate, size_t count)
{
    double *mean = ww_try_array((size_t)dim, sizeof *mean);
    if (!mean)
        return false;
    for (size_t i = 0; i < count; i++)
        for (int d = 0; d < dim; d++)
            mean[d] += vector[candidate[i].face * (size_t)dim + (size_t)d] / (double)count;
    for (size_t i = 0; i < count; i++)
        candidate[i].distance_squared =
            ww_distance_squared_to_mean(vector + candidate[i].face * (size_t)dim, mean, dim);
    qsort(candidate, count, sizeof *candidate, nearest_first);
    free(mean);
    return true;
}

static ww_status add_core(const ww_people_view *r, const bool *is_free, ww_operand *operand, ww_error *err)
{
    WW_VECTOR(struct candidate) candidates = {0};
    ww_status status = WW_OK;
    for (size_t i = 0; i < r->catalog.face.count && status == WW_OK; i++)
        if (is_free[i] && !ww_vector_push(&candidates, ((struct candidate){0, i})))
            status = ww_fail_memory(err, "the faces of a person");
    if (status == WW_OK && candidates.count > WW_CORE_FACES) {
        float *vector;
        int dim;
        status = ww_catalog_read_vectors(&r->catalog, &vector, &dim, err);
        if (status == WW_OK && !rank_by_mean(vector, dim, candidates.item, candidates.count))
            status = ww_fail_memory(err, "the faces of a person");
        free(vector);
    }
    for (size_t i = 0; i < candidates.count && i < WW_CORE_FACES; i++)
        ww_operand_add_face(operand, &r->key[candidates.item[i].face]);
    ww_vector_free(&candidates);
    return status;
}

static bool anybody_left(const ww_people_view *r, size_t person, const bool *without)
{
    for (size_t i = 0; i < r->catalog.face.count; i++)
        if (r->catalog.face.item[i].person == person && !without[i])
            return true;
    return false;
}

// Faces that came to a named person since are in no identity. When those that are in it are taken out, whoever is left
// keeps the name; *kept tells so, and the identity is counted.
static ww_status keep_name(const ww_people_view *r, size_t person, const bool *without, size_t *count, bool *kept,
                           ww_error *err)
{
    *kept = false;
    if (!without || !anybody_left(r, person, without))
        return WW_OK;
    size_t *all = count_identities(r, person, NULL);
    if (!all)
        return ww_fail_memory(err, "the faces of a person");
    const int32_t main = main_identity(r, all);
    *kept = main >= 0 && count[main] == 0 && r->decided.identities.item[main].name;
    if (*kept)
        count[main] = all[main];
    free(all);
    return WW_OK;
}

ww_status ww_operand_of_person(const ww_people_view *r, size_t person, bool whole, const bool *without,
                               ww_operand *operand, ww_error *err)
{
    size_t *count = count_identities(r, person, without);
    if (!count)
        return ww_fail_memory(err, "the faces of a person");
    bool name_kept;
    ww_status status = keep_name(r, person, without, count, &name_kept, err);
    int32_t first = main_identity(r, count);
    if (first >= 0) {
        drop_parted(r, first, count);
        ww_operand_add_identity(operand, r->decided.identities.item[first].id);
    }
    for (size_t i = 0; i < r->decided.identities.count; i++)
        if (count[i] > 0 && (int32_t)i != first)
            ww_operand_add_identity(operand, r->decided.identities.item[i].id);
    bool *is_free = free_faces(r, person, count, without);
    if (status == WW_OK && (!is_free || operand->starved))
        status = ww_fail_memory(err, "the faces of a person");
    for (size_t i = 0; status == WW_OK && whole && i < r->catalog.face.count; i++)
        if (is_free[i])
            ww_operand_add_face(operand, &r->key[i]);
    if (status == WW_OK && !whole && (first < 0 || name_kept))
        status = add_core(r, is_free, operand, err);
    if (status == WW_OK && operand->starved)
        status = ww_fail_memory(err, "the faces of a person");
    free(is_free);
    free(count);
    return status;
}
