// SPDX-License-Identifier: MIT
#include "library/notify.h"
#include "base/number.h"
#include "whoswho/whoswho.h"

#include <stdarg.h>

void ww_notify(ww_listener *listener, const char *format, ...)
{
    char line[WW_WORDS_MAX];
    va_list arguments;
    va_start(arguments, format);
    ww_vformat(line, sizeof line, format, arguments);
    va_end(arguments);
    if (listener->on_line && listener->on_line(listener->user, line) != 0)
        listener->stopped = true;
}

ww_status ww_listener_status(const ww_listener *listener, ww_error *err)
{
    return listener->stopped ? ww_fail(err, WW_ERR_CANCELLED, "stopped as asked; nothing was decided") : WW_OK;
}
