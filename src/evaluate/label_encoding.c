// SPDX-License-Identifier: MIT
#include "evaluate/label_encoding.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

typedef struct given_text {
    const char *text;
    size_t index;
} given_text;

static int by_text(const void *a, const void *b)
{
    return strcmp(((const given_text *)a)->text, ((const given_text *)b)->text);
}

ww_status ww_label_encoding_make(const char *const *given, size_t count, ww_label_encoding *distinct, ww_error *err)
{
    *distinct = (ww_label_encoding){0};
    if (count > INT32_MAX)
        return ww_fail(err, WW_ERR_MEMORY, "%zu names are too many", count);
    given_text *sorted = ww_alloc_array(count, sizeof *sorted, SIZE_MAX);
    distinct->text = ww_alloc_array(count, sizeof *distinct->text, SIZE_MAX);
    distinct->number = ww_alloc_array(count, sizeof *distinct->number, SIZE_MAX);
    if (!sorted || !distinct->text || !distinct->number) {
        free(sorted);
        return ww_fail(err, WW_ERR_MEMORY, "no memory for %zu names", count);
    }
    size_t texts = 0;
    for (size_t i = 0; i < count; i++) {
        distinct->number[i] = -1;
        if (given[i])
            sorted[texts++] = (given_text){given[i], i};
    }
    qsort(sorted, texts, sizeof *sorted, by_text);
    for (size_t i = 0; i < texts; i++) {
        if (i == 0 || strcmp(sorted[i].text, sorted[i - 1].text) != 0)
            distinct->text[distinct->count++] = sorted[i].text;
        distinct->number[sorted[i].index] = (int32_t)distinct->count - 1;
    }
    free(sorted);
    return WW_OK;
}

void ww_label_encoding_free(ww_label_encoding *distinct)
{
    free(distinct->text);
    free(distinct->number);
    *distinct = (ww_label_encoding){0};
}
