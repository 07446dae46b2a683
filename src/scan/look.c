// SPDX-License-Identifier: MIT
#include "scan/scan.h"
#include "base/memory.h"

#include <stdlib.h>

struct ww_looker {
    ww_span_worker *worker;
    ww_scan_source *source; // what `reader` reads; a user of it
    ww_reader *reader;
};

ww_status ww_looker_open(const ww_models *models, const ww_scan_options *options, const ww_cancel *cancel,
                         ww_looker **looker, ww_error *err)
{
    ww_looker *w = ww_alloc(sizeof *w);
    *looker = w;
    return ww_span_worker_open(models, options, cancel, &w->worker, err);
}

static void drop_reader(ww_looker *w)
{
    ww_reader_close(w->reader);
    ww_scan_source_release(w->source);
    w->reader = NULL;
    w->source = NULL;
}

void ww_looker_close(ww_looker *w)
{
    if (!w)
        return;
    drop_reader(w);
    ww_span_worker_close(w->worker);
    free(w);
}

static ww_status look_at_span(ww_looker *w, ww_scan_task *t, ww_error *err)
{
    if (w->source != t->source) {
        drop_reader(w);
        ww_status status = ww_reader_open(t->source->handle, &w->reader, err);
        if (status != WW_OK)
            return status;
        w->source = ww_scan_source_share(t->source);
    }
    return ww_span_worker_run(w->worker, t->source->handle, w->reader, t->span, &t->seen, err);
}

// A page that cannot be read does not stand in the way of the others.
static ww_status note_page(ww_scan_task *t, const ww_error *why)
{
    t->seen.counts.damaged++;
    if (!t->seen.damage)
        t->seen.damage = ww_strdup(why->message);
    return WW_OK;
}

ww_status ww_look(ww_looker *w, ww_scan_task *t, ww_error *err)
{
    ww_error why = {0};
    ww_status status = WW_OK;
    do {
        status = look_at_span(w, t, &why);
        if (t->whole && t->span_count > 1 && (status == WW_ERR_FORMAT || status == WW_ERR_UNSUPPORTED))
            status = note_page(t, &why);
    } while (t->whole && status == WW_OK && ++t->span < t->span_count);
    t->try_again = status == WW_ERR_IO || status == WW_ERR_MEMORY;
    if (t->try_again || status == WW_ERR_FORMAT || status == WW_ERR_UNSUPPORTED || status == WW_ERR_NOT_FOUND) {
        t->failure = ww_strdup(why.message); // this file's trouble, not the run's
        if (t->source == w->source)
            drop_reader(w); // it may have lost its place
        return WW_OK;
    }
    if (status == WW_ERR_CANCELLED)
        ww_fail(err, status, WW_SCAN_STOPPED);
    else if (status != WW_OK && err)
        *err = why;
    if (t->whole && t->source == w->source)
        drop_reader(w); // a photo is not looked at twice
    return status;
}
