// SPDX-License-Identifier: MIT
#include "library/notify.h"
#include "whoswho/whoswho.h"

#include <stdarg.h>
#include <stdio.h>

void ww_notify(const ww_listener *listener, const char *format, ...)
{
    char line[WW_WORDS_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (listener->on_line)
        listener->on_line(listener->user, line);
}
