// SPDX-License-Identifier: MIT
#include "library/last_sort.h"
#include "base/memory.h"
#include "base/number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define META_SORTING "sorting"

ww_status ww_remember_sort(ww_library *library, const ww_cluster_options *o, ww_error *err)
{
    char *text = ww_strf("%.17g %d %.17g %.17g %s", o->eps, o->min_samples, o->min_quality, o->threshold,
                         o->method ? o->method : "-");
    ww_status status = ww_store_set_meta(library->store, META_SORTING, text, err);
    free(text);
    return status;
}

// Takes the words apart.
static bool read_options(char *text, ww_remembered_sort *sort)
{
    enum { EPS, MIN_SAMPLES, MIN_QUALITY, THRESHOLD, METHOD, WORDS };
    char *word[WORDS], *rest = NULL;
    ww_cluster_options *o = &sort->options;
    for (int i = 0; i < WORDS; i++)
        if (!(word[i] = strtok_r(i == 0 ? text : NULL, " ", &rest)))
            return false;
    o->min_samples = (int)strtol(word[MIN_SAMPLES], NULL, 10);
    snprintf(sort->method, sizeof sort->method, "%s", word[METHOD]);
    o->method = strcmp(sort->method, "-") == 0 ? NULL : sort->method;
    return ww_number_read_stored(word[EPS], &o->eps) && ww_number_read_stored(word[MIN_QUALITY], &o->min_quality)
           && ww_number_read_stored(word[THRESHOLD], &o->threshold);
}

ww_status ww_recall_sort(ww_library *library, ww_remembered_sort *sort, ww_error *err)
{
    char *text = NULL;
    *sort = (ww_remembered_sort){0};
    ww_status status = ww_store_get_meta(library->store, META_SORTING, &text, err);
    if (text && !read_options(text, sort))
        status = ww_fail(err, WW_ERR_STORE, "'%s': the store's options of the last sorting cannot be read; sort again (whoswho cluster)",
                         library->dir);
    free(text);
    return status;
}
