// SPDX-License-Identifier: MIT
#include "library/library.h"

ww_status ww_library_open(const char *dir, int flags, const ww_callbacks *callbacks, ww_library **library,
                          ww_error *err)
{
    return ww_library_acquire(dir, flags, callbacks, library, err);
}

void ww_library_close(ww_library *library)
{
    ww_library_release(library);
}

const char *ww_version(void)
{
    return WW_VERSION;
}
