// SPDX-License-Identifier: MIT
#include "formats/folders/presence.h"

static const ww_catalog_frame *frame_of(const ww_catalog *c, size_t face)
{
    return &c->frame.item[c->face.item[face].frame];
}

bool ww_presence_next(const ww_catalog *c, const ww_catalog_person *person, size_t *at, ww_presence *p)
{
    if (*at >= person->face_count)
        return false;
    size_t first = *at;
    int source = frame_of(c, person->face[first])->source;
    while (*at < person->face_count && frame_of(c, person->face[*at])->source == source)
        ++*at;
    *p = (ww_presence){
        .source = source,
        .face = person->face + first,
        .face_count = *at - first,
        .first_us = frame_of(c, person->face[first])->time_us,
        .last_us = frame_of(c, person->face[*at - 1])->time_us,
    };
    return true;
}

bool ww_stretch_next(const ww_catalog *c, const ww_presence *p, size_t *at, ww_stretch *stretch)
{
    if (*at >= p->face_count)
        return false;
    const ww_catalog_frame *first = frame_of(c, p->face[*at]), *last = first;
    for (++*at; *at < p->face_count; ++*at) {
        const ww_catalog_frame *next = frame_of(c, p->face[*at]);
        if (next->sample - last->sample > 2)
            break;
        last = next;
    }
    *stretch = (ww_stretch){first->time_us, last->time_us + c->source.item[p->source].every_us};
    return true;
}

int64_t ww_presence_on_screen_us(const ww_catalog *c, const ww_presence *p)
{
    int64_t us = 0;
    ww_stretch stretch;
    for (size_t at = 0; ww_stretch_next(c, p, &at, &stretch);)
        us += stretch.end_us - stretch.start_us;
    return us;
}
