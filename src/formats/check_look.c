// SPDX-License-Identifier: MIT
// What is in a set twice: files of the same bytes, pictures that look alike on two sides of the split, tracks on two
// sides.
#include "formats/check.h"
#include "formats/dataset.h"

#include <string.h>

enum {
    CELLS = 16,
    BITS_MAX = 10,      // of 256 that copies differ in; neighbours in one shot of a film differ in 20 and more
    NEIGHBOURS_MAX = 64 // pictures of one coarse look that each is compared with
};
#define PLAIN_BITS 24 // a picture of fewer bits is all of one colour: its look says nothing

bool ww_look_of(const ww_image *image, uint64_t look[WW_LOOK_WORDS])
{
    ww_image small = {0};
    if (ww_resize_luma(image, CELLS + 1, CELLS, &small, NULL) != WW_OK)
        return false;
    int bits = 0;
    memset(look, 0, WW_LOOK_WORDS * sizeof *look);
    for (int y = 0; y < CELLS; y++)
        for (int x = 0; x < CELLS; x++) {
            const uint8_t *cell = small.plane[0].data + y * small.plane[0].stride + x;
            const uint64_t darker = cell[0] < cell[1];
            look[y / 4] |= darker << (16 * (y % 4) + x);
            bits += (int)darker;
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

// The quarter of the bits by which pictures are put beside each other.
static uint64_t coarse(const ww_checked_picture *p, int word) { return p->look[word]; }

static int by_look(const ww_checked_picture *l, const ww_checked_picture *r, int word)
{
    if (coarse(l, word) != coarse(r, word))
        return coarse(l, word) < coarse(r, word) ? -1 : 1;
    return strcmp(l->path, r->path);
}

#define BY_LOOK(word)                                                                                                  \
    static int by_look_##word(const void *a, const void *b) { return by_look(a, b, word); }
BY_LOOK(0)
BY_LOOK(1)
BY_LOOK(2)
BY_LOOK(3)

static int bits_apart(const ww_checked_picture *a, const ww_checked_picture *b)
{
    int bits = 0;
    for (int i = 0; i < WW_LOOK_WORDS; i++)
        bits += __builtin_popcountll(a->look[i] ^ b->look[i]);
    return bits;
}

// Whether an earlier word of the look is alike too: then the pair was told already.
static bool met_before(const ww_checked_picture *a, const ww_checked_picture *b, int word)
{
    bool met = false;
    for (int i = 0; i < word; i++)
        met = met || coarse(a, i) == coarse(b, i);
    return met;
}

static void find_alike(ww_checker *c, int word)
{
    const ww_checked_picture *p = c->pictures.item;
    for (size_t i = 0; i < c->pictures.count; i++)
        for (size_t k = i + 1;
             k < c->pictures.count && k - i <= NEIGHBOURS_MAX && coarse(&p[k], word) == coarse(&p[i], word); k++)
            if (p[i].has_look && p[k].has_look && p[i].side != p[k].side && p[i].hash != p[k].hash
                && !met_before(&p[i], &p[k], word) && bits_apart(&p[i], &p[k]) <= BITS_MAX)
                ww_check_found(c, "%s: nearly the same picture is on another side of the split too: %s", p[k].path,
                               p[i].path);
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

void ww_check_twins(ww_checker *c)
{
    static int (*const order[WW_LOOK_WORDS])(const void *, const void *) = {by_look_0, by_look_1, by_look_2, by_look_3};
    find_copies(c);
    for (int word = 0; c->pictures.count > 0 && word < WW_LOOK_WORDS; word++) {
        qsort(c->pictures.item, c->pictures.count, sizeof *c->pictures.item, order[word]);
        find_alike(c, word);
    }
    find_torn_tracks(c);
}
