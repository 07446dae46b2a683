// SPDX-License-Identifier: MIT
// From claims to decisions. Where all of a person's boxes went to one label, that is said of the person (a name, or two
// people who are one); else each face goes where its box says: first it is told from whom it was with, then it joins.
#include "base/memory.h"
#include "base/text.h"
#include "decisions/decide.h"
#include "formats/annotation.h"
#include "formats/import/import.h"
#include "library/names.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOVED_PX 0.5 // of the stored picture, from which a side of a box counts as moved

// What becomes of a face: one of these, or a label.
enum { STAYS = -1, UNSORTED = -2, DELETED = -3 };

typedef struct label {
    char *name;    // owned, as it is to be said
    size_t person; // index of whom it is by now; SIZE_MAX: nobody yet
} label;

typedef struct deciding {
    ww_import *import;
    int32_t *goal;  // of each face
    bool *marked;   // faces
    bool *involved; // people, and nobody
    WW_VECTOR(label) labels;
} deciding;

static ww_status record(deciding *d, ww_entry *entry, ww_status status, ww_error *err)
{
    ww_import *m = d->import;
    if (status == WW_OK)
        status = ww_record_decision(&m->view, entry, &m->batch, err);
    if (status == WW_OK) {
        ww_notify(&m->listener, "%s", entry->words);
        m->result->decisions++;
    }
    if (status == WW_OK && entry->kind != WW_DECISION_BOX)
        status = ww_people_view_reload(&m->view, err);
    ww_entry_free(entry);
    return status;
}

// --- what is wanted of each face

// STAYS: there is none yet. Names are compared as bytes first, for that is quick.
static int32_t label_named(const deciding *d, const char *name)
{
    for (size_t i = 0; i < d->labels.count; i++)
        if (strcmp(d->labels.item[i].name, name) == 0)
            return (int32_t)i;
    for (size_t i = 0; i < d->labels.count; i++)
        if (ww_name_same(d->labels.item[i].name, name))
            return (int32_t)i;
    return STAYS;
}

// The label of this name; *index is STAYS where the name is none that a person can have, which is told.
static ww_status find_label(deciding *d, const ww_claim *k, int32_t *index, ww_error *err)
{
    ww_error why = {0};
    label l = {.person = SIZE_MAX};
    *index = label_named(d, k->label);
    if (*index >= 0)
        return WW_OK;
    if (ww_people_view_find(&d->import->view, k->label, &l.person, NULL) == WW_OK) {
        l.name = ww_strdup(ww_people_view_title(&d->import->view, l.person));
        if (ww_people_view_count(&d->import->view, l.person) == 0)
            l.person = SIZE_MAX; // a name that is kept for somebody who has no face now
    } else if (ww_check_person_name(k->label, &l.name, &why) != WW_OK) {
        ww_import_pass_over(d->import, "'%s', line %zu: %s", k->file, k->line, why.message);
        return WW_OK;
    }
    *index = (int32_t)d->labels.count;
    if (ww_vector_push(&d->labels, l))
        return WW_OK;
    free(l.name);
    return ww_fail_memory(err, "the names of people");
}

static bool is_unknown(const deciding *d, const char *name)
{
    return strcmp(name, ww_annotation_unknown(&d->import->view.catalog)) == 0;
}

// A claim that says what was exported says nothing.
static ww_status find_goal(deciding *d, const ww_claim *k, ww_error *err)
{
    const ww_catalog *c = &d->import->view.catalog;
    const size_t person = c->face.item[k->face].person;
    int32_t goal = STAYS;
    ww_status status = WW_OK;
    if (!k->label || (k->marked && strcmp(k->label, k->was) == 0))
        return WW_OK;
    if (is_unknown(d, k->label) && !k->partial)
        goal = person < c->person.count ? UNSORTED : STAYS;
    else
        status = find_label(d, k, &goal, err);
    if (status == WW_OK && goal >= 0 && d->labels.item[goal].person == person && person < c->person.count)
        goal = STAYS;
    d->goal[k->face] = goal;
    return status;
}

static ww_status find_goals(deciding *d, ww_error *err)
{
    ww_import *m = d->import;
    ww_status status = WW_OK;
    for (size_t i = 0; i < m->view.catalog.face.count; i++) {
        const bool deleted =
            m->listed[i] && m->claim_of[i] == WW_NO_FACE && !ww_decided_is_discarded(&m->view.decided, i);
        d->goal[i] = deleted ? DELETED : STAYS;
        m->result->deleted += deleted;
    }
    for (size_t i = 0; status == WW_OK && i < m->claims.count; i++) {
        const ww_claim *k = &m->claims.item[i];
        if (k->face != WW_NO_FACE) {
            status = find_goal(d, k, err);
        } else {
            ww_import_pass_over(m, "'%s', line %zu: no face was found where this box is%s%s: it is not taken", k->file,
                                k->line, k->label ? ", of " : "", k->label ? k->label : "");
        }
    }
    return status;
}

// --- whole people

// Whether all that was said of the person's faces is this one goal. *all: something was said of each of its faces.
static bool one_goal(const deciding *d, size_t person, int32_t *goal, bool *all)
{
    const ww_import *m = d->import;
    const ww_catalog_person *p = &m->view.catalog.person.item[person];
    size_t said = 0;
    *goal = STAYS;
    *all = true;
    for (size_t i = 0; i < p->face_count; i++) {
        const size_t face = p->face[i], claim = m->claim_of[face];
        const bool claimed = claim != WW_NO_FACE && m->claims.item[claim].label;
        if (!claimed && d->goal[face] == STAYS) {
            *all = false;
            continue;
        }
        if (d->goal[face] == DELETED)
            continue;
        if (d->goal[face] < 0 || (said > 0 && d->goal[face] != *goal))
            return false;
        *goal = d->goal[face];
        said++;
    }
    return said > 0;
}

static ww_status name_person(deciding *d, size_t person, int32_t goal, ww_error *err)
{
    ww_people_view *view = &d->import->view;
    label *l = &d->labels.item[goal];
    ww_entry entry = {.kind = WW_DECISION_NAME, .text = ww_strdup(l->name)};
    char *counted = ww_faces_counted(ww_people_view_count(view, person));
    entry.words = ww_strf("%s is %s (%s)", ww_people_view_title(view, person), l->name, counted);
    free(counted);
    ww_status status = ww_operand_of_person(view, person, true, NULL, ww_entry_add_operand(&entry), err);
    l->person = person;
    return record(d, &entry, status, err);
}

static ww_status merge_person(deciding *d, size_t person, int32_t goal, ww_error *err)
{
    ww_people_view *view = &d->import->view;
    const size_t into = d->labels.item[goal].person;
    ww_entry entry = {.kind = WW_DECISION_MERGE};
    entry.words = ww_strf("%s and %s are one person", d->labels.item[goal].name, ww_people_view_title(view, person));
    ww_status status = ww_operand_of_person(view, into, true, NULL, ww_entry_add_operand(&entry), err);
    if (status == WW_OK)
        status = ww_operand_of_person(view, person, true, NULL, ww_entry_add_operand(&entry), err);
    return record(d, &entry, status, err);
}

static ww_status settle_people(deciding *d, ww_error *err)
{
    const ww_catalog *c = &d->import->view.catalog;
    ww_status status = WW_OK;
    for (size_t p = 0; status == WW_OK && p < c->person.count; p++) {
        int32_t goal;
        bool all;
        if (!one_goal(d, p, &goal, &all) || (c->person.item[p].name && !all) || !d->labels.item)
            continue;
        for (size_t i = 0; i < c->person.item[p].face_count; i++) {
            int32_t *of_face = &d->goal[c->person.item[p].face[i]];
            d->import->result->relabelled += *of_face == goal;
            *of_face = *of_face == goal ? STAYS : *of_face;
        }
        status = d->labels.item[goal].person == SIZE_MAX ? name_person(d, p, goal, err) : merge_person(d, p, goal, err);
    }
    return status;
}

// --- single faces

// Marks in d->involved the people (and, last, nobody) with a face of this goal.
static void find_involved(const deciding *d, int32_t goal)
{
    const ww_catalog *c = &d->import->view.catalog;
    memset(d->involved, 0, (c->person.count + 1) * sizeof *d->involved);
    for (size_t i = 0; i < c->face.count; i++)
        if (d->goal[i] == goal)
            d->involved[c->face.item[i].person] = true;
}

// Marks the faces with this goal that were with the person (SIZE_MAX: with whomever); how many.
static size_t mark(const deciding *d, size_t person, int32_t goal)
{
    const ww_catalog *c = &d->import->view.catalog;
    size_t count = 0;
    for (size_t i = 0; i < c->face.count; i++) {
        d->marked[i] = d->goal[i] == goal && (person == SIZE_MAX || c->face.item[i].person == person);
        count += d->marked[i];
    }
    return count;
}

// The faces of the person that go to the label are not the person.
static ww_status reject(deciding *d, size_t person, int32_t goal, ww_error *err)
{
    ww_entry entry = {0};
    if (mark(d, person, goal) == 0)
        return WW_OK;
    ww_status status = ww_reject_from(&d->import->view, person, d->marked, &entry, err);
    if (status == WW_OK && entry.kind == WW_DECISION_NOBODY) { // nobody is left there to be told from
        ww_entry_free(&entry);
        return WW_OK;
    }
    return record(d, &entry, status, err);
}

static ww_status bring_in(deciding *d, int32_t goal, ww_error *err)
{
    ww_people_view *view = &d->import->view;
    const size_t count = mark(d, SIZE_MAX, goal);
    ww_status status = WW_OK;
    if (count == 0)
        return WW_OK;
    find_involved(d, goal);
    for (size_t p = 0; status == WW_OK && p < view->catalog.person.count; p++)
        if (d->involved[p])
            status = reject(d, p, goal, err);
    mark(d, SIZE_MAX, goal);
    const label *l = &d->labels.item[goal];
    char *counted = ww_faces_counted(count);
    ww_entry entry = {.kind = l->person != SIZE_MAX ? WW_DECISION_SAME : WW_DECISION_NAME,
                      .text = l->person != SIZE_MAX ? NULL : ww_strdup(l->name),
                      .words =
                          ww_strf(l->person != SIZE_MAX ? "%s of %s" : "%s of somebody new, %s", counted, l->name)};
    free(counted);
    if (status == WW_OK && l->person != SIZE_MAX)
        status = ww_operand_of_person(view, l->person, false, d->marked, ww_entry_add_operand(&entry), err);
    ww_operand_of_faces(view, d->marked, ww_entry_add_operand(&entry));
    d->import->result->relabelled += (int64_t)count;
    return record(d, &entry, status, err);
}

// Faces of the person (SIZE_MAX: of nobody) that stay unassigned; those deleted are no faces.
static ww_status take_out(deciding *d, size_t person, int32_t goal, ww_error *err)
{
    ww_people_view *view = &d->import->view;
    const bool one = person != SIZE_MAX;
    const size_t count = mark(d, one ? person : view->catalog.person.count, goal);
    if (count == 0)
        return WW_OK;
    char *counted = ww_faces_counted(count);
    ww_entry entry = {
        .text = goal == DELETED ? ww_strdup(WW_NOT_A_FACE) : NULL,
        .words = ww_strf(goal == DELETED ? "%s of %s deleted: not written any more" : "%s of %s to stay unassigned",
                         counted, one ? ww_people_view_title(view, person) : "nobody")};
    free(counted);
    ww_status status = ww_take_from(view, person, d->marked, &entry, err);
    d->import->result->relabelled += goal == DELETED ? 0 : (int64_t)count;
    return record(d, &entry, status, err);
}

static ww_status settle_faces(deciding *d, ww_error *err)
{
    static const int32_t out[] = {UNSORTED, DELETED};
    const size_t people = d->import->view.catalog.person.count;
    ww_status status = WW_OK;
    for (size_t i = 0; status == WW_OK && i < d->labels.count; i++)
        status = bring_in(d, (int32_t)i, err);
    for (size_t i = 0; i < sizeof out / sizeof *out; i++) {
        find_involved(d, out[i]);
        for (size_t p = 0; status == WW_OK && p <= people; p++)
            if (d->involved[p])
                status = take_out(d, p < people ? p : SIZE_MAX, out[i], err);
    }
    return status;
}

// --- boxes

static bool has_moved(const ww_people_view *view, const ww_claim *k)
{
    const ww_box found = ww_catalog_face_box(&view->catalog.face.item[k->face]);
    const ww_box shown = ww_decided_box_now(&view->decided, k->face, found);
    ww_box now, said;
    if (!ww_annotation_place(&view->catalog, k->frame, shown, &now)
        || !ww_annotation_place(&view->catalog, k->frame, k->box, &said))
        return false;
    return fmax(fabs(now.x - said.x), fabs(now.x + now.width - said.x - said.width)) > MOVED_PX
           || fmax(fabs(now.y - said.y), fabs(now.y + now.height - said.y - said.height)) > MOVED_PX;
}

static ww_status move_box(deciding *d, const ww_claim *k, ww_error *err)
{
    const double value[] = {k->box.x, k->box.y, k->box.width, k->box.height};
    ww_buffer text = {0};
    ww_entry entry = {.kind = WW_DECISION_BOX};
    for (int i = 0; i < 4; i++) {
        ww_buffer_text(&text, i ? " " : "");
        ww_text_fixed(&text, value[i], 2);
    }
    entry.text = ww_buffer_take(&text);
    entry.words = ww_strf("the box of face %zu was corrected", k->face + 1);
    ww_operand_of_face(&d->import->view, k->face, false, ww_entry_add_operand(&entry));
    d->import->result->moved++;
    return record(d, &entry, WW_OK, err);
}

// Boxes of faces that the scan found otherwise (not exact) are not those that were exported, and stay.
static ww_status move_boxes(deciding *d, ww_error *err)
{
    ww_import *m = d->import;
    ww_status status = WW_OK;
    for (size_t i = 0; status == WW_OK && i < m->claims.count; i++) {
        const ww_claim *k = &m->claims.item[i];
        if (k->face != WW_NO_FACE && !k->partial && (k->exact || !k->marked) && has_moved(&m->view, k))
            status = move_box(d, k, err);
    }
    return status;
}

ww_status ww_import_decide(ww_import *m, ww_error *err)
{
    deciding d = {.import = m};
    const size_t faces = m->view.catalog.face.count;
    d.goal = ww_try_array(faces, sizeof *d.goal);
    d.marked = ww_try_array(faces, sizeof *d.marked);
    d.involved = ww_try_array(m->view.catalog.person.count + 1, sizeof *d.involved);
    ww_status status = d.goal && d.marked && d.involved ? WW_OK : ww_fail_memory(err, "a list of %zu faces", faces);
    if (status == WW_OK)
        status = find_goals(&d, err);
    if (status == WW_OK)
        status = move_boxes(&d, err);
    if (status == WW_OK)
        status = settle_people(&d, err);
    if (status == WW_OK)
        status = settle_faces(&d, err);
    for (size_t i = 0; i < d.labels.count; i++)
        free(d.labels.item[i].name);
    ww_vector_free(&d.labels);
    free(d.goal);
    free(d.marked);
    free(d.involved);
    return status;
}
