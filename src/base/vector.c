// SPDX-License-Identifier: MIT
#include "base/vector.h"
#include "base/memory.h"

#include <string.h>

enum { FIRST_CAPACITY = 16 };

// Any WW_VECTOR begins like this one; it is copied, since pointers to two types are not one object.
typedef WW_VECTOR(void) any_vector;

bool ww_vector_grow(void *vector, size_t size)
{
    any_vector v;
    memcpy(&v, vector, sizeof v);
    size_t wider = v.capacity ? v.capacity * 2 : FIRST_CAPACITY;
    void *grown = wider > v.capacity ? ww_try_widen(v.item, v.count, wider, size) : NULL;
    if (!grown)
        return false;
    v.item = grown;
    v.capacity = wider;
    memcpy(vector, &v, sizeof v);
    return true;
}
