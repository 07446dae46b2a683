// SPDX-License-Identifier: MIT
// Texts that repeat, such as names in a table, as numbers.
#ifndef WW_EVALUATE_DISTINCT_H
#define WW_EVALUATE_DISTINCT_H
#include "base/error.h"
#include <stddef.h>
#include <stdint.h>

typedef struct ww_distinct {
    const char **text; // each once, in the order of bytes; borrowed
    size_t count;
    int32_t *number; // of each text given: its place in `text`; -1 for a NULL
} ww_distinct;

ww_status ww_distinct_make(const char *const *given, size_t count, ww_distinct *distinct, ww_error *err);
void ww_distinct_free(ww_distinct *distinct);

#endif
