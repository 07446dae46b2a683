// SPDX-License-Identifier: MIT
// Which shares of which inputs a library holds: a line of the store's meta table for every list of inputs that a shard
// of it scanned, in the order in which it met them.
#ifndef WW_LIBRARY_SHARD_LISTS_H
#define WW_LIBRARY_SHARD_LISTS_H
#include "base/vector.h"
#include "store/store.h"

typedef struct ww_shard_list {
    uint64_t list;     // what the inputs are known by
    int64_t files;     // how many there are
    int number, count; // the share
    bool done;         // it was scanned to the end
} ww_shard_list;

typedef WW_VECTOR(ww_shard_list) ww_shard_lists;

// Free with ww_vector_free, whatever is returned. WW_ERR_STORE: what is stored makes no sense.
ww_status ww_shard_lists_load(ww_store *store, ww_shard_lists *lists, ww_error *err);
// Adds the share, or says that it is done. *first_place: of the first file of the list among those of all lists.
ww_status ww_shard_lists_note(ww_store *store, const ww_shard_list *share, int64_t *first_place, ww_error *err);

#endif
