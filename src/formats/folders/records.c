// SPDX-License-Identifier: MIT
#include "formats/folders/records.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/search.h"

#include <stdlib.h>
#include <string.h>

static uint64_t key_of(const char *path) { return ww_hash_bytes(path, strlen(path)); }

static int by_path_and_content(const void *a, const void *b)
{
    const ww_record *l = a, *r = b;
    if (l->path != r->path)
        return l->path < r->path ? -1 : 1;
    return (l->content > r->content) - (l->content < r->content);
}

static int by_value(const void *a, const void *b)
{
    uint64_t l = *(const uint64_t *)a, r = *(const uint64_t *)b;
    return (l > r) - (l < r);
}

static ww_status on_known(void *user, const ww_exported_row *row, ww_error *err)
{
    ww_records *r = user;
    if (!ww_path_is_inside(row->path))
        return ww_fail(err, WW_ERR_STORE,
                       "the library has '%s' on record as a file it wrote, which is not inside its folder; it is "
                       "damaged or was tampered with",
                       row->path);
    ww_record record = {key_of(row->path), row->hash, row->key, row->bytes, row->changed_ns, false};
    return ww_vector_push(&r->known, record) ? WW_OK : ww_fail_memory(err, "the list of exported files");
}

ww_status ww_records_load(ww_records *r, ww_store *store, ww_error *err)
{
    ww_status status = ww_store_exported_files(store, on_known, r, err);
    if (r->known.count)
        qsort(r->known.item, r->known.count, sizeof *r->known.item, by_path_and_content);
    return status;
}

typedef struct cleaning {
    ww_folder *folder;
    const char *temporary;
    char *last; // folder of the path before: paths come sorted, so those of a folder come together
} cleaning;

static ww_status on_recorded(void *user, const char *path, uint64_t hash, ww_error *err)
{
    cleaning *c = user;
    char *folder = ww_strndup(path, (size_t)(ww_path_base(path) - path));
    if (c->last && strcmp(folder, c->last) == 0) {
        free(folder);
        return WW_OK;
    }
    free(c->last);
    c->last = folder;
    char *leftover = ww_strf("%s%s", folder, c->temporary);
    ww_entry_info info;
    // Best effort: what cannot be cleared away now is tried again by the next export.
    if (ww_path_is_inside(leftover) && ww_folder_look(c->folder, leftover, &info, NULL) == WW_OK
        && info.kind == WW_ENTRY_FILE)
        ww_folder_remove(c->folder, leftover, NULL);
    free(leftover);
    return WW_OK;
}

ww_status ww_records_clear_temporary(ww_store *store, ww_folder *folder, const char *temporary, ww_error *err)
{
    cleaning c = {.folder = folder, .temporary = temporary};
    ww_status status = ww_store_exported(store, on_recorded, &c, err);
    free(c.last);
    return status;
}

void ww_records_free(ww_records *r)
{
    for (size_t i = 0; i < r->stale.count; i++)
        free(r->stale.item[i]);
    ww_vector_free(&r->stale);
    ww_vector_free(&r->added);
    ww_vector_free(&r->known);
    *r = (ww_records){0};
}

// Index of the first record that is not before (path, content).
static size_t lower_bound(const ww_records *r, uint64_t path, uint64_t content)
{
    const ww_record wanted = {.path = path, .content = content};
    size_t at;
    WW_LOWER_BOUND(at, r->known.count, by_path_and_content(&r->known.item[at], &wanted) < 0);
    return at;
}

static size_t find(const ww_records *r, uint64_t path, size_t *count)
{
    const size_t first = lower_bound(r, path, 0);
    for (*count = 0; first + *count < r->known.count && r->known.item[first + *count].path == path;)
        ++*count;
    return first;
}

const ww_record *ww_records_find(const ww_records *r, const char *path, size_t *count)
{
    const size_t first = find(r, key_of(path), count);
    return *count ? &r->known.item[first] : NULL;
}

bool ww_records_has(const ww_records *r, const char *path, uint64_t content)
{
    uint64_t key = key_of(path);
    size_t i = lower_bound(r, key, content);
    return i < r->known.count && r->known.item[i].path == key && r->known.item[i].content == content;
}

size_t ww_records_count(const ww_records *r, const char *path)
{
    size_t count;
    find(r, key_of(path), &count);
    return count;
}

ww_status ww_records_want(ww_records *r, const char *path, ww_error *err)
{
    const uint64_t key = key_of(path);
    size_t count;
    const size_t first = find(r, key, &count);
    for (size_t i = first; i < first + count; i++)
        r->known.item[i].wanted = true;
    return count || ww_vector_push(&r->added, key) ? WW_OK : ww_fail_memory(err, "the list of exported files");
}

static bool is_wanted(const ww_records *r, const char *path)
{
    const uint64_t key = key_of(path);
    size_t count;
    const size_t first = find(r, key, &count);
    if (count)
        return r->known.item[first].wanted;
    return r->added.count && bsearch(&key, r->added.item, r->added.count, sizeof key, by_value);
}

static ww_status on_candidate(void *user, const char *path, uint64_t hash, ww_error *err)
{
    ww_records *r = user;
    bool again = r->stale.count && strcmp(r->stale.item[r->stale.count - 1], path) == 0; // its second hash
    (void)hash;
    if (again || is_wanted(r, path))
        return WW_OK;
    char *stale = ww_try_strdup(path);
    if (stale && ww_vector_push(&r->stale, stale))
        return WW_OK;
    free(stale);
    return ww_fail_memory(err, "the list of exported files");
}

ww_status ww_records_find_stale(ww_records *r, ww_store *store, ww_error *err)
{
    bool any = false;
    for (size_t i = 0; i < r->known.count && !any; i++)
        any = !r->known.item[i].wanted;
    if (!any)
        return WW_OK;
    if (r->added.count)
        qsort(r->added.item, r->added.count, sizeof *r->added.item, by_value);
    return ww_store_exported(store, on_candidate, r, err);
}
