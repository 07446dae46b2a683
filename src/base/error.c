// SPDX-License-Identifier: MIT
#define WW_BASE_ERROR_C
#include "base/error.h"
#include "base/number.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { WHAT_BYTES_MAX = 512 };

static void set(ww_error *err, ww_status status, const char *format, va_list args)
{
    if (!err)
        return;
    err->status = status;
    ww_vformat(err->message, sizeof err->message, format, args);
}

ww_status ww_fail(ww_error *err, ww_status status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    set(err, status, format, args);
    va_end(args);
    return status;
}

static ww_status status_of_errno(int errnum)
{
    switch (errnum) {
    case ENOSPC:
    case EDQUOT: return WW_ERR_NO_SPACE;
    case ENOENT: return WW_ERR_NOT_FOUND;
    case ENOMEM: return WW_ERR_MEMORY;
    default: return WW_ERR_IO;
    }
}

ww_status ww_fail_errno(ww_error *err, int errnum, const char *format, ...)
{
    ww_status status = status_of_errno(errnum);
    va_list args;
    va_start(args, format);
    set(err, status, format, args);
    va_end(args);
    if (err) {
        size_t used = strlen(err->message);
        snprintf(err->message + used, sizeof err->message - used, ": %s", strerror(errnum));
    }
    return status;
}

ww_status ww_fail_memory(ww_error *err, const char *what, ...)
{
    char text[WHAT_BYTES_MAX];
    va_list args;
    va_start(args, what);
    ww_vformat(text, sizeof text, what, args);
    va_end(args);
    return ww_fail(err, WW_ERR_MEMORY,
                   "no memory left for %s; close other programs, raise the limit (ulimit -v), or use fewer threads",
                   text);
}

ww_status ww_error_prefix(ww_error *err, const char *format, ...)
{
    if (!err)
        return WW_ERR_ARGUMENT;
    char old[WW_ERROR_MESSAGE_MAX];
    memcpy(old, err->message, sizeof old);
    va_list args;
    va_start(args, format);
    ww_vformat(err->message, sizeof err->message, format, args);
    va_end(args);
    size_t used = strlen(err->message);
    snprintf(err->message + used, sizeof err->message - used, ": %s", old);
    return err->status;
}
