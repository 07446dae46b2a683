// SPDX-License-Identifier: MIT
#include "job/decisions_match.h"
#include "base/memory.h"

#include <stdlib.h>

// A face or a key by when and where it is.
typedef struct spot {
    const ww_face_key *key;
    uint32_t index;
} spot;

static int by_moment(const void *a, const void *b)
{
    const spot *p = a, *q = b;
    if (p->key->source != q->key->source)
        return p->key->source < q->key->source ? -1 : 1;
    if (p->key->time_us != q->key->time_us)
        return p->key->time_us < q->key->time_us ? -1 : 1;
    return (p->index > q->index) - (p->index < q->index);
}

static bool same_moment(const ww_face_key *a, const ww_face_key *b)
{
    return a->source == b->source && a->time_us == b->time_us;
}

static double span(double a0, double a1, double b0, double b1)
{
    double low = a0 > b0 ? a0 : b0, high = a1 < b1 ? a1 : b1;
    return high > low ? high - low : 0;
}

static double overlap(const ww_face_key *a, const ww_face_key *b)
{
    double both = span(a->x, (double)a->x + a->width, b->x, (double)b->x + b->width) *
                  span(a->y, (double)a->y + a->height, b->y, (double)b->y + b->height);
    double all = (double)a->width * a->height + (double)b->width * b->height - both;
    return all > 0 ? both / all : 0;
}

static size_t first_of_moment(const spot *sorted, size_t count, const ww_face_key *key)
{
    size_t low = 0, high = count;
    spot wanted = {key, 0};
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (by_moment(&sorted[middle], &wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

// The face at hand that the key speaks of, or `count`.
static uint32_t find_face(const spot *sorted, size_t count, const ww_face_key *key)
{
    double best = WW_KEY_OVERLAP_MIN;
    uint32_t found = (uint32_t)count;
    for (size_t i = first_of_moment(sorted, count, key); i < count && same_moment(sorted[i].key, key); i++) {
        double share = overlap(sorted[i].key, key);
        if (share > best || (share == best && found == count)) {
            best = share;
            found = sorted[i].index;
        }
    }
    return found;
}

// Keys of faces that are not at hand: those that overlap one met earlier are that one, every other is a new node.
static void name_absent(ww_nodes *nodes, spot *absent, size_t count)
{
    WW_VECTOR(spot) met = {0}; // of one moment, with their nodes
    if (count)
        qsort(absent, count, sizeof *absent, by_moment);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && !same_moment(absent[i - 1].key, absent[i].key))
            met.count = 0;
        uint32_t node = (uint32_t)nodes->count;
        for (size_t k = 0; k < met.count && node == nodes->count; k++)
            if (overlap(met.item[k].key, absent[i].key) >= WW_KEY_OVERLAP_MIN)
                node = met.item[k].index;
        if (node == nodes->count) {
            spot fresh = {absent[i].key, node};
            ww_vector_push(&met, fresh);
            nodes->count++;
        }
        nodes->of_key[absent[i].index] = node;
    }
    ww_vector_free(&met);
}

static size_t count_keys(const ww_journal *journal)
{
    size_t keys = 0;
    for (size_t e = 0; e < journal->entry.count; e++)
        for (size_t s = 0; !journal->entry.item[e].undone && s < journal->entry.item[e].side.count; s++)
            keys += journal->entry.item[e].side.item[s].face.count;
    return keys;
}

static void match_keys(const ww_journal *journal, const spot *sorted, size_t count, ww_nodes *nodes, spot *absent)
{
    size_t at = 0, absent_count = 0;
    for (size_t e = 0; e < journal->entry.count; e++) {
        const ww_entry *entry = &journal->entry.item[e];
        for (size_t s = 0; !entry->undone && s < entry->side.count; s++) {
            for (size_t f = 0; f < entry->side.item[s].face.count; f++, at++) {
                const ww_face_key *key = &entry->side.item[s].face.item[f];
                nodes->of_key[at] = find_face(sorted, count, key);
                if (nodes->of_key[at] == count)
                    absent[absent_count++] = (spot){key, (uint32_t)at};
            }
        }
    }
    name_absent(nodes, absent, absent_count);
}

ww_status ww_nodes_match(const ww_journal *journal, const ww_face_key *faces, size_t count, ww_nodes *nodes, ww_error *err)
{
    size_t keys = count_keys(journal);
    *nodes = (ww_nodes){.count = count, .keys = keys};
    if (count + keys > INT32_MAX)
        return ww_fail(err, WW_ERR_UNSUPPORTED, "%zu faces and %zu decisions about them are more than can be sorted", count,
                       keys);
    nodes->of_key = ww_alloc_array(keys, sizeof *nodes->of_key, SIZE_MAX);
    spot *sorted = ww_alloc_array(count, sizeof *sorted, SIZE_MAX), *absent = ww_alloc_array(keys, sizeof *absent, SIZE_MAX);
    ww_status status = WW_OK;
    if (nodes->of_key && sorted && absent) {
        for (size_t i = 0; i < count; i++)
            sorted[i] = (spot){&faces[i], (uint32_t)i};
        if (count)
            qsort(sorted, count, sizeof *sorted, by_moment);
        match_keys(journal, sorted, count, nodes, absent);
    } else {
        status = ww_fail(err, WW_ERR_MEMORY, "no memory for what was decided about %zu faces", keys);
        ww_nodes_free(nodes);
    }
    free(sorted);
    free(absent);
    return status;
}

void ww_nodes_free(ww_nodes *nodes)
{
    free(nodes->of_key);
    *nodes = (ww_nodes){0};
}
