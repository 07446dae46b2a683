// SPDX-License-Identifier: MIT
#include "library/shots.h"
#include "library/view.h"

#include <string.h>

// Of two frames that follow one another; see people/scene.c for the figures it rests on.
#define SAME_SHOT_LIKENESS 0.75

typedef struct walk {
    const ww_catalog *catalog;
    uint8_t *alike;              // for each frame: whether its view is like that of the frame before
    size_t at;                   // frame of the last view
    bool any;                    // there was one
    uint8_t view[WW_VIEW_BYTES]; // the last
} walk;

static ww_status on_view(void *user, int64_t frame, const uint8_t *view, size_t bytes, ww_error *err)
{
    walk *w = user;
    const ww_catalog *c = w->catalog;
    size_t i = w->any ? w->at + 1 : 0;
    while (i < c->frame.count && c->frame.item[i].id != frame)
        i++;
    if (i == c->frame.count || bytes != WW_VIEW_BYTES)
        return ww_fail(err, WW_ERR_STORE, "the library is damaged at the view of frame %lld; scan again",
                       (long long)frame);
    if (w->any && w->at + 1 == i)
        w->alike[i] = ww_view_likeness(w->view, view) >= SAME_SHOT_LIKENESS;
    memcpy(w->view, view, sizeof w->view);
    w->at = i;
    w->any = true;
    return WW_OK;
}

static bool share_track(const ww_catalog *c, const ww_catalog_frame *a, const ww_catalog_frame *b)
{
    for (size_t i = a->first_face; i < a->first_face + a->face_count; i++)
        for (size_t k = b->first_face; c->face.item[i].track != 0 && k < b->first_face + b->face_count; k++)
            if (c->face.item[i].track == c->face.item[k].track)
                return true;
    return false;
}

static void guess_shots(const ww_catalog *c, const uint8_t *alike, uint32_t *shot)
{
    for (size_t i = 0; i < c->frame.count; i++) {
        const ww_catalog_frame *now = &c->frame.item[i], *last = i ? &c->frame.item[i - 1] : NULL;
        const bool first = !last || last->source != now->source;
        if (ww_catalog_is_video(&c->source.item[now->source]))
            shot[i] = first ? 1 : shot[i - 1] + !(alike[i] || share_track(c, last, now));
    }
}

typedef struct shot_walk {
    const ww_catalog *catalog;
    uint32_t *shot;
    size_t frame, end; // the finger: frames before it are done with; `end` is behind the last of the source
    int64_t source;    // id of the last row's
    uint32_t number;   // of its last shot
} shot_walk;

// Frames of a source of which shots are kept have those and no others.
static void begin_source(shot_walk *w, int64_t source)
{
    const ww_catalog *c = w->catalog;
    w->source = source;
    w->number = 0;
    w->frame = w->end;
    while (w->frame < c->frame.count && c->source.item[c->frame.item[w->frame].source].id < source)
        w->frame++;
    w->end = w->frame;
    while (w->end < c->frame.count && c->source.item[c->frame.item[w->end].source].id == source)
        w->shot[w->end++] = 0;
}

static ww_status on_shot(void *user, const ww_shot_row *row, ww_error *err)
{
    shot_walk *w = user;
    const ww_catalog *c = w->catalog;
    if (row->source != w->source)
        begin_source(w, row->source);
    w->number++;
    while (w->frame < w->end && c->frame.item[w->frame].file_us < row->first_us)
        w->frame++;
    while (w->frame < w->end && c->frame.item[w->frame].file_us <= row->last_us)
        w->shot[w->frame++] = w->number;
    return WW_OK;
}

ww_status ww_catalog_shots(const ww_catalog *c, uint32_t **shot, ww_error *err)
{
    walk w = {.catalog = c, .alike = ww_try_array(c->frame.count, 1)};
    *shot = ww_try_array(c->frame.count, sizeof **shot);
    ww_status status = w.alike && *shot ? WW_OK : ww_fail_memory(err, "the shots of %zu frames", c->frame.count);
    if (status == WW_OK)
        status = ww_store_views(c->store, on_view, &w, err);
    if (status == WW_OK) {
        guess_shots(c, w.alike, *shot);
        status = ww_store_shots(c->store, on_shot, &(shot_walk){.catalog = c, .shot = *shot, .source = -1}, err);
    }
    free(w.alike);
    if (status != WW_OK) {
        free(*shot);
        *shot = NULL;
    }
    return status;
}
