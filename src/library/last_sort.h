// SPDX-License-Identifier: MIT
// The options of the last sort, kept in the library, so that a decision is followed by a sort like it.
#ifndef WW_LIBRARY_LAST_SORT_H
#define WW_LIBRARY_LAST_SORT_H
#include "library/library.h"

enum { WW_METHOD_BYTES_MAX = 32 };

typedef struct ww_remembered_sort {
    ww_cluster_options options; // options.method points into `method`, or is NULL
    char method[WW_METHOD_BYTES_MAX + 1];
} ww_remembered_sort;

ww_status ww_remember_sort(ww_library *library, const ww_cluster_options *options, ww_error *err);
// The zero value when nothing was sorted yet. *sort must not be moved afterwards.
ww_status ww_recall_sort(ww_library *library, ww_remembered_sort *sort, ww_error *err);

#endif
