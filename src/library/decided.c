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
