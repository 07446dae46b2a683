// SPDX-License-Identifier: MIT
#include "api/sized.h"
#include "join/join.h"

ww_status ww_library_join(const char *const *dirs, size_t count, const char *out, const ww_callbacks *callbacks,
                          ww_join_result *result, ww_error *err)
{
    ww_join_result r = WW_JOIN_RESULT_INIT;
    ww_status status = WW_CHECK_SIZED(result, ww_join_result, err);
    if (status == WW_OK)
        status = ww_join_libraries(dirs, count, out, callbacks, &r, err);
    if (status == WW_OK)
        ww_sized_write(result, &r, sizeof r);
    return status;
}
