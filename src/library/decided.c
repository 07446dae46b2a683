// SPDX-License-Identifier: MIT
#include "library/decided.h"

#include <stdlib.h>

void ww_decided_free(ww_decided *decided)
{
    for (size_t i = 0; i < decided->identities.count; i++)
        free(decided->identities.item[i].name);
    ww_vector_free(&decided->identities);
    ww_vector_free(&decided->must);
    ww_vector_free(&decided->cannot);
    ww_vector_free(&decided->cannot_entry);
    ww_vector_free(&decided->nobody);
    ww_vector_free(&decided->discarded);
    ww_vector_free(&decided->absent);
    ww_vector_free(&decided->covers);
    ww_vector_free(&decided->boxes);
    free(decided->identity);
    free(decided->entry);
    *decided = (ww_decided){0};
}

bool ww_decided_is_discarded(const ww_decided *decided, size_t face)
{
    for (size_t i = 0; i < decided->discarded.count; i++)
        if (decided->discarded.item[i] == face)
            return true;
    return false;
}

ww_box ww_decided_box_now(const ww_decided *decided, size_t face, ww_box found)
{
    for (size_t i = decided->boxes.count; i > 0; i--)
        if (decided->boxes.item[i - 1].face == face)
            return decided->boxes.item[i - 1].box;
    return found;
}
