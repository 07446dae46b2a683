// SPDX-License-Identifier: MIT
#include "api/footage.h"
#include "api/sized.h"
#include "formats/import/import.h"

ww_status ww_library_import(ww_library *library, const char *const *files, size_t count,
                            const ww_import_options *options, int (*on_line)(void *user, const char *line), void *user,
                            ww_import_result *result, ww_error *err)
{
    ww_import_options o = WW_IMPORT_OPTIONS_INIT;
    ww_import_result r = WW_IMPORT_RESULT_INIT;
    ww_status status = WW_CHECK_SIZED(options, ww_import_options, err);
    if (status == WW_OK)
        status = WW_CHECK_SIZED(result, ww_import_result, err);
    if (status != WW_OK)
        return status;
    ww_sized_read(&o, options, sizeof o);
    const ww_listener listener = {.on_line = on_line, .user = user};
    status = ww_import_files(library, files, count, o.dry_run != 0, &ww_footage, listener, &r, err);
    ww_sized_write(result, &r, sizeof r);
    return status;
}
