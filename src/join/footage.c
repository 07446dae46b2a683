// SPDX-License-Identifier: MIT
// Content that several libraries hold is put together from the first that has each span. A span looks the same wherever
// it was scanned, so it does not matter from which; only whether its first shot goes on from the span before is not
// known to a library that does not hold that one, and is told here.
#include "base/memory.h"
#include "join/join.h"
#include "video/shot.h"

#include <stdlib.h>
#include <string.h>

enum { NO_MEMBER = -1 };

typedef struct shot {
    ww_shot_row row; // `ending` points at the next, or is NULL
    uint8_t ending[WW_SHOT_BYTES];
} shot;

typedef struct beginning {
    int span;
    uint8_t seen[WW_SHOT_BYTES];
} beginning;

typedef struct gathering { // one group
    ww_join *join;
    const ww_join_source *const *member;
    size_t members, at; // the member at hand
    int spans;
    int32_t *owner; // of each span: the member it is taken from
    int owned;      // spans of the member at hand that are taken from it
    ww_scan_counts counts, member_counts;
    int parts; // spans of the member at hand whose counts are known
    ww_scan_counts row_counts;
    int64_t id;    // in the new library
    bool repeated; // more than one member holds a span of it
    WW_VECTOR(shot) shots;
    WW_VECTOR(beginning) beginnings;
} gathering;

static void add_counts(ww_scan_counts *sum, const ww_scan_counts *more)
{
    sum->samples += more->samples;
    sum->intermediate_frames += more->intermediate_frames;
    sum->damaged += more->damaged;
    sum->faces_small += more->faces_small;
    sum->faces_transient += more->faces_transient;
}

static ww_store *store_of(const gathering *g) { return g->join->library[g->member[g->at]->library].open->store; }

static ww_status on_span(void *user, int span, ww_error *err)
{
    gathering *g = user;
    if (span < 0 || span >= g->spans)
        return ww_fail(err, WW_ERR_STORE, "the library '%s' is damaged: a span of %s cannot be right; scan again",
                       g->join->library[g->member[g->at]->library].dir, g->member[g->at]->path);
    if (g->owner[span] == NO_MEMBER) {
        g->owner[span] = (int32_t)g->at;
        g->owned++;
    } else {
        g->repeated = true;
    }
    return WW_OK;
}

static ww_status on_part(void *user, const ww_part_row *row, ww_error *err)
{
    gathering *g = user;
    if (row->span >= g->spans || g->owner[row->span] != (int32_t)g->at)
        return WW_OK;
    add_counts(&g->member_counts, &row->counts);
    g->parts++;
    beginning b = {.span = row->span};
    if (row->span == 0 || row->beginning_bytes != WW_SHOT_BYTES)
        return WW_OK;
    memcpy(b.seen, row->beginning, WW_SHOT_BYTES);
    return ww_vector_push(&g->beginnings, b) ? WW_OK : ww_fail_memory(err, "the spans of %s", g->member[g->at]->path);
}

static ww_status on_shot(void *user, const ww_shot_row *row, ww_error *err)
{
    gathering *g = user;
    shot s = {.row = *row};
    if (row->ending_bytes == WW_SHOT_BYTES)
        memcpy(s.ending, row->ending, WW_SHOT_BYTES);
    else
        s.row.ending_bytes = 0;
    s.row.ending = NULL;
    return ww_vector_push(&g->shots, s) ? WW_OK : ww_fail_memory(err, "the shots of %s", g->member[g->at]->path);
}

static ww_status on_row(void *user, const ww_source_row *row, ww_error *err)
{
    gathering *g = user;
    g->row_counts = row->counts;
    if (g->at > 0)
        return WW_OK;
    ww_source_row fresh = *row;
    fresh.counts = (ww_scan_counts){0};
    fresh.place = 0;
    return ww_store_add_source(g->join->target->store, &fresh, &g->id, err);
}

// What the member at hand contributes, all but its pictures.
static ww_status look_at_member(gathering *g, ww_error *err)
{
    const ww_join_source *source = g->member[g->at];
    g->owned = g->parts = 0;
    g->member_counts = g->row_counts = (ww_scan_counts){0};
    ww_status status = ww_join_open(g->join, source->library, err);
    if (status == WW_OK)
        status = ww_store_source(store_of(g), source->id, on_row, g, err);
    if (status == WW_OK && g->id == 0)
        return ww_fail(err, WW_ERR_STORE, "the library '%s' was changed while it was joined; join again",
                       g->join->library[source->library].dir);
    if (status == WW_OK && g->at == 0)
        status = ww_store_copy_file_damage(g->join->target->store, g->id, store_of(g), source->id, err);
    if (status == WW_OK)
        status = ww_store_spans(store_of(g), source->id, on_span, g, err);
    if (status == WW_OK && g->owned)
        status = ww_store_parts(store_of(g), source->id, on_part, g, err);
    if (status == WW_OK && g->owned)
        status = ww_store_shots_of(store_of(g), source->id, on_shot, g, err);
    if (g->owned)
        add_counts(&g->counts, g->parts == g->owned ? &g->member_counts : &g->row_counts);
    return status;
}

static ww_status copy_spans(gathering *g, ww_error *err)
{
    ww_status status = WW_OK;
    for (int span = 0, next; span < g->spans && status == WW_OK; span = next) {
        for (next = span + 1; next < g->spans && g->owner[next] == g->owner[span];)
            next++;
        if (g->owner[span] == NO_MEMBER)
            continue;
        g->at = (size_t)g->owner[span];
        status = ww_join_open(g->join, g->member[g->at]->library, err);
        if (status == WW_OK)
            status = ww_store_copy_spans(g->join->target->store, g->id, store_of(g), g->member[g->at]->id, span,
                                         next - 1, &g->join->result.faces, err);
    }
    return status;
}

// --- shots -----------------------------------------------------------------------------------------------------------

static int by_time(const void *a, const void *b)
{
    const shot *p = a, *q = b;
    if (p->row.first_us != q->row.first_us)
        return p->row.first_us < q->row.first_us ? -1 : 1;
    return (p->row.last_us < q->row.last_us) - (p->row.last_us > q->row.last_us);
}

static int by_span(const void *a, const void *b) { return ((const beginning *)a)->span - ((const beginning *)b)->span; }

static void go_on(shot *s, const shot *with)
{
    const int64_t first_us = s->row.first_us;
    if (with->row.last_us > s->row.last_us)
        *s = *with;
    s->row.first_us = first_us;
}

// Of two libraries that hold the same span, one may know more of the shot that leads out of it.
static void unite_shots(gathering *g)
{
    size_t count = 0;
    for (size_t i = 0; i < g->shots.count; i++) {
        shot *last = count ? &g->shots.item[count - 1] : NULL, *here = &g->shots.item[i];
        if (last && here->row.first_us <= last->row.last_us)
            go_on(last, here);
        else
            g->shots.item[count++] = *here;
    }
    g->shots.count = count;
}

static const beginning *beginning_of(const gathering *g, int span)
{
    const beginning wanted = {.span = span};
    return g->beginnings.count ? bsearch(&wanted, g->beginnings.item, g->beginnings.count, sizeof wanted, by_span)
                               : NULL;
}

// As scan_store.c does when it stores a span after the one before it.
static void bridge_spans(gathering *g)
{
    size_t count = 0;
    for (size_t i = 0; i < g->shots.count; i++) {
        shot *last = count ? &g->shots.item[count - 1] : NULL, *here = &g->shots.item[i];
        const beginning *next = last && last->row.ending_bytes ? beginning_of(g, last->row.span + 1) : NULL;
        if (next && ww_shot_alike(last->ending, next->seen))
            go_on(last, here);
        else
            g->shots.item[count++] = *here;
    }
    g->shots.count = count;
}

static ww_status store_shots(gathering *g, ww_error *err)
{
    ww_status status = WW_OK;
    if (g->shots.count)
        qsort(g->shots.item, g->shots.count, sizeof *g->shots.item, by_time);
    if (g->beginnings.count)
        qsort(g->beginnings.item, g->beginnings.count, sizeof *g->beginnings.item, by_span);
    unite_shots(g);
    bridge_spans(g);
    for (size_t i = 0; i < g->shots.count && status == WW_OK; i++) {
        shot *s = &g->shots.item[i];
        s->row.source = g->id;
        s->row.ending = s->row.ending_bytes ? s->ending : NULL;
        status = ww_store_set_shot(g->join->target->store, &s->row, err);
    }
    return status;
}

// --- a group ---------------------------------------------------------------------------------------------------------

static void tell_missing(gathering *g)
{
    int missing = 0;
    for (int span = 0; span < g->spans; span++)
        missing += g->owner[span] == NO_MEMBER;
    if (missing)
        ww_logf(g->join->log, WW_LOG_ERROR, "%s: %d of %d spans are in none of the libraries", g->member[0]->path,
                missing, g->spans);
    g->join->result.missing += missing;
}

static ww_status gather(gathering *g, ww_error *err)
{
    ww_status status = WW_OK;
    for (g->at = 0; g->at < g->members && status == WW_OK; g->at++)
        status = look_at_member(g, err);
    if (status == WW_OK)
        status = ww_store_add_counts(g->join->target->store, g->id, &g->counts, err);
    if (status == WW_OK)
        status = copy_spans(g, err);
    if (status == WW_OK)
        status = store_shots(g, err);
    if (status == WW_OK)
        tell_missing(g);
    g->join->result.repeated += g->repeated;
    return status;
}

static ww_status join_group(ww_join *j, const ww_join_group *group, ww_error *err)
{
    gathering g = {.join = j, .member = j->order + group->first, .members = group->count};
    ww_store *store = j->target->store;
    g.spans = g.member[0]->failed ? 0 : g.member[0]->span_count;
    g.owner = ww_try_array((size_t)g.spans, sizeof *g.owner);
    for (int span = 0; span < g.spans && g.owner; span++)
        g.owner[span] = NO_MEMBER;
    ww_status status = g.owner ? ww_store_begin(store, err) : ww_fail_memory(err, "the spans of %s", g.member[0]->path);
    if (g.owner && status == WW_OK)
        status = ww_store_end(store, gather(&g, err), err);
    ww_vector_free(&g.beginnings);
    ww_vector_free(&g.shots);
    free(g.owner);
    return status;
}

// --- all of them -----------------------------------------------------------------------------------------------------

typedef struct named { // a source of the new library
    int64_t id;
    const ww_join_source *source;
} named;

static int by_path(const void *a, const void *b)
{
    const named *p = a, *q = b;
    const int order = strcmp(p->source->path, q->source->path);
    return order ? order : (p->id > q->id) - (p->id < q->id);
}

// Files that were named alike, from two folders, are told apart by their names from the root (as settle.c does).
static ww_status tell_apart(ww_join *j, ww_error *err)
{
    ww_status status = WW_OK;
    const size_t count = j->group.count;
    named *list = ww_try_array(count, sizeof *list);
    if (!list)
        return ww_fail_memory(err, "the files of the libraries");
    for (size_t i = 0; i < count; i++)
        list[i] = (named){(int64_t)i + 1, j->order[j->group.item[i].first]};
    if (count)
        qsort(list, count, sizeof *list, by_path);
    for (size_t i = 0, next; i < count && status == WW_OK; i = next) {
        bool alike = false;
        for (next = i + 1; next < count && strcmp(list[next].source->path, list[i].source->path) == 0; next++)
            alike = alike
                    || (list[next].source->file && list[i].source->file
                        && strcmp(list[next].source->file, list[i].source->file) != 0);
        for (size_t k = i; alike && k < next && status == WW_OK; k++)
            if (list[k].source->file)
                status = ww_store_move_source(j->target->store, list[k].id, list[k].source->file, list[k].source->file,
                                              list[k].source->track, err);
    }
    free(list);
    return status;
}

static ww_status report(ww_join *j, size_t done, ww_error *err)
{
    const ww_progress progress = {.stage = WW_STAGE_EXPORT,
                                  .share = (double)done / (double)j->group.count,
                                  .done = (int64_t)done,
                                  .faces = j->result.faces};
    return ww_library_report(j->target, &progress) == 0
               ? WW_OK
               : ww_fail(err, WW_ERR_CANCELLED, "stopped; no library was made in '%s'", j->out);
}

ww_status ww_join_footage(ww_join *j, ww_error *err)
{
    ww_status status = WW_OK;
    for (size_t i = 0; i < j->group.count && status == WW_OK; i++) {
        status = join_group(j, &j->group.item[i], err);
        if (status == WW_OK)
            status = report(j, i + 1, err);
    }
    j->result.files = (int64_t)j->group.count;
    return status == WW_OK ? tell_apart(j, err) : status;
}
