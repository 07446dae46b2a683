// SPDX-License-Identifier: MIT
#include "base/buffer.h"
#include "base/files.h"
#include "base/memory.h"
#include "base/number.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { SPARE_BYTES = 256 };

void ww_buffer_fail(ww_buffer *b)
{
    ww_buffer_free(b);
    b->failed = true;
}

static bool reserve(ww_buffer *b, size_t more)
{
    if (b->failed)
        return false;
    if (more < b->capacity - b->bytes) // one byte stays for the zero
        return true;
    size_t wider;
    bool fits = !__builtin_add_overflow(b->capacity * 2 + SPARE_BYTES, more, &wider);
    char *grown = fits ? ww_try_widen(b->data, b->capacity, wider, 1) : NULL;
    if (!grown) {
        ww_buffer_fail(b);
        return false;
    }
    b->data = grown;
    b->capacity = wider;
    return true;
}

void ww_buffer_add(ww_buffer *b, const void *data, size_t bytes)
{
    if (!reserve(b, bytes))
        return;
    if (bytes)
        memcpy(b->data + b->bytes, data, bytes);
    b->bytes += bytes;
    b->data[b->bytes] = 0;
}

void ww_buffer_text(ww_buffer *b, const char *text) { ww_buffer_add(b, text, strlen(text)); }

void ww_buffer_whole(ww_buffer *b, int64_t value)
{
    char text[24], *at = text + sizeof text;
    uint64_t left = value < 0 ? -(uint64_t)value : (uint64_t)value;
    do
        *--at = (char)('0' + left % 10);
    while (left /= 10);
    if (value < 0)
        *--at = '-';
    ww_buffer_add(b, at, (size_t)(text + sizeof text - at));
}

void ww_buffer_format(ww_buffer *b, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    const size_t room = b->capacity - b->bytes; // what is short is formatted once
    int n = ww_vformat(room ? b->data + b->bytes : NULL, room, format, args);
    va_end(args);
    if (n > 0 && reserve(b, (size_t)n)) {
        if ((size_t)n >= room)
            ww_vformat(b->data + b->bytes, (size_t)n + 1, format, again);
        b->bytes += (size_t)n;
    }
    if (b->data)
        b->data[b->bytes] = 0;
    va_end(again);
}

ww_status ww_buffer_status(const ww_buffer *b, const char *what, ww_error *err)
{
    return b->failed ? ww_fail_memory(err, "%s", what) : WW_OK;
}

ww_status ww_buffer_write(const ww_buffer *b, const char *path, ww_error *err)
{
    ww_status status = ww_buffer_status(b, path, err);
    return status == WW_OK ? ww_write_file(path, b->data, b->bytes, err) : status;
}

char *ww_buffer_take(ww_buffer *b)
{
    if (b->failed)
        ww_out_of_memory(SPARE_BYTES);
    char *text = b->data ? b->data : ww_strdup("");
    *b = (ww_buffer){0};
    return text;
}

void ww_buffer_free(ww_buffer *b)
{
    free(b->data);
    *b = (ww_buffer){0};
}
