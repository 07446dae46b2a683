// SPDX-License-Identifier: MIT
// The file manager as a review tool: what became of the folders (folder_diff.h) turns into decisions.
//
// First what happened to whole folders (renamed, emptied into another, deleted), then what happened to single
// portraits, because those may lie in folders whose meaning the first step has settled. Every entry is followed by a
// replay, so that the next one speaks of the people as they are by then. All of it is one transaction, and a dry run
// one that is rolled back.
#include "formats/folders/sync.h"
#include "base/memory.h"
#include "library/export_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FOREIGN_NAMED_MAX = 5 };

ww_status ww_sync_decide(ww_sync *s, ww_entry *entry, ww_status status, ww_error *err)
{
    if (status == WW_OK)
        status = ww_record_decision(&s->view, entry, &s->batch, err);
    if (status == WW_OK) {
        ww_notify(&s->listener, "%s", entry->words);
        s->decisions++;
        status = ww_people_view_reload(&s->view, err);
    }
    ww_entry_free(entry);
    return status;
}

// --- whole folders

// Where most of the portraits of a folder went, if it was more than half of those that went anywhere; else SIZE_MAX.
// Boyer and Moore's majority vote: the one folder that can have more than half is what is left when each portrait that
// went to another folder takes one away.
static size_t main_goal(const ww_sync *s, const ww_diff_folder *from)
{
    const ww_diff_portrait *portrait = s->diff.portrait.item + from->first;
    size_t goal = SIZE_MAX, lead = 0, count = 0;
    for (size_t i = 0; i < from->entries; i++) {
        if (portrait[i].to == SIZE_MAX)
            continue;
        if (lead == 0)
            goal = portrait[i].to;
        lead = portrait[i].to == goal ? lead + 1 : lead - 1;
    }
    for (size_t i = 0; i < from->entries; i++)
        count += portrait[i].to == goal && goal != SIZE_MAX;
    return count * 2 > from->moved ? goal : SIZE_MAX;
}

static ww_status rename_folder(ww_sync *s, size_t from, size_t to, ww_error *err)
{
    const ww_diff_folder *folder = s->diff.folder.item;
    ww_error why = {0};
    char *name = NULL;
    ww_entry entry = {.kind = WW_DECISION_NAME};
    if (ww_check_person_name(folder[to].name, &name, &why) != WW_OK) {
        ww_notify(&s->listener, "the folder %s was renamed to %s; %s. It goes back", folder[from].name, folder[to].name,
                  why.message);
        return WW_OK;
    }
    size_t person = s->person[from];
    char *counted = ww_faces_counted(ww_people_view_count(&s->view, person));
    entry.text = name;
    entry.words = s->person[to] == SIZE_MAX ? ww_strf("%s is %s (%s)", folder[from].name, name, counted)
                                            : ww_strf("%s is %s too: they are one person", folder[from].name, name);
    free(counted);
    ww_status status = ww_operand_of_person(&s->view, person, true, s->single, ww_entry_add_operand(&entry), err);
    status = ww_sync_decide(s, &entry, status, err);
    s->person[to] = person;
    return status;
}

static ww_status merge_folder(ww_sync *s, size_t from, size_t to, ww_error *err)
{
    const ww_diff_folder *folder = s->diff.folder.item;
    if (s->person[from] == s->person[to])
        return WW_OK;
    ww_entry entry = {.kind = WW_DECISION_MERGE};
    entry.words = ww_strf("%s and %s are one person", folder[to].name, folder[from].name);
    ww_status status =
        ww_operand_of_person(&s->view, s->person[to], true, s->single, ww_entry_add_operand(&entry), err);
    if (status == WW_OK)
        status = ww_operand_of_person(&s->view, s->person[from], true, s->single, ww_entry_add_operand(&entry), err);
    return ww_sync_decide(s, &entry, status, err);
}

static ww_status ignore_folder(ww_sync *s, size_t from, ww_error *err)
{
    const char *name = s->diff.folder.item[from].name;
    ww_entry entry = {.kind = WW_DECISION_IGNORE,
                      .words = ww_strf("the folder %s was deleted: this person is ignored", name)};
    ww_status status =
        ww_operand_of_person(&s->view, s->person[from], true, s->single, ww_entry_add_operand(&entry), err);
    return ww_sync_decide(s, &entry, status, err);
}

// Takes the portraits that the decision about their whole folder explains off the list of single ones.
static void explain(ww_sync *s, size_t from, size_t to)
{
    const ww_diff_folder *folder = &s->diff.folder.item[from];
    for (size_t i = 0; i < folder->entries; i++) {
        const ww_diff_portrait *p = &s->diff.portrait.item[folder->first + i];
        if (p->to == to && !p->copied)
            s->single[p->face] = false;
    }
}

// A folder in which none of its portraits is left.
static ww_status settle_emptied(ww_sync *s, size_t from, ww_error *err)
{
    const ww_diff_folder *folder = s->diff.folder.item;
    const size_t goal = main_goal(s, &folder[from]);
    if (strcmp(folder[from].name, WW_UNSORTED_FOLDER) == 0) {
        bool renamed = goal != SIZE_MAX && !folder[from].exists && !folder[goal].on_record && folder[goal].exists;
        if (renamed) {
            ww_notify(&s->listener, "%s was renamed to %s: faces that nobody has are no person; they go back",
                      folder[from].name, folder[goal].name);
            explain(s, from, goal);
        }
        return WW_OK;
    }
    if (s->person[from] == SIZE_MAX)
        return WW_OK;
    if (folder[from].moved == 0) {
        explain(s, from, SIZE_MAX);
        return ignore_folder(s, from, err);
    }
    if (goal == SIZE_MAX || strcmp(folder[goal].name, WW_UNSORTED_FOLDER) == 0)
        return WW_OK;
    if (folder[goal].on_record && s->person[goal] == SIZE_MAX)
        return WW_OK;
    explain(s, from, goal);
    return folder[goal].on_record ? merge_folder(s, from, goal, err) : rename_folder(s, from, goal, err);
}

// --- the whole

// The person whose portraits were written into a folder: that of most of a few of them. SIZE_MAX: nobody's.
static ww_status find_people(ww_sync *s, ww_error *err)
{
    enum { ASKED = 25 };
    const ww_catalog *c = &s->view.catalog;
    s->person = ww_try_array(s->diff.folder.count, sizeof *s->person);
    if (!s->person)
        return ww_fail_memory(err, "a list of %zu folders", s->diff.folder.count);
    for (size_t f = 0; f < s->diff.folder.count; f++) {
        const ww_diff_folder *folder = &s->diff.folder.item[f];
        size_t votes[ASKED], asked = 0, step = folder->listed / ASKED + 1, at = 0, best = 0,
                             length = strlen(folder->name);
        s->person[f] = SIZE_MAX;
        if (strcmp(folder->name, WW_UNSORTED_FOLDER) == 0)
            continue;
        for (size_t i = ww_manifest_folder(&s->manifest, folder->name); i < s->manifest.file.count && asked < ASKED;
             i++) {
            const ww_manifest_file *file = &s->manifest.file.item[i];
            if (strncmp(file->path, folder->name, length) != 0 || file->path[length] != '/')
                break;
            if (file->label || at++ % step != 0)
                continue;
            size_t face;
            ww_status status = ww_manifest_face(&s->manifest, file, &face, err);
            if (status != WW_OK)
                return status;
            if (face < c->face.count && c->face.item[face].person < c->person.count)
                votes[asked++] = c->face.item[face].person;
        }
        for (size_t i = 0; i < asked; i++) {
            size_t same = 0;
            for (size_t k = 0; k < asked; k++)
                same += votes[k] == votes[i];
            if (same > best) {
                best = same;
                s->person[f] = votes[i];
            }
        }
    }
    return WW_OK;
}

static void name_foreign(ww_sync *s)
{
    ww_buffer names = {0};
    size_t count = s->diff.foreign.count;
    for (size_t i = 0; i < count && i < FOREIGN_NAMED_MAX; i++)
        ww_buffer_format(&names, "%s%s", i ? ", " : "", s->diff.foreign.item[i]);
    if (count > 0)
        ww_notify(&s->listener, "%zu %s not whoswho's and left alone: %s%s", count,
                  count == 1 ? "file is" : "files are", names.data ? names.data : "...",
                  count > FOREIGN_NAMED_MAX ? ", ..." : "");
    ww_buffer_free(&names);
}

static void name_copies(ww_sync *s)
{
    const ww_folder_diff *c = &s->diff;
    for (size_t i = 0; i < c->portrait.count; i++) {
        const ww_diff_portrait *p = &c->portrait.item[i];
        if (p->copied)
            ww_notify(&s->listener, "face_%zu.jpg lies in %s and in %s: the newer place, %s, counts", p->face + 1,
                      c->folder.item[p->from].name, c->folder.item[p->to].name, c->folder.item[p->to].name);
    }
}

// With what tells that it is untouched, where that is known.
static ww_status record_found(ww_sync *s, const ww_manifest_file *file, ww_error *err)
{
    ww_store *store = s->view.library->store;
    const ww_exported_row row = {file->path, file->hash, file->key, file->bytes, file->changed_ns};
    if (file->changed_ns != 0 && !ww_manifest_has(&s->manifest, file->path))
        return ww_store_set_exported_file(store, &row, err);
    return ww_store_add_exported(store, file->path, file->hash, err);
}

// What lies in new places is ours from now on, what is missing is missed no more.
static ww_status put_on_record(ww_sync *s, ww_error *err)
{
    ww_status status = WW_OK;
    for (size_t i = 0; i < s->diff.missing.count && status == WW_OK; i++)
        status = ww_store_unset_exported(s->view.library->store, s->diff.missing.item[i], err);
    for (size_t i = 0; i < s->diff.found.count && status == WW_OK; i++)
        status = record_found(s, &s->diff.found.item[i], err);
    return status;
}

static ww_status understand(ww_sync *s, bool cut_short, ww_error *err)
{
    const ww_folder_diff *c = &s->diff;
    ww_status status = find_people(s, err);
    s->single = ww_try_array(s->view.catalog.face.count, sizeof *s->single);
    if (status == WW_OK && !s->single)
        status = ww_fail_memory(err, "a list of %zu faces", s->view.catalog.face.count);
    if (status != WW_OK)
        return status;
    // what is missing after an export was cut short was perhaps never written
    for (size_t i = 0; i < c->portrait.count; i++)
        s->single[c->portrait.item[i].face] = c->portrait.item[i].to != SIZE_MAX || !cut_short;
    name_copies(s);
    for (size_t f = 0; f < c->folder.count && status == WW_OK; f++) {
        const ww_diff_folder *folder = &c->folder.item[f];
        if (folder->on_record && folder->present == 0 && (folder->moved > 0 || !cut_short))
            status = settle_emptied(s, f, err);
    }
    return status == WW_OK ? ww_sync_portraits(s, err) : status;
}

static ww_status look_and_decide(ww_sync *s, ww_error *err)
{
    bool cut_short;
    ww_status status = ww_export_was_cut_short(s->view.library, &cut_short, err);
    if (status == WW_OK)
        status = ww_folder_diff_find(&s->manifest, &s->diff, err);
    if (status != WW_OK)
        return status;
    const ww_folder_diff *c = &s->diff;
    size_t sighted = 0;
    for (size_t i = 0; i < c->portrait.count; i++)
        sighted += c->portrait.item[i].to != SIZE_MAX;
    if (c->present == 0 && sighted == 0 && c->missing.count > 0) {
        ww_notify(&s->listener, "no portrait is left in '%s': that is no decision, all of them are written anew",
                  s->view.library->dir);
    } else {
        status = understand(s, cut_short, err);
        name_foreign(s);
    }
    return status == WW_OK ? put_on_record(s, err) : status;
}

ww_status ww_folders_sync(ww_library *library, int dry_run, int (*on_line)(void *user, const char *line), void *user,
                          ww_sync_result *result, ww_error *err)
{
    ww_sync s = {.listener = {.on_line = on_line, .user = user}};
    ww_status status = ww_people_view_load(library, &s.view, err);
    if (status != WW_OK)
        return status;
    status = ww_manifest_load(library, &s.view.catalog, &s.manifest, err);
    if (status == WW_OK)
        status = ww_store_begin(library->store, err);
    if (status == WW_OK) {
        status = look_and_decide(&s, err);
        if (status == WW_OK)
            status = ww_listener_status(&s.listener, err);
        if (dry_run)
            ww_store_rollback(library->store);
        else
            status = ww_store_end(library->store, status, err);
    }
    bool behind = false;
    if (status == WW_OK)
        status = ww_export_is_behind(library, &behind, err);
    if (result)
        *result = (ww_sync_result){sizeof *result, s.decisions, (int64_t)(s.diff.portrait.count), dry_run ? 0 : s.batch,
                                   behind};
    free(s.person);
    free(s.single);
    free(s.by_goal);
    ww_folder_diff_free(&s.diff);
    ww_manifest_free(&s.manifest);
    ww_people_view_free(&s.view);
    return status;
}
