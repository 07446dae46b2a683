// SPDX-License-Identifier: MIT
#include "formats/folders/export.h"
#include "formats/folders/sync.h"

ww_status ww_library_export(ww_library *library, ww_export_result *result, ww_error *err)
{
    return ww_folders_export(library, result, err);
}

ww_status ww_library_restore(ww_library *library, ww_export_result *result, ww_error *err)
{
    return ww_folders_restore(library, result, err);
}

ww_status ww_library_sync(ww_library *library, int dry_run, void (*on_line)(void *user, const char *line), void *user,
                          ww_sync_result *result, ww_error *err)
{
    return ww_folders_sync(library, dry_run, on_line, user, result, err);
}
