// SPDX-License-Identifier: MIT
#include "base/id_set.h"
#include "base/memory.h"

#include <stdlib.h>

enum { CAPACITY_FIRST = 64 };
#define SPREAD UINT64_C(0x9E3779B97F4A7C15) // 2^64 / golden ratio: neighbouring ids land far apart

// The slot that holds `id`, or the free one where it belongs.
static uint64_t *place(uint64_t *slot, size_t capacity, uint64_t id)
{
    size_t at = (size_t)((id * SPREAD) >> 32) & (capacity - 1);
    while (slot[at] && slot[at] != id)
        at = (at + 1) & (capacity - 1);
    return &slot[at];
}

static bool grow(ww_id_set *set)
{
    size_t capacity = set->capacity ? set->capacity * 2 : CAPACITY_FIRST;
    uint64_t *slot = ww_try_array(capacity, sizeof *slot);
    if (!slot)
        return false;
    for (size_t i = 0; i < set->capacity; i++)
        if (set->slot[i])
            *place(slot, capacity, set->slot[i]) = set->slot[i];
    free(set->slot);
    set->slot = slot;
    set->capacity = capacity;
    return true;
}

bool ww_id_set_has(const ww_id_set *set, uint64_t id)
{
    return id ? set->capacity && *place(set->slot, set->capacity, id) == id : set->zero;
}

bool ww_id_set_put(ww_id_set *set, uint64_t id, bool *added)
{
    const bool there = ww_id_set_has(set, id);
    if (added)
        *added = !there;
    if (there)
        return true;
    if (!id) {
        set->zero = true;
        return true;
    }
    if (2 * (set->count + 1) > set->capacity && !grow(set))
        return false;
    *place(set->slot, set->capacity, id) = id;
    set->count++;
    return true;
}

void ww_id_set_free(ww_id_set *set)
{
    free(set->slot);
    *set = (ww_id_set){0};
}
