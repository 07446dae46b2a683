// SPDX-License-Identifier: MIT
#include "library/last_sort.h"
#include "base/memory.h"

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

ww_status ww_recall_sort(ww_library *library, ww_remembered_sort *sort, ww_error *err)
{
    char *text = NULL;
    *sort = (ww_remembered_sort){0};
    ww_cluster_options *o = &sort->options;
    ww_status status = ww_store_get_meta(library->store, META_SORTING, &text, err);
    if (text && sscanf(text, "%lf %d %lf %lf %32s", &o->eps, &o->min_samples, &o->min_quality, &o->threshold,
                       sort->method) == 5) // NOLINT(cert-err34-c)
        o->method = strcmp(sort->method, "-") == 0 ? NULL : sort->method;
    free(text);
    return status;
}
