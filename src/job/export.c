// SPDX-License-Identifier: MIT
#include "base/clock.h"
#include "dataset/dataset.h"
#include "job/library.h"

static int report(void *user, int64_t done, int64_t total)
{
    return ww_library_report(user, &(ww_progress){.stage = WW_STAGE_EXPORT, .share = total > 0 ? (double)done / (double)total : 1, .done = done});
}

ww_status ww_library_export(ww_library *library, ww_export_result *result, ww_error *err)
{
    double begun = ww_seconds();
    ww_export_counts counts = {0};
    ww_export_options options = {.dir = library->dir, .progress = report, .user = library};
    ww_status status = ww_export(library->store, &options, &counts, err);
    if (result)
        *result = (ww_export_result){counts.people,        counts.portraits,  counts.unsorted,      counts.frames,
                                     counts.files_written, counts.files_kept, counts.files_removed, ww_seconds() - begun};
    return status;
}
