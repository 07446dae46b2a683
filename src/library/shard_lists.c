// SPDX-License-Identifier: MIT
#include "library/shard_lists.h"
#include "base/buffer.h"
#include "base/memory.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define META_SHARDS "shards" // lines "LIST FILES NUMBER/COUNT done|begun"
enum { LISTS_MAX = 100000, SHARES_MAX = 1000000 };
#define FILES_MAX (INT64_C(1) << 40)

// A number from least to most at *text, and `after` behind it.
static bool read_number(char **text, int64_t least, int64_t most, char after, int64_t *value)
{
    char *end;
    errno = 0;
    *value = strtoll(*text, &end, 10);
    const bool fine = errno == 0 && end != *text && *end == after && *value >= least && *value <= most;
    *text = fine ? end + 1 : end;
    return fine;
}

static bool read_line(char *line, ww_shard_list *share)
{
    int64_t files = 0, number = 0, count = 0;
    char *end;
    errno = 0;
    share->list = strtoull(line, &end, 16);
    if (errno || end == line || *end++ != ' ' || !read_number(&end, 0, FILES_MAX, ' ', &files)
        || !read_number(&end, 1, SHARES_MAX, '/', &number) || !read_number(&end, number, SHARES_MAX, ' ', &count))
        return false;
    share->files = files;
    share->number = (int)number;
    share->count = (int)count;
    share->done = strcmp(end, "done") == 0;
    return share->done || strcmp(end, "begun") == 0;
}

ww_status ww_shard_lists_load(ww_store *store, ww_shard_lists *lists, ww_error *err)
{
    char *text = NULL, *rest = NULL;
    *lists = (ww_shard_lists){0};
    ww_status status = ww_store_get_meta(store, META_SHARDS, &text, err);
    for (char *line = text ? strtok_r(text, "\n", &rest) : NULL; line && status == WW_OK;
         line = strtok_r(NULL, "\n", &rest)) {
        ww_shard_list share = {0};
        if (!read_line(line, &share) || lists->count == LISTS_MAX)
            status = ww_fail(err, WW_ERR_STORE, "the library is damaged: its shard '%.60s' cannot be right; scan again",
                             line);
        else if (!ww_vector_push(lists, share))
            status = ww_fail_memory(err, "the shards of a library");
    }
    free(text);
    return status;
}

static ww_status store_lists(ww_store *store, const ww_shard_lists *lists, ww_error *err)
{
    ww_buffer text = {0};
    for (size_t i = 0; i < lists->count; i++) {
        const ww_shard_list *s = &lists->item[i];
        ww_buffer_format(&text, "%016" PRIx64 " %" PRId64 " %d/%d %s\n", s->list, s->files, s->number, s->count,
                         s->done ? "done" : "begun");
    }
    ww_status status = ww_buffer_status(&text, "the shards of a library", err);
    if (status == WW_OK)
        status = ww_store_set_meta(store, META_SHARDS, text.data, err);
    ww_buffer_free(&text);
    return status;
}

ww_status ww_shard_lists_note(ww_store *store, const ww_shard_list *share, int64_t *first_place, ww_error *err)
{
    ww_shard_lists lists;
    size_t at = 0;
    int64_t before = 0;
    ww_status status = ww_shard_lists_load(store, &lists, err);
    bool met = false; // the list, by another share
    for (; status == WW_OK && at < lists.count; at++) {
        const ww_shard_list *s = &lists.item[at];
        met = met || s->list == share->list;
        if (s->list == share->list && s->number == share->number && s->count == share->count)
            break;
        if (!met && (at == 0 || s->list != lists.item[at - 1].list))
            before += s->files;
    }
    if (status == WW_OK && at == lists.count && !ww_vector_push(&lists, *share))
        status = ww_fail_memory(err, "the shards of a library");
    if (status == WW_OK) {
        lists.item[at].done = lists.item[at].done || share->done;
        status = store_lists(store, &lists, err);
    }
    ww_vector_free(&lists);
    *first_place = before + 1;
    return status;
}
