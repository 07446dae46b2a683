// SPDX-License-Identifier: MIT
#include "library/library.h"

ww_status ww_library_open(const char *dir, int flags, const ww_callbacks *callbacks, ww_library **library,
                          ww_error *err)
{
    return ww_library_acquire(dir, flags, callbacks, library, err);
}

void ww_library_close(ww_library *library) { ww_library_release(library); }

const char *ww_version(void) { return WW_VERSION; }

int ww_version_number(void) { return WHOSWHO_VERSION_NUMBER; }

const char *ww_status_name(ww_status status)
{
    static const char *const name[] = {"WW_OK",
                                       "WW_ERR_ARGUMENT",
                                       "WW_ERR_MEMORY",
                                       "WW_ERR_IO",
                                       "WW_ERR_FORMAT",
                                       "WW_ERR_UNSUPPORTED",
                                       "WW_ERR_STORE",
                                       "WW_ERR_NO_SPACE",
                                       "WW_ERR_CANCELLED",
                                       "WW_ERR_NOT_FOUND",
                                       "WW_ERR_CHANGED",
                                       "WW_ERR_CONFIRM"};
    const int count = sizeof name / sizeof *name;
    return status <= 0 && status > -count ? name[-status] : "unknown status";
}
