// SPDX-License-Identifier: MIT
#include "base/log.h"
#include "base/number.h"

#include <stdarg.h>

#define LINE_MAX_BYTES 2048

void ww_logf(const ww_log *log, ww_log_level level, const char *format, ...)
{
    if (!log || !log->write)
        return;
    char line[LINE_MAX_BYTES];
    va_list args;
    va_start(args, format);
    ww_vformat(line, sizeof line, format, args);
    va_end(args);
    log->write(log->user, level, line);
}
