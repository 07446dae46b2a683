// SPDX-License-Identifier: MIT
// What is in a set twice: files of the same bytes, pictures that look alike on two sides of the split, tracks on two
// sides.
#include "base/memory.h"
#include "formats/check.h"
#include "formats/dataset.h"

#include <stdlib.h>
#include <string.h>

enum {
    CELLS = 16,
    // Copies at 0.7 times the size, compressed with quality 60, of chips of dev_cast8 and lfw_dev differ in 26 bits
    // at most; by these alone other pictures of one face would be copies.
    BITS_MAX = 26,
    // Such copies' cells differ by 2.6 levels on average at most, the nearest chips of one person on two sides by 4.5.
    LEVELS_MAX = 3,
    BANDS = 15,         // see below
    NEIGHBOURS_MAX = 64 // pictures of one band that each is compared with
};
#define PLAIN_BITS 24 // a picture of fewer bits is all of one colour: its look says nothing

bool ww_look_of(const ww_image *image, ww_look *look)
{
    ww_image small = {0};
    if (ww_resize_luma(image, CELLS + 1, CELLS, &small, NULL) != WW_OK)
        return false;
    int bits = 0;
    *look = (ww_look){0};
    for (int y = 0; y < CELLS; y++) {
        const uint8_t *row = small.plane[0].data + y * small.plane[0].stride;
        memcpy(look->cell + (ptrdiff_t)y * (CELLS + 1), row, CELLS + 1);
        for (int x = 0; x < CELLS; x++) {
            const uint64_t darker = row[x] < row[x + 1];
            look->bit[y / 4] |= darker << (16 * (y % 4) + x);
            bits += (int)darker;
        }
    }
    ww_image_free(&small);
    return bits >= PLAIN_BITS;
}

static int by_hash(const void *a, const void *b)
{
    const ww_checked_picture *l = a, *r = b;
    if (l->hash != r->hash)
        return l->hash < r->hash ? -1 : 1;
    return l->side != r->side ? l->side - r->side : strcmp(l->path, r->path);
}

static void find_copies(ww_checker *c)
{
    if (c->pictures.count)
        qsort(c->pictures.item, c->pictures.count, sizeof *c->pictures.item, by_hash);
    for (size_t i = 1; i < c->pictures.count; i++) {
        const ww_checked_picture *a = &c->pictures.item[i - 1], *b = &c->pictures.item[i];
        if (a->hash != b->hash)
            continue;
        ww_check_found(c,
                       a->side != b->side ? "%s: the same picture is on another side of the split too: %s"
                                          : "%s: the same picture is there twice: %s",
                       b->path, a->path);
    }
}

// The bits of a look in BANDS parts. Of two that differ in fewer bits than there are bands one band at least is the
// same, and of two that differ in BITS_MAX, at random places, in 93 of 100 pairs: only pictures of one band are
// compared.
enum { LOOK_BITS = 64 * WW_LOOK_WORDS };

static uint64_t band_of(const ww_checked_picture *p, int band)
{
    const int first = band * LOOK_BITS / BANDS, end = (band + 1) * LOOK_BITS / BANDS, word = first / 64,
              shift = first % 64;
    uint64_t bits = p->look.bit[word] >> shift;
    if (shift > 0 && word + 1 < WW_LOOK_WORDS)
        bits |= p->look.bit[word + 1] << (64 - shift);
    return bits & ((UINT64_C(1) << (end - first)) - 1);
}

typedef struct banded {
    uint64_t band;
    size_t picture;
} banded;

static int by_band(const void *a, const void *b)
{
    const banded *l = a, *r = b;
    if (l->band != r->band)
        return l->band < r->band ? -1 : 1;
    return (l->picture > r->picture) - (l->picture < r->picture);
}

static int bits_apart(const ww_checked_picture *a, const ww_checked_picture *b)
{
    int bits = 0;
    for (int i = 0; i < WW_LOOK_WORDS; i++)
        bits += __builtin_popcountll(a->look.bit[i] ^ b->look.bit[i]);
    return bits;
}

// Whether an earlier band is the same too: then the pair was told already.
static bool met_before(const ww_checked_picture *a, const ww_checked_picture *b, int band)
{
    bool met = false;
    for (int i = 0; i < band && !met; i++)
        met = band_of(a, i) == band_of(b, i);
    return met;
}

static bool are_alike(const ww_checked_picture *a, const ww_checked_picture *b)
{
    int levels = 0;
    for (int i = 0; i < WW_LOOK_CELLS; i++)
        levels += abs(a->look.cell[i] - b->look.cell[i]);
    return bits_apart(a, b) <= BITS_MAX && levels <= LEVELS_MAX * WW_LOOK_CELLS;
}

static void compare(ww_checker *c, const ww_checked_picture *a, const ww_checked_picture *b, int band)
{
    if (a->side != b->side && a->hash != b->hash && are_alike(a, b) && !met_before(a, b, band))
        ww_check_found(c, "%s: nearly the same picture is on another side of the split too: %s", b->path, a->path);
}

static void find_alike(ww_checker *c, int band, banded *list)
{
    size_t count = 0;
    for (size_t i = 0; i < c->pictures.count; i++)
        if (c->pictures.item[i].has_look)
            list[count++] = (banded){band_of(&c->pictures.item[i], band), i};
    if (count)
        qsort(list, count, sizeof *list, by_band);
    for (size_t i = 0; i < count; i++)
        for (size_t k = i + 1; k < count && k - i <= NEIGHBOURS_MAX && list[k].band == list[i].band; k++)
            compare(c, &c->pictures.item[list[i].picture], &c->pictures.item[list[k].picture], band);
}

static int by_track(const void *a, const void *b)
{
    const ww_checked_track *l = a, *r = b;
    const int source = strcmp(l->source, r->source);
    if (source != 0)
        return source;
    if (l->track != r->track)
        return l->track < r->track ? -1 : 1;
    return l->side - r->side;
}

static void find_torn_tracks(ww_checker *c)
{
    if (c->tracks.count)
        qsort(c->tracks.item, c->tracks.count, sizeof *c->tracks.item, by_track);
    for (size_t i = 1; i < c->tracks.count; i++) {
        const ww_checked_track *a = &c->tracks.item[i - 1], *b = &c->tracks.item[i];
        if (strcmp(a->source, b->source) == 0 && a->track == b->track && a->side != b->side)
            ww_check_found(c, "%s%s: track %lld is in %s and in %s", c->prefix, b->source, (long long)b->track,
                           ww_side_name[a->side], ww_side_name[b->side]);
    }
}

ww_status ww_check_twins(ww_checker *c, ww_error *err)
{
    banded *list = ww_try_array(c->pictures.count, sizeof *list);
    if (!list)
        return ww_fail_memory(err, "the looks of %zu pictures", c->pictures.count);
    find_copies(c);
    for (int band = 0; band < BANDS; band++)
        find_alike(c, band, list);
    find_torn_tracks(c);
    free(list);
    return WW_OK;
}
