// SPDX-License-Identifier: MIT
#include "api/sized.h"
#include "library/source_file.h"

ww_status ww_library_forget(ww_library *library, const char *const *path, size_t count, int gone,
                            int (*on_line)(void *user, const char *line), void *user, ww_forget_result *result,
                            ww_error *err)
{
    ww_forget_result r = WW_FORGET_RESULT_INIT;
    ww_listener listener = {.on_line = on_line, .user = user};
    ww_status status = WW_CHECK_SIZED(result, ww_forget_result, err);
    if (status == WW_OK)
        status = ww_forget_sources(library, path, count, gone != 0, &listener, &r, err);
    if (status == WW_OK)
        ww_sized_write(result, &r, sizeof r);
    return status;
}
