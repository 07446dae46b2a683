// SPDX-License-Identifier: MIT
#include "api/sized.h"
#include "formats/folders/export.h"
#include "formats/folders/sync.h"
#include "library/settings.h"

ww_status ww_library_export(ww_library *library, ww_export_result *result, ww_error *err)
{
    ww_export_result r = WW_EXPORT_RESULT_INIT;
    ww_status status = WW_CHECK_SIZED(result, ww_export_result, err);
    if (status != WW_OK)
        return status;
    status = ww_folders_export(library, &r, err);
    ww_sized_write(result, &r, sizeof r);
    return status;
}

ww_status ww_library_set_csv_safe(ww_library *library, int on, ww_error *err)
{
    return ww_setting_store_number(library, WW_SETTING_CSV_SAFE, on != 0, err);
}

ww_status ww_library_restore(ww_library *library, ww_export_result *result, ww_error *err)
{
    ww_export_result r = WW_EXPORT_RESULT_INIT;
    ww_status status = WW_CHECK_SIZED(result, ww_export_result, err);
    if (status != WW_OK)
        return status;
    status = ww_folders_restore(library, &r, err);
    ww_sized_write(result, &r, sizeof r);
    return status;
}

ww_status ww_library_sync(ww_library *library, int dry_run, int (*on_line)(void *user, const char *line), void *user,
                          ww_sync_result *result, ww_error *err)
{
    ww_sync_result r = WW_SYNC_RESULT_INIT;
    ww_status status = WW_CHECK_SIZED(result, ww_sync_result, err);
    if (status != WW_OK)
        return status;
    status = ww_folders_sync(library, dry_run, on_line, user, &r, err);
    ww_sized_write(result, &r, sizeof r);
    return status;
}
