// SPDX-License-Identifier: MIT
#include "formats/folders/folder_diff.h"
#include "base/ascii.h"
#include "base/files.h"
#include "base/folder.h"
#include "base/memory.h"
#include "base/search.h"
#include "formats/folders/made_keys.h"
#include "library/export_state.h"

#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 8 };

// A portrait of ours in a place that is not on record.
typedef struct sighting {
    size_t face, folder;
    struct timespec when; // the file came there
} sighting;

typedef struct search {
    const ww_export_manifest *manifest;
    ww_folder *dir;
    ww_folder_diff *out;
    WW_VECTOR(sighting) sightings;
    WW_VECTOR(size_t) by_name; // indices of out->folder
    size_t last;               // folder asked for last: files come folder by folder
} search;

static int compare_name(const ww_diff_folder *folder, const char *name, size_t length)
{
    const int order = strncmp(folder->name, name, length);
    return order ? order : folder->name[length] != 0;
}

// Index of the folder; SIZE_MAX: no memory for a new one.
static size_t folder_named(search *s, const char *name, size_t length)
{
    ww_folder_diff *c = s->out;
    size_t at;
    if (s->last < c->folder.count && compare_name(&c->folder.item[s->last], name, length) == 0)
        return s->last;
    WW_LOWER_BOUND(at, s->by_name.count, compare_name(&c->folder.item[s->by_name.item[at]], name, length) < 0);
    if (at < s->by_name.count && compare_name(&c->folder.item[s->by_name.item[at]], name, length) == 0)
        return s->last = s->by_name.item[at];
    ww_diff_folder folder = {.name = ww_strndup(name, length)};
    if (!ww_vector_push(&s->by_name, c->folder.count)) {
        free(folder.name);
        return SIZE_MAX;
    }
    if (!ww_vector_push(&c->folder, folder)) {
        s->by_name.count--;
        free(folder.name);
        return SIZE_MAX;
    }
    memmove(s->by_name.item + at + 1, s->by_name.item + at, (s->by_name.count - 1 - at) * sizeof *s->by_name.item);
    return s->last = s->by_name.item[at] = c->folder.count - 1;
}

static ww_status no_memory(ww_error *err) { return ww_fail_memory(err, "the files in the folders"); }

static ww_status add_found(search *s, ww_manifest_file file, ww_error *err)
{
    if (file.path && ww_vector_push(&s->out->found, file))
        return WW_OK;
    free(file.path);
    return no_memory(err);
}

static ww_status add_foreign(search *s, const char *path, ww_error *err)
{
    char *copy = ww_try_strdup(path);
    if (copy && ww_vector_push(&s->out->foreign, copy))
        return WW_OK;
    free(copy);
    return no_memory(err);
}

// --- where they are now

// `file`: of its content.
static ww_status look_at_label(search *s, const char *path, const ww_manifest_file *file, ww_error *err)
{
    ww_manifest_file found = *file;
    if (!ww_manifest_has_label(s->manifest, ww_path_base(path), file->hash))
        return add_foreign(s, path, err);
    found.path = ww_try_strdup(path);
    found.label = true;
    return add_found(s, found, err);
}

// An untouched portrait is of the face with its number, if that is what it was made from: it need not be looked at.
static ww_status find_face(const search *s, const char *path, const ww_manifest_file *file, size_t *face, ww_error *err)
{
    const ww_catalog *c = s->manifest->catalog;
    if (file->key != 0 && file->number <= c->face.count && ww_portrait_key(c, file->number - 1) == file->key) {
        *face = file->number - 1;
        return WW_OK;
    }
    return ww_manifest_find(s->manifest, file->hash, path, face, err);
}

static ww_status look_at_picture(search *s, const char *path, const ww_manifest_file *file, size_t folder,
                                 struct timespec when, ww_error *err)
{
    size_t face;
    ww_manifest_file found = *file;
    ww_status status = find_face(s, path, file, &face, err);
    if (status != WW_OK)
        return status;
    if (face == s->manifest->catalog->face.count)
        return add_foreign(s, path, err);
    found.path = ww_try_strdup(path);
    found.label = false;
    status = add_found(s, found, err);
    if (status == WW_OK && !ww_vector_push(&s->sightings, ((sighting){face, folder, when})))
        status = no_memory(err);
    return status;
}

static ww_status look_at_file(search *s, const char *path, const ww_entry_info *info, size_t folder, ww_error *err)
{
    ww_manifest_file file = {0};
    const char *extension = ww_path_extension(path);
    bool picture = ww_ascii_same(extension, "jpg") || ww_ascii_same(extension, "jpeg"),
         label = strcmp(extension, "txt") == 0;
    if (info->kind != WW_ENTRY_FILE || !(picture || label))
        return add_foreign(s, path, err);
    const ww_manifest_file *untouched =
        ww_manifest_untouched(s->manifest, ww_path_base(path), info->bytes, ww_entry_changed_ns(info));
    if (untouched)
        file = *untouched;
    ww_status status = untouched ? WW_OK : ww_folder_hash(s->dir, path, &file.hash, err);
    if (status != WW_OK)
        return status;
    return label ? look_at_label(s, path, &file, err) : look_at_picture(s, path, &file, folder, info->changed, err);
}

// `path` is a folder below the library's; portraits in folders inside it count as being in it.
static ww_status look_into(search *s, const char *path, size_t folder, int depth, ww_error *err)
{
    char **name;
    size_t count;
    ww_status status = ww_folder_list(s->dir, path, &name, &count, err);
    for (size_t i = 0; i < count && status == WW_OK; i++) {
        char *inner = ww_path_join(path, name[i]);
        ww_entry_info info;
        status = ww_folder_look(s->dir, inner, &info, err);
        if (status == WW_OK && info.kind == WW_ENTRY_FOLDER && depth < DEPTH_MAX)
            status = look_into(s, inner, folder, depth + 1, err);
        else if (status == WW_OK && info.kind != WW_ENTRY_FOLDER && !ww_manifest_has(s->manifest, inner))
            status = look_at_file(s, inner, &info, folder, err);
        free(inner);
    }
    ww_folder_names_free(name, count);
    return status;
}

static ww_status look_around(search *s, ww_error *err)
{
    char **name;
    size_t count;
    ww_status status = ww_folder_list(s->dir, "", &name, &count, err);
    for (size_t i = 0; i < count && status == WW_OK; i++) {
        ww_entry_info info;
        bool house = strcmp(name[i], "Montage") == 0 || strcmp(name[i], "Frames") == 0;
        status = ww_folder_look(s->dir, name[i], &info, err);
        if (status != WW_OK || house || info.kind != WW_ENTRY_FOLDER)
            continue;
        size_t folder = folder_named(s, name[i], strlen(name[i]));
        if (folder == SIZE_MAX) {
            status = no_memory(err);
            break;
        }
        s->out->folder.item[folder].exists = true;
        s->out->folder.item[folder].mounted = info.mounted;
        status = look_into(s, name[i], folder, 0, err);
    }
    ww_folder_names_free(name, count);
    return status;
}

// --- where they were

static int newest_first(const void *a, const void *b)
{
    const sighting *p = a, *q = b;
    if (p->face != q->face)
        return p->face < q->face ? -1 : 1;
    if (p->when.tv_sec != q->when.tv_sec)
        return p->when.tv_sec > q->when.tv_sec ? -1 : 1;
    return (p->when.tv_nsec < q->when.tv_nsec) - (p->when.tv_nsec > q->when.tv_nsec);
}

static const sighting *sighted(const search *s, size_t face)
{
    size_t at;
    WW_LOWER_BOUND(at, s->sightings.count, s->sightings.item[at].face < face);
    return at < s->sightings.count && s->sightings.item[at].face == face ? &s->sightings.item[at] : NULL;
}

// A recorded portrait and where it is. Those in their places need no comparison unless somebody saw the like elsewhere.
static ww_status compare(search *s, const ww_manifest_file *file, ww_error *err)
{
    ww_folder_diff *c = s->out;
    size_t from = folder_named(s, file->path, (size_t)(strchr(file->path, '/') - file->path));
    bool present = false;
    ww_status status = from == SIZE_MAX ? no_memory(err) : ww_folder_has_file(s->dir, file->path, &present, err);
    if (status != WW_OK)
        return status;
    ww_diff_folder *folder = &c->folder.item[from];
    folder->on_record = true;
    folder->listed++;
    folder->present += present;
    c->present += present;
    if (present && !sighted(s, file->number - 1))
        return WW_OK;
    size_t face;
    status = ww_manifest_face(s->manifest, file, &face, err);
    if (status != WW_OK)
        return status;
    char *missing = present ? NULL : ww_try_strdup(file->path);
    if (!present && (!missing || !ww_vector_push(&c->missing, missing))) {
        free(missing);
        return no_memory(err);
    }
    if (face == s->manifest->catalog->face.count)
        return WW_OK;
    const sighting *seen = sighted(s, face);
    ww_diff_portrait portrait = {face, from, seen ? seen->folder : SIZE_MAX, present};
    if (present && (!seen || seen->folder == from))
        return WW_OK;
    folder->moved += seen && !present;
    folder->gone += !seen;
    if (folder->entries++ == 0)
        folder->first = c->portrait.count;
    return ww_vector_push(&c->portrait, portrait) ? WW_OK : no_memory(err);
}

// A file system mounted over a folder hides what is in it; that is not for us to take for deleted.
static ww_status check_mounts(const search *s, ww_error *err)
{
    for (size_t i = 0; i < s->out->folder.count; i++) {
        const ww_diff_folder *f = &s->out->folder.item[i];
        if (f->mounted && f->listed > 0 && f->present == 0)
            return ww_fail(
                err, WW_ERR_IO,
                "another file system is mounted over '%s/%s' and hides its portraits; unmount it and try again",
                ww_folder_path(s->dir), f->name);
    }
    return WW_OK;
}

ww_status ww_folder_diff_find(const ww_export_manifest *manifest, ww_folder_diff *diff, ww_error *err)
{
    *diff = (ww_folder_diff){0};
    search s = {.manifest = manifest, .out = diff};
    ww_status status = ww_folder_open(manifest->library->dir, false, &s.dir, err);
    if (status == WW_OK)
        status = look_around(&s, err);
    if (s.sightings.count)
        qsort(s.sightings.item, s.sightings.count, sizeof *s.sightings.item, newest_first);
    for (size_t i = 0; i < manifest->file.count && status == WW_OK; i++) {
        const ww_manifest_file *file = &manifest->file.item[i];
        bool again = i > 0 && strcmp(file->path, file[-1].path) == 0; // its second hash
        if (!file->label && !again)
            status = compare(&s, file, err);
    }
    if (status == WW_OK)
        status = check_mounts(&s, err);
    ww_vector_free(&s.sightings);
    ww_vector_free(&s.by_name);
    ww_folder_close(s.dir);
    if (status != WW_OK)
        ww_folder_diff_free(diff);
    return status;
}

void ww_folder_diff_free(ww_folder_diff *c)
{
    for (size_t i = 0; i < c->folder.count; i++)
        free(c->folder.item[i].name);
    for (size_t i = 0; i < c->missing.count; i++)
        free(c->missing.item[i]);
    for (size_t i = 0; i < c->found.count; i++)
        free(c->found.item[i].path);
    for (size_t i = 0; i < c->foreign.count; i++)
        free(c->foreign.item[i]);
    ww_vector_free(&c->folder);
    ww_vector_free(&c->portrait);
    ww_vector_free(&c->missing);
    ww_vector_free(&c->found);
    ww_vector_free(&c->foreign);
    *c = (ww_folder_diff){0};
}

typedef struct names_walk {
    ww_folder *dir;
    ww_folder_place place;
    char *last; // path before: with its second hash it comes again
    size_t present, missing;
} names_walk;

static ww_status look_for_portrait(void *user, const char *path, uint64_t hash, ww_error *err)
{
    names_walk *w = user;
    ww_entry_info info;
    (void)hash;
    if (!ww_is_portrait_path(path) || (w->last && strcmp(w->last, path) == 0))
        return WW_OK;
    free(w->last);
    w->last = ww_try_strdup(path);
    if (!w->last)
        return no_memory(err);
    ww_status status = ww_folder_look_from(w->dir, &w->place, path, &info, err);
    w->present += status == WW_OK && info.kind == WW_ENTRY_FILE;
    w->missing += status == WW_OK && info.kind != WW_ENTRY_FILE;
    return status;
}

ww_status ww_folder_diff_any(ww_library *library, size_t *missing, ww_error *err)
{
    bool cut_short;
    names_walk w = {0};
    *missing = 0;
    ww_status status = ww_export_was_cut_short(library, &cut_short, err);
    if (status != WW_OK || cut_short)
        return status;
    status = ww_folder_open(library->dir, false, &w.dir, err);
    if (status == WW_OK)
        status = ww_store_exported(library->store, look_for_portrait, &w, err);
    if (w.present > 0) // else the folders were cleared away, to be written anew
        *missing = w.missing;
    ww_folder_place_close(&w.place);
    ww_folder_close(w.dir);
    free(w.last);
    return status;
}
