// SPDX-License-Identifier: MIT
// Texts that repeat, such as names in a table, as numbers.
#ifndef WW_EVALUATE_LABEL_ENCODING_H
#define WW_EVALUATE_LABEL_ENCODING_H
#include "base/error.h"
#include <stddef.h>
#include <stdint.h>

typedef struct ww_label_encoding {
    const char **text; // each once, in the order of bytes; borrowed
    size_t count;
    int32_t *number; // of each text given: its place in `text`; -1 for a NULL
} ww_label_encoding;

ww_status ww_label_encoding_make(const char *const *given, size_t count, ww_label_encoding *distinct, ww_error *err);
void ww_label_encoding_free(ww_label_encoding *distinct);

#endif
