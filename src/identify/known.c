// SPDX-License-Identifier: MIT
// Who of the people is known: every face votes for the name of the known picture nearest to it, if that is within the
// embedder's threshold; a person whose faces agree gets the name.
#include "identify/known.h"
#include "identify/match.h"
#include "base/distance.h"
#include "base/memory.h"
#include "base/search.h"
#include "library/settings.h"
#include "decisions/decide.h"
#include "library/catalog.h"
#include "library/names.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AGREEMENT_MIN (2.0 / 3) // of those who vote
#define TURNOUT_MIN 0.2         // of all faces of the person

typedef struct poll { // of one person
    size_t voters, best_name, best_votes, second_name;
    double nearest;
} poll;

typedef struct parted { // the person is not the one of that name
    size_t person;
    const char *name; // borrowed
} parted;
typedef WW_VECTOR(parted) all_parted;

ww_known_vote ww_known_nearest(const ww_known *k, const float *vector, int dim, double *rival)
{
    ww_known_vote best = {.distance = INFINITY};
    double other = INFINITY;
    for (size_t i = 0; i < k->picture.count; i++) {
        const ww_known_picture *picture = &k->picture.item[i];
        const double away = sqrt(ww_distance_squared(vector, picture->vector, dim));
        if (away < best.distance) {
            if (picture->name != best.name)
                other = best.distance;
            best = (ww_known_vote){.name = picture->name, .distance = away};
        } else if (picture->name != best.name) {
            other = fmin(other, away);
        }
    }
    if (rival)
        *rival = other;
    return best;
}

// The votes of one person, sorted by name; of two names with as many votes the first counts.
static poll count_votes(const ww_known_vote *votes, size_t count)
{
    poll p = {.voters = count, .nearest = INFINITY};
    size_t second = 0;
    for (size_t first = 0, next; first < count; first = next) {
        for (next = first; next < count && votes[next].name == votes[first].name; next++)
            p.nearest = fmin(p.nearest, votes[next].distance);
        const size_t counted = next - first;
        if (counted > p.best_votes) {
            second = p.best_votes;
            p.second_name = p.best_name;
            p.best_votes = counted;
            p.best_name = votes[first].name;
        } else if (counted > second) {
            second = counted;
            p.second_name = votes[first].name;
        }
    }
    return p;
}

static int by_parted_person(const void *a, const void *b)
{
    const parted *p = a, *q = b;
    return (p->person > q->person) - (p->person < q->person);
}

// What the user has said of people who have names, sorted by person.
static ww_status find_parted(const ww_people_view *r, all_parted *all, ww_error *err)
{
    const ww_decided *d = &r->decided;
    for (size_t i = 0; i < d->cannot.count; i++) {
        const uint32_t ends[] = {d->cannot.item[i].a, d->cannot.item[i].b};
        for (int e = 0; e < 2 && d->cannot_entry.item[i] != 0; e++) {
            const int32_t other = d->identity[ends[!e]];
            const char *name = other >= 0 ? d->identities.item[other].name : NULL;
            if (name && !ww_vector_push(all, ((parted){r->catalog.face.item[ends[e]].person, name})))
                return ww_fail_memory(err, "what was decided about %zu faces", r->catalog.face.count);
        }
    }
    if (all->count > 1)
        qsort(all->item, all->count, sizeof *all->item, by_parted_person);
    return WW_OK;
}

// Whether the user has said that the person is not the one who has this name already.
static bool told_apart(const all_parted *all, size_t person, const char *name)
{
    size_t at;
    WW_LOWER_BOUND(at, all->count, all->item[at].person < person);
    for (; at < all->count && all->item[at].person == person; at++)
        if (ww_name_same(all->item[at].name, name))
            return true;
    return false;
}

static ww_status give_name(ww_known *k, ww_people_view *r, size_t person, const poll *p, int64_t *batch, ww_error *err)
{
    ww_entry entry = {.kind = WW_DECISION_NAME, .text = ww_strdup(k->name.item[p->best_name])};
    entry.words = ww_strf("%s is %s: %zu of %zu faces are like the known pictures (nearest %.2f)",
                          ww_people_view_title(r, person), entry.text, p->best_votes, ww_people_view_count(r, person),
                          p->nearest);
    ww_status status = ww_operand_of_person(r, person, true, NULL, ww_entry_add_operand(&entry), err);
    if (status == WW_OK)
        status = ww_record_decision(r, &entry, batch, err);
    if (status == WW_OK) {
        ww_notify(&k->listener, "%s", entry.words);
        k->result->recognised++;
    }
    ww_entry_free(&entry);
    return status;
}

// *given: the name that the person gets, if it gets one.
static ww_status judge(ww_known *k, ww_people_view *r, const all_parted *apart, size_t person, const poll *p,
                       int *given, int64_t *batch, ww_error *err)
{
    *given = -1;
    const ww_catalog_person *who = &r->catalog.person.item[person];
    const char *name = p->voters ? k->name.item[p->best_name] : NULL;
    bool agreed = name && (double)p->best_votes >= AGREEMENT_MIN * (double)p->voters;
    if (!name || who->ignored || (double)p->voters < TURNOUT_MIN * (double)ww_people_view_count(r, person))
        return WW_OK;
    if (who->name) {
        if (agreed && !ww_name_same(who->name, name))
            ww_notify(&k->listener, "%s looks like %s, and is left as it is named", who->name, name);
        return WW_OK;
    }
    if (!agreed)
        ww_notify(&k->listener, "%s looks like %s and like %s: not named; see whoswho split %d",
                  ww_people_view_title(r, person), name, k->name.item[p->second_name], who->number);
    else if (told_apart(apart, person, name))
        ww_notify(&k->listener, "%s looks like %s, but was said not to be", ww_people_view_title(r, person), name);
    else {
        *given = (int)p->best_name;
        return give_name(k, r, person, p, batch, err);
    }
    return WW_OK;
}

static int by_person_and_name(const void *a, const void *b)
{
    const ww_known_vote *p = a, *q = b;
    if (p->person != q->person)
        return p->person < q->person ? -1 : 1;
    return (p->name > q->name) - (p->name < q->name);
}

static ww_status recognise(ww_known *k, ww_people_view *r, double eps, ww_error *err)
{
    WW_VECTOR(ww_known_vote) votes = {0};
    all_parted apart = {0};
    const ww_catalog *faces = &r->catalog;
    int64_t batch = 0;
    int *given = ww_try_array(faces->person.count, sizeof *given);
    bool kept = given != NULL;
    for (size_t i = 0; i < faces->face.count && kept; i++) {
        ww_known_vote v = ww_known_nearest(k, ww_catalog_vector(faces, i), faces->dim, NULL);
        v.person = r->catalog.face.item[i].person;
        if (v.distance <= eps && v.person < r->catalog.person.count)
            kept = ww_vector_push(&votes, v);
    }
    if (kept && votes.count > 1)
        qsort(votes.item, votes.count, sizeof *votes.item, by_person_and_name);
    ww_status status =
        kept ? find_parted(r, &apart, err) : ww_fail_memory(err, "comparing %zu faces", faces->face.count);
    if (status == WW_OK)
        status = ww_store_begin(k->library->store, err);
    if (status == WW_OK) {
        for (size_t p = 0, first = 0, next; p < r->catalog.person.count && status == WW_OK; p++, first = next) {
            for (next = first; next < votes.count && votes.item[next].person == p;)
                next++;
            poll counted = count_votes(votes.item + first, next - first);
            status = judge(k, r, &apart, p, &counted, &given[p], &batch, err);
            if (status == WW_OK)
                status = ww_listener_status(&k->listener, err);
        }
        if (status == WW_OK)
            status = ww_known_name_faces(k, r, given, eps, &batch, err);
        if (status == WW_OK)
            status = ww_listener_status(&k->listener, err);
        status = ww_store_end(k->library->store, status, err);
    }
    ww_vector_free(&votes);
    ww_vector_free(&apart);
    free(given);
    return status;
}

ww_status ww_recognise_known(ww_library *library, const ww_models *models, const char *dir,
                             int (*on_line)(void *user, const char *line), void *user, ww_known_result *result,
                             ww_error *err)
{
    ww_known_result counted = {0};
    ww_known k = {
        .library = library, .models = models, .listener = {.on_line = on_line, .user = user}, .result = &counted};
    ww_people_view view = {0};
    double eps = 0;
    ww_status status = ww_check_same_embedder(library, models, err);
    if (status == WW_OK)
        status = ww_setting_number(library, WW_SETTING_EPS, WW_EPS_FALLBACK, &eps, err);
    if (status == WW_OK)
        status = ww_known_read_pictures(&k, dir, err);
    if (status == WW_OK)
        status = ww_listener_status(&k.listener, err);
    if (status == WW_OK)
        status = ww_people_view_load(library, &view, err);
    if (status == WW_OK)
        status = ww_catalog_add_vectors(&view.catalog, err);
    if (status == WW_OK && view.catalog.face.count > 0)
        status = recognise(&k, &view, eps, err);
    ww_people_view_free(&view);
    ww_known_free(&k);
    if (result)
        *result = counted;
    return status;
}
