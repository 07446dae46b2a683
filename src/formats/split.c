// SPDX-License-Identifier: MIT
#include "formats/split.h"
#include "base/distance.h"
#include "base/forest.h"
#include "base/hash.h"

#include <math.h>
#include <string.h>

enum { NOT_PLACED = WW_SIDES };

// Somebody has far more faces on a side than in train when they are more than so many times those in train, and some;
// with less slack, the shots of a short film, which differ in length by chance, would all lie in train.
enum { OUTGROWS_TIMES = 2, OUTGROWS_SLACK = 8 };

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

static void join_shots(const ww_dataset *set, ww_forest *forest)
{
    const ww_catalog *c = set->catalog;
    for (size_t i = 1; i < c->frame.count; i++)
        if (set->shot[i] != 0 && set->shot[i] == set->shot[i - 1]
            && c->frame.item[i].source == c->frame.item[i - 1].source)
            ww_forest_join(forest, (uint32_t)i - 1, (uint32_t)i);
}

// --- sides

// Uniform in 0..1 by the content of the source, the time of the frame as it is stored, and the seed.
static double chance(const ww_dataset *set, size_t frame)
{
    const ww_catalog_frame *f = &set->catalog->frame.item[frame];
    const uint64_t key[3] = {set->catalog->source.item[f->source].hash, (uint64_t)f->file_us, set->options.seed};
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

static int part_of(const ww_dataset *set, int side)
{
    const int part[WW_SIDES] = {set->options.train, set->options.val, set->options.test};
    return part[side];
}

typedef struct member { // a face of a class, in a frame that shows a chosen one
    uint32_t group;
    uint32_t frame;
    int32_t class;
    size_t face;
} member;

static int by_group(const void *a, const void *b)
{
    const member *l = a, *r = b;
    if (l->group != r->group)
        return l->group < r->group ? -1 : 1;
    return (l->face > r->face) - (l->face < r->face);
}

// The side that the people of a group need most: members[0 .. count-1], of which `has` tells on which sides they are
// already (bits).
static ww_side needed(const ww_dataset *set, const member *members, size_t count, const uint8_t *has)
{
    for (int side = 0; side < WW_SIDES; side++)
        for (size_t i = 0; part_of(set, side) > 0 && i < count; i++) {
            bool served = true; // on all sides that come before this one
            for (int s = 0; s < side; s++)
                served = served && (part_of(set, s) == 0 || (has[members[i].class] & (1U << s)));
            if (served && !(has[members[i].class] & (1U << side)))
                return (ww_side)side;
        }
    return side_by_chance(set, members[0].group);
}

// On which sides (bits) faces of the same person lie that are near-duplicates of this one.
static uint8_t near_sides(const ww_dataset *set, const member *m)
{
    const ww_catalog *c = set->catalog;
    const double bound = set->options.near_duplicate * set->options.near_duplicate;
    const ww_catalog_person *p = set->classes.item[m->class].person;
    uint8_t near = 0;
    for (size_t i = 0; bound > 0 && i < p->face_count; i++) {
        const size_t frame = c->face.item[p->face[i]].frame;
        const int side = set->side[frame];
        if (side == NOT_PLACED || set->dropped[frame] || (near & (1U << side)))
            continue;
        if (ww_distance_squared_below(ww_catalog_vector(c, m->face), ww_catalog_vector(c, p->face[i]), c->dim, bound)
            < bound)
            near |= (uint8_t)(1U << side);
    }
    return near;
}

typedef struct splitting {
    ww_dataset *set;
    uint8_t *has;  // for each class: on which sides it is (bits)
    uint8_t *near; // for each frame: on which sides near-duplicates of its faces lie (bits)
    size_t *added; // for each class: 0; chosen faces of a group while it is looked at
} splitting;

// Frames of the group that are lost if it goes to `side`, because a near-duplicate is on another one.
static size_t count_lost(const splitting *s, const member *members, size_t count, int side, size_t *frames)
{
    size_t lost = 0;
    *frames = 0;
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && members[i].frame == members[i - 1].frame)
            continue;
        ++*frames;
        lost += (s->near[members[i].frame] & ~(1U << side)) != 0;
    }
    return lost;
}

// Whether a person of the group would have far more faces on `side` than there are in train.
static bool outgrows_train(splitting *s, const member *members, size_t count, int side)
{
    const ww_dataset *set = s->set;
    bool outgrown = false;
    if (side == WW_SIDE_TRAIN || part_of(set, WW_SIDE_TRAIN) == 0)
        return false;
    for (size_t i = 0; i < count; i++)
        s->added[members[i].class] += set->chosen[members[i].face];
    for (size_t i = 0; i < count; i++) {
        const ww_dataset_class *class = &set->classes.item[members[i].class];
        const size_t most = OUTGROWS_TIMES * class->faces[WW_SIDE_TRAIN] + OUTGROWS_SLACK;
        outgrown = outgrown || class->faces[side] + s->added[members[i].class] > most;
    }
    for (size_t i = 0; i < count; i++)
        s->added[members[i].class] = 0;
    return outgrown;
}

// The side that is needed, if no person outgrows train there and at least half of the frames can be used; else the one
// where most can.
static int choose_side(splitting *s, const member *members, size_t count)
{
    const int needs = needed(s->set, members, count, s->has);
    const int wanted = outgrows_train(s, members, count, needs) ? WW_SIDE_TRAIN : needs;
    size_t frames, least = count_lost(s, members, count, wanted, &frames);
    int best = wanted;
    for (int side = 0; 2 * least > frames && side < WW_SIDES; side++) {
        const size_t lost = part_of(s->set, side) > 0 ? count_lost(s, members, count, side, &frames) : frames;
        if (lost < least) {
            least = lost;
            best = side;
        }
    }
    return best;
}

static void place_group(splitting *s, const member *members, size_t count)
{
    ww_dataset *set = s->set;
    for (size_t i = 0; i < count; i++)
        s->near[members[i].frame] |= near_sides(set, &members[i]);
    const int side = choose_side(s, members, count);
    set->groups++;
    for (size_t i = 0; i < count; i++) {
        const member *m = &members[i];
        ww_dataset_class *class = &set->classes.item[m->class];
        set->side[m->frame] = (uint8_t)side;
        const bool dropped = (s->near[m->frame] & ~(1U << side)) != 0;
        set->frames_dropped += dropped && !set->dropped[m->frame];
        set->dropped[m->frame] = dropped;
        class->dropped += dropped && set->chosen[m->face];
        if (dropped || !set->chosen[m->face])
            continue;
        class->faces[side]++;
        set->faces[side]++;
        s->has[m->class] |= (uint8_t)(1U << side);
    }
}

static void count_groups(ww_dataset *set)
{
    for (size_t k = 0; k < set->classes.count; k++) {
        const ww_catalog_person *p = set->classes.item[k].person;
        uint32_t last = UINT32_MAX;
        for (size_t i = 0; i < p->face_count; i++) {
            const uint32_t group = set->group[set->catalog->face.item[p->face[i]].frame];
            set->classes.item[k].groups += group != last;
            last = group;
        }
    }
}

static bool shows_chosen(const ww_dataset *set, size_t frame)
{
    const ww_catalog_frame *f = &set->catalog->frame.item[frame];
    bool any = false;
    for (size_t i = f->first_face; i < f->first_face + f->face_count; i++)
        any = any || set->chosen[i];
    return any;
}

static size_t list_members(const ww_dataset *set, member *list)
{
    const ww_catalog *c = set->catalog;
    size_t count = 0;
    for (size_t k = 0; k < c->frame.count; k++) {
        const ww_catalog_frame *f = &c->frame.item[k];
        for (size_t i = f->first_face; shows_chosen(set, k) && i < f->first_face + f->face_count; i++)
            if (set->class_of[i] != WW_NO_CLASS)
                list[count++] = (member){set->group[k], (uint32_t)k, set->class_of[i], i};
    }
    if (count)
        qsort(list, count, sizeof *list, by_group);
    return count;
}

static ww_status place_groups(ww_dataset *set, ww_error *err)
{
    const ww_catalog *c = set->catalog;
    member *list = ww_try_array(c->face.count, sizeof *list);
    splitting s = {set, ww_try_array(set->classes.count, 1), ww_try_array(c->frame.count, 1),
                   ww_try_array(set->classes.count, sizeof *s.added)};
    ww_status status =
        list && s.has && s.near && s.added ? WW_OK : ww_fail_memory(err, "the split of %zu faces", c->face.count);
    const size_t count = status == WW_OK ? list_members(set, list) : 0;
    memset(set->side, NOT_PLACED, c->frame.count);
    for (size_t begin = 0, end; begin < count; begin = end) {
        for (end = begin + 1; end < count && list[end].group == list[begin].group;)
            end++;
        place_group(&s, list + begin, end - begin);
    }
    count_groups(set);
    for (size_t i = 0; i < c->frame.count; i++) // the others, which are not used
        if (set->side[i] == NOT_PLACED)
            set->side[i] = (uint8_t)side_by_chance(set, set->group[i]);
    free(list);
    free(s.has);
    free(s.near);
    free(s.added);
    return status;
}

typedef struct used_face { // what comparing needs of a face, side by side in memory
    const float *vector;
    size_t face;
    int side;
} used_face;

static void find_closest_of(ww_dataset *set, const used_face *list, size_t count, double *least)
{
    for (size_t i = 1; i < count; i++)
        for (size_t j = 0; j < i; j++) {
            if (list[i].side == list[j].side)
                continue;
            const double distance =
                ww_distance_squared_below(list[i].vector, list[j].vector, set->catalog->dim, *least);
            if (distance < *least) {
                *least = distance;
                set->closest[0] = list[j].face;
                set->closest[1] = list[i].face;
            }
        }
}

static ww_status find_closest(ww_dataset *set, ww_error *err)
{
    const ww_catalog *c = set->catalog;
    double least = INFINITY;
    used_face *list = ww_try_array(c->face.count, sizeof *list);
    if (!list)
        return ww_fail_memory(err, "the split of %zu faces", c->face.count);
    for (size_t k = 0; k < set->classes.count; k++) {
        const ww_catalog_person *p = set->classes.item[k].person;
        size_t count = 0;
        for (size_t i = 0; i < p->face_count; i++)
            if (ww_dataset_face_used(set, p->face[i]))
                list[count++] = (used_face){ww_catalog_vector(c, p->face[i]), p->face[i],
                                            set->side[c->face.item[p->face[i]].frame]};
        find_closest_of(set, list, count, &least);
    }
    free(list);
    set->closest_distance = isfinite(least) ? sqrt(least) : -1;
    return WW_OK;
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
        join_shots(set, forest);
        for (size_t i = 0; i < c->frame.count; i++)
            set->group[i] = ww_forest_root_compress(forest, (uint32_t)i);
        status = place_groups(set, err);
    }
    if (status == WW_OK)
        status = find_closest(set, err);
    free(forest);
    return status;
}
