// SPDX-License-Identifier: MIT
// The order of the files: that of the inputs, if the libraries are the shards of the same ones, else that of the paths.
#include "base/memory.h"
#include "base/text.h"
#include "join/join.h"

#include <stdlib.h>
#include <string.h>

enum { MISSING_NAMED_MAX = 20 }; // shards, of one list of inputs

// --- shards ----------------------------------------------------------------------------------------------------------

// The lists that a library scanned its shares of, each once, in order.
static bool next_list(const ww_shard_lists *s, size_t *at, uint64_t *list)
{
    while (*at < s->count) {
        const uint64_t here = s->item[(*at)++].list;
        bool met = false;
        for (size_t k = 0; k + 1 < *at; k++)
            met = met || s->item[k].list == here;
        *list = here;
        if (!met)
            return true;
    }
    return false;
}

static bool same_lists(const ww_shard_lists *a, const ww_shard_lists *b)
{
    size_t at_a = 0, at_b = 0;
    for (;;) {
        uint64_t p = 0, q = 0;
        const bool more_a = next_list(a, &at_a, &p), more_b = next_list(b, &at_b, &q);
        if (more_a != more_b || (more_a && p != q))
            return false;
        if (!more_a)
            return true;
    }
}

static bool is_known_order(const ww_join *j)
{
    for (size_t i = 0; i < j->count; i++)
        if (!same_lists(&j->library[0].shards, &j->library[i].shards))
            return false;
    for (size_t i = 0; i < j->source.count; i++)
        if (j->source.item[i].place == 0)
            return false;
    return true;
}

static bool is_done(const ww_join *j, uint64_t list, int number, int count)
{
    for (size_t i = 0; i < j->count; i++)
        for (size_t k = 0; k < j->library[i].shards.count; k++) {
            const ww_shard_list *s = &j->library[i].shards.item[k];
            if (s->list == list && s->number == number && s->count == count && s->done)
                return true;
        }
    return false;
}

// A share that no library has to the end, unless the inputs were cut in another way too and that way is complete.
static int missing_of(const ww_join *j, uint64_t list, int count)
{
    int missing = 0;
    for (int number = 1; number <= count; number++)
        missing += !is_done(j, list, number, count);
    return missing;
}

static int least_missing(const ww_join *j, uint64_t list, int *of)
{
    int least = -1;
    for (size_t i = 0; i < j->count && least != 0; i++)
        for (size_t k = 0; k < j->library[i].shards.count && least != 0; k++) {
            const ww_shard_list *s = &j->library[i].shards.item[k];
            const bool first_of_its_kind = s->list == list && (least < 0 || s->count != *of);
            const int missing = first_of_its_kind ? missing_of(j, list, s->count) : 0;
            if (first_of_its_kind && (least < 0 || missing < least)) {
                least = missing;
                *of = s->count;
            }
        }
    return least;
}

static void name_missing(const ww_join *j, uint64_t list, int count, int missing)
{
    int named = 0;
    for (int number = 1; number <= count && named < MISSING_NAMED_MAX; number++) {
        if (is_done(j, list, number, count))
            continue;
        named++;
        ww_logf(j->log, WW_LOG_ERROR,
                "shard %d/%d is missing, or was not scanned to the end; finish it, and join again", number, count);
    }
    if (missing > named)
        ww_logf(j->log, WW_LOG_ERROR, "%d more of the %d shards are missing", missing - named, count);
}

static void tell_missing(ww_join *j)
{
    uint64_t list;
    for (size_t i = 0; i < j->count; i++)
        for (size_t at = 0; next_list(&j->library[i].shards, &at, &list);) {
            bool told = false;
            for (size_t before = 0; before < i; before++)
                for (size_t k = 0; k < j->library[before].shards.count; k++)
                    told = told || j->library[before].shards.item[k].list == list;
            int of = 0;
            const int missing = told ? 0 : least_missing(j, list, &of);
            if (missing)
                name_missing(j, list, of, missing);
            j->result.missing += missing;
        }
}

// --- sources ---------------------------------------------------------------------------------------------------------

static int by_rest(const ww_join_source *p, const ww_join_source *q)
{
    int order = strcmp(p->path, q->path);
    if (order == 0)
        order = strcmp(p->file ? p->file : "", q->file ? q->file : "");
    if (order == 0)
        order = ww_join_compare(p->track, q->track);
    if (order == 0)
        order = p->hash == q->hash ? 0 : p->hash < q->hash ? -1 : 1;
    return order ? order : ww_join_compare(p->id, q->id);
}

static int by_place(const void *a, const void *b)
{
    const ww_join_source *p = *(const ww_join_source *const *)a, *q = *(const ww_join_source *const *)b;
    const int order = ww_join_compare(p->place, q->place);
    if (order)
        return order;
    return p->track != q->track ? ww_join_compare(p->track, q->track) : by_rest(p, q);
}

static int by_path(const void *a, const void *b)
{
    return by_rest(*(const ww_join_source *const *)a, *(const ww_join_source *const *)b);
}

typedef struct ranked { // a source, and its rank in the order of all
    const ww_join_source *source;
    size_t rank;
} ranked;

// Files that could be read by their content, the others by where they are; each in its order.
static int by_content(const void *a, const void *b)
{
    const ranked *p = a, *q = b;
    const ww_join_source *s = p->source, *t = q->source;
    int order = ww_join_compare(s->failed, t->failed);
    if (order == 0 && s->failed)
        order = strcmp(s->path, t->path) ? strcmp(s->path, t->path) : ww_join_compare(s->track, t->track);
    else if (order == 0 && s->hash != t->hash)
        order = s->hash < t->hash ? -1 : 1;
    return order ? order : ww_join_compare((int64_t)p->rank, (int64_t)q->rank);
}

static bool same_content(const ww_join_source *s, const ww_join_source *t)
{
    return s->failed == t->failed
           && (s->failed ? strcmp(s->path, t->path) == 0 && s->track == t->track : s->hash == t->hash);
}

typedef struct ranked_group {
    size_t rank;
    ww_join_group group;
} ranked_group;

static int by_rank(const void *a, const void *b)
{
    const ranked_group *p = a, *q = b;
    return ww_join_compare((int64_t)p->rank, (int64_t)q->rank);
}

// Paths of the files that could be read: what failed elsewhere did not fail.
static char **readable_paths(const ww_join *j, size_t *count)
{
    char **path = ww_try_array(j->source.count, sizeof *path);
    *count = 0;
    for (size_t i = 0; path && i < j->source.count; i++)
        if (!j->source.item[i].failed)
            path[(*count)++] = j->source.item[i].path;
    if (path)
        qsort(path, *count, sizeof *path, ww_text_order);
    return path;
}

static ww_status make_groups(ww_join *j, ranked *list, ranked_group *group, ww_error *err)
{
    size_t groups = 0, readable = 0;
    char **path = readable_paths(j, &readable);
    for (size_t i = 0, next; path && i < j->source.count; i = next) {
        for (next = i + 1; next < j->source.count && same_content(list[i].source, list[next].source);)
            next++;
        const bool read_elsewhere =
            list[i].source->failed && bsearch(&list[i].source->path, path, readable, sizeof *path, ww_text_order);
        if (!read_elsewhere)
            group[groups++] = (ranked_group){list[i].rank, {i, next - i}};
    }
    if (groups)
        qsort(group, groups, sizeof *group, by_rank);
    bool kept = path != NULL;
    for (size_t i = 0; i < groups && kept; i++)
        kept = ww_vector_push(&j->group, group[i].group);
    for (size_t i = 0; i < j->source.count; i++)
        j->order[i] = list[i].source;
    free(path);
    return kept ? WW_OK : ww_fail_memory(err, "the files of the libraries");
}

ww_status ww_join_put_in_order(ww_join *j, ww_error *err)
{
    const size_t count = j->source.count;
    const bool known = is_known_order(j);
    j->result.by_path = !known;
    j->order = ww_try_array(count, sizeof *j->order);
    ranked *list = ww_try_array(count, sizeof *list);
    ranked_group *group = ww_try_array(count, sizeof *group);
    ww_status status = j->order && list && group ? WW_OK : ww_fail_memory(err, "the files of the libraries");
    for (size_t i = 0; i < count && status == WW_OK; i++)
        j->order[i] = &j->source.item[i];
    if (status == WW_OK && count)
        qsort(j->order, count, sizeof *j->order, known ? by_place : by_path);
    for (size_t i = 0; i < count && status == WW_OK; i++)
        list[i] = (ranked){j->order[i], i};
    if (status == WW_OK && count)
        qsort(list, count, sizeof *list, by_content);
    if (status == WW_OK)
        status = make_groups(j, list, group, err);
    free(group);
    free(list);
    tell_missing(j);
    if (!known && count)
        ww_logf(j->log, WW_LOG_WARNING,
                "the libraries are not shards of the same inputs: their files are numbered in order of path");
    return status;
}
