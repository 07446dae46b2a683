// SPDX-License-Identifier: MIT
#include "base/ascii.h"
#include "base/files.h"
#include "base/folder.h"
#include "base/memory.h"
#include "formats/import/import.h"

#include <stdlib.h>

enum { FOLDER_DEPTH_MAX = 32 };

static bool may_hold_regions(const char *name)
{
    static const char *const extensions[] = {"xmp", "jpg", "jpeg", "tif", "tiff", "png", "webp", "heic", "heif", "dng"};
    for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++)
        if (ww_ascii_same(ww_path_extension(name), extensions[i]))
            return true;
    return false;
}

// What cannot be read is told, and the others are read. `path` becomes the import's.
static ww_status read_one(ww_import *m, char *path, ww_error *err)
{
    ww_error why = {0};
    const size_t before = m->claims.count;
    if (!ww_vector_push(&m->paths, path)) {
        free(path);
        return ww_fail_memory(err, "a list of %zu files", m->paths.count);
    }
    ww_status status = ww_import_file(m, path, true, &why);
    if (status == WW_ERR_MEMORY && err)
        *err = why;
    if (status == WW_OK || status == WW_ERR_MEMORY)
        return status;
    ww_import_forget_claims(m, before);
    ww_import_pass_over(m, "%s", why.message);
    return WW_OK;
}

static ww_status read_folder(ww_import *m, ww_folder *folder, const char *inside, int depth, ww_error *err);

static ww_status read_entry(ww_import *m, ww_folder *folder, const char *inside, bool wanted, int depth, ww_error *err)
{
    ww_entry_info info;
    ww_status status = ww_folder_look(folder, inside, &info, err);
    if (status == WW_OK && info.kind == WW_ENTRY_FOLDER && depth < FOLDER_DEPTH_MAX)
        return read_folder(m, folder, inside, depth + 1, err);
    if (status == WW_OK && info.kind == WW_ENTRY_FOLDER)
        ww_import_pass_over(m, "'%s' lies too deep, and is not looked into", inside);
    if (status == WW_OK && info.kind == WW_ENTRY_OTHER && wanted)
        ww_import_pass_over(m, "'%s/%s' is a link, or no file: it is not followed", ww_folder_path(folder), inside);
    if (status == WW_OK && info.kind == WW_ENTRY_FILE && wanted)
        status = read_one(m, ww_path_join(ww_folder_path(folder), inside), err);
    return status;
}

static ww_status read_folder(ww_import *m, ww_folder *folder, const char *inside, int depth, ww_error *err)
{
    char **names = NULL, *picasa = ww_path_join(inside, WW_PICASA_FILE);
    size_t count = 0;
    ww_status status = read_entry(m, folder, picasa, true, FOLDER_DEPTH_MAX, err);
    free(picasa);
    if (status == WW_OK)
        status = ww_folder_list(folder, inside, &names, &count, err);
    for (size_t i = 0; status == WW_OK && i < count; i++) {
        char *path = ww_path_join(inside, names[i]);
        status = read_entry(m, folder, path, may_hold_regions(path), depth, err);
        free(path);
    }
    ww_folder_names_free(names, count);
    return status;
}

ww_status ww_import_folder(ww_import *m, const char *path, ww_error *err)
{
    ww_folder *folder = NULL;
    const size_t before = m->paths.count;
    const int64_t passed_over = m->result->passed_over;
    ww_status status = ww_folder_open(path, false, &folder, err);
    if (status == WW_OK)
        status = read_folder(m, folder, "", 0, err);
    ww_folder_close(folder);
    if (status == WW_OK && m->paths.count == before && m->result->passed_over == passed_over)
        ww_import_pass_over(m,
                            "in '%s' there are no photos, sidecars or " WW_PICASA_FILE
                            "; exports of CVAT and Label Studio are named themselves",
                            path);
    return status;
}
