// SPDX-License-Identifier: MIT
// A set of 64-bit numbers (content hashes, ids of files): put in, ask, free. Open addressing, doubled when half full.
#ifndef WW_BASE_ID_SET_H
#define WW_BASE_ID_SET_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ww_id_set { // zeroed: empty
    uint64_t *slot;        // 0: free
    size_t capacity, count;
    bool zero; // 0 is in the set
} ww_id_set;

// False: no memory, and the set is as it was. *added (may be NULL): it was not there before.
bool ww_id_set_put(ww_id_set *set, uint64_t id, bool *added);
bool ww_id_set_has(const ww_id_set *set, uint64_t id);
void ww_id_set_free(ww_id_set *set);

#endif
