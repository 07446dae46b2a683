// SPDX-License-Identifier: MIT
#include "stretches.h"

#include <stdbool.h>

#define GAP_MAX_US 3000000

static stretch of_face(const ww_view *view, size_t index)
{
    const ww_view_face *face = ww_view_get_face(view, index);
    const int64_t time_us = ww_view_get_frame(view, face->frame)->time_us;
    const ww_view_track *track = face->track == WW_NONE ? NULL : ww_view_get_track(view, face->track);
    return (stretch){face->source, track ? track->first_us : time_us, track ? track->last_us : time_us};
}

void stretches_of(const ww_view *view, const size_t *face, size_t count,
                  void (*on_stretch)(void *user, const ww_view_source *source, int64_t from_us, int64_t to_us),
                  void *user)
{
    stretch open = {0};
    for (size_t i = 0; i < count; i++) {
        const stretch next = of_face(view, face[i]);
        const bool joins = i > 0 && next.source == open.source && next.from_us - open.to_us <= GAP_MAX_US;
        if (i > 0 && !joins)
            on_stretch(user, ww_view_get_source(view, open.source), open.from_us, open.to_us);
        if (!joins)
            open = next;
        else if (next.to_us > open.to_us)
            open.to_us = next.to_us;
    }
    if (count > 0)
        on_stretch(user, ww_view_get_source(view, open.source), open.from_us, open.to_us);
}
