// SPDX-License-Identifier: MIT
#include "cluster/buckets.h"
#include "base/memory.h"
#include "cluster/byte_rows.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    SAMPLE_PART = 6, // leaders come from every sixth tile
    LEADERS_MAX = 65536,
    FOLLOWERS_MIN = 2, // of the sample, the leader among them
    ROWS_MIN = 5,      // of a bucket
    SHARE_MIN = 5,     // a fifth of the sample must be in crowds
    HEAD_PART = 2,     // a half of the dimensions
    NO_ID = -1,
};
#define SHORTENED 0.85 // squared length from the centre, at most, to squared length

// Centres while they are looked for.
typedef struct centres {
    const ww_panel_rows *sieve;
    size_t count, room;
    int8_t *tiles; // as ww_buckets.tiles
    int32_t *less; // |c|^2 and what the offset of the rows adds
    int32_t *followers;
} centres;

typedef struct nearest_centre {
    int32_t best[WW_TILE_Y]; // |row|^2 - squared distance
    uint32_t id[WW_TILE_Y];
} nearest_centre;

static size_t row_bytes(const ww_panel_rows *s) { return (size_t)s->groups * WW_GROUP; }

static void read_row(const ww_panel_rows *s, size_t place, int8_t *to)
{
    const uint8_t *from = s->panels + ww_panel_row(place, (size_t)s->groups);
    for (size_t d = 0; d < row_bytes(s); d++)
        to[d] = (int8_t)(from[ww_panel_value(d)] - s->kernels->offset);
}

static bool allocate_centres(centres *c, const ww_panel_rows *s, size_t room)
{
    *c = (centres){.sieve = s, .room = (room + WW_TILE_X - 1) / WW_TILE_X * WW_TILE_X};
    c->tiles = ww_alloc_array0(c->room, row_bytes(s), SIZE_MAX);
    c->less = ww_alloc_array(c->room, sizeof *c->less, SIZE_MAX);
    c->followers = ww_alloc_array0(c->room, sizeof *c->followers, SIZE_MAX);
    for (size_t i = 0; c->less && i < c->room; i++)
        c->less[i] = INT32_MAX / 2; // nearest to nobody
    return c->tiles && c->less && c->followers;
}

static void free_centres(centres *c)
{
    free(c->tiles);
    free(c->less);
    free(c->followers);
}

static void put_centre(centres *c, size_t at, const int8_t *x)
{
    const size_t bytes = row_bytes(c->sieve);
    int8_t *to = c->tiles + ww_tile_row(at, (size_t)c->sieve->groups);
    for (size_t d = 0; d < bytes; d++)
        to[ww_tile_value(d)] = x[d];
    c->less[at] = ww_byte_row_squared_length(x, bytes) + 2 * c->sieve->kernels->offset * ww_byte_row_sum(x, bytes);
}

// The nearest centre of the rows at y .. y+47.
static void find_nearest(const centres *c, size_t y, nearest_centre *n)
{
    static const int32_t zeros[WW_TILE_Y];
    const ww_panel_rows *s = c->sieve;
    int32_t sums[WW_TILE_X * WW_TILE_Y];
    for (size_t l = 0; l < WW_TILE_Y; l++)
        n->best[l] = INT32_MIN / 2;
    for (size_t first = 0; first < c->count; first += WW_TILE_X) {
        const ww_centre_tile tile = {c->tiles + first * row_bytes(s),
                                     s->panels + y * row_bytes(s),
                                     row_bytes(s) * WW_PANEL,
                                     s->groups,
                                     zeros,
                                     0};
        s->kernels->sums(&tile, sums, WW_TILE_Y);
        s->kernels->keep_best(sums, c->less + first, (uint32_t)first, n->best, n->id);
    }
}

// Leaders that came with the tile at hand are compared one by one.
static int lead(centres *c, size_t first_new, const int8_t *rows, size_t l, int32_t known_squared, int32_t known,
                int32_t near)
{
    const size_t bytes = row_bytes(c->sieve);
    int32_t best = known_squared, id = known;
    for (size_t k = first_new; k < c->count; k++) {
        const int32_t squared =
            ww_byte_row_squared_distance(rows + l * bytes, rows + (size_t)c->followers[k] * bytes, bytes);
        if (squared < best)
            best = squared, id = (int32_t)k;
    }
    if (best <= near || c->count == c->room)
        return best <= near ? id : NO_ID;
    put_centre(c, c->count, rows + l * bytes);
    c->followers[c->count] = (int32_t)l; // until the tile is done
    return (int32_t)c->count++;
}

// One tile of the sample: each row follows a leader or becomes one. rows: scratch, WW_TILE_Y rows.
static void follow_in_tile(centres *c, size_t y, int32_t near, int8_t *rows, int32_t *leader)
{
    const ww_panel_rows *s = c->sieve;
    const size_t bytes = row_bytes(s), first_new = c->count;
    nearest_centre n;
    find_nearest(c, y, &n);
    for (size_t l = 0; l < WW_TILE_Y; l++) {
        leader[l] = NO_ID;
        if (y + l >= s->rows)
            continue;
        read_row(s, y + l, rows + l * bytes);
        const int32_t squared = first_new ? ww_byte_row_squared_length(rows + l * bytes, bytes) - n.best[l] : INT32_MAX;
        leader[l] = lead(c, first_new, rows, l, squared, (int32_t)n.id[l], near);
    }
    for (size_t k = first_new; k < c->count; k++)
        c->followers[k] = 0;
    for (size_t l = 0; l < WW_TILE_Y; l++)
        if (leader[l] != NO_ID)
            c->followers[leader[l]]++;
}

// New numbers for the leaders that are followed, the others get NO_ID. Returns how many.
static size_t choose_leaders(const centres *c, int32_t least, int32_t *number)
{
    size_t count = 0;
    for (size_t k = 0; k < c->count; k++)
        number[k] = c->followers[k] >= least ? (int32_t)count++ : NO_ID;
    return count;
}

static int8_t rounded_mean(double sum, int32_t count, int levels)
{
    return (int8_t)fmax(-levels, fmin(levels, nearbyint(sum / count)));
}

// Centres are the means of the rows that have their number in of_row (of `places`), or zeros where there are none.
static bool put_means(centres *to, const int32_t *of_row, size_t places)
{
    const ww_panel_rows *s = to->sieve;
    const size_t bytes = row_bytes(s);
    int32_t *sum = ww_alloc_array0(to->count, bytes * sizeof *sum, SIZE_MAX);
    int8_t *row = ww_alloc_array(bytes, sizeof *row, SIZE_MAX);
    const bool fine = sum && row;
    if (!fine)
        goto done;
    memset(to->followers, 0, to->count * sizeof *to->followers);
    for (size_t place = 0; place < places; place++) {
        if (of_row[place] == NO_ID)
            continue;
        read_row(s, place, row);
        to->followers[of_row[place]]++;
        for (size_t d = 0; d < bytes; d++)
            sum[(size_t)of_row[place] * bytes + d] += row[d];
    }
    for (size_t k = 0; k < to->count; k++) {
        for (size_t d = 0; d < bytes; d++)
            row[d] = to->followers[k] ? rounded_mean(sum[k * bytes + d], to->followers[k], s->kernels->levels) : 0;
        put_centre(to, k, row);
    }
done:
    free(sum);
    free(row);
    return fine;
}

// Finds leaders and, in of_row, who follows which (NO_ID: nobody). rows: scratch, WW_TILE_Y rows.
// Returns how many rows the sample has.
static size_t follow_in_sample(centres *leaders, int32_t near, int8_t *rows, int32_t *of_row)
{
    const ww_panel_rows *s = leaders->sieve;
    size_t sample = 0;
    for (size_t i = 0; i < s->rows; i++)
        of_row[i] = NO_ID;
    for (size_t y = 0; y < s->rows; y += (size_t)SAMPLE_PART * WW_TILE_Y) {
        int32_t leader[WW_TILE_Y];
        follow_in_tile(leaders, y, near, rows, leader);
        for (size_t l = 0; l < WW_TILE_Y && y + l < s->rows; l++, sample++)
            of_row[y + l] = leader[l];
    }
    return sample;
}

// From the sample: the means of crowds. of_row: s->rows, scratch. False: there are none to speak of, or no memory.
static bool find_centres(const ww_panel_rows *s, double near_squared, int32_t *of_row, centres *found)
{
    const size_t room = s->rows / SAMPLE_PART < LEADERS_MAX ? s->rows / SAMPLE_PART + 1 : LEADERS_MAX;
    centres leaders;
    bool fine = allocate_centres(&leaders, s, room);
    int8_t *rows = ww_alloc_array(WW_TILE_Y, row_bytes(s), SIZE_MAX);
    int32_t *number = ww_alloc_array(leaders.room, sizeof *number, SIZE_MAX);
    size_t led = 0;
    fine = fine && rows && number;
    if (!fine)
        goto done;
    const size_t sample = follow_in_sample(&leaders, (int32_t)fmin(near_squared, INT32_MAX / 2), rows, of_row);
    const size_t kept = choose_leaders(&leaders, FOLLOWERS_MIN, number);
    for (size_t i = 0; i < s->rows; i++)
        if (of_row[i] != NO_ID)
            led += (of_row[i] = number[of_row[i]]) != NO_ID;
    fine = led * SHARE_MIN >= sample && allocate_centres(found, s, kept);
    if (!fine)
        goto done;
    found->count = kept;
    fine = put_means(found, of_row, s->rows);
done:
    free(rows);
    free(number);
    free_centres(&leaders);
    return fine;
}

// Every row goes to the nearest centre if that shortens it.
static void assign_rows(const centres *c, int32_t *of_row)
{
    const ww_panel_rows *s = c->sieve;
    int8_t row[WW_BUCKETS_DIM_MAX];
    nearest_centre n;
    for (size_t y = 0; y < s->rows; y += WW_TILE_Y) {
        find_nearest(c, y, &n);
        for (size_t l = 0; l < WW_TILE_Y && y + l < s->rows; l++) {
            read_row(s, y + l, row);
            const double squared = ww_byte_row_squared_length(row, row_bytes(s));
            of_row[y + l] = squared - n.best[l] <= SHORTENED * squared ? (int32_t)n.id[l] : NO_ID;
        }
    }
}

// Buckets of too few rows are given up; the number of the last, for rows without a centre, is the count of the others.
static size_t number_buckets(const centres *c, int32_t *of_row, int32_t *number)
{
    memset(c->followers, 0, c->count * sizeof *c->followers);
    for (size_t i = 0; i < c->sieve->rows; i++)
        if (of_row[i] != NO_ID)
            c->followers[of_row[i]]++;
    const size_t kept = choose_leaders(c, ROWS_MIN, number);
    for (size_t i = 0; i < c->sieve->rows; i++)
        if (of_row[i] == NO_ID || (of_row[i] = number[of_row[i]]) == NO_ID)
            of_row[i] = (int32_t)kept;
    return kept;
}

typedef struct placed_row {
    uint32_t bucket, row;
    float radius, tail;
} placed_row;

static int compare_placed(const void *a, const void *b)
{
    const placed_row *x = a, *y = b;
    if (x->bucket != y->bucket)
        return x->bucket < y->bucket ? -1 : 1;
    if (x->radius != y->radius)
        return x->radius < y->radius ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static float length_above(int32_t squared) { return (float)(sqrt(squared) * (1 + 1e-6)); }

static placed_row *sorted_rows(const centres *c, const int32_t *of_row, size_t head)
{
    const ww_panel_rows *s = c->sieve;
    const size_t bytes = row_bytes(s);
    placed_row *rows = ww_alloc_array(s->rows, sizeof *rows, SIZE_MAX);
    int8_t row[WW_BUCKETS_DIM_MAX], centre[WW_BUCKETS_DIM_MAX];
    for (size_t i = 0; rows && i < s->rows; i++) {
        const size_t at = (size_t)of_row[i];
        const int8_t *from = c->tiles + ww_tile_row(at, (size_t)s->groups);
        for (size_t d = 0; d < bytes; d++)
            centre[d] = from[ww_tile_value(d)];
        read_row(s, i, row);
        rows[i] = (placed_row){(uint32_t)of_row[i], (uint32_t)i,
                               length_above(ww_byte_row_squared_distance(row, centre, bytes)),
                               length_above(ww_byte_row_squared_distance(row + head, centre + head, bytes - head))};
    }
    if (rows)
        qsort(rows, s->rows, sizeof *rows, compare_placed);
    return rows;
}

static bool allocate_places(ww_buckets *b, size_t panels)
{
    b->panels = panels;
    b->order = ww_alloc_array(panels * WW_PANEL, sizeof *b->order, SIZE_MAX);
    b->of_panel = ww_alloc_array(panels, sizeof *b->of_panel, SIZE_MAX);
    b->taken = ww_alloc_array0(panels, sizeof *b->taken, SIZE_MAX);
    b->radius = ww_alloc_array0(panels * WW_PANEL, sizeof *b->radius, SIZE_MAX);
    b->panel_radius = ww_alloc_array0(panels, sizeof *b->panel_radius, SIZE_MAX);
    b->tail_radius = ww_alloc_array0(panels * WW_PANEL, sizeof *b->tail_radius, SIZE_MAX);
    b->panel_tail = ww_alloc_array0(panels, sizeof *b->panel_tail, SIZE_MAX);
    return b->order && b->of_panel && b->taken && b->radius && b->panel_radius && b->tail_radius && b->panel_tail;
}

// Gives each bucket panels of its own.
static bool place_rows(ww_buckets *b, const placed_row *rows, size_t count)
{
    size_t panels = 0, in_panel = WW_PANEL;
    for (size_t i = 0; i < count; i++, in_panel++)
        if (in_panel == WW_PANEL || rows[i].bucket != rows[i - 1].bucket)
            panels++, in_panel = 0;
    if (!allocate_places(b, panels))
        return false;
    for (size_t k = 0; k < panels * WW_PANEL; k++)
        b->order[k] = WW_NO_ROW;
    panels = 0, in_panel = WW_PANEL;
    for (size_t i = 0; i < count; i++, in_panel++) {
        if (in_panel == WW_PANEL || rows[i].bucket != rows[i - 1].bucket)
            panels++, in_panel = 0;
        const size_t p = panels - 1, place = p * WW_PANEL + in_panel;
        b->order[place] = rows[i].row;
        b->radius[place] = rows[i].radius;
        b->of_panel[p] = rows[i].bucket;
        b->taken[p] |= (uint16_t)(1U << in_panel);
        b->panel_radius[p] = fmaxf(b->panel_radius[p], rows[i].radius);
        b->tail_radius[place] = rows[i].tail;
        b->panel_tail[p] = fmaxf(b->panel_tail[p], rows[i].tail);
    }
    return true;
}

// Buckets from `second` on are those of the second part (0: there is one).
static bool cut_chunks(ww_buckets *b, size_t second)
{
    const size_t least = WW_CHUNK_PANELS * 2 / 3;
    b->chunk_start = ww_alloc_array(b->panels / least + 3, sizeof *b->chunk_start, SIZE_MAX);
    if (!b->chunk_start)
        return false;
    size_t border = 0; // the first panel of the second part
    while (second && border < b->panels && b->of_panel[border] < second)
        border++;
    for (size_t first = 0, end; first < b->panels; first = end) {
        const size_t limit = first < border ? border : b->panels;
        b->first_chunks += first < border;
        b->chunk_start[b->chunks++] = first;
        end = first + WW_CHUNK_PANELS < limit ? first + WW_CHUNK_PANELS : limit;
        for (size_t cut = end; end < limit && cut >= first + least; cut--)
            if (b->of_panel[cut] % WW_TILE_X == 0 && b->of_panel[cut - 1] != b->of_panel[cut]) {
                end = cut;
                break;
            }
    }
    b->chunk_start[b->chunks] = b->panels;
    return true;
}

// Takes the centres over; their bytes are needed in both layouts.
static bool take_centres(ww_buckets *b, centres *c)
{
    const ww_panel_rows *s = c->sieve;
    const size_t bytes = row_bytes(s), padded = c->count / WW_TILE_Y * WW_TILE_Y + 3 * WW_TILE_Y;
    b->count = c->count;
    b->tiles = c->tiles;
    c->tiles = NULL;
    b->rows = ww_alloc_array(padded, bytes, SIZE_MAX);
    b->offset = ww_alloc_array(b->count, sizeof *b->offset, SIZE_MAX);
    b->tail_offset = ww_alloc_array(b->count, sizeof *b->tail_offset, SIZE_MAX);
    if (!b->rows || !b->offset || !b->tail_offset)
        return false;
    memset(b->rows, s->kernels->offset, padded * bytes);
    for (size_t k = 0; k < b->count; k++) {
        const int8_t *from = b->tiles + ww_tile_row(k, (size_t)s->groups);
        uint8_t *to = b->rows + ww_panel_row(k, (size_t)s->groups);
        int32_t sum = 0, tail = 0;
        for (size_t d = 0; d < bytes; d++) {
            const int8_t value = from[ww_tile_value(d)];
            to[ww_panel_value(d)] = (uint8_t)(value + s->kernels->offset);
            sum += value;
            tail += d < (size_t)b->head_groups * WW_GROUP ? 0 : value;
        }
        b->offset[k] = s->kernels->offset * sum;
        b->tail_offset[k] = s->kernels->offset * tail;
    }
    return true;
}

ww_buckets *ww_buckets_find(const ww_panel_rows *s, double radius)
{
    ww_buckets *b = ww_alloc_array0(1, sizeof *b, SIZE_MAX);
    int32_t *of_row = ww_alloc_array(s->rows, sizeof *of_row, SIZE_MAX), *number = NULL;
    centres sampled = {0}, own = {0};
    placed_row *rows = NULL;
    bool fine = false;
    if (!b || !of_row || !find_centres(s, radius * radius, of_row, &sampled))
        goto done;
    assign_rows(&sampled, of_row);
    number = ww_alloc_array(sampled.count, sizeof *number, SIZE_MAX);
    if (!number)
        goto done;
    const size_t in_part = number_buckets(&sampled, of_row, number) + 1, second = s->first_rows ? in_part : 0;
    for (size_t i = s->first_rows; second && i < s->rows; i++)
        of_row[i] += (int32_t)second;
    if (!allocate_centres(&own, s, in_part + second))
        goto done;
    own.count = in_part + second;
    b->head_groups = s->groups / HEAD_PART;
    if (!put_means(&own, of_row, s->rows))
        goto done;
    rows = sorted_rows(&own, of_row, (size_t)b->head_groups * WW_GROUP);
    fine = rows && place_rows(b, rows, s->rows) && cut_chunks(b, second) && take_centres(b, &own);
done:
    free(of_row);
    free(number);
    free(rows);
    free_centres(&sampled);
    free_centres(&own);
    if (fine)
        return b;
    ww_buckets_free(b);
    return NULL;
}

void ww_buckets_free(ww_buckets *b)
{
    if (!b)
        return;
    free(b->order);
    free(b->of_panel);
    free(b->chunk_start);
    free(b->taken);
    free(b->radius);
    free(b->panel_radius);
    free(b->tail_radius);
    free(b->panel_tail);
    free(b->tiles);
    free(b->rows);
    free(b->offset);
    free(b->tail_offset);
    free(b);
}
