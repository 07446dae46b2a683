// SPDX-License-Identifier: MIT
#include "nn/onnx/names.h"

#include "base/hash.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

static struct ww_names_slot *slot_for(const ww_names *t, const char *name)
{
    size_t at = (size_t)ww_hash_bytes(name, strlen(name)) & (t->slot_count - 1);
    while (t->slot[at].name && strcmp(t->slot[at].name, name) != 0)
        at = (at + 1) & (t->slot_count - 1);
    return &t->slot[at];
}

int *ww_names_find(const ww_names *t, const char *name)
{
    if (t->slot_count == 0)
        return NULL;
    struct ww_names_slot *s = slot_for(t, name);
    return s->name ? &s->number : NULL;
}

bool ww_names_add(ww_names *t, const char *name, int number)
{
    if (2 * (t->used + 1) > t->slot_count) {
        ww_names wider = {.slot_count = t->slot_count ? 2 * t->slot_count : 256, .used = t->used};
        wider.slot = ww_try_array(wider.slot_count, sizeof *wider.slot);
        if (!wider.slot)
            return false;
        for (size_t i = 0; i < t->slot_count; i++)
            if (t->slot[i].name)
                *slot_for(&wider, t->slot[i].name) = t->slot[i];
        free(t->slot);
        *t = wider;
    }
    *slot_for(t, name) = (struct ww_names_slot){name, number};
    t->used++;
    return true;
}

void ww_names_free(ww_names *t)
{
    free(t->slot);
    *t = (ww_names){0};
}
