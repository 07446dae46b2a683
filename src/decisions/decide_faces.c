// SPDX-License-Identifier: MIT
// Decisions about faces rather than whole people. Those who say where faces belong take them from whoever has them
// first, as a portrait moved from one folder to another does (formats/folders/sync_portraits.c).
#include "base/memory.h"
#include "decisions/decide.h"
#include "decisions/taking.h"

#include <stdlib.h>
#include <string.h>

// `marked`: of each face of the catalog, whether it is spoken of.
typedef ww_status take_marked(ww_taking *t, const bool *marked, ww_error *err);

static int by_id(const void *a, const void *b)
{
    int64_t p = *(const int64_t *)a, q = *(const int64_t *)b;
    return (p > q) - (p < q);
}

static void mark_face(ww_taking *t, bool *marked, size_t face)
{
    t->faces += !marked[face];
    marked[face] = true;
}

static ww_status mark_ids(ww_taking *t, bool *marked, ww_error *err)
{
    const ww_catalog *c = &t->view->catalog;
    const size_t count = t->decision->face_count;
    int64_t *id = ww_try_array(count, sizeof *id);
    size_t found = 0;
    if (!id)
        return ww_fail_memory(err, "a list of %zu faces", count);
    for (size_t i = 0; i < count; i++)
        id[i] = t->decision->faces[i];
    qsort(id, count, sizeof *id, by_id);
    for (size_t i = 1; i < count; i++)
        found += id[i] == id[i - 1]; // named twice
    for (size_t i = 0; i < c->face.count; i++)
        if (bsearch(&c->face.item[i].id, id, count, sizeof *id, by_id)) {
            mark_face(t, marked, i);
            found++;
        }
    free(id);
    return found == count ? WW_OK : ww_fail(err, WW_ERR_NOT_FOUND, "a face that was named is not in the library now");
}

static ww_status mark_portraits(ww_taking *t, bool *marked, ww_error *err)
{
    ww_status status = WW_OK;
    for (size_t i = 0; i < t->decision->count && status == WW_OK; i++) {
        size_t face;
        status = ww_taking_portrait(t, t->decision->who[i], &face, err);
        if (status == WW_OK)
            mark_face(t, marked, face);
    }
    return status;
}

static size_t count_of_person(const ww_people_view *view, size_t person, const bool *marked)
{
    size_t count = 0;
    for (size_t i = 0; i < view->catalog.face.count; i++)
        count += marked[i] && view->catalog.face.item[i].person == person;
    return count;
}

// Whoever is left of the person without the marked faces, as operand 1 of the entry; nobody: it has none.
static ww_status add_rest(ww_people_view *view, size_t person, const bool *marked, ww_entry *entry, ww_error *err)
{
    ww_operand *operand = ww_entry_add_operand(entry);
    ww_status status = ww_operand_of_person(view, person, false, marked, operand, err);
    if (status == WW_OK && operand->identity.count == 0 && operand->face.count == 0)
        entry->operand.count = 1;
    return status;
}

ww_status ww_reject_from(ww_people_view *view, size_t person, const bool *marked, ww_entry *entry, ww_error *err)
{
    ww_operand *operand = ww_entry_add_operand(entry);
    for (size_t i = 0; i < view->catalog.face.count; i++)
        if (marked[i] && view->catalog.face.item[i].person == person)
            ww_operand_of_face(view, i, false, operand);
    size_t count = operand->face.count;
    entry->kind = WW_DECISION_REJECT;
    entry->words = count == 1 ? ww_strf("1 face is not %s", ww_people_view_title(view, person))
                              : ww_strf("%zu faces are not %s", count, ww_people_view_title(view, person));
    ww_status status = add_rest(view, person, marked, entry, err);
    if (status == WW_OK && entry->operand.count == 1) // there is nobody to be told from
        entry->kind = WW_DECISION_NOBODY;
    return status;
}

ww_status ww_take_from(ww_people_view *view, size_t person, const bool *marked, ww_entry *entry, ww_error *err)
{
    entry->kind = WW_DECISION_NOBODY;
    ww_operand_of_faces(view, marked, ww_entry_add_operand(entry));
    return person == SIZE_MAX ? WW_OK : add_rest(view, person, marked, entry, err);
}

ww_status ww_split_from(ww_people_view *view, size_t person, const bool *marked, ww_entry *entry, ww_error *err)
{
    const size_t all = ww_people_view_count(view, person), leave = count_of_person(view, person, marked);
    entry->kind = WW_DECISION_SPLIT;
    entry->words =
        ww_strf("%s is two people (%zu and %zu faces)", ww_people_view_title(view, person), all - leave, leave);
    ww_status status = ww_operand_of_person(view, person, true, marked, ww_entry_add_operand(entry), err);
    ww_operand_of_faces(view, marked, ww_entry_add_operand(entry));
    return status;
}

// Whose faces are among those marked, each once, ascending; the caller frees. NULL: no memory.
static size_t *people_of(const ww_taking *t, const bool *marked, size_t *count)
{
    const ww_catalog *g = &t->view->catalog;
    bool *has = ww_try_array(g->person.count, sizeof *has);
    size_t *person = ww_try_array(g->person.count, sizeof *person);
    *count = 0;
    for (size_t i = 0; has && i < g->face.count; i++)
        if (marked[i] && g->face.item[i].person < g->person.count)
            has[g->face.item[i].person] = true;
    for (size_t p = 0; has && person && p < g->person.count; p++)
        if (has[p])
            person[(*count)++] = p;
    free(has);
    return person;
}

// The marked faces are not the people they are with; `without`: but for this one.
static ww_status reject_all(ww_taking *t, const bool *marked, size_t without, bool leave_whole, ww_error *err)
{
    size_t count;
    size_t *person = people_of(t, marked, &count);
    ww_status status = person ? WW_OK : ww_fail_memory(err, "a list of people");
    for (size_t i = 0; i < count && status == WW_OK; i++) {
        ww_entry entry = {0};
        if (person[i] == without)
            continue;
        status = ww_reject_from(t->view, person[i], marked, &entry, err);
        if (status == WW_OK && entry.kind == WW_DECISION_NOBODY && leave_whole)
            ww_entry_free(&entry); // nobody is left there to be told from
        else
            status = ww_taking_finish(t, &entry, status, err);
    }
    free(person);
    return status;
}

static ww_status take_reject(ww_taking *t, const bool *marked, ww_error *err)
{
    const ww_catalog *g = &t->view->catalog;
    for (size_t i = 0; i < g->face.count; i++)
        if (marked[i] && g->face.item[i].person >= g->person.count)
            return ww_fail(err, WW_ERR_ARGUMENT, "face_%zu.jpg is in nobody's folder", i + 1);
    return reject_all(t, marked, SIZE_MAX, false, err);
}

// With `text` nobody wants to see them any more.
static ww_status take_nobody(ww_taking *t, const bool *marked, ww_error *err)
{
    ww_entry entry = {.kind = WW_DECISION_NOBODY, .text = t->decision->text ? ww_strdup(t->decision->text) : NULL};
    char *counted = ww_faces_counted((size_t)t->faces);
    const bool absent = entry.text && strcmp(entry.text, WW_NOT_A_FACE) == 0;
    entry.words = ww_strf(absent       ? "%s: not a face"
                          : entry.text ? "%s: not shown any more"
                                       : "%s to stay unassigned",
                          counted);
    free(counted);
    ww_operand_of_faces(t->view, marked, ww_entry_add_operand(&entry));
    return ww_taking_finish(t, &entry, WW_OK, err);
}

static ww_status take_name(ww_taking *t, const bool *marked, ww_error *err)
{
    ww_entry entry = {.kind = WW_DECISION_NAME};
    ww_status status = t->decision->text ? ww_check_person_name(t->decision->text, &entry.text, err)
                                         : ww_fail(err, WW_ERR_ARGUMENT, "faces that are to be a person need a name");
    if (status == WW_OK)
        status = reject_all(t, marked, SIZE_MAX, true, err);
    if (status == WW_OK) {
        char *counted = ww_faces_counted((size_t)t->faces);
        entry.words = ww_strf("%s: a person called %s", counted, entry.text);
        free(counted);
        ww_operand_of_faces(t->view, marked, ww_entry_add_operand(&entry));
    }
    return ww_taking_finish(t, &entry, status, err);
}

static ww_status find_person(ww_taking *t, size_t *person, ww_error *err)
{
    if (t->decision->count != 1)
        return ww_fail(err, WW_ERR_ARGUMENT, "say which person the faces belong to");
    return ww_people_view_find(t->view, t->decision->who[0], person, err);
}

static ww_status take_same(ww_taking *t, const bool *marked, ww_error *err)
{
    ww_entry entry = {.kind = WW_DECISION_SAME};
    size_t person;
    ww_status status = find_person(t, &person, err);
    if (status == WW_OK)
        status = reject_all(t, marked, person, true, err);
    if (status == WW_OK) {
        char *counted = ww_faces_counted((size_t)t->faces);
        entry.words = ww_strf("%s: %s", counted, ww_people_view_title(t->view, person));
        free(counted);
        status = ww_operand_of_person(t->view, person, false, marked, ww_entry_add_operand(&entry), err);
    }
    if (status == WW_OK)
        ww_operand_of_faces(t->view, marked, ww_entry_add_operand(&entry));
    return ww_taking_finish(t, &entry, status, err);
}

static ww_status take_split(ww_taking *t, const bool *marked, ww_error *err)
{
    ww_entry entry = {0};
    size_t person;
    ww_status status = find_person(t, &person, err);
    if (status != WW_OK)
        return status;
    const size_t leave = count_of_person(t->view, person, marked);
    if ((int64_t)leave != t->faces || leave == ww_people_view_count(t->view, person))
        return ww_fail(err, WW_ERR_ARGUMENT,
                       "some of the faces of %s become another person, not all of them, and nobody else's",
                       ww_people_view_title(t->view, person));
    return ww_taking_finish(t, &entry, ww_split_from(t->view, person, marked, &entry, err), err);
}

static ww_status take_ignore(ww_taking *t, const bool *marked, ww_error *err)
{
    ww_entry entry = {.kind = WW_DECISION_IGNORE};
    ww_status status = reject_all(t, marked, SIZE_MAX, true, err);
    if (status == WW_OK) {
        char *counted = ww_faces_counted((size_t)t->faces);
        entry.words = ww_strf("%s of a stranger: ignored", counted);
        free(counted);
        ww_operand_of_faces(t->view, marked, ww_entry_add_operand(&entry));
    }
    return ww_taking_finish(t, &entry, status, err);
}

// The portrait shown first of the person it is of.
static ww_status take_cover(ww_taking *t, const bool *marked, ww_error *err)
{
    const ww_catalog *c = &t->view->catalog;
    ww_entry entry = {.kind = WW_DECISION_COVER};
    size_t face = 0;
    while (!marked[face])
        face++;
    const size_t person = c->face.item[face].person;
    ww_status status = WW_OK;
    if (t->faces != 1)
        status = ww_fail(err, WW_ERR_ARGUMENT, "a person has one cover: name one portrait");
    else if (person >= c->person.count)
        status = ww_fail(err, WW_ERR_ARGUMENT, "face_%zu.jpg is nobody's, so it is no cover", face + 1);
    if (status == WW_OK) {
        entry.words = ww_strf("face_%zu.jpg is the cover of %s", face + 1, ww_people_view_title(t->view, person));
        ww_operand_of_faces(t->view, marked, ww_entry_add_operand(&entry));
    }
    return ww_taking_finish(t, &entry, status, err);
}

static const struct {
    ww_decision_kind kind;
    take_marked *take;
    bool portraits; // `who` may be paths of portraits
} kinds[] = {
    {WW_DECISION_NAME, take_name, false},     {WW_DECISION_SPLIT, take_split, false},
    {WW_DECISION_REJECT, take_reject, true},  {WW_DECISION_SAME, take_same, false},
    {WW_DECISION_IGNORE, take_ignore, false}, {WW_DECISION_NOBODY, take_nobody, true},
    {WW_DECISION_COVER, take_cover, true},
};

bool ww_speaks_of_faces(const ww_decision *d)
{
    bool faces = d->face_count > 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        faces = faces || (kinds[i].kind == d->kind && kinds[i].portraits);
    return faces;
}

ww_status ww_take_faces(ww_taking *t, ww_error *err)
{
    const ww_decision *d = t->decision;
    size_t k = 0;
    while (k < sizeof kinds / sizeof *kinds && kinds[k].kind != d->kind)
        k++;
    if (k == sizeof kinds / sizeof *kinds)
        return ww_fail(err, WW_ERR_ARGUMENT, "'%s' speaks of people, not of faces", ww_decision_kind_name(d->kind));
    bool *marked = ww_try_array(t->view->catalog.face.count, sizeof *marked);
    ww_status status = marked ? WW_OK : ww_fail_memory(err, "a list of %zu faces", t->view->catalog.face.count);
    if (status == WW_OK && d->face_count > 0)
        status = mark_ids(t, marked, err);
    if (status == WW_OK && kinds[k].portraits)
        status = mark_portraits(t, marked, err);
    if (status == WW_OK && t->faces == 0)
        status = ww_fail(err, WW_ERR_ARGUMENT, "say whom");
    if (status == WW_OK)
        status = kinds[k].take(t, marked, err);
    free(marked);
    return status;
}
