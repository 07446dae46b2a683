// SPDX-License-Identifier: MIT
// One folder per person on each side, as torchvision's ImageFolder numbers them: every folder a class, by the order of
// their names.
#include "base/files.h"
#include "base/json.h"
#include "base/text.h"
#include "formats/check.h"
#include "formats/dataset.h"

#include <stdlib.h>
#include <string.h>

#define METADATA_BYTES_MAX ((size_t)1 << 30)

typedef struct side_folders {
    char **name;
    size_t count;
    bool there;
} side_folders;

static ww_status check_person(ww_checker *c, const char *folder, int side, ww_error *err)
{
    char **files = NULL;
    size_t count = 0;
    ww_status status = ww_check_list(c, folder, &files, &count, err);
    for (size_t i = 0; status == WW_OK && i < count; i++) {
        char *path = ww_strf("%s/%s", folder, files[i]);
        status = ww_check_picture(c, path, side, NULL, err);
        free(path);
    }
    if (status == WW_OK && count == 0)
        ww_check_found(c, "%s%s: the class is empty", c->prefix, folder);
    ww_folder_names_free(files, count);
    return status;
}

// Keeps of the names in the side's folder those of folders.
static ww_status check_side(ww_checker *c, int side, side_folders *folders, ww_error *err)
{
    ww_status status = ww_check_exists(c, ww_side_name[side], WW_ENTRY_FOLDER, &folders->there, err);
    if (status == WW_OK)
        status = ww_check_list(c, ww_side_name[side], &folders->name, &folders->count, err);
    for (size_t i = 0; status == WW_OK && i < folders->count; i++) {
        bool is_folder;
        char *path = ww_strf("%s/%s", ww_side_name[side], folders->name[i]);
        status = ww_check_exists(c, path, WW_ENTRY_FOLDER, &is_folder, err);
        if (status == WW_OK && is_folder)
            status = check_person(c, path, side, err);
        else if (status == WW_OK)
            folders->name[i][0] = 0; // a file, such as metadata.jsonl: no class
        free(path);
    }
    return status;
}

// metadata.jsonl, a line a picture: tracks, and files that are not there.
typedef struct metadata_line {
    ww_checker *c;
    char *file; // owned
    double track;
} metadata_line;

static ww_status on_metadata(void *user, const char *path, ww_json_kind kind, double number, const char *text,
                             ww_error *err)
{
    metadata_line *m = user;
    if (kind == WW_JSON_NUMBER && strcmp(path, "track") == 0)
        m->track = number;
    if (kind == WW_JSON_STRING && strcmp(path, "file_name") == 0) {
        free(m->file);
        m->file = ww_try_strdup(text);
        return m->file ? WW_OK : ww_fail_memory(err, "the name of a picture");
    }
    return WW_OK;
}

typedef WW_VECTOR(char *) picture_names; // of a side, as its metadata names them; owned

static void free_names(picture_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->item[i]);
    ww_vector_free(names);
}

// Readers of metadata (Hugging Face's) refuse pictures without a line.
static void find_unnamed(ww_checker *c, int side, picture_names *names)
{
    if (names->count)
        qsort(names->item, names->count, sizeof *names->item, ww_text_order);
    for (size_t i = 0; i < c->pictures.count; i++) {
        const ww_checked_picture *p = &c->pictures.item[i];
        const char *path = p->path + strlen(c->prefix);
        if (p->side != side)
            continue;
        const bool named =
            names->count && bsearch(&path, names->item, names->count, sizeof *names->item, ww_text_order) != NULL;
        if (!named)
            ww_check_found(c, "%s: metadata.jsonl has no line about it", p->path);
    }
}

static ww_status check_line(ww_checker *c, const char *line, const char *path, int side, picture_names *names,
                            ww_error *err)
{
    metadata_line m = {.c = c};
    ww_error why = {0};
    bool there = false;
    if (ww_json_read(line, path, on_metadata, &m, &why) != WW_OK) {
        ww_check_found(c, "%s%s: it cannot be read: %s", c->prefix, path, why.message);
        free(m.file);
        return WW_OK;
    }
    char *picture = ww_strf("%s/%s", ww_side_name[side], m.file ? m.file : "");
    ww_status status = WW_OK;
    if (ww_path_is_inside(picture))
        status = ww_check_exists(c, picture, WW_ENTRY_FILE, &there, err);
    if (status == WW_OK && !there)
        ww_check_found(c, "%s%s: it names a picture that is not there: %s", c->prefix, path, m.file ? m.file : "");
    if (status == WW_OK && m.file)
        status = ww_check_track(c, ww_path_base(m.file), 2, (int64_t)m.track, side, err);
    if (status == WW_OK && !ww_vector_push(names, picture))
        status = ww_fail_memory(err, "the names of %zu pictures", names->count);
    else if (status == WW_OK)
        picture = NULL;
    free(picture);
    free(m.file);
    return status;
}

static ww_status check_metadata(ww_checker *c, int side, ww_error *err)
{
    bool there;
    uint8_t *text = NULL;
    size_t bytes = 0;
    picture_names names = {0};
    char *path = ww_strf("%s/metadata.jsonl", ww_side_name[side]), *full = ww_strf("%s%s", c->prefix, path);
    ww_status status = ww_check_exists(c, path, WW_ENTRY_FILE, &there, err);
    if (status == WW_OK && there)
        status = ww_folder_read(c->folder, full, METADATA_BYTES_MAX, &text, &bytes, err);
    for (char *line = (char *)text, *next; status == WW_OK && line && *line; line = next) {
        next = ww_text_cut_line(line);
        status = check_line(c, line, path, side, &names, err);
    }
    if (status == WW_OK && there)
        find_unnamed(c, side, &names);
    free_names(&names);
    free(text);
    free(full);
    free(path);
    return status;
}

static bool has(const side_folders *folders, const char *name)
{
    for (size_t i = 0; i < folders->count; i++)
        if (strcmp(folders->name[i], name) == 0)
            return true;
    return false;
}

static void compare(ww_checker *c, const side_folders *all, int side, int other)
{
    for (size_t i = 0; all[side].there && all[other].there && i < all[side].count; i++)
        if (all[side].name[i][0] && !has(&all[other], all[side].name[i]))
            ww_check_found(c, "%s%s/%s: the class is missing in %s, so the classes after it have other numbers there",
                           c->prefix, ww_side_name[side], all[side].name[i], ww_side_name[other]);
}

ww_status ww_check_folders(ww_checker *c, bool *found, ww_error *err)
{
    side_folders all[WW_SIDES] = {0};
    ww_status status = ww_check_exists(c, ww_side_name[WW_SIDE_TRAIN], WW_ENTRY_FOLDER, found, err);
    if (status != WW_OK || !*found)
        return status;
    for (int side = 0; status == WW_OK && side < WW_SIDES; side++)
        status = check_side(c, side, &all[side], err);
    for (int side = 0; status == WW_OK && side < WW_SIDES; side++)
        status = check_metadata(c, side, err);
    for (int side = 1; status == WW_OK && side < WW_SIDES; side++) {
        compare(c, all, WW_SIDE_TRAIN, side);
        compare(c, all, side, WW_SIDE_TRAIN);
    }
    for (int side = 0; side < WW_SIDES; side++)
        ww_folder_names_free(all[side].name, all[side].count);
    return status;
}
