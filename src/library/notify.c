// SPDX-License-Identifier: MIT
#include "library/notify.h"
#include "base/number.h"
#include "whoswho/whoswho.h"

void ww_vnotify(ww_listener *listener, const char *format, va_list args)
{
    char line[WW_WORDS_MAX];
    ww_vformat(line, sizeof line, format, args);
    if (listener->on_line && listener->on_line(listener->user, line) != 0)
        listener->stopped = true;
}

void ww_notify(ww_listener *listener, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    ww_vnotify(listener, format, args);
    va_end(args);
}

ww_status ww_listener_status(const ww_listener *listener, ww_error *err)
{
    return listener->stopped ? ww_fail(err, WW_ERR_CANCELLED, "stopped as asked; nothing was decided") : WW_OK;
}
