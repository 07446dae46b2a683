// SPDX-License-Identifier: MIT
#include "scan/own_files.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/search.h"
#include "library/dataset_records.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define RECORD_BYTES_MAX ((size_t)1 << 30)

static bool holds(const char *dir, const char *name)
{
    char *path = ww_path_join(dir, name);
    bool there = ww_path_exists(path);
    free(path);
    return there;
}

bool ww_own_files_here(const char *dir) { return holds(dir, WW_STORE_FILE) || holds(dir, WW_DATASET_MANIFEST); }

static ww_status add(ww_own_files *own, const char *path, uint64_t hash, ww_error *err)
{
    char *copy = ww_strdup(path);
    if (ww_vector_push(&own->path, copy)) {
        if (ww_id_set_put(&own->content, hash, NULL))
            return WW_OK;
    } else {
        free(copy);
    }
    return ww_fail_memory(err, "the files that were written into '%s'", own->dir);
}

static ww_status on_exported(void *user, const char *path, uint64_t hash, ww_error *err)
{
    return add(user, path, hash, err);
}

static bool same_file(const char *a, const char *b)
{
    struct stat p, q;
    return stat(a, &p) == 0 && stat(b, &q) == 0 && p.st_dev == q.st_dev && p.st_ino == q.st_ino;
}

static ww_status load_library(ww_own_files *own, const ww_library *open, ww_error *err)
{
    if (open && same_file(open->dir, own->dir))
        return ww_store_exported(open->store, on_exported, own, err);
    char *store = ww_path_join(own->dir, WW_STORE_FILE);
    ww_status status = ww_store_exported_of(store, on_exported, own, err);
    free(store);
    return status;
}

// Lines that are about no file are passed over: what a damaged record does not tell is footage.
static ww_status load_data_set(ww_own_files *own, ww_error *err)
{
    uint8_t *data = NULL;
    size_t bytes = 0;
    char *record = ww_path_join(own->dir, WW_DATASET_MANIFEST);
    ww_status status = ww_read_file(record, RECORD_BYTES_MAX, &data, &bytes, err);
    for (char *line = (char *)data, *next; status == WW_OK && line && *line; line = next) {
        ww_file_record file;
        next = line + strcspn(line, "\n");
        if (*next)
            *next++ = 0;
        if (ww_file_record_read(line, &file))
            status = add(own, file.path, file.hash, err);
    }
    free(data);
    free(record);
    return status;
}

ww_status ww_own_files_load(ww_own_files *own, const char *dir, const ww_library *open, ww_error *err)
{
    ww_status status = WW_OK;
    *own = (ww_own_files){.dir = ww_strdup(dir)};
    if (holds(dir, WW_STORE_FILE))
        status = load_library(own, open, err);
    if (status == WW_OK && holds(dir, WW_DATASET_MANIFEST))
        status = load_data_set(own, err);
    if (own->path.count > 1)
        qsort(own->path.item, own->path.count, sizeof *own->path.item, ww_text_order);
    return status;
}

static bool named_like_ours(const char *name)
{
    return strncmp(name, "face_", 5) == 0 || strncmp(name, "frame_", 6) == 0 || strncmp(name, "Face_", 5) == 0;
}

bool ww_own_files_has(const ww_own_files *own, const char *path)
{
    const char *relative = path + strlen(own->dir);
    relative += strspn(relative, "/");
    size_t at;
    WW_LOWER_BOUND(at, own->path.count, strcmp(own->path.item[at], relative) < 0);
    if (at < own->path.count && strcmp(own->path.item[at], relative) == 0)
        return true;
    uint64_t hash;
    return named_like_ours(ww_path_base(path)) && ww_hash_file(path, &hash, NULL, NULL) == WW_OK
           && ww_id_set_has(&own->content, hash);
}

void ww_own_files_free(ww_own_files *own)
{
    for (size_t i = 0; i < own->path.count; i++)
        free(own->path.item[i]);
    ww_vector_free(&own->path);
    ww_id_set_free(&own->content);
    free(own->dir);
    *own = (ww_own_files){0};
}
