// SPDX-License-Identifier: MIT
#include "scan/own_files.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/search.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

// A line a file: "HASH KEY BYTES CHANGED_NS PATH"; formats/dataset_records.c writes it.
#define DATASET_RECORD ".whoswho-dataset"
#define RECORD_BYTES_MAX ((size_t)1 << 30)
enum { HASH_DIGITS = 16, FIELDS_BEFORE_PATH = 4 };

static bool holds(const char *dir, const char *name)
{
    char *path = ww_path_join(dir, name);
    bool there = ww_path_exists(path);
    free(path);
    return there;
}

bool ww_own_files_here(const char *dir) { return holds(dir, WW_STORE_FILE) || holds(dir, DATASET_RECORD); }

static ww_status add(ww_own_files *own, const char *path, size_t length, uint64_t hash, ww_error *err)
{
    char *copy = ww_strndup(path, length);
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
    return add(user, path, strlen(path), hash, err);
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

// NULL: not a line about a file.
static const char *path_in(const char *line, size_t length)
{
    const char *at = line, *end = line + length;
    if (strspn(line, "0123456789abcdef") != HASH_DIGITS)
        return NULL;
    for (int field = 0; field < FIELDS_BEFORE_PATH && at; field++) {
        at = memchr(at, ' ', (size_t)(end - at));
        at += at != NULL;
    }
    return at;
}

static ww_status load_data_set(ww_own_files *own, ww_error *err)
{
    uint8_t *data = NULL;
    size_t bytes = 0;
    char *record = ww_path_join(own->dir, DATASET_RECORD);
    ww_status status = ww_read_file(record, RECORD_BYTES_MAX, &data, &bytes, err);
    for (const char *line = (const char *)data; status == WW_OK && line && *line;) {
        const size_t length = strcspn(line, "\n");
        const char *path = path_in(line, length);
        if (path)
            status = add(own, path, (size_t)(line + length - path), strtoull(line, NULL, 16), err);
        line += length + (line[length] == '\n');
    }
    free(data);
    free(record);
    return status;
}

static int by_bytes(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

ww_status ww_own_files_load(ww_own_files *own, const char *dir, const ww_library *open, ww_error *err)
{
    ww_status status = WW_OK;
    *own = (ww_own_files){.dir = ww_strdup(dir)};
    if (holds(dir, WW_STORE_FILE))
        status = load_library(own, open, err);
    if (status == WW_OK && holds(dir, DATASET_RECORD))
        status = load_data_set(own, err);
    if (own->path.count > 1)
        qsort(own->path.item, own->path.count, sizeof *own->path.item, by_bytes);
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
