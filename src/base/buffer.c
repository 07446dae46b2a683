// SPDX-License-Identifier: MIT
#include "base/buffer.h"
#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void reserve(ww_buffer *b, size_t more)
{
    size_t needed = b->bytes + more + 1;
    if (needed <= b->capacity)
        return;
    size_t wider = b->capacity * 2 > needed ? b->capacity * 2 : needed + 256;
    char *grown = ww_alloc(wider);
    if (b->bytes)
        memcpy(grown, b->data, b->bytes);
    free(b->data);
    b->data = grown;
    b->capacity = wider;
}

void ww_buffer_add(ww_buffer *b, const void *data, size_t bytes)
{
    reserve(b, bytes);
    if (bytes)
        memcpy(b->data + b->bytes, data, bytes);
    b->bytes += bytes;
    b->data[b->bytes] = 0;
}

void ww_buffer_text(ww_buffer *b, const char *text)
{
    ww_buffer_add(b, text, strlen(text));
}

void ww_buffer_format(ww_buffer *b, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n > 0) {
        reserve(b, (size_t)n);
        vsnprintf(b->data + b->bytes, (size_t)n + 1, format, again);
        b->bytes += (size_t)n;
    }
    va_end(again);
}

void ww_buffer_free(ww_buffer *b)
{
    free(b->data);
    *b = (ww_buffer){0};
}
