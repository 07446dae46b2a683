// SPDX-License-Identifier: MIT
// Opening the folder of a data set: a new one, one of ours that is there already, or what a killed export left.
#include "base/files.h"
#include "formats/dataset_out_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNFINISHED ".unfinished"
enum { TEMPORARY_LINE = WW_FOLDER_TEMPORARY_BYTES };

char *ww_dataset_intents_path(int number) { return ww_strf(WW_DATASET_MANIFEST ".%d", number); }

// Removes what a killed export left of a file half written: under its temporary name, in a folder that holds files on
// record.
static void clear_temporary(ww_dataset_out *o, const char *temporary)
{
    ww_entry_info info;
    for (size_t i = 0; i < o->known.count; i++) {
        const char *path = o->known.item[i].path;
        char *leftover = ww_strf("%.*s%s", (int)(ww_path_base(path) - path), path, temporary);
        // Best effort: what cannot be removed is hidden and harms nobody.
        if (ww_folder_look(o->folder, leftover, &info, NULL) == WW_OK && info.kind == WW_ENTRY_FILE)
            ww_folder_remove(o->folder, leftover, NULL);
        free(leftover);
    }
}

// Each record of intents begins with the name of the temporary files.
static ww_status read_intents(ww_dataset_out *o, int number, ww_error *err)
{
    uint8_t *data = NULL;
    size_t bytes = 0;
    char head[TEMPORARY_LINE + 1] = "", *path = ww_dataset_intents_path(number);
    ww_status status = ww_folder_read(o->folder, path, SIZE_MAX / 2, &data, &bytes, err);
    if (status == WW_OK) {
        snprintf(head, sizeof head, "%.*s", (int)strcspn((char *)data, "\n"), (char *)data);
        const bool named = ww_folder_is_temporary_name(head);
        char *line = ww_strf("%s\n", head);
        status =
            named ? ww_file_records_read(&o->known, o->folder, path, line, err)
                  : ww_fail(err, WW_ERR_FORMAT, "'%s/%s' is no record of a data set's files; was it changed by hand?",
                            ww_folder_path(o->folder), path);
        free(line);
    }
    if (status == WW_OK)
        clear_temporary(o, head);
    free(data);
    free(path);
    return status;
}

static ww_status read_records(ww_dataset_out *o, ww_error *err)
{
    bool there = true;
    ww_status status = ww_file_records_read(&o->known, o->folder, WW_DATASET_MANIFEST, WW_DATASET_MANIFEST_HEAD, err);
    while (status == WW_OK && there) {
        char *path = ww_dataset_intents_path(o->intents_written + 1);
        status = ww_folder_has_file(o->folder, path, &there, err);
        free(path);
        if (status == WW_OK && there)
            status = read_intents(o, ++o->intents_written, err);
    }
    ww_file_records_sort(&o->known);
    return status;
}

ww_status ww_dataset_not_ours(const char *dir, ww_error *err)
{
    return ww_fail(err, WW_ERR_ARGUMENT,
                   "'%s' holds files and no data set of whoswho's: nothing was written; name another folder with -O, "
                   "or move it away",
                   dir);
}

// Whether the folder is empty, hidden files apart.
static ww_status is_empty(ww_folder *folder, bool *empty, ww_error *err)
{
    char **names = NULL;
    size_t count = 0;
    ww_status status = ww_folder_list(folder, "", &names, &count, err);
    *empty = status == WW_OK && count == 0;
    ww_folder_names_free(names, count);
    return status;
}

ww_status ww_dataset_write_manifest(ww_dataset_out *o, const ww_file_records *records, ww_error *err)
{
    ww_buffer text = {0};
    ww_buffer_text(&text, WW_DATASET_MANIFEST_HEAD);
    if (records)
        ww_file_records_write(records, &text);
    ww_status status = ww_buffer_status(&text, WW_DATASET_MANIFEST, err);
    if (status == WW_OK)
        status = ww_folder_write(o->folder, WW_DATASET_MANIFEST, text.data, text.bytes, WW_FOLDER_REPLACE, o->temporary,
                                 err);
    ww_buffer_free(&text);
    return status;
}

// Looks at the folder held open: *ours: it holds a set of ours, whose records are read. WW_ERR_ARGUMENT: it holds
// something else.
static ww_status examine(ww_dataset_out *o, bool *ours, ww_error *err)
{
    bool empty = false;
    ww_status status = ww_folder_has_file(o->folder, WW_DATASET_MANIFEST, ours, err);
    if (status == WW_OK && *ours)
        return read_records(o, err);
    if (status == WW_OK)
        status = is_empty(o->folder, &empty, err);
    return status != WW_OK || empty ? status : ww_dataset_not_ours(ww_folder_path(o->folder), err);
}

// *ours: what is there is brought up to date where it is. So is an empty folder that cannot be replaced by another: a
// mounted disk, one with hidden files.
static ww_status open_existing(ww_dataset_out *o, bool *ours, ww_error *err)
{
    *ours = false;
    if (!ww_path_exists(o->dir))
        return WW_OK;
    ww_status status = ww_folder_open(o->dir, false, &o->folder, err);
    if (status == WW_OK)
        status = examine(o, ours, err);
    if (status == WW_OK && !*ours && !ww_dir_can_be_replaced(o->dir)) {
        *ours = true;
        return ww_dataset_write_manifest(o, NULL, err);
    }
    if (status == WW_OK && !*ours) {
        ww_folder_close(o->folder);
        o->folder = NULL;
    }
    return status;
}

static ww_status open_unfinished(ww_dataset_out *o, ww_error *err)
{
    bool ours = false;
    o->work = ww_strf("%s" UNFINISHED, o->dir);
    ww_status status = ww_folder_open(o->work, true, &o->folder, err);
    if (status == WW_OK)
        status = examine(o, &ours, err);
    if (status == WW_OK) // of a record half written, which no record can tell of
        ww_folder_clear_temporary(o->folder);
    o->is_new = !ours;
    return status == WW_OK && !ours ? ww_dataset_write_manifest(o, NULL, err) : status;
}

// The name without a '/' at its end, or what it is a link to; the caller's (free). NULL: a link that leads nowhere.
static char *final_name(const char *dir)
{
    bool dangling;
    size_t length = strlen(dir);
    while (length > 1 && dir[length - 1] == '/')
        length--;
    char *name = ww_strndup(dir, length), *target = ww_path_link_target(name, &dangling);
    if (!target && !dangling)
        return name;
    free(name);
    return target;
}

ww_status ww_dataset_out_open(const char *dir, ww_library *library, ww_dataset_out **out, ww_error *err)
{
    bool ours = false;
    char *name = final_name(dir);
    *out = NULL;
    if (!name)
        return ww_fail(err, WW_ERR_ARGUMENT, "'%s' is a link that leads nowhere; remove it, or name another folder",
                       dir);
    ww_dataset_out *o = ww_alloc(sizeof *o);
    *o = (ww_dataset_out){.dir = name, .prefix = ww_strdup(""), .library = library};
    ww_status status = ww_folder_temporary_name(o->temporary, err);
    if (status == WW_OK)
        status = open_existing(o, &ours, err);
    if (status == WW_OK && !ours)
        status = open_unfinished(o, err);
    if (status != WW_OK) {
        ww_dataset_out_close(o);
        o = NULL;
    }
    *out = o;
    return status;
}
