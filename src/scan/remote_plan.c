// SPDX-License-Identifier: MIT
// Plans of videos on their way from the worker that opened one to those that look at its spans.
#include "base/memory.h"
#include "scan/remote.h"
#include "video/planned.h"

#include <stdlib.h>

void ww_plan_pack(ww_buffer *b, const ww_scan_source *f)
{
    ww_buffer part = {0};
    const bool there = f->opened && f->handle && ww_source_pack_head(f->handle, &part);
    ww_pack_blob(b, there ? part.data : NULL, part.bytes);
    for (int i = 0; there && i < f->info.span_count; i++) {
        b->failed = b->failed || part.failed;
        part.bytes = 0;
        ww_source_pack_span(f->handle, i, &part);
        ww_pack_blob(b, part.data, part.bytes);
    }
    if (part.failed)
        ww_buffer_fail(b);
    ww_buffer_free(&part);
}

ww_remote_plan *ww_plan_unpack(ww_unpack *in, int spans)
{
    const ww_bytes head = ww_remote_unpack_bytes(in);
    if (!head.data)
        return NULL;
    ww_remote_plan *plan = ww_alloc(sizeof *plan);
    *plan = (ww_remote_plan){head, spans, ww_try_array((size_t)spans, sizeof *plan->span)};
    in->starved = in->starved || !plan->span;
    for (int i = 0; plan->span && i < spans && !in->bad; i++)
        plan->span[i] = ww_remote_unpack_bytes(in);
    in->bad = in->bad || in->starved;
    return plan;
}

void ww_remote_plan_free(ww_remote_plan *plan)
{
    if (!plan)
        return;
    for (int i = 0; plan->span && i < plan->spans; i++)
        free(plan->span[i].data);
    free(plan->span);
    free(plan->head.data);
    free(plan);
}
