// SPDX-License-Identifier: MIT
#include "library/source_file.h"
#include "base/files.h"
#include "base/memory.h"
#include "base/vector.h"
#include "library/export_state.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

// --- is it there -----------------------------------------------------------------------------------------------------

static bool is_empty(const char *folder)
{
    DIR *dir = opendir(folder);
    bool empty = true;
    for (struct dirent *entry; dir && empty && (entry = readdir(dir));)
        empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    if (dir)
        closedir(dir);
    return empty;
}

// A folder in which drives appear and disappear. /media/NAME and /run/media/NAME are a user's.
static bool holds_drives(const char *folder)
{
    static const char *const own[] = {"/", "/media", "/mnt", "/run", "/run/media", "/Volumes"};
    static const char *const of_users[] = {"/media/", "/run/media/"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (strcmp(folder, own[i]) == 0)
            return true;
    for (size_t i = 0; i < sizeof of_users / sizeof *of_users; i++) {
        const size_t length = strlen(of_users[i]);
        if (strncmp(folder, of_users[i], length) == 0 && !strchr(folder + length, '/'))
            return true;
    }
    return false;
}

ww_source_state ww_source_state_of(const char *file)
{
    struct stat s;
    if (stat(file, &s) == 0)
        return WW_SOURCE_THERE;
    ww_source_state state = WW_SOURCE_AWAY;
    char *above = ww_strdup(file);
    for (char *slash; (errno == ENOENT || errno == ENOTDIR) && (slash = strrchr(above, '/'));) {
        slash[slash == above] = 0;
        if (stat(above, &s) == 0) {
            state = is_empty(above) || holds_drives(above) ? WW_SOURCE_AWAY : WW_SOURCE_GONE;
            break;
        }
        if (above[1] == 0)
            break;
    }
    free(above);
    return state;
}

// --- forgetting ------------------------------------------------------------------------------------------------------

typedef struct forgotten {
    int64_t id;
    char *path; // owned
} forgotten;

typedef struct forgetting {
    const char *const *path;
    char **file; // the same from the root
    bool *found;
    size_t count;
    bool gone;
    int64_t away;
    WW_VECTOR(forgotten) source;
} forgetting;

// Whether `path` is `above` or lies below it.
static bool is_below(const char *path, const char *above)
{
    size_t length = strlen(above);
    while (length > 1 && above[length - 1] == '/')
        length--;
    return strncmp(path, above, length) == 0 && (path[length] == 0 || path[length] == '/' || above[length - 1] == '/');
}

static bool is_named(forgetting *f, const ww_source_row *row)
{
    bool named = false;
    for (size_t i = 0; i < f->count; i++) {
        if (!(row->file ? is_below(row->file, f->file[i]) : is_below(row->path, f->path[i])))
            continue;
        f->found[i] = true;
        named = true;
    }
    return named;
}

static bool is_gone(forgetting *f, const ww_source_row *row)
{
    if (!f->gone)
        return false;
    char *file = row->file ? ww_strdup(row->file) : ww_path_absolute(row->path);
    const ww_source_state state = ww_source_state_of(file);
    free(file);
    f->away += state == WW_SOURCE_AWAY;
    return state == WW_SOURCE_GONE;
}

static ww_status on_source(void *user, const ww_source_row *row, ww_error *err)
{
    forgetting *f = user;
    if (!is_named(f, row) && !is_gone(f, row))
        return WW_OK;
    forgotten source = {row->id, ww_try_strdup(row->path)};
    if (source.path && ww_vector_push(&f->source, source))
        return WW_OK;
    free(source.path);
    return ww_fail_memory(err, "the files of the library");
}

static ww_status check_found(const forgetting *f, const char *dir, ww_error *err)
{
    for (size_t i = 0; i < f->count; i++)
        if (!f->found[i])
            return ww_fail(err, WW_ERR_NOT_FOUND,
                           "the library in '%s' knows no file '%s', nor one in a folder of that name", dir, f->path[i]);
    return WW_OK;
}

static ww_status forget(ww_library *library, const forgetting *f, ww_listener *listener, ww_error *err)
{
    ww_status status = ww_store_begin(library->store, err);
    if (status != WW_OK)
        return status;
    for (size_t i = 0; i < f->source.count && status == WW_OK; i++) {
        status = ww_store_delete_source(library->store, f->source.item[i].id, err);
        if (status == WW_OK)
            ww_notify(listener, "forgotten: %s", f->source.item[i].path);
        if (status == WW_OK)
            status = ww_listener_status(listener, err);
    }
    if (status == WW_OK && f->source.count)
        status = ww_store_set_meta(library->store, WW_SETTING_EXPORT, WW_EXPORT_BEHIND, err);
    return ww_store_end(library->store, status, err);
}

ww_status ww_forget_sources(ww_library *library, const char *const *path, size_t count, bool gone,
                            ww_listener *listener, ww_forget_result *result, ww_error *err)
{
    forgetting f = {.path = path,
                    .file = ww_try_array(count, sizeof *f.file),
                    .found = ww_try_array(count, sizeof *f.found),
                    .count = count,
                    .gone = gone};
    ww_status status = f.file && f.found ? WW_OK : ww_fail_memory(err, "the names of files");
    for (size_t i = 0; i < count && status == WW_OK; i++) {
        char *real = realpath(path[i], NULL);
        f.file[i] = real && ww_path_is_dir(path[i]) ? real : ww_path_absolute(path[i]);
        if (f.file[i] != real)
            free(real);
    }
    if (status == WW_OK)
        status = ww_store_sources(library->store, on_source, &f, err);
    if (status == WW_OK)
        status = check_found(&f, library->dir, err);
    if (status == WW_OK)
        status = ww_store_set_erasing(library->store, true, err);
    if (status == WW_OK)
        status = forget(library, &f, listener, err);
    if (status == WW_OK)
        status = ww_store_set_erasing(library->store, false, err);
    if (status == WW_OK) {
        result->forgotten = (int64_t)f.source.count;
        result->away = f.away;
    }
    for (size_t i = 0; f.file && i < count; i++)
        free(f.file[i]);
    for (size_t i = 0; i < f.source.count; i++)
        free(f.source.item[i].path);
    ww_vector_free(&f.source);
    free(f.file);
    free(f.found);
    return status;
}
