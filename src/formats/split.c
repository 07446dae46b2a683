// SPDX-License-Identifier: MIT
#include "formats/split.h"
#include "base/forest.h"
#include "base/hash.h"

#include <math.h>

typedef struct tracked {
    int source;
    int64_t track;
    uint32_t frame;
} tracked;

static int by_track(const void *a, const void *b)
{
    const tracked *l = a, *r = b;
    if (l->source != r->source)
        return l->source < r->source ? -1 : 1;
    if (l->track != r->track)
        return l->track < r->track ? -1 : 1;
    return (l->frame > r->frame) - (l->frame < r->frame);
}

static ww_status join_tracks(const ww_catalog *c, ww_forest *forest, ww_error *err)
{
    tracked *list = ww_try_array(c->face.count, sizeof *list);
    size_t count = 0;
    if (!list)
        return ww_fail_memory(err, "the tracks of %zu faces", c->face.count);
    for (size_t i = 0; i < c->face.count; i++)
        if (c->face.item[i].track != 0)
            list[count++] = (tracked){c->face.item[i].source, c->face.item[i].track, (uint32_t)c->face.item[i].frame};
    if (count)
        qsort(list, count, sizeof *list, by_track);
    for (size_t i = 1; i < count; i++)
        if (list[i].source == list[i - 1].source && list[i].track == list[i - 1].track)
            ww_forest_join(forest, list[i - 1].frame, list[i].frame);
    free(list);
    return WW_OK;
}

// Two faces of one person, each pair once.
static void join_near_duplicates(const ww_dataset *set, ww_forest *forest)
{
    const ww_catalog *c = set->catalog;
    const double bound = set->options.near_duplicate * set->options.near_duplicate;
    for (size_t k = 0; bound > 0 && k < set->classes.count; k++) {
        const ww_catalog_person *p = set->classes.item[k].person;
        for (size_t i = 1; i < p->face_count; i++)
            for (size_t j = 0; j < i; j++) {
                const uint32_t a = (uint32_t)c->face.item[p->face[i]].frame,
                               b = (uint32_t)c->face.item[p->face[j]].frame;
                if (ww_forest_root(forest, a) != ww_forest_root(forest, b)
                    && ww_catalog_distance_squared(c, p->face[i], p->face[j]) < bound)
                    ww_forest_join(forest, a, b);
            }
    }
}

// --- sides

// Uniform in 0..1 by the content of the source, the time of the frame and the seed.
static double chance(const ww_dataset *set, size_t frame)
{
    const ww_catalog_frame *f = &set->catalog->frame.item[frame];
    const uint64_t key[3] = {set->catalog->source.item[f->source].hash, (uint64_t)f->time_us, set->options.seed};
    uint8_t bytes[sizeof key];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(key[i / 8] >> (8 * (i % 8)));
    return (double)(ww_hash_bytes(bytes, sizeof bytes) >> 11) * 0x1p-53;
}

static ww_side side_by_chance(const ww_dataset *set, size_t frame)
{
    const ww_dataset_options *o = &set->options;
    const double at = chance(set, frame) * ((double)o->train + o->val + o->test);
    return at < o->train ? WW_SIDE_TRAIN : at < (double)o->train + o->val ? WW_SIDE_VAL : WW_SIDE_TEST;
}

typedef struct member { // a face of a class
    uint32_t group;
    int32_t class;
} member;

static int by_group(const void *a, const void *b)
{
    const member *l = a, *r = b;
    if (l->group != r->group)
        return l->group < r->group ? -1 : 1;
    return (l->class > r->class) - (l->class < r->class);
}

// The side that the people of a group need most: members[0 .. count-1], of which `has` tells on which sides they are
// already (bits).
static ww_side needed(const ww_dataset *set, const member *members, size_t count, const uint8_t *has)
{
    const int part[WW_SIDES] = {set->options.train, set->options.val, set->options.test};
    for (int side = 0; side < WW_SIDES; side++)
        for (size_t i = 0; part[side] > 0 && i < count; i++) {
            bool served = true; // on all sides that come before this one
            for (int s = 0; s < side; s++)
                served = served && (part[s] == 0 || (has[members[i].class] & (1U << s)));
            if (served && !(has[members[i].class] & (1U << side)))
                return (ww_side)side;
        }
    return side_by_chance(set, members[0].group);
}

static void place_group(ww_dataset *set, const member *members, size_t count, uint8_t *has)
{
    const ww_side side = needed(set, members, count, has);
    set->side[members[0].group] = (uint8_t)side;
    set->groups++;
    for (size_t i = 0; i < count; i++) {
        ww_dataset_class *class = &set->classes.item[members[i].class];
        class->groups += i == 0 || members[i].class != members[i - 1].class;
        class->faces[side]++;
        set->faces[side]++;
        has[members[i].class] |= (uint8_t)(1U << side);
    }
}

static ww_status place_groups(ww_dataset *set, ww_error *err)
{
    const ww_catalog *c = set->catalog;
    member *list = ww_try_array(c->face.count, sizeof *list);
    uint8_t *has = ww_try_array(set->classes.count, 1);
    size_t count = 0;
    ww_status status = list && has ? WW_OK : ww_fail_memory(err, "the split of %zu faces", c->face.count);
    for (size_t i = 0; status == WW_OK && i < c->face.count; i++)
        if (set->class_of[i] != WW_NO_CLASS)
            list[count++] = (member){set->group[c->face.item[i].frame], set->class_of[i]};
    if (count)
        qsort(list, count, sizeof *list, by_group);
    for (size_t i = 0; i < c->frame.count; i++) // groups without a class
        set->side[i] = (uint8_t)side_by_chance(set, set->group[i]);
    for (size_t begin = 0, end; begin < count; begin = end) {
        for (end = begin + 1; end < count && list[end].group == list[begin].group;)
            end++;
        place_group(set, list + begin, end - begin, has);
    }
    for (size_t i = 0; status == WW_OK && i < c->frame.count; i++)
        set->side[i] = set->side[set->group[i]];
    free(list);
    free(has);
    return status;
}

static void find_closest(ww_dataset *set)
{
    const ww_catalog *c = set->catalog;
    double least = INFINITY;
    for (size_t k = 0; k < set->classes.count; k++) {
        const ww_catalog_person *p = set->classes.item[k].person;
        for (size_t i = 1; i < p->face_count; i++)
            for (size_t j = 0; j < i; j++) {
                if (set->side[c->face.item[p->face[i]].frame] == set->side[c->face.item[p->face[j]].frame])
                    continue;
                const double distance = ww_catalog_distance_squared(c, p->face[i], p->face[j]);
                if (distance < least) {
                    least = distance;
                    set->closest[0] = p->face[j];
                    set->closest[1] = p->face[i];
                }
            }
    }
    set->closest_distance = isfinite(least) ? sqrt(least) : -1;
}

ww_status ww_dataset_split(ww_dataset *set, ww_error *err)
{
    const ww_catalog *c = set->catalog;
    ww_forest *forest = ww_alloc_array(c->frame.count, sizeof *forest, SIZE_MAX);
    if (!forest)
        return ww_fail_memory(err, "the groups of %zu frames", c->frame.count);
    ww_forest_init(forest, c->frame.count);
    ww_status status = join_tracks(c, forest, err);
    if (status == WW_OK) {
        join_near_duplicates(set, forest);
        for (size_t i = 0; i < c->frame.count; i++)
            set->group[i] = ww_forest_root_compress(forest, (uint32_t)i);
        status = place_groups(set, err);
    }
    if (status == WW_OK)
        find_closest(set);
    free(forest);
    return status;
}
