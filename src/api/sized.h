// SPDX-License-Identifier: MIT
// Structs that may grow: their first member is their size as the caller's header has it (docs/api-stability.md).
// Private to api/.
#ifndef WW_API_SIZED_H
#define WW_API_SIZED_H
#include "base/error.h"
#include <stddef.h>

// `given` (may be NULL: nothing to check) begins with its size; `full`: sizeof the struct today. WW_ERR_ARGUMENT: it
// was not begun with its INIT macro, or has members unknown to this version that ask for something.
ww_status ww_sized_check(const void *given, size_t full, const char *type, ww_error *err);

// Copies an options struct that was checked into *into, which holds the defaults. `given` may be NULL.
void ww_sized_read(void *into, const void *given, size_t full);
// Copies a result into the caller's struct, as much as that has room for. `given` may be NULL.
void ww_sized_write(void *given, const void *from, size_t full);

#define WW_CHECK_SIZED(given, type, err) ww_sized_check(given, sizeof(type), #type, err)

#endif
