// SPDX-License-Identifier: MIT
// When somebody is seen: stretches of time by source.
#ifndef WW_CLI_STRETCHES_H
#define WW_CLI_STRETCHES_H
#include "whoswho/view.h"

typedef struct stretch {
    size_t source; // index in the view
    int64_t from_us, to_us;
} stretch;

// Calls on_stretch for the faces (ascending indexes of the view), in order of source and time; gaps of less than three
// seconds do not count.
void stretches_of(const ww_view *view, const size_t *face, size_t count,
                  void (*on_stretch)(void *user, const ww_view_source *source, int64_t from_us, int64_t to_us),
                  void *user);

#endif
