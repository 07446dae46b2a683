// SPDX-License-Identifier: MIT
// Portraits that were moved or deleted one by one, taken together by where they were and where they are.
#include "base/memory.h"
#include "formats/folders/sync.h"

#include <stdlib.h>
#include <string.h>

static bool went(const ww_sync *s, const ww_diff_portrait *p, size_t from, size_t to)
{
    return s->single[p->face] && (from == SIZE_MAX || p->from == from) && p->to == to;
}

// Marks the single portraits that went from `from` (SIZE_MAX: wherever) to `to`; returns how many. `marked` has an
// entry a face, and is left alone when there are none.
static size_t mark(const ww_sync *s, size_t from, size_t to, bool *marked)
{
    size_t count = 0;
    for (size_t i = 0; i < s->diff.portrait.count; i++)
        count += went(s, &s->diff.portrait.item[i], from, to);
    if (count == 0)
        return 0;
    memset(marked, 0, s->view.catalog.face.count * sizeof *marked);
    for (size_t i = 0; i < s->diff.portrait.count; i++)
        if (went(s, &s->diff.portrait.item[i], from, to))
            marked[s->diff.portrait.item[i].face] = true;
    return count;
}

static void add_faces(const ww_sync *s, const bool *marked, ww_operand *operand)
{
    for (size_t i = 0; i < s->view.catalog.face.count; i++)
        if (marked[i])
            ww_operand_of_face(&s->view, i, false, operand);
}

static char *counted(size_t portraits)
{
    return portraits == 1 ? ww_strdup("1 portrait") : ww_strf("%zu portraits", portraits);
}

// `text`: see decisions_rules.h. The person they were taken from stays one, even if few faces are left.
static ww_status unsort(ww_sync *s, const bool *marked, size_t person, const char *text, char *words, ww_error *err)
{
    ww_entry entry = {.kind = WW_DECISION_NOBODY, .words = words, .text = text ? ww_strdup(text) : NULL};
    ww_status status = WW_OK;
    add_faces(s, marked, ww_entry_add_operand(&entry));
    if (person != SIZE_MAX) {
        ww_operand *operand = ww_entry_add_operand(&entry);
        status = ww_operand_of_person(&s->view, person, false, marked, operand, err);
        if (status == WW_OK && operand->identity.count == 0 && operand->face.count == 0)
            entry.operand.count = 1;
    }
    return ww_sync_decide(s, &entry, status, err);
}

// Deleted, or moved to Unsorted.
static ww_status take_out(ww_sync *s, size_t from, size_t to, bool *marked, ww_error *err)
{
    size_t count = mark(s, from, to, marked);
    if (count == 0)
        return WW_OK;
    char *portraits = counted(count);
    const char *name = s->diff.folder.item[from].name,
               *stays = count == 1 ? "it stays unassigned" : "they stay unassigned";
    ww_status status = WW_OK;
    if (strcmp(name, WW_UNSORTED_FOLDER) == 0)
        status = unsort(s, marked, SIZE_MAX, "discard",
                        ww_strf("%s deleted from %s: not written any more", portraits, name), err);
    else if (to == SIZE_MAX)
        status = unsort(s, marked, s->person[from], NULL,
                        ww_strf("%s deleted from %s: not %s, %s", portraits, name, name, stays), err);
    else
        status = unsort(s, marked, s->person[from], NULL,
                        ww_strf("%s moved from %s to Unsorted: %s", portraits, name, stays), err);
    free(portraits);
    return status;
}

// Those who were in somebody else's folder are not that person.
static ww_status reject(ww_sync *s, size_t from, size_t to, bool *marked, ww_error *err)
{
    size_t person = s->person[from];
    if (from == to || person == SIZE_MAX || person == s->person[to] || mark(s, from, to, marked) == 0)
        return WW_OK;
    ww_entry entry = {0};
    ww_status status = ww_reject_from(&s->view, person, marked, &entry, err);
    if (status == WW_OK && entry.kind == WW_DECISION_NOBODY) { // nobody is left there to be told from
        ww_entry_free(&entry);
        return WW_OK;
    }
    free(entry.words);
    char *portraits = counted(mark(s, from, to, marked));
    entry.words = ww_strf("%s moved out of %s: not %s", portraits, s->diff.folder.item[from].name,
                          s->diff.folder.item[from].name);
    free(portraits);
    return ww_sync_decide(s, &entry, status, err);
}

// Into the folder of somebody, or of somebody new.
static ww_status bring_in(ww_sync *s, size_t to, bool *marked, ww_error *err)
{
    size_t count = mark(s, SIZE_MAX, to, marked);
    const char *folder = s->diff.folder.item[to].name;
    ww_entry entry = {0};
    ww_error why = {0};
    ww_status status = WW_OK;
    if (count == 0)
        return WW_OK;
    if (s->person[to] == SIZE_MAX && ww_check_person_name(folder, &entry.text, &why) != WW_OK) {
        ww_notify(&s->listener, "the new folder %s: %s. What lies in it goes back", folder, why.message);
        return WW_OK;
    }
    for (size_t from = 0; from < s->diff.folder.count && status == WW_OK; from++)
        status = reject(s, from, to, marked, err);
    mark(s, SIZE_MAX, to, marked);
    char *portraits = counted(count);
    if (s->person[to] != SIZE_MAX) {
        entry.kind = WW_DECISION_SAME;
        entry.words = ww_strf("%s moved into %s: the same person", portraits, folder);
        if (status == WW_OK)
            status = ww_operand_of_person(&s->view, s->person[to], false, marked, ww_entry_add_operand(&entry), err);
    } else {
        entry.kind = WW_DECISION_NAME;
        entry.words = ww_strf("%s in the new folder %s: a person called %s", portraits, folder, entry.text);
    }
    free(portraits);
    add_faces(s, marked, ww_entry_add_operand(&entry));
    return ww_sync_decide(s, &entry, status, err);
}

ww_status ww_sync_portraits(ww_sync *s, ww_error *err)
{
    const ww_folder_diff *c = &s->diff;
    bool *marked = ww_try_array(s->view.catalog.face.count, sizeof *marked);
    ww_status status = marked ? WW_OK : ww_fail_memory(err, "a list of %zu faces", s->view.catalog.face.count);
    for (size_t f = 0; f < c->folder.count && status == WW_OK; f++) {
        bool unassigned = strcmp(c->folder.item[f].name, WW_UNSORTED_FOLDER) == 0;
        for (size_t from = 0; unassigned && from < c->folder.count && status == WW_OK; from++)
            if (from != f)
                status = take_out(s, from, f, marked, err);
        if (!unassigned)
            status = bring_in(s, f, marked, err);
        if (status == WW_OK)
            status = take_out(s, f, SIZE_MAX, marked, err);
    }
    free(marked);
    return status;
}
