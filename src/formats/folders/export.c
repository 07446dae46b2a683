// SPDX-License-Identifier: MIT
#include "formats/folders/export.h"
#include "base/clock.h"
#include "base/memory.h"
#include "formats/folders/folders.h"
#include "formats/folders/folder_diff.h"
#include "library/export_state.h"
#include "library/settings.h"
#include "decisions/journal.h"
#include "decisions/people_view.h"

#include <stdlib.h>

static int report(void *user, int64_t done, int64_t total)
{
    return ww_library_report(
        user,
        &(ww_progress){.stage = WW_STAGE_EXPORT, .share = total > 0 ? (double)done / (double)total : 1, .done = done});
}

static int by_id(const void *a, const void *b)
{
    int64_t p = *(const int64_t *)a, q = *(const int64_t *)b;
    return (p > q) - (p < q);
}

// Whether there may be any face that is not to be seen.
static ww_status any_discarded(ww_library *library, bool *any, ww_error *err)
{
    ww_journal journal;
    *any = false;
    ww_status status = ww_journal_load(library->store, &journal, err);
    if (status != WW_OK)
        return status;
    for (size_t i = 0; i < journal.entry.count; i++)
        *any = *any || ww_entry_discards(&journal.entry.item[i]);
    ww_journal_free(&journal);
    return WW_OK;
}

// Ids of the faces that were deleted from Unsorted by hand; the caller's (free).
static ww_status find_discarded(ww_library *library, int64_t **ids, size_t *count, ww_error *err)
{
    bool any;
    ww_people_view view;
    ww_status status = any_discarded(library, &any, err);
    if (status != WW_OK || !any)
        return status;
    status = ww_people_view_load(library, &view, err);
    if (status != WW_OK)
        return status;
    *count = view.decided.discarded.count;
    *ids = ww_try_array(*count, sizeof **ids);
    for (size_t i = 0; *ids && i < *count; i++)
        (*ids)[i] = view.catalog.face.item[view.decided.discarded.item[i]].id;
    if (*ids)
        qsort(*ids, *count, sizeof **ids, by_id);
    ww_people_view_free(&view);
    return *ids ? WW_OK : ww_fail_memory(err, "a list of %zu faces", *count);
}

ww_status ww_folders_restore(ww_library *library, ww_export_result *result, ww_error *err)
{
    double begun = ww_seconds();
    ww_folders_counts counts = {0};
    ww_folders_options options = {.dir = library->dir, .progress = report, .user = library, .log = &library->log};
    int64_t *discarded = NULL;
    double csv_safe = 0;
    ww_status status = find_discarded(library, &discarded, &options.hidden_count, err);
    options.hidden = discarded;
    if (status == WW_OK)
        status = ww_setting_number(library, WW_SETTING_CSV_SAFE, 0, &csv_safe, err);
    options.csv_safe = csv_safe > 0;
    if (status == WW_OK)
        status = ww_store_set_meta(library->store, WW_SETTING_EXPORT, WW_EXPORT_BEGUN, err);
    if (status == WW_OK)
        status = ww_folders_write(library->store, &options, &counts, err);
    if (status == WW_OK)
        status = ww_store_set_meta(library->store, WW_SETTING_EXPORT, WW_EXPORT_DONE, err);
    free(discarded);
    if (result)
        *result = (ww_export_result){sizeof *result,    counts.people,        counts.portraits,
                                     counts.unassigned, counts.frames,        counts.files_written,
                                     counts.files_kept, counts.files_removed, ww_seconds() - begun};
    return status;
}

ww_status ww_folders_export(ww_library *library, ww_export_result *result, ww_error *err)
{
    size_t missing;
    ww_status status = ww_folder_diff_any(library, &missing, err);
    if (status == WW_OK && missing > 0)
        status = ww_fail(err, WW_ERR_CHANGED,
                         "in '%s' %zu %s moved, renamed or deleted by hand, so the folders were left as they are; "
                         "run: whoswho sync '%s'",
                         library->dir, missing, missing == 1 ? "portrait was" : "portraits were", library->dir);
    if (status != WW_OK) {
        if (result)
            *result = (ww_export_result){0};
        return status;
    }
    return ww_folders_restore(library, result, err);
}
