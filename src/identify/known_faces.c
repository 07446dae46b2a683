// SPDX-License-Identifier: MIT
// Faces of nobody that show a known person: who is seen too briefly to become a person by clustering is recognised all
// the same. A single face has no others to vote with it, so it must be clearly nearer to one name than to all others.
#include "base/memory.h"
#include "decisions/decide.h"
#include "identify/known.h"
#include "library/names.h"
#include "library/settings.h"
#include "people/grade.h"

#include <math.h>
#include <stdlib.h>

#define LONE_EPS_SHARE 0.95 // of eps: within this a face alone is believed
#define POOR_EPS_SHARE 0.75 // ... one that could not start a person: blurred faces look alike
#define LONE_LEAD_MIN 1.1   // the nearest picture of another name is farther by this factor
enum { NO_NAME = -1 };

typedef struct lone_faces {
    ww_known *known;
    ww_people_view *view;
    int *name_of_person; // index in known->name, or NO_NAME
    int *name_of_face;   // what an unassigned face is to be called
    double *distance;
    bool *decided; // the user has said something about this face
    bool *met;     // for each name: a face is to be called so
} lone_faces;

static int index_of_name(const ww_known *k, const char *name)
{
    for (size_t n = 0; name && n < k->name.count; n++)
        if (ww_name_same(k->name.item[n], name))
            return (int)n;
    return NO_NAME;
}

static ww_status begin(lone_faces *l, const int *given, ww_error *err)
{
    const ww_catalog *c = &l->view->catalog;
    const ww_decided *d = &l->view->decided;
    l->name_of_person = ww_try_array(c->person.count, sizeof *l->name_of_person);
    l->name_of_face = ww_try_array(c->face.count, sizeof *l->name_of_face);
    l->distance = ww_try_array(c->face.count, sizeof *l->distance);
    l->decided = ww_try_array(c->face.count, sizeof *l->decided);
    l->met = ww_try_array(l->known->name.count, sizeof *l->met);
    if (!l->met || !l->name_of_person || !l->name_of_face || !l->distance || !l->decided)
        return ww_fail_memory(err, "comparing %zu faces", c->face.count);
    for (size_t p = 0; p < c->person.count; p++)
        l->name_of_person[p] = given[p] != NO_NAME ? given[p] : index_of_name(l->known, c->person.item[p].name);
    for (size_t i = 0; i < c->face.count; i++)
        l->decided[i] = d->identity[i] >= 0 || c->face.item[i].hidden;
    for (size_t i = 0; i < d->nobody.count; i++)
        l->decided[d->nobody.item[i]] = true;
    for (size_t i = 0; i < d->cannot.count; i++)
        if (d->cannot_entry.item[i] != 0)
            l->decided[d->cannot.item[i].a] = l->decided[d->cannot.item[i].b] = true;
    return WW_OK;
}

// Who else is seen in the frame is not the same person; of two unassigned faces the nearer one is.
static bool is_taken(const lone_faces *l, size_t face)
{
    const ww_catalog *c = &l->view->catalog;
    const ww_catalog_frame *frame = &c->frame.item[c->face.item[face].frame];
    for (size_t i = frame->first_face; i < frame->first_face + frame->face_count; i++) {
        const size_t person = c->face.item[i].person;
        const bool assigned = person < c->person.count;
        if (i == face || (assigned ? l->name_of_person[person] : l->name_of_face[i]) != l->name_of_face[face])
            continue;
        if (assigned || l->distance[i] < l->distance[face] || (l->distance[i] == l->distance[face] && i < face))
            return true;
    }
    return false;
}

// How near a known picture a face must be, by its grade; negative: it may be no face at all.
static double believed_within(const ww_catalog_face *face, double eps, double seed_score)
{
    switch (ww_grade_face(face, WW_SEED_QUALITY_MIN, seed_score)) {
    case WW_FACE_SEED: return LONE_EPS_SHARE * eps;
    case WW_FACE_UNSURE: return -1;
    default: return POOR_EPS_SHARE * eps;
    }
}

static void judge(lone_faces *l, double eps, double seed_score)
{
    const ww_catalog *c = &l->view->catalog;
    for (size_t i = 0; i < c->face.count; i++) {
        double rival = INFINITY;
        l->name_of_face[i] = NO_NAME;
        if (c->face.item[i].person < c->person.count || l->decided[i])
            continue;
        const ww_known_vote vote = ww_known_nearest(l->known, ww_catalog_vector(c, i), c->dim, &rival);
        const double within = believed_within(&c->face.item[i], eps, seed_score);
        if (vote.distance <= within && rival >= LONE_LEAD_MIN * vote.distance) {
            l->name_of_face[i] = (int)vote.name;
            l->met[vote.name] = true;
        }
        l->distance[i] = vote.distance;
    }
}

static ww_status name_faces(lone_faces *l, int name, int64_t *batch, ww_error *err)
{
    const ww_catalog *c = &l->view->catalog;
    ww_entry entry = {.kind = WW_DECISION_NAME, .text = ww_strdup(l->known->name.item[name])};
    ww_operand *operand = ww_entry_add_operand(&entry);
    double nearest = INFINITY;
    for (size_t i = 0; i < c->face.count; i++) {
        if (l->name_of_face[i] != name || is_taken(l, i))
            continue;
        ww_operand_of_face(l->view, i, false, operand);
        nearest = fmin(nearest, l->distance[i]);
    }
    const size_t count = operand->face.count;
    char *counted = ww_faces_counted(count);
    entry.words = ww_strf("%s of nobody %s %s: like the known pictures (nearest %.2f)", counted,
                          count == 1 ? "is" : "are", entry.text, nearest);
    ww_status status = count ? ww_record_decision(l->view, &entry, batch, err) : WW_OK;
    if (status == WW_OK && count) {
        ww_notify(&l->known->listener, "%s", entry.words);
        bool met = false;
        for (size_t p = 0; p < c->person.count; p++)
            met = met || l->name_of_person[p] == name;
        l->known->result->recognised += !met; // else they join one who is counted, or has the name
        l->known->result->faces += (int64_t)count;
    }
    free(counted);
    ww_entry_free(&entry);
    return status;
}

ww_status ww_known_name_faces(ww_known *k, ww_people_view *view, const int *given, double eps, int64_t *batch,
                              ww_error *err)
{
    lone_faces l = {.known = k, .view = view};
    double seed_score = 0;
    ww_status status = ww_setting_number(k->library, WW_SETTING_SEED_SCORE, 0, &seed_score, err);
    if (status == WW_OK)
        status = begin(&l, given, err);
    if (status == WW_OK)
        judge(&l, eps, seed_score);
    for (size_t n = 0; n < k->name.count && status == WW_OK; n++)
        if (l.met[n])
            status = name_faces(&l, (int)n, batch, err);
    free(l.name_of_person);
    free(l.name_of_face);
    free(l.distance);
    free(l.decided);
    free(l.met);
    return status;
}
