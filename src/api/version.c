// SPDX-License-Identifier: MIT
#include "whoswho/whoswho.h"

const char *ww_version(void)
{
    return WW_VERSION;
}
