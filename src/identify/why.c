// SPDX-License-Identifier: MIT
// Why a face is where it is. The reasons are found anew from what the sorting goes by: decisions, tracks, faces seen at
// once, quality, and distances.
#include "identify/why.h"
#include "base/memory.h"
#include "library/settings.h"
#include "people/grade.h"
#include "library/export_manifest.h"
#include "decisions/people_view.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { NEAR_SHOWN = 5 };

typedef struct question {
    ww_people_view view;
    size_t face;
    double eps, seed_score;
    WW_VECTOR(char *) rule; // owned sentences
    bool starved;           // no memory for one of them
} question;

typedef struct neighbour {
    size_t face;
    double distance;
} neighbour;

static int nearest_first(const void *a, const void *b)
{
    const neighbour *p = a, *q = b;
    if (p->distance != q->distance)
        return p->distance < q->distance ? -1 : 1;
    return (p->face > q->face) - (p->face < q->face);
}

static void say(question *q, char *sentence)
{
    if (!sentence || !ww_vector_push(&q->rule, sentence)) {
        free(sentence);
        q->starved = true;
    }
}

static const char *person_of(const question *q, size_t face)
{
    const ww_catalog *c = &q->view.catalog;
    size_t person = c->face.item[face].person;
    return person < c->person.count ? ww_people_view_title(&q->view, person) : "Unsorted";
}

static ww_status find_thresholds(question *q, ww_error *err)
{
    ww_library *library = q->view.library;
    ww_status status = ww_setting_number(library, WW_SETTING_EPS, WW_EPS_FALLBACK, &q->eps, err);
    return status == WW_OK ? ww_setting_number(library, WW_SETTING_SEED_SCORE, 0, &q->seed_score, err) : status;
}

static double distance(const ww_catalog *g, size_t a, size_t b) { return sqrt(ww_catalog_distance_squared(g, a, b)); }

// --- the rules, one a function: the strongest are asked first

static const ww_entry *entry_of(const question *q, int64_t seq)
{
    const ww_journal *j = &q->view.journal;
    for (size_t i = 0; i < j->entry.count; i++)
        if (j->entry.item[i].seq == seq)
            return &j->entry.item[i];
    return NULL;
}

static char *decision_words(const question *q, int64_t seq)
{
    const ww_entry *e = entry_of(q, seq);
    char date[16] = "";
    struct tm local;
    if (!e)
        return ww_strf("decision no. %lld", (long long)seq);
    time_t time_s = (time_t)e->time_s;
    if (localtime_r(&time_s, &local))
        strftime(date, sizeof date, "%Y-%m-%d", &local);
    return ww_strf("decision no. %lld of %s (%s)", (long long)seq, date, e->words);
}

static void by_decision(question *q)
{
    const ww_decided *d = &q->view.decided;
    if (d->entry[q->face] == 0)
        return;
    char *words = decision_words(q, d->entry[q->face]);
    bool nobody = false;
    for (size_t i = 0; i < d->nobody.count; i++)
        nobody = nobody || d->nobody.item[i] == q->face;
    if (nobody)
        say(q, ww_strf("kept unassigned by %s", words));
    else if (d->identity[q->face] >= 0)
        say(q, ww_strf("put here by %s", words));
    free(words);
}

static bool stands_for(const question *q, size_t link_end)
{
    const int32_t *identity = q->view.decided.identity;
    return link_end == q->face || (identity[q->face] >= 0 && identity[q->face] == identity[link_end]);
}

// People it cannot be with. Of those who merely have another name only the nearest is told, by by_likeness.
static void by_separation(question *q)
{
    const ww_decided *d = &q->view.decided;
    for (size_t i = 0; i < d->cannot.count; i++) {
        uint32_t a = d->cannot.item[i].a, b = d->cannot.item[i].b;
        if (d->cannot_entry.item[i] == 0 || stands_for(q, a) == stands_for(q, b))
            continue;
        char *words = decision_words(q, d->cannot_entry.item[i]);
        say(q, ww_strf("kept out of %s by %s", person_of(q, stands_for(q, a) ? b : a), words));
        free(words);
    }
}

static void by_track(question *q)
{
    const ww_catalog_face *f = &q->view.catalog.face.item[q->face];
    size_t with = 0, other = 0;
    for (size_t i = 0; i < q->view.catalog.face.count && f->track > 0; i++) {
        const ww_catalog_face *g = &q->view.catalog.face.item[i];
        if (i == q->face || g->source != f->source || g->track != f->track)
            continue;
        with++;
        other = i;
    }
    if (with > 0)
        say(q, ww_strf("followed from frame to frame together with %zu other %s, such as face_%zu.jpg", with,
                       with == 1 ? "face" : "faces", other + 1));
}

static void by_frame(question *q)
{
    const ww_catalog_face *f = &q->view.catalog.face.item[q->face];
    size_t at_once = 0;
    for (size_t i = 0; i < q->view.catalog.face.count; i++)
        at_once += i != q->face && q->view.catalog.face.item[i].frame == f->frame;
    if (at_once > 0)
        say(q, ww_strf("seen at once with %zu other %s: somebody else than %s", at_once,
                       at_once == 1 ? "face" : "faces", at_once == 1 ? "that one" : "those"));
}

static void by_quality(question *q)
{
    const ww_catalog_face *f = &q->view.catalog.face.item[q->face];
    switch (ww_grade_face(f, WW_SEED_QUALITY_MIN, q->seed_score)) {
    case WW_FACE_SEED: break;
    case WW_FACE_JOINS_ONLY:
        say(q, ww_strf(
                   "a low-quality face (quality %.2f, score %.2f): it may join a person it is near to, but starts none",
                   f->quality, f->score));
        break;
    case WW_FACE_UNSURE:
        say(q, ww_strf("the detector was not sure of it (score %.2f), and it was not followed: it stays unassigned "
                       "unless you say who it is",
                       f->score));
        break;
    }
}

// How far the face is from a person: its members within the threshold, and the mean over all.
typedef struct likeness {
    size_t person, members, within;
    double sum;
} likeness;

static void by_likeness(question *q)
{
    const ww_catalog *c = &q->view.catalog;
    size_t own = c->face.item[q->face].person, next = SIZE_MAX;
    likeness *like = ww_try_array(c->person.count + 1, sizeof *like);
    if (!like) {
        q->starved = true;
        return;
    }
    for (size_t i = 0; i < c->face.count; i++) {
        if (i == q->face)
            continue;
        likeness *l = &like[c->face.item[i].person];
        double away = distance(&q->view.catalog, q->face, i);
        l->members++;
        l->within += away <= q->eps;
        l->sum += away;
    }
    for (size_t p = 0; p < c->person.count; p++)
        if (p != own && like[p].members > 0
            && (next == SIZE_MAX
                || like[p].sum * (double)like[next].members < like[next].sum * (double)like[p].members))
            next = p;
    if (own < c->person.count && like[own].members > 0)
        say(q, ww_strf("near %zu of the %zu other faces of %s (within %.2f); they are %.2f away on average",
                       like[own].within, like[own].members, ww_people_view_title(&q->view, own), q->eps,
                       like[own].sum / (double)like[own].members));
    if (next != SIZE_MAX)
        say(q, ww_strf("the %s person is %s: %.2f away on average, %zu of %zu faces within %.2f",
                       own < c->person.count ? "next" : "nearest", ww_people_view_title(&q->view, next),
                       like[next].sum / (double)like[next].members, like[next].within, like[next].members, q->eps));
    if (own >= c->person.count && like[c->person.count].within == 0 && (next == SIZE_MAX || like[next].within == 0))
        say(q, ww_strf("no other face of nobody is within %.2f, and none of the nearest person: too far from everybody",
                       q->eps));
    free(like);
}

static void (*const rules[])(question *q) = {by_decision, by_separation, by_track, by_frame, by_quality, by_likeness};

// --- the answer

static ww_status find_face(question *q, const char *who, ww_error *err)
{
    size_t digits = strspn(who, "0123456789");
    size_t count = q->view.catalog.face.count;
    if (digits > 0 && digits < 10 && !who[digits]) {
        size_t number = strtoul(who, NULL, 10);
        q->face = number - 1;
        if (number < 1 || number > count)
            return ww_fail(err, WW_ERR_NOT_FOUND, "there is no face %s; they are numbered 1 to %zu", who, count);
        return WW_OK;
    }
    ww_export_manifest manifest;
    ww_status status = ww_manifest_load(q->view.library, &q->view.catalog, &manifest, err);
    if (status != WW_OK)
        return status;
    status = ww_manifest_portrait(&manifest, who, &q->face, err);
    ww_manifest_free(&manifest);
    return status;
}

static char *portrait_path(const question *q, size_t face)
{
    ww_buffer path = {0};
    ww_catalog_face_path(&q->view.catalog, face, "jpg", &path);
    return ww_buffer_take(&path);
}

static ww_status answer(question *q, void (*on_why)(void *user, const ww_why *why), void *user, ww_error *err)
{
    const ww_catalog *c = &q->view.catalog;
    ww_near_face near[NEAR_SHOWN];
    neighbour *all = ww_try_array(c->face.count, sizeof *all);
    if (!all)
        return ww_fail_memory(err, "comparing %zu faces", c->face.count);
    size_t count = 0, shown = 0;
    for (size_t i = 0; i < c->face.count; i++)
        if (i != q->face)
            all[count++] = (neighbour){i, distance(&q->view.catalog, q->face, i)};
    if (count)
        qsort(all, count, sizeof *all, nearest_first);
    for (; shown < count && shown < NEAR_SHOWN; shown++)
        near[shown] = (ww_near_face){(int64_t)all[shown].face + 1, portrait_path(q, all[shown].face),
                                     person_of(q, all[shown].face), all[shown].distance};
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        rules[i](q);
    char *portrait = portrait_path(q, q->face);
    ww_why why = {.face = (int64_t)q->face + 1,
                  .portrait = portrait,
                  .person = person_of(q, q->face),
                  .source = ww_catalog_source_of(c, q->face)->path,
                  .time_us = c->frame.item[c->face.item[q->face].frame].time_us,
                  .quality = c->face.item[q->face].quality,
                  .rule = (const char *const *)q->rule.item,
                  .rules = q->rule.count,
                  .near = near,
                  .nears = shown};
    if (!q->starved)
        on_why(user, &why);
    for (size_t i = 0; i < shown; i++)
        free((char *)near[i].portrait);
    free(portrait);
    free(all);
    return q->starved ? ww_fail_memory(err, "why a face is where it is") : WW_OK;
}

ww_status ww_explain_face(ww_library *library, const char *who, void (*on_why)(void *user, const ww_why *why),
                          void *user, ww_error *err)
{
    question q = {0};
    ww_status status = ww_people_view_load(library, &q.view, err);
    if (status != WW_OK)
        return status;
    status = find_face(&q, who, err);
    if (status == WW_OK)
        status = find_thresholds(&q, err);
    if (status == WW_OK)
        status = ww_catalog_add_vectors(&q.view.catalog, err);
    if (status == WW_OK)
        status = answer(&q, on_why, user, err);
    for (size_t i = 0; i < q.rule.count; i++)
        free(q.rule.item[i]);
    ww_vector_free(&q.rule);
    ww_people_view_free(&q.view);
    return status;
}
