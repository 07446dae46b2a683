// SPDX-License-Identifier: MIT
#include "cluster/bucket_pairs.h"
#include "base/memory.h"
#include "cluster/buckets.h"
#include <stdlib.h>
#include <string.h>

enum {
    CHUNK = WW_CHUNK_PANELS,
    TILE_PANELS = WW_TILE_Y / WW_PANEL,
    CHUNK_ROWS = CHUNK * WW_PANEL,
    CENTRES = CHUNK + WW_TILE_X,     // of a chunk, in whole tiles of centres
    CENTRE_ROWS = CHUNK + WW_TILE_Y, // the same in whole tiles of rows
    ASK_FROM = 2 * WW_PANEL,         // for so many rows it may pay to ask whether they are settled
    CACHE_LINE = 64,                 // bytes
};

// Panels first .. first+panels-1 and the centres of their buckets, in whole tiles.
typedef struct chunk {
    size_t first, panels;
    size_t centre, centres; // a multiple of WW_TILE_X
    size_t row, rows;       // the same as rows: a multiple of WW_PANEL, and of WW_TILE_Y
} chunk;

struct ww_bucket_worker {
    const ww_sieve *sieve;
    const ww_pair_visitor *visitor;
    int8_t *x, *head;                       // CHUNK_ROWS rows, each by itself; of each the head
    int32_t head_offset[CHUNK_ROWS];        // what the offset adds to the product of the head with each
    int32_t *to_theirs, *tail_to_theirs;    // [their centre][our row]: products less g
    int32_t *tail_to_ours;                  // [our centre][their row]
    int32_t *largest;                       // [our centre][their panel]: of all dimensions
    int32_t between[CENTRES * CENTRE_ROWS]; // [our centre][their centre]
    int32_t tail_between[CENTRES * CENTRE_ROWS];
    uint16_t centre_of[CHUNK]; // of each of our panels, counted from our first centre
    uint32_t start_of[CHUNK];  // and where its products begin in tail_to_ours
    int32_t of_centre[CENTRES], more[CHUNK], limit[CHUNK_ROWS];
    uint32_t left[CHUNK_ROWS + WW_PANEL]; // our rows that a panel is to be compared with
    uint16_t may[CHUNK_ROWS + WW_PANEL];
    uint32_t names[CHUNK_ROWS], panel_names[WW_PANEL];
    ww_pair batch[WW_PAIRS_BATCH];
    size_t batched;
};

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }
static size_t row_bytes(const ww_sieve *s) { return (size_t)s->groups * WW_GROUP; }

size_t ww_bucket_items(const ww_sieve *s) { return s->parted ? s->buckets->first_chunks : s->buckets->chunks; }

ww_bucket_worker *ww_bucket_worker_new(const ww_sieve *s, const ww_pair_visitor *visitor)
{
    ww_bucket_worker *w = ww_alloc_array0(1, sizeof *w, SIZE_MAX);
    if (!w)
        return NULL;
    w->sieve = s;
    w->visitor = visitor;
    w->x = ww_alloc_array(CHUNK_ROWS, row_bytes(s), SIZE_MAX);
    w->head = ww_alloc_array(CHUNK_ROWS, (size_t)s->buckets->head_groups * WW_GROUP, SIZE_MAX);
    w->to_theirs = ww_alloc_array((size_t)CENTRES * CHUNK_ROWS, sizeof *w->to_theirs, SIZE_MAX);
    w->tail_to_theirs = ww_alloc_array((size_t)CENTRES * CHUNK_ROWS, sizeof *w->tail_to_theirs, SIZE_MAX);
    w->tail_to_ours = ww_alloc_array((size_t)CENTRES * CHUNK_ROWS, sizeof *w->tail_to_ours, SIZE_MAX);
    w->largest = ww_alloc_array((size_t)CENTRES * CHUNK, sizeof *w->largest, SIZE_MAX);
    if (w->x && w->head && w->to_theirs && w->tail_to_theirs && w->tail_to_ours && w->largest)
        return w;
    ww_bucket_worker_free(w);
    return NULL;
}

void ww_bucket_worker_free(ww_bucket_worker *w)
{
    if (!w)
        return;
    free(w->x);
    free(w->head);
    free(w->to_theirs);
    free(w->tail_to_theirs);
    free(w->tail_to_ours);
    free(w->largest);
    free(w);
}

static chunk chunk_at(const ww_buckets *b, size_t item)
{
    chunk c = {.first = b->chunk_start[item], .panels = b->chunk_start[item + 1] - b->chunk_start[item]};
    const size_t last = b->of_panel[c.first + c.panels - 1];
    c.centre = b->of_panel[c.first] / WW_TILE_X * WW_TILE_X;
    c.centres = (last - c.centre) / WW_TILE_X * WW_TILE_X + WW_TILE_X;
    c.row = b->of_panel[c.first] / WW_PANEL * WW_PANEL;
    c.rows = (last - c.row) / WW_TILE_Y * WW_TILE_Y + WW_TILE_Y;
    return c;
}

static void load_rows(ww_bucket_worker *w, const chunk *c)
{
    const ww_sieve *s = w->sieve;
    const size_t bytes = row_bytes(s), head = (size_t)s->buckets->head_groups * WW_GROUP;
    for (size_t p = 0; p < c->panels; p++) {
        w->centre_of[p] = (uint16_t)(s->buckets->of_panel[c->first + p] - c->centre);
        w->start_of[p] = (uint32_t)w->centre_of[p] * CHUNK_ROWS;
    }
    for (size_t r = 0; r < c->panels * WW_PANEL; r++) {
        const uint8_t *from = s->panels + ww_panel_row(c->first * WW_PANEL + r, (size_t)s->groups);
        int32_t sum = 0;
        for (size_t d = 0; d < bytes; d++) {
            const int value = from[ww_panel_value(d)] - s->kernels->offset;
            w->x[r * bytes + d] = (int8_t)value;
            if (d < head) {
                w->head[r * head + d] = (int8_t)value;
                sum += value;
            }
        }
        w->head_offset[r] = s->kernels->offset * sum;
    }
}

// Products of the tail of eight centres and three panels of rows, and what the head adds to them.
static void both_sums(const ww_sieve *s, const int8_t *centres, const uint8_t *rows, const int32_t *from, int32_t *tail,
                      size_t tail_step, int32_t *all, size_t step)
{
    const size_t head = (size_t)s->buckets->head_groups;
    const size_t panel_bytes = row_bytes(s) * WW_PANEL;
    const ww_centre_tile last = {centres + head * WW_TILE_X * WW_GROUP,
                                 rows + head * WW_PANEL * WW_GROUP,
                                 panel_bytes,
                                 s->groups - (int)head,
                                 from,
                                 0};
    s->kernels->sums(&last, tail, tail_step);
    if (head == 0) {
        for (size_t k = 0; k < WW_TILE_X; k++)
            memcpy(all + k * step, tail + k * tail_step, WW_TILE_Y * sizeof *all);
        return;
    }
    const ww_centre_tile first = {centres, rows, panel_bytes, (int)head, tail, tail_step};
    s->kernels->sums(&first, all, step);
}

static void products_to_theirs(ww_bucket_worker *w, const chunk *ours, const chunk *theirs)
{
    const ww_sieve *s = w->sieve;
    for (size_t p = 0; p < ours->panels; p += TILE_PANELS)
        for (size_t k = 0; k < theirs->centres; k += WW_TILE_X) {
            const size_t place = (ours->first + p) * WW_PANEL, at = k * CHUNK_ROWS + p * WW_PANEL;
            both_sums(s, s->buckets->tiles + (theirs->centre + k) * row_bytes(s), s->panels + place * row_bytes(s),
                      s->start + place, w->tail_to_theirs + at, CHUNK_ROWS, w->to_theirs + at, CHUNK_ROWS);
        }
}

static void products_to_ours(ww_bucket_worker *w, const chunk *ours, const chunk *theirs)
{
    const ww_sieve *s = w->sieve;
    int32_t all[WW_TILE_X * WW_TILE_Y];
    for (size_t p = 0; p < theirs->panels; p += TILE_PANELS)
        for (size_t k = 0; k < ours->centres; k += WW_TILE_X) {
            const size_t place = (theirs->first + p) * WW_PANEL;
            both_sums(s, s->buckets->tiles + (ours->centre + k) * row_bytes(s), s->panels + place * row_bytes(s),
                      s->start + place, w->tail_to_ours + k * CHUNK_ROWS + p * WW_PANEL, CHUNK_ROWS, all, WW_TILE_Y);
            for (size_t r = 0; r < WW_TILE_X; r++)
                s->kernels->largest(all + r * WW_TILE_Y, TILE_PANELS, w->largest + (k + r) * CHUNK + p);
        }
}

static void centres_by_centres(ww_bucket_worker *w, const chunk *ours, const chunk *theirs)
{
    static const int32_t zeros[WW_TILE_Y];
    const ww_sieve *s = w->sieve;
    for (size_t p = 0; p < theirs->rows; p += WW_TILE_Y)
        for (size_t k = 0; k < ours->centres; k += WW_TILE_X)
            both_sums(s, s->buckets->tiles + (ours->centre + k) * row_bytes(s),
                      s->buckets->rows + (theirs->row + p) * row_bytes(s), zeros, w->tail_between + k * CENTRE_ROWS + p,
                      CENTRE_ROWS, w->between + k * CENTRE_ROWS + p, CENTRE_ROWS);
}

static void flush(ww_bucket_worker *w)
{
    if (w->batched)
        w->visitor->visit(w->visitor->user, w->batch, w->batched);
    w->batched = 0;
}

static void add_candidates(ww_bucket_worker *w, size_t place, size_t panel, unsigned may)
{
    const ww_sieve *s = w->sieve;
    for (; may; may &= may - 1) {
        const size_t other = panel * WW_PANEL + (size_t)__builtin_ctz(may);
        if (other <= place)
            continue;
        if (w->batched == WW_PAIRS_BATCH)
            flush(w);
        w->batch[w->batched++] = (ww_pair){s->row[place], s->row[other]};
    }
}

static bool settled(ww_bucket_worker *w, const chunk *ours, size_t panel, size_t count)
{
    const ww_sieve *s = w->sieve;
    size_t others = 0;
    if (!w->visitor->settled || count < ASK_FROM)
        return false;
    const uint32_t *ours_row = s->row + ours->first * WW_PANEL,
                   first = s->row[panel * WW_PANEL + (size_t)__builtin_ctz(s->buckets->taken[panel])];
    if (!w->visitor->settled(w->visitor->user, &first, 1, &ours_row[w->left[0]], 1))
        return false; // as most are not
    for (unsigned bits = s->buckets->taken[panel]; bits; bits &= bits - 1)
        w->panel_names[others++] = s->row[panel * WW_PANEL + (size_t)__builtin_ctz(bits)];
    for (size_t k = 0; k < count; k++)
        w->names[k] = ours_row[w->left[k]];
    return w->visitor->settled(w->visitor->user, w->panel_names, others, w->names, count);
}

// A panel of theirs with our first `panels` panels.
typedef struct meeting {
    const chunk *ours, *theirs;
    size_t panel, bucket, panels;
} meeting;

// What all rows of our buckets have in common with the panel, from what each of our centres has.
static void spread_over_panels(ww_bucket_worker *w, size_t panels)
{
    for (size_t p = 0; p < panels; p++)
        w->more[p] = w->of_centre[w->centre_of[p]];
}

// Lists our rows that could be near one of the panel, by the bounds of the centres.
static size_t screen_panel(ww_bucket_worker *w, const meeting *m)
{
    const ww_buckets *b = w->sieve->buckets;
    const int32_t *largest = w->largest + (m->panel - m->theirs->first),
                  *between = w->between + (m->bucket - m->theirs->row);
    for (size_t k = 0; k < m->ours->centres; k++)
        w->of_centre[k] = largest[k * CHUNK] - between[k * CENTRE_ROWS] - b->offset[m->bucket];
    spread_over_panels(w, m->panels);
    const ww_screen screen = {m->panels,
                              w->to_theirs + (m->bucket - m->theirs->centre) * CHUNK_ROWS,
                              w->more,
                              b->radius + m->ours->first * WW_PANEL,
                              b->panel_radius[m->panel],
                              b->taken + m->ours->first};
    return w->sieve->kernels->screen(&screen, w->left);
}

// Of those, the ones that still could be when the products of the head are known.
static size_t add_head(ww_bucket_worker *w, const meeting *m, size_t count)
{
    const ww_sieve *s = w->sieve;
    const ww_buckets *b = s->buckets;
    const int32_t *between = w->tail_between + (m->bucket - m->theirs->row);
    for (size_t k = 0; k < m->ours->centres; k++)
        w->of_centre[k] = -between[k * CENTRE_ROWS] - b->tail_offset[m->bucket];
    spread_over_panels(w, m->panels);
    const ww_screen tail = {m->panels,
                            w->tail_to_theirs + (m->bucket - m->theirs->centre) * CHUNK_ROWS,
                            w->more,
                            b->tail_radius + m->ours->first * WW_PANEL,
                            b->panel_tail[m->panel],
                            NULL};
    s->kernels->limits(&tail, w->head_offset, w->limit);
    const ww_panel_test test = {w->head,
                                (size_t)b->head_groups * WW_GROUP,
                                s->panels + m->panel * WW_PANEL * row_bytes(s),
                                b->head_groups,
                                w->tail_to_ours + (m->panel - m->theirs->first) * WW_PANEL,
                                w->start_of,
                                w->limit};
    return s->kernels->panel(&test, w->left, count, w->left, w->may);
}

static void look_at_panel(ww_bucket_worker *w, const meeting *m, size_t count)
{
    static const uint32_t zeros[CHUNK];
    const ww_sieve *s = w->sieve;
    const ww_panel_test test = {w->x,
                                row_bytes(s),
                                s->panels + m->panel * WW_PANEL * row_bytes(s),
                                s->groups,
                                s->start + m->panel * WW_PANEL,
                                zeros,
                                s->limit + m->ours->first * WW_PANEL};
    count = s->kernels->panel(&test, w->left, count, w->left, w->may);
    for (size_t k = 0; k < count; k++)
        add_candidates(w, m->ours->first * WW_PANEL + w->left[k], m->panel, w->may[k]);
}

// Brings a panel that will be looked at soon into the second cache: rows of a million faces are more than any holds.
static void fetch_panel(const ww_sieve *s, size_t panel)
{
    const size_t bytes = row_bytes(s) * WW_PANEL;
    if (panel >= s->buckets->panels)
        return;
    for (size_t k = 0; k < bytes; k += CACHE_LINE)
        __builtin_prefetch(s->panels + panel * bytes + k, 0, 2);
    __builtin_prefetch(s->start + panel * WW_PANEL, 0, 2);
}

static void look_at_chunks(ww_bucket_worker *w, const chunk *ours, const chunk *theirs)
{
    const ww_buckets *b = w->sieve->buckets;
    products_to_theirs(w, ours, theirs);
    products_to_ours(w, ours, theirs);
    centres_by_centres(w, ours, theirs);
    for (size_t panel = theirs->first; panel < theirs->first + theirs->panels; panel++) {
        const meeting m = {ours, theirs, panel, b->of_panel[panel], smaller(ours->panels, panel + 1 - ours->first)};
        size_t count = screen_panel(w, &m);
        fetch_panel(w->sieve, panel + theirs->panels);
        if (count > 0 && settled(w, ours, panel, count))
            continue;
        if (count > 0 && b->head_groups > 0)
            count = add_head(w, &m, count);
        if (count > 0)
            look_at_panel(w, &m, count);
    }
    flush(w);
}

void ww_bucket_look(ww_bucket_worker *w, size_t item, const atomic_bool *cancelled)
{
    const ww_buckets *b = w->sieve->buckets;
    const chunk ours = chunk_at(b, item);
    load_rows(w, &ours);
    for (size_t other = w->sieve->parted ? b->first_chunks : item; other < b->chunks && !atomic_load(cancelled);
         other++) {
        const chunk theirs = chunk_at(b, other);
        look_at_chunks(w, &ours, &theirs);
    }
}
