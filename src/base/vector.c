// SPDX-License-Identifier: MIT
#include "base/vector.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

void *ww_vector_grow(void *items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return items;
    size_t wider = *capacity ? *capacity * 2 : 16;
    void *grown = ww_alloc(wider * size);
    if (count)
        memcpy(grown, items, count * size);
    free(items);
    *capacity = wider;
    return grown;
}
