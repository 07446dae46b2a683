// SPDX-License-Identifier: MIT
#include "evaluate/path_index.h"
#include "base/files.h"
#include "base/memory.h"
#include "base/search.h"

#include <stdlib.h>
#include <string.h>

static int by_base(const void *a, const void *b)
{
    const ww_named_path *x = a, *y = b;
    const int order = strcmp(x->base, y->base);
    return order ? order : (x->index > y->index) - (x->index < y->index);
}

ww_status ww_path_index_make(const char *const *path, size_t count, ww_path_index *paths, ww_error *err)
{
    *paths = (ww_path_index){.item = ww_alloc_array(count, sizeof(ww_named_path), SIZE_MAX), .count = count};
    if (!paths->item)
        return ww_fail(err, WW_ERR_MEMORY, "no memory for the names of %zu files", count);
    for (size_t i = 0; i < count; i++)
        paths->item[i] = (ww_named_path){ww_path_base(path[i]), path[i], i};
    qsort(paths->item, count, sizeof *paths->item, by_base);
    return WW_OK;
}

void ww_path_index_free(ww_path_index *paths)
{
    free(paths->item);
    *paths = (ww_path_index){0};
}

// The first whose base is not before this text.
static size_t lower_bound(const ww_path_index *paths, const char *text)
{
    size_t at;
    WW_LOWER_BOUND(at, paths->count, strcmp(paths->item[at].base, text) < 0);
    return at;
}

static const char *without_here(const char *path)
{
    while (path[0] == '.' && path[1] == '/')
        path += 2 + strspn(path + 2, "/");
    return path;
}

// Whether one is the end of the other, by whole names.
static bool agree(const char *a, const char *b)
{
    const char *longer = without_here(a), *shorter = without_here(b);
    if (strlen(longer) < strlen(shorter)) {
        const char *swapped = longer;
        longer = shorter;
        shorter = swapped;
    }
    const size_t ahead = strlen(longer) - strlen(shorter);
    return strcmp(longer + ahead, shorter) == 0 && (ahead == 0 || longer[ahead - 1] == '/');
}

size_t ww_path_index_find(const ww_path_index *paths, const char *name)
{
    const char *base = ww_path_base(name);
    size_t found = WW_PATH_NONE;
    for (size_t i = lower_bound(paths, base); i < paths->count && strcmp(paths->item[i].base, base) == 0; i++) {
        if (strcmp(paths->item[i].path, name) == 0)
            return paths->item[i].index;
        if (agree(paths->item[i].path, name))
            found = found == WW_PATH_NONE ? paths->item[i].index : WW_PATH_SEVERAL;
    }
    return found;
}

static bool lies_in(const ww_named_path *p, const char *folder)
{
    const size_t length = strlen(folder), before = (size_t)(p->base - p->path);
    return before > length && strncmp(p->base - 1 - length, folder, length) == 0
           && (before == length + 1 || p->base[-2 - (ptrdiff_t)length] == '/');
}

static bool only_digits_to_dot(const char *text)
{
    const size_t digits = strspn(text, "0123456789");
    return digits > 0 && text[digits] == '.' && !strchr(text + digits + 1, '.');
}

size_t ww_path_index_find_numbered(const ww_path_index *paths, const char *person, int number, size_t *known)
{
    char *stem = ww_strf("%s_", person), *wanted = ww_strf("%s_%04d.", person, number);
    const size_t stem_length = strlen(stem), wanted_length = strlen(wanted);
    size_t inside = WW_PATH_NONE, outside = WW_PATH_NONE, pictures = 0;
    for (size_t i = lower_bound(paths, stem); i < paths->count && strncmp(paths->item[i].base, stem, stem_length) == 0;
         i++) {
        const ww_named_path *p = &paths->item[i];
        if (!only_digits_to_dot(p->base + stem_length))
            continue;
        pictures++;
        if (strncmp(p->base, wanted, wanted_length) != 0)
            continue;
        size_t *place = lies_in(p, person) ? &inside : &outside;
        *place = *place == WW_PATH_NONE ? p->index : WW_PATH_SEVERAL;
    }
    free(stem);
    free(wanted);
    if (known)
        *known = pictures;
    return inside != WW_PATH_NONE ? inside : outside;
}
