// SPDX-License-Identifier: MIT
#include "people/sort_state.h"
#include "base/hash.h"
#include "base/memory.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

ww_status ww_sort_state_make(ww_sort_state *s, size_t count, ww_error *err)
{
    *s = (ww_sort_state){.count = count};
    s->cluster = ww_try_array(count, sizeof *s->cluster);
    s->joined = ww_try_array(count, sizeof *s->joined);
    if (!s->cluster || !s->joined) {
        ww_sort_state_free(s);
        return ww_fail_memory(err, "sorting %zu faces", count);
    }
    for (size_t i = 0; i < count; i++)
        s->cluster[i] = s->joined[i] = WW_NO_FACE;
    return WW_OK;
}

void ww_sort_state_free(ww_sort_state *s)
{
    free(s->cluster);
    free(s->joined);
    *s = (ww_sort_state){0};
}

// Of one face; without padding, so that its bytes are its content.
typedef struct face_basis {
    int64_t id, track, time_us;
    uint64_t source, scan;
    double quality, score;
    ww_box found;
    int64_t number;
} face_basis;
_Static_assert(sizeof(face_basis) == 8 * 12, "no padding");

static uint64_t digest_of(const ww_sort_basis *b)
{
    const ww_sort_settings *o = b->settings;
    const double numbers[] = {WHOSWHO_VERSION_NUMBER, o->threshold, o->eps,       o->min_quality,
                              o->min_samples,         b->model_eps, b->seed_score};
    ww_hash h;
    ww_hash_init(&h, 0);
    ww_hash_update(&h, o->method, strlen(o->method) + 1);
    ww_hash_update(&h, numbers, sizeof numbers);
    for (size_t i = 0; i < b->faces->face.count; i++) {
        const ww_catalog_face *f = &b->faces->face.item[i];
        const ww_catalog_source *s = ww_catalog_source_of(b->faces, i);
        const face_basis one = {.id = f->id,
                                .track = f->track,
                                .time_us = b->faces->frame.item[f->frame].time_us,
                                .source = s->hash,
                                .scan = s->scan,
                                .quality = f->quality,
                                .score = f->score,
                                .found = f->found,
                                .number = b->number ? b->number[i] : f->number};
        ww_hash_update(&h, &one, sizeof one);
    }
    return ww_hash_digest(&h);
}

static void to_file_order(uint32_t *value, size_t count)
{
    for (size_t i = 0; i < count; i++)
        value[i] = htole32(value[i]);
}

ww_status ww_sort_state_store(ww_store *store, const ww_sort_basis *basis, const ww_sort_state *s, ww_error *err)
{
    if (!s)
        return ww_store_set_sort_state(store, NULL, err);
    const ww_sort_state_row row = {.digest = digest_of(basis),
                                   .journal = s->journal,
                                   .threshold = s->threshold,
                                   .duplicates = s->duplicate_appearances,
                                   .same = s->pairs_same,
                                   .different = s->pairs_different,
                                   .false_merge = s->false_merge,
                                   .false_split = s->false_split,
                                   .clusters = s->cluster,
                                   .joins = s->joined,
                                   .bytes = s->count * sizeof *s->cluster};
    to_file_order(s->cluster, s->count);
    to_file_order(s->joined, s->count);
    const ww_status status = ww_store_set_sort_state(store, &row, err);
    to_file_order(s->cluster, s->count);
    to_file_order(s->joined, s->count);
    return status;
}

struct reading {
    const ww_sort_basis *basis;
    ww_sort_state *state;
    bool *found;
};

// Every number is a face, or none.
static bool are_faces(const uint32_t *value, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (value[i] >= count && value[i] != WW_NO_FACE)
            return false;
    return true;
}

static ww_status on_state(void *user, const ww_sort_state_row *row, ww_error *err)
{
    struct reading *r = user;
    ww_sort_state *s = r->state;
    const size_t count = r->basis->faces->face.count;
    if (row->bytes != count * sizeof *s->cluster || row->digest != digest_of(r->basis))
        return WW_OK;
    const ww_status status = ww_sort_state_make(s, count, err);
    if (status != WW_OK)
        return status;
    memcpy(s->cluster, row->clusters, row->bytes);
    memcpy(s->joined, row->joins, row->bytes);
    to_file_order(s->cluster, count);
    to_file_order(s->joined, count);
    s->threshold = row->threshold;
    s->journal = row->journal;
    s->duplicate_appearances = row->duplicates;
    s->pairs_same = row->same;
    s->pairs_different = row->different;
    s->false_merge = row->false_merge;
    s->false_split = row->false_split;
    *r->found = are_faces(s->cluster, count) && are_faces(s->joined, count) && s->threshold > 0;
    return WW_OK;
}

ww_status ww_sort_state_load(ww_store *store, const ww_sort_basis *basis, ww_sort_state *state, bool *found,
                             ww_error *err)
{
    struct reading r = {basis, state, found};
    *found = false;
    *state = (ww_sort_state){0};
    const ww_status status = ww_store_sort_state(store, on_state, &r, err);
    if (status != WW_OK || !*found)
        ww_sort_state_free(state);
    return status;
}
