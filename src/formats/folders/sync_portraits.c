// SPDX-License-Identifier: MIT
// Portraits that were moved or deleted one by one, taken together by where they were and where they are.
#include "base/memory.h"
#include "base/search.h"
#include "formats/folders/sync.h"

#include <stdlib.h>
#include <string.h>

static const ww_diff_portrait *entry_at(const ww_sync *s, size_t rank)
{
    return &s->diff.portrait.item[s->by_goal[rank]];
}

// By where they went, then by where they were.
static int compare_goal(const ww_diff_portrait *p, size_t to, size_t from)
{
    if (p->to != to)
        return p->to < to ? -1 : 1;
    return (p->from > from) - (p->from < from);
}

static int by_goal(const void *a, const void *b, void *sync)
{
    const size_t i = *(const size_t *)a, k = *(const size_t *)b;
    const ww_diff_portrait *entry = ((const ww_sync *)sync)->diff.portrait.item;
    const int order = compare_goal(&entry[i], entry[k].to, entry[k].from);
    return order ? order : (i > k) - (i < k);
}

static ww_status sort_by_goal(ww_sync *s, ww_error *err)
{
    const size_t count = s->diff.portrait.count;
    s->by_goal = ww_try_array(count, sizeof *s->by_goal);
    if (!s->by_goal)
        return ww_fail_memory(err, "a list of %zu portraits", count);
    for (size_t i = 0; i < count; i++)
        s->by_goal[i] = i;
    qsort_r(s->by_goal, count, sizeof *s->by_goal, by_goal, s);
    return WW_OK;
}

typedef struct range { // of by_goal
    size_t first, end;
} range;

// The portraits that went from `from` to `to`.
static range moves(const ww_sync *s, size_t from, size_t to)
{
    const size_t count = s->diff.portrait.count;
    size_t first, end;
    WW_LOWER_BOUND(first, count, compare_goal(entry_at(s, first), to, from) < 0);
    WW_LOWER_BOUND(end, count, compare_goal(entry_at(s, end), to, from) <= 0);
    return (range){first, end};
}

// The portraits that went to `to`, wherever they were.
static range arrivals(const ww_sync *s, size_t to)
{
    const size_t count = s->diff.portrait.count;
    size_t first, end;
    WW_LOWER_BOUND(first, count, entry_at(s, first)->to < to);
    WW_LOWER_BOUND(end, count, entry_at(s, end)->to <= to);
    return (range){first, end};
}

// Marks the single ones among the portraits of a range; returns how many. `marked` has an entry a face, and is left
// alone when there are none.
static size_t mark(const ww_sync *s, range r, bool *marked)
{
    size_t count = 0;
    for (size_t i = r.first; i < r.end; i++)
        count += s->single[entry_at(s, i)->face];
    if (count == 0)
        return 0;
    memset(marked, 0, s->view.catalog.face.count * sizeof *marked);
    for (size_t i = r.first; i < r.end; i++)
        if (s->single[entry_at(s, i)->face])
            marked[entry_at(s, i)->face] = true;
    return count;
}

static char *counted(size_t portraits)
{
    return portraits == 1 ? ww_strdup("1 portrait") : ww_strf("%zu portraits", portraits);
}

// `text`: see decisions_rules.h.
static ww_status unsort(ww_sync *s, const bool *marked, size_t person, const char *text, char *words, ww_error *err)
{
    ww_entry entry = {.words = words, .text = text ? ww_strdup(text) : NULL};
    ww_status status = ww_take_from(&s->view, person, marked, &entry, err);
    return ww_sync_decide(s, &entry, status, err);
}

// Deleted, or moved to Unsorted.
static ww_status take_out(ww_sync *s, size_t from, size_t to, bool *marked, ww_error *err)
{
    size_t count = mark(s, moves(s, from, to), marked);
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
    const size_t person = s->person[from];
    if (from == to || person == SIZE_MAX || person == s->person[to])
        return WW_OK;
    const size_t count = mark(s, moves(s, from, to), marked);
    if (count == 0)
        return WW_OK;
    ww_entry entry = {0};
    ww_status status = ww_reject_from(&s->view, person, marked, &entry, err);
    if (status == WW_OK && entry.kind == WW_DECISION_NOBODY) { // nobody is left there to be told from
        ww_entry_free(&entry);
        return WW_OK;
    }
    free(entry.words);
    char *portraits = counted(count);
    entry.words = ww_strf("%s moved out of %s: not %s", portraits, s->diff.folder.item[from].name,
                          s->diff.folder.item[from].name);
    free(portraits);
    return ww_sync_decide(s, &entry, status, err);
}

// Into the folder of somebody, or of somebody new.
static ww_status bring_in(ww_sync *s, size_t to, bool *marked, ww_error *err)
{
    const range all = arrivals(s, to);
    const size_t count = mark(s, all, marked);
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
    for (size_t i = all.first; i < all.end && status == WW_OK; i++)
        if (i == all.first || entry_at(s, i)->from != entry_at(s, i - 1)->from)
            status = reject(s, entry_at(s, i)->from, to, marked, err);
    mark(s, all, marked);
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
    ww_operand_of_faces(&s->view, marked, ww_entry_add_operand(&entry));
    return ww_sync_decide(s, &entry, status, err);
}

ww_status ww_sync_portraits(ww_sync *s, ww_error *err)
{
    const ww_folder_diff *c = &s->diff;
    bool *marked = ww_try_array(s->view.catalog.face.count, sizeof *marked);
    ww_status status =
        marked ? sort_by_goal(s, err) : ww_fail_memory(err, "a list of %zu faces", s->view.catalog.face.count);
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
