// SPDX-License-Identifier: MIT
// Decisions about faces rather than whole people. Those who say where faces belong take them from whoever has them
// first, as a portrait moved from one folder to another does (formats/folders/sync_portraits.c).
#include "base/memory.h"
#include "decisions/decide.h"
#include "decisions/taking.h"

#include <stdlib.h>
#include <string.h>

typedef struct chosen {
    bool *marked; // an entry a face
} chosen;

typedef ww_status take_chosen(ww_taking *t, const chosen *c, ww_error *err);

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

static size_t count_of_person(const ww_taking *t, const chosen *c, size_t person)
{
    size_t count = 0;
    for (size_t i = 0; i < t->view->catalog.face.count; i++)
        count += c->marked[i] && t->view->catalog.face.item[i].person == person;
    return count;
}

// Whose faces are among those chosen, each once, ascending; the caller frees. NULL: no memory.
static size_t *people_of(const ww_taking *t, const chosen *c, size_t *count)
{
    const ww_catalog *g = &t->view->catalog;
    bool *has = ww_try_array(g->person.count, sizeof *has);
    size_t *person = ww_try_array(g->person.count, sizeof *person);
    *count = 0;
    for (size_t i = 0; has && i < g->face.count; i++)
        if (c->marked[i] && g->face.item[i].person < g->person.count)
            has[g->face.item[i].person] = true;
    for (size_t p = 0; has && person && p < g->person.count; p++)
        if (has[p])
            person[(*count)++] = p;
    free(has);
    return person;
}

// The faces chosen are not the people they are with; `without`: but for this one.
static ww_status reject_all(ww_taking *t, const chosen *c, size_t without, bool leave_whole, ww_error *err)
{
    size_t count;
    size_t *person = people_of(t, c, &count);
    ww_status status = person ? WW_OK : ww_fail_memory(err, "a list of people");
    for (size_t i = 0; i < count && status == WW_OK; i++) {
        ww_entry entry = {0};
        if (person[i] == without)
            continue;
        status = ww_reject_from(t->view, person[i], c->marked, &entry, err);
        if (status == WW_OK && entry.kind == WW_DECISION_NOBODY && leave_whole)
            ww_entry_free(&entry); // nobody is left there to be told from
        else
            status = ww_taking_finish(t, &entry, status, err);
    }
    free(person);
    return status;
}

static ww_status take_reject(ww_taking *t, const chosen *c, ww_error *err)
{
    const ww_catalog *g = &t->view->catalog;
    for (size_t i = 0; i < g->face.count; i++)
        if (c->marked[i] && g->face.item[i].person >= g->person.count)
            return ww_fail(err, WW_ERR_ARGUMENT, "face_%zu.jpg is in nobody's folder", i + 1);
    return reject_all(t, c, SIZE_MAX, false, err);
}

// With `text` nobody wants to see them any more.
static ww_status take_nobody(ww_taking *t, const chosen *c, ww_error *err)
{
    ww_entry entry = {.kind = WW_DECISION_NOBODY, .text = t->decision->text ? ww_strdup(t->decision->text) : NULL};
    char *counted = ww_faces_counted((size_t)t->faces);
    entry.words = ww_strf(entry.text ? "%s: not shown any more" : "%s to stay unassigned", counted);
    free(counted);
    ww_operand_of_faces(t->view, c->marked, ww_entry_add_operand(&entry));
    return ww_taking_finish(t, &entry, WW_OK, err);
}

static ww_status take_name(ww_taking *t, const chosen *c, ww_error *err)
{
    ww_entry entry = {.kind = WW_DECISION_NAME};
    ww_status status = t->decision->text ? ww_check_person_name(t->decision->text, &entry.text, err)
                                         : ww_fail(err, WW_ERR_ARGUMENT, "faces that are to be a person need a name");
    if (status == WW_OK)
        status = reject_all(t, c, SIZE_MAX, true, err);
    if (status == WW_OK) {
        char *counted = ww_faces_counted((size_t)t->faces);
        entry.words = ww_strf("%s: a person called %s", counted, entry.text);
        free(counted);
        ww_operand_of_faces(t->view, c->marked, ww_entry_add_operand(&entry));
    }
    return ww_taking_finish(t, &entry, status, err);
}

static ww_status find_person(ww_taking *t, size_t *person, ww_error *err)
{
    if (t->decision->count != 1)
        return ww_fail(err, WW_ERR_ARGUMENT, "say which person the faces belong to");
    return ww_people_view_find(t->view, t->decision->who[0], person, err);
}

static ww_status take_same(ww_taking *t, const chosen *c, ww_error *err)
{
    ww_entry entry = {.kind = WW_DECISION_SAME};
    size_t person;
    ww_status status = find_person(t, &person, err);
    if (status == WW_OK)
        status = reject_all(t, c, person, true, err);
    if (status == WW_OK) {
        char *counted = ww_faces_counted((size_t)t->faces);
        entry.words = ww_strf("%s: %s", counted, ww_people_view_title(t->view, person));
        free(counted);
        status = ww_operand_of_person(t->view, person, false, c->marked, ww_entry_add_operand(&entry), err);
    }
    if (status == WW_OK)
        ww_operand_of_faces(t->view, c->marked, ww_entry_add_operand(&entry));
    return ww_taking_finish(t, &entry, status, err);
}

static ww_status take_split(ww_taking *t, const chosen *c, ww_error *err)
{
    ww_entry entry = {.kind = WW_DECISION_SPLIT};
    size_t person;
    ww_status status = find_person(t, &person, err);
    if (status != WW_OK)
        return status;
    const size_t all = ww_people_view_count(t->view, person), leave = count_of_person(t, c, person);
    if ((int64_t)leave != t->faces || leave == all)
        return ww_fail(err, WW_ERR_ARGUMENT,
                       "some of the faces of %s become another person, not all of them, and "
                       "nobody else's",
                       ww_people_view_title(t->view, person));
    entry.words =
        ww_strf("%s is two people (%zu and %zu faces)", ww_people_view_title(t->view, person), all - leave, leave);
    status = ww_operand_of_person(t->view, person, true, c->marked, ww_entry_add_operand(&entry), err);
    ww_operand_of_faces(t->view, c->marked, ww_entry_add_operand(&entry));
    return ww_taking_finish(t, &entry, status, err);
}

static ww_status take_ignore(ww_taking *t, const chosen *c, ww_error *err)
{
    ww_entry entry = {.kind = WW_DECISION_IGNORE};
    ww_status status = reject_all(t, c, SIZE_MAX, true, err);
    if (status == WW_OK) {
        char *counted = ww_faces_counted((size_t)t->faces);
        entry.words = ww_strf("%s of a stranger: ignored", counted);
        free(counted);
        ww_operand_of_faces(t->view, c->marked, ww_entry_add_operand(&entry));
    }
    return ww_taking_finish(t, &entry, status, err);
}

static const struct {
    ww_decision_kind kind;
    take_chosen *take;
    bool portraits; // `who` may be paths of portraits
} kinds[] = {
    {WW_DECISION_NAME, take_name, false},     {WW_DECISION_SPLIT, take_split, false},
    {WW_DECISION_REJECT, take_reject, true},  {WW_DECISION_SAME, take_same, false},
    {WW_DECISION_IGNORE, take_ignore, false}, {WW_DECISION_NOBODY, take_nobody, true},
};

bool ww_speaks_of_faces(const ww_decision *d)
{
    bool portraits = d->face_count > 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        portraits = portraits || (kinds[i].kind == d->kind && kinds[i].portraits);
    return portraits;
}

ww_status ww_take_faces(ww_taking *t, ww_error *err)
{
    const ww_decision *d = t->decision;
    size_t k = 0;
    while (k < sizeof kinds / sizeof *kinds && kinds[k].kind != d->kind)
        k++;
    if (k == sizeof kinds / sizeof *kinds)
        return ww_fail(err, WW_ERR_ARGUMENT, "'%s' speaks of people, not of faces", ww_decision_kind_name(d->kind));
    chosen c = {.marked = ww_try_array(t->view->catalog.face.count, sizeof *c.marked)};
    ww_status status = c.marked ? WW_OK : ww_fail_memory(err, "a list of %zu faces", t->view->catalog.face.count);
    if (status == WW_OK && d->face_count > 0)
        status = mark_ids(t, c.marked, err);
    if (status == WW_OK && kinds[k].portraits)
        status = mark_portraits(t, c.marked, err);
    if (status == WW_OK && t->faces == 0)
        status = ww_fail(err, WW_ERR_ARGUMENT, "say whom");
    if (status == WW_OK)
        status = kinds[k].take(t, &c, err);
    free(c.marked);
    return status;
}
