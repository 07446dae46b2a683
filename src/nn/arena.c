// SPDX-License-Identifier: MIT
#include "nn/arena.h"

#include "base/memory.h"

#include <stdlib.h>

static int larger_first(const void *a, const void *b)
{
    const ww_arena_span *x = *(ww_arena_span *const *)a, *y = *(ww_arena_span *const *)b;
    if (x->bytes != y->bytes)
        return x->bytes < y->bytes ? 1 : -1;
    return x->first != y->first ? (x->first > y->first ? 1 : -1) : (x > y) - (x < y);
}

// The lowest offset at which `s` hits none of the placed spans that live at the same time; those are kept sorted by
// offset.
static size_t lowest_free(ww_arena_span *const *placed, size_t count, const ww_arena_span *s, size_t bytes)
{
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        const ww_arena_span *p = placed[i];
        if (p->last < s->first || s->last < p->first)
            continue;
        if (p->offset >= at + bytes)
            break;
        if (p->offset + p->bytes > at)
            at = (p->offset + p->bytes + WW_ALIGNMENT - 1) / WW_ALIGNMENT * WW_ALIGNMENT;
    }
    return at;
}

bool ww_arena_plan(ww_arena_span *span, size_t count, size_t *total_bytes)
{
    ww_arena_span **order = ww_try_array(count, sizeof *order), **placed = ww_try_array(count, sizeof *placed);
    size_t total = 0;
    bool made = order && placed;
    if (!made)
        goto done;
    for (size_t i = 0; i < count; i++)
        order[i] = &span[i];
    qsort(order, count, sizeof *order, larger_first);
    for (size_t i = 0; i < count; i++) {
        ww_arena_span *s = order[i];
        s->offset = lowest_free(placed, i, s, s->bytes);
        size_t slot = i;
        for (; slot > 0 && placed[slot - 1]->offset > s->offset; slot--)
            placed[slot] = placed[slot - 1];
        placed[slot] = s;
        if (s->offset + s->bytes > total)
            total = s->offset + s->bytes;
    }
    *total_bytes = total;
done:
    free(order);
    free(placed);
    return made;
}
