// SPDX-License-Identifier: MIT
// A table from names to numbers, for the values of a graph while it is read.
#ifndef WW_NN_ONNX_NAMES_H
#define WW_NN_ONNX_NAMES_H
#include <stdbool.h>
#include <stddef.h>

typedef struct ww_names {
    struct ww_names_slot {
        const char *name;
        int number;
    } * slot;          // names are borrowed
    size_t slot_count; // a power of two, never more than half full
    size_t used;
} ww_names;

// The slot's number for `name`, or NULL where it is not in the table.
int *ww_names_find(const ww_names *t, const char *name);
// Adds a name that is not there yet; false: no memory.
bool ww_names_add(ww_names *t, const char *name, int number);
void ww_names_free(ww_names *t);

#endif
