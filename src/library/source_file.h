// SPDX-License-Identifier: MIT
// Whether the file of a source is still there, and forgetting sources.
#ifndef WW_LIBRARY_SOURCE_FILE_H
#define WW_LIBRARY_SOURCE_FILE_H
#include "library/library.h"
#include "library/notify.h"

typedef enum ww_source_state {
    WW_SOURCE_THERE,
    WW_SOURCE_GONE, // deleted or renamed: its folder, or one above it, is there and holds other things
    WW_SOURCE_AWAY, // nobody can tell: a drive that is not mounted, an empty mount point, no right to look
} ww_source_state;

// `file`: from the root.
ww_source_state ww_source_state_of(const char *file);

// ww_library_forget.
ww_status ww_forget_sources(ww_library *library, const char *const *path, size_t count, bool gone,
                            ww_listener *listener, ww_forget_result *result, ww_error *err);

#endif
