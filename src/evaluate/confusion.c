// SPDX-License-Identifier: MIT
#include "evaluate/confusion.h"
#include "base/memory.h"

#include <stdlib.h>

typedef struct member {
    int32_t group, part;
} member;

static int by_group_and_part(const void *a, const void *b)
{
    const member *x = a, *y = b;
    return x->group != y->group ? (x->group > y->group) - (x->group < y->group)
                                : (x->part > y->part) - (x->part < y->part);
}

static int worst_first(const void *a, const void *b)
{
    const ww_confused_group *x = a, *y = b;
    if (x->astray != y->astray)
        return x->astray > y->astray ? -1 : 1;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return (x->group > y->group) - (x->group < y->group);
}

// Puts a part among the largest ones. Parts come in the order of their labels.
static void add_part(ww_confused_group *mix, int32_t part, size_t count)
{
    size_t at = mix->parts < WW_CONFUSION_PARTS ? mix->parts : WW_CONFUSION_PARTS;
    mix->parts++;
    for (; at > 0 && mix->part_count[at - 1] < count; at--) {
        if (at == WW_CONFUSION_PARTS)
            continue;
        mix->part[at] = mix->part[at - 1];
        mix->part_count[at] = mix->part_count[at - 1];
    }
    if (at < WW_CONFUSION_PARTS) {
        mix->part[at] = part;
        mix->part_count[at] = count;
    }
}

static ww_confused_group mix_of(const member *m, size_t count)
{
    ww_confused_group mix = {.group = m[0].group, .count = count};
    for (size_t first = 0, next; first < count; first = next) {
        for (next = first + 1; next < count && m[next].part == m[first].part;)
            next++;
        if (m[first].part < 0)
            mix.alone += next - first;
        else
            add_part(&mix, m[first].part, next - first);
    }
    mix.astray = count - (mix.parts ? mix.part_count[0] : 1);
    return mix;
}

ww_status ww_confusion_find(const int32_t *group, const int32_t *part, size_t count, ww_confusion *confusion,
                            ww_error *err)
{
    *confusion = (ww_confusion){.mix = ww_alloc_array(count, sizeof *confusion->mix, SIZE_MAX)};
    member *m = ww_alloc_array(count, sizeof *m, SIZE_MAX);
    size_t members = 0;
    if (!m || !confusion->mix) {
        free(m);
        return ww_fail(err, WW_ERR_MEMORY, "no memory to compare %zu labels", count);
    }
    for (size_t i = 0; i < count; i++)
        if (group[i] >= 0)
            m[members++] = (member){group[i], part[i] < 0 ? -1 : part[i]};
    qsort(m, members, sizeof *m, by_group_and_part);
    for (size_t first = 0, next; first < members; first = next) {
        for (next = first + 1; next < members && m[next].group == m[first].group;)
            next++;
        confusion->mix[confusion->count] = mix_of(m + first, next - first);
        confusion->astray += confusion->mix[confusion->count++].astray > 0;
    }
    qsort(confusion->mix, confusion->count, sizeof *confusion->mix, worst_first);
    free(m);
    return WW_OK;
}

void ww_confusion_free(ww_confusion *confusion)
{
    free(confusion->mix);
    *confusion = (ww_confusion){0};
}
