// SPDX-License-Identifier: MIT
// Decisions into the journal: what a user says of people and portraits becomes entries that speak of identities and
// faces.
#include "decisions/decide.h"
#include "decisions/taking.h"
#include "base/memory.h"
#include "library/export_state.h"
#include "library/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef ww_taking taking;

char *ww_faces_counted(size_t count) { return count == 1 ? ww_strdup("1 face") : ww_strf("%zu faces", count); }

ww_status ww_record_decision(ww_people_view *view, ww_entry *entry, int64_t *batch, ww_error *err)
{
    ww_store *store = view->library->store;
    bool cut_short;
    view->library->revision++;
    entry->batch = *batch;
    ww_status status = ww_export_was_cut_short(view->library, &cut_short, err);
    if (status == WW_OK && !cut_short)
        status = ww_store_set_meta(store, WW_SETTING_EXPORT, WW_EXPORT_BEHIND, err);
    if (status == WW_OK)
        status = ww_journal_append(store, entry, err);
    *batch = entry->batch;
    return status;
}

ww_status ww_taking_finish(taking *t, ww_entry *entry, ww_status status, ww_error *err)
{
    if (status == WW_OK)
        status = ww_record_decision(t->view, entry, &t->batch, err);
    if (status == WW_OK) {
        ww_buffer_format(&t->words, "%s%s", t->words.bytes ? "; " : "", entry->words);
        status = ww_buffer_status(&t->words, "a decision", err);
    }
    ww_entry_free(entry);
    return status;
}

static ww_status find_people(taking *t, size_t *person, ww_error *err)
{
    for (size_t i = 0; i < t->decision->count; i++) {
        ww_status status = ww_people_view_find(t->view, t->decision->who[i], &person[i], err);
        for (size_t k = 0; k < i && status == WW_OK; k++)
            if (person[k] == person[i])
                status = ww_fail(err, WW_ERR_ARGUMENT, "'%s' and '%s' are the same person", t->decision->who[k],
                                 t->decision->who[i]);
        if (status != WW_OK)
            return status;
        t->faces += (int64_t)ww_people_view_count(t->view, person[i]);
    }
    return WW_OK;
}

static ww_status add_person(taking *t, ww_entry *entry, size_t person, bool whole, const bool *without, ww_error *err)
{
    ww_operand *operand = ww_entry_add_operand(entry);
    ww_status status = ww_operand_of_person(t->view, person, whole, without, operand, err);
    if (status == WW_OK && operand->identity.count == 0 && operand->face.count == 0)
        status =
            ww_fail(err, WW_ERR_NOT_FOUND, "%s has no faces in the library now", ww_people_view_title(t->view, person));
    return status;
}

// Frames that show more than one of these people, and the first of them.
static size_t seen_together(const taking *t, const bool *marked, size_t *first)
{
    const ww_catalog *c = &t->view->catalog;
    size_t frames = 0;
    for (size_t f = 0; f < c->frame.count; f++) {
        const ww_catalog_frame *frame = &c->frame.item[f];
        size_t one = c->person.count;
        for (size_t i = frame->first_face; i < frame->first_face + frame->face_count; i++) {
            size_t person = c->face.item[i].person;
            if (person >= c->person.count || !marked[person] || person == one)
                continue;
            if (one < c->person.count) {
                if (frames++ == 0)
                    *first = f;
                break;
            }
            one = person;
        }
    }
    return frames;
}

// People who are seen together are two, but for mirrors and split screens: to join them must be asked for twice.
static ww_status confirm_joining(const taking *t, const size_t *person, size_t count, ww_error *err)
{
    const ww_catalog *c = &t->view->catalog;
    size_t first = 0;
    if (t->decision->force || count < 2)
        return WW_OK;
    bool *marked = ww_try_array(c->person.count, sizeof *marked);
    if (!marked)
        return ww_fail_memory(err, "a list of %zu people", c->person.count);
    for (size_t i = 0; i < count; i++)
        marked[person[i]] = true;
    size_t frames = seen_together(t, marked, &first);
    free(marked);
    if (frames == 0)
        return WW_OK;
    const ww_catalog_frame *frame = &c->frame.item[first];
    return ww_fail(err, WW_ERR_CONFIRM,
                   "%s and %s are seen together in %zu %s (first at %.1f s of '%s'), so they are likely two people; to "
                   "join them all the same: --force",
                   ww_people_view_title(t->view, person[0]),
                   count == 2 ? ww_people_view_title(t->view, person[1]) : "the others", frames,
                   frames == 1 ? "frame" : "frames", (double)frame->time_us / 1e6, c->source.item[frame->source].path);
}

static ww_status take_name(taking *t, ww_error *err)
{
    size_t person, namesake = SIZE_MAX;
    char *name = NULL;
    ww_entry entry = {.kind = WW_DECISION_NAME};
    ww_status status = find_people(t, &person, err);
    if (status == WW_OK && t->decision->text)
        status = ww_check_person_name(t->decision->text, &name, err);
    if (status != WW_OK)
        return status;
    const ww_catalog_person *people = t->view->catalog.person.item;
    for (size_t i = 0; i < t->view->catalog.person.count; i++)
        if (i != person && ww_name_same(people[i].name, name) && ww_people_view_count(t->view, i) > 0)
            namesake = i;
    status = confirm_joining(t, (const size_t[]){person, namesake}, namesake == SIZE_MAX ? 1 : 2, err);
    if (status != WW_OK) {
        free(name);
        return status;
    }
    const char *title = ww_people_view_title(t->view, person);
    char *counted = ww_faces_counted((size_t)t->faces);
    if (!name)
        entry.words = ww_strf("%s has no name any more", title);
    else if (namesake != SIZE_MAX)
        entry.words = ww_strf("%s is %s too: Face_%d and Face_%d are one person", title, name, people[person].number,
                              people[namesake].number);
    else
        entry.words = ww_strf("%s is %s (%s)", title, name, counted);
    entry.text = name;
    free(counted);
    return ww_taking_finish(t, &entry, add_person(t, &entry, person, true, NULL, err), err);
}

static ww_status take_merge(taking *t, ww_error *err)
{
    size_t count = t->decision->count;
    if (count < 2 || count > WW_OPERANDS_MAX)
        return ww_fail(err, WW_ERR_ARGUMENT, "merging takes two people or more, up to %d", WW_OPERANDS_MAX);
    ww_entry entry = {.kind = WW_DECISION_MERGE};
    ww_buffer words = {0};
    const char *called = NULL;
    size_t *person = ww_try_array(count, sizeof *person);
    ww_status status = person ? find_people(t, person, err) : ww_fail_memory(err, "a list of %zu people", count);
    if (status == WW_OK)
        status = confirm_joining(t, person, count, err);
    if (status == WW_OK && t->decision->text)
        status = ww_check_person_name(t->decision->text, &entry.text, err);
    for (size_t i = 0; i < count && status == WW_OK; i++) {
        const char *name = t->view->catalog.person.item[person[i]].name;
        called = called ? called : name;
        ww_buffer_format(&words, "%s%s",
                         i == 0          ? ""
                         : i + 1 < count ? ", "
                                         : " and ",
                         ww_people_view_title(t->view, person[i]));
        status = add_person(t, &entry, person[i], true, NULL, err);
    }
    if (status == WW_OK)
        status = ww_buffer_status(&words, "a decision", err);
    called = entry.text ? entry.text : called;
    entry.words = called ? ww_strf("%s are one person, %s (%lld faces)", words.data ? words.data : "", called,
                                   (long long)t->faces)
                         : ww_strf("%s are one person (%lld faces)", words.data ? words.data : "", (long long)t->faces);
    status = ww_taking_finish(t, &entry, status, err);
    ww_buffer_free(&words);
    free(person);
    return status;
}

static ww_status take_ignore(taking *t, ww_error *err)
{
    size_t *person = ww_try_array(t->decision->count, sizeof *person);
    ww_status status =
        person ? find_people(t, person, err) : ww_fail_memory(err, "a list of %zu people", t->decision->count);
    for (size_t i = 0; i < t->decision->count && status == WW_OK; i++) {
        ww_entry entry = {.kind = WW_DECISION_IGNORE};
        char *counted = ww_faces_counted(ww_people_view_count(t->view, person[i]));
        entry.words = ww_strf("%s is ignored (%s)", ww_people_view_title(t->view, person[i]), counted);
        free(counted);
        status = ww_taking_finish(t, &entry, add_person(t, &entry, person[i], true, NULL, err), err);
    }
    free(person);
    return status;
}

ww_status ww_taking_portrait(taking *t, const char *path, size_t *face, ww_error *err)
{
    if (!t->manifest_read) {
        ww_status status = ww_manifest_load(t->view->library, &t->view->catalog, &t->manifest, err);
        if (status != WW_OK)
            return status;
        t->manifest_read = true;
    }
    return ww_manifest_portrait(&t->manifest, path, face, err);
}

// One end of same and different: a person, or a portrait.
typedef struct end {
    bool is_face;
    size_t index;
    char *title; // owned
} end;

static ww_status find_end(taking *t, const char *who, end *e, ww_error *err)
{
    ww_status status = ww_people_view_find(t->view, who, &e->index, err);
    if (status == WW_OK) {
        e->title = ww_strdup(ww_people_view_title(t->view, e->index));
        return WW_OK;
    }
    ww_error portrait_err = {0};
    const char *dot = strrchr(who, '.');
    if (!strchr(who, '/') && !(dot && strcmp(dot, ".jpg") == 0))
        return status;
    e->is_face = true;
    status = ww_taking_portrait(t, who, &e->index, &portrait_err);
    if (status != WW_OK) {
        if (err)
            *err = portrait_err;
        return status;
    }
    e->title = ww_strf("face_%zu.jpg", e->index + 1);
    return WW_OK;
}

// Whom a face was given to by name; NULL: nobody.
static const char *given_name(const taking *t, const end *e)
{
    const ww_catalog *c = &t->view->catalog;
    if (!e->is_face)
        return c->person.item[e->index].name;
    int32_t identity = t->view->decided.identity[e->index];
    return identity >= 0 ? t->view->decided.identities.item[identity].name : NULL;
}

static ww_status add_end(taking *t, ww_entry *entry, const end *e, bool whole, ww_error *err)
{
    if (!e->is_face)
        return add_person(t, entry, e->index, whole, NULL, err);
    ww_operand_of_face(t->view, e->index, true, ww_entry_add_operand(entry));
    return WW_OK;
}

static ww_status take_same(taking *t, end *e, ww_entry *entry, ww_error *err)
{
    const char *a = given_name(t, &e[0]), *b = given_name(t, &e[1]);
    if (a && b && strcmp(a, b) != 0)
        return ww_fail(
            err, WW_ERR_ARGUMENT,
            "%s is of %s and %s of %s: say `merge` if they are one person, `reject` if a portrait lies wrong",
            e[0].title, a, e[1].title, b);
    size_t person[2], people = 0;
    for (int i = 0; i < 2; i++) {
        size_t of = e[i].is_face ? t->view->catalog.face.item[e[i].index].person : e[i].index;
        if (of < t->view->catalog.person.count && (people == 0 || person[0] != of))
            person[people++] = of;
    }
    ww_status status = confirm_joining(t, person, people, err);
    if (status != WW_OK)
        return status;
    entry->words = ww_strf("%s and %s are the same person", e[0].title, e[1].title);
    status = add_end(t, entry, &e[0], !e[0].is_face, err);
    return status == WW_OK ? add_end(t, entry, &e[1], !e[1].is_face, err) : status;
}

// Of two faces of one identity the second leaves it; of a face and the person it is with, the face does.
static ww_status take_different(taking *t, end *e, ww_entry *entry, ww_error *err)
{
    const ww_people_view *r = t->view;
    if (e[0].is_face && !e[1].is_face) {
        end swapped = e[0];
        e[0] = e[1];
        e[1] = swapped;
    }
    entry->words = ww_strf("%s and %s are two people", e[0].title, e[1].title);
    bool *without = ww_try_array(r->catalog.face.count, sizeof *without);
    bool leaves = false;
    if (!without)
        return ww_fail_memory(err, "a list of %zu faces", r->catalog.face.count);
    if (e[1].is_face) {
        without[e[1].index] = true;
        leaves = e[0].is_face ? r->decided.identity[e[0].index] == r->decided.identity[e[1].index]
                              : r->catalog.face.item[e[1].index].person == e[0].index;
    }
    ww_status status =
        e[0].is_face ? add_end(t, entry, &e[0], false, err) : add_person(t, entry, e[0].index, false, without, err);
    if (status == WW_OK && e[1].is_face)
        ww_operand_of_face(r, e[1].index, !leaves, ww_entry_add_operand(entry));
    else if (status == WW_OK)
        status = add_person(t, entry, e[1].index, false, NULL, err);
    free(without);
    return status;
}

static ww_status take_pair(taking *t, ww_error *err)
{
    if (t->decision->count != 2)
        return ww_fail(err, WW_ERR_ARGUMENT, "'%s' takes two people or portraits",
                       ww_decision_kind_name(t->decision->kind));
    end e[2] = {0};
    ww_entry entry = {.kind = t->decision->kind};
    ww_status status = find_end(t, t->decision->who[0], &e[0], err);
    if (status == WW_OK)
        status = find_end(t, t->decision->who[1], &e[1], err);
    if (status == WW_OK && e[0].is_face == e[1].is_face && e[0].index == e[1].index)
        status = ww_fail(err, WW_ERR_ARGUMENT, "'%s' and '%s' are one and the same", t->decision->who[0],
                         t->decision->who[1]);
    if (status == WW_OK)
        status = entry.kind == WW_DECISION_SAME ? take_same(t, e, &entry, err) : take_different(t, e, &entry, err);
    t->faces = 2;
    free(e[0].title);
    free(e[1].title);
    return ww_taking_finish(t, &entry, status, err);
}

// The words of all entries of the batch.
static ww_status batch_words(const ww_journal *journal, int64_t batch, ww_buffer *words, ww_error *err)
{
    for (size_t i = 0; i < journal->entry.count; i++)
        if (journal->entry.item[i].batch == batch)
            ww_buffer_format(words, "%s%s", words->bytes ? "; " : "", journal->entry.item[i].words);
    return ww_buffer_status(words, "a decision", err);
}

static ww_status take_back(taking *t, ww_error *err)
{
    bool undo = t->decision->kind == WW_DECISION_UNDO;
    const ww_journal *journal = &t->view->journal;
    int64_t batch = undo ? journal->undo : journal->redo;
    if (batch == 0)
        return ww_fail(err, WW_ERR_NOT_FOUND, undo ? "there is nothing to undo" : "there is nothing to redo");
    ww_buffer words = {0};
    ww_status status = batch_words(journal, batch, &words, err);
    ww_entry entry = {.kind = t->decision->kind,
                      .text = ww_strf("%lld", (long long)batch),
                      .words = ww_strf("%s: %s", undo ? "taken back" : "done again", words.data ? words.data : "")};
    ww_buffer_free(&words);
    return ww_taking_finish(t, &entry, status, err);
}

static ww_status take(taking *t, ww_error *err)
{
    const ww_decision_kind kind = t->decision->kind;
    const bool takes_one = kind == WW_DECISION_NAME, takes_none = kind == WW_DECISION_UNDO || kind == WW_DECISION_REDO
                                                                  || kind == WW_DECISION_BOX || kind == WW_DECISION_ADD;
    if (ww_speaks_of_faces(t->decision))
        return ww_take_faces(t, err);
    if (takes_one ? t->decision->count != 1 : t->decision->count == 0 && !takes_none)
        return ww_fail(err, WW_ERR_ARGUMENT, takes_one ? "one person is named at a time" : "say whom");
    switch (t->decision->kind) {
    case WW_DECISION_NAME: return take_name(t, err);
    case WW_DECISION_MERGE: return take_merge(t, err);
    case WW_DECISION_SAME:
    case WW_DECISION_DIFFERENT: return take_pair(t, err);
    case WW_DECISION_IGNORE: return take_ignore(t, err);
    case WW_DECISION_UNDO:
    case WW_DECISION_REDO: return take_back(t, err);
    case WW_DECISION_REJECT:
    case WW_DECISION_NOBODY:
    case WW_DECISION_SPLIT:
    case WW_DECISION_COVER: break;
    case WW_DECISION_BOX: return ww_fail(err, WW_ERR_ARGUMENT, "to correct boxes, see ww_library_import");
    case WW_DECISION_ADD: return ww_fail(err, WW_ERR_ARGUMENT, "to add a face, see ww_library_add_face");
    }
    return ww_fail(err, WW_ERR_ARGUMENT, "to split a person, see ww_library_split");
}

ww_status ww_decide_within(ww_people_view *view, const ww_decision *decision, int64_t *batch,
                           ww_decision_result *result, ww_error *err)
{
    ww_taking t = {.view = view, .decision = decision, .batch = *batch};
    const ww_status status = take(&t, err);
    *batch = t.batch;
    if (result) {
        *result = (ww_decision_result){.entry = t.batch, .faces = t.faces};
        snprintf(result->words, sizeof result->words, "%s", t.words.data ? t.words.data : "");
    }
    ww_buffer_free(&t.words);
    ww_manifest_free(&t.manifest);
    return status;
}

ww_status ww_decide_in(ww_people_view *view, const ww_decision *decision, ww_decision_result *result, ww_error *err)
{
    int64_t batch = 0;
    ww_status status = ww_store_begin(view->library->store, err);
    if (status != WW_OK)
        return status;
    status = ww_decide_within(view, decision, &batch, result, err);
    return ww_store_end(view->library->store, status, err);
}

ww_status ww_decide(ww_library *library, const ww_decision *decision, ww_decision_result *result, ww_error *err)
{
    ww_people_view view;
    ww_status status = ww_people_view_load(library, &view, err);
    if (status != WW_OK)
        return status;
    status = ww_decide_in(&view, decision, result, err);
    ww_people_view_free(&view);
    return status;
}
