// SPDX-License-Identifier: MIT
// A growing text or byte buffer, for building files in memory before they are written whole. When memory runs out the
// buffer drops what it held, says so from then on (ww_buffer_status), and takes nothing more: check once, before its
// bytes are used.
#ifndef WW_BASE_BUFFER_H
#define WW_BASE_BUFFER_H
#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ww_buffer {
    char *data; // always zero-terminated once anything was added; NULL before
    size_t bytes, capacity;
    bool failed; // no memory for what was added
} ww_buffer;

void ww_buffer_add(ww_buffer *b, const void *data, size_t bytes);
void ww_buffer_text(ww_buffer *b, const char *text);
void ww_buffer_whole(ww_buffer *b, int64_t value); // in digits; tables hold many of these
void ww_buffer_format(ww_buffer *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
// Takes nothing more, as after no memory: for what should have been added and could not be made.
void ww_buffer_fail(ww_buffer *b);
// WW_ERR_MEMORY when something could not be added; `what` is what the buffer is to become ("faces.csv").
ww_status ww_buffer_status(const ww_buffer *b, const char *what, ww_error *err);
// ww_write_file of the content, after ww_buffer_status.
ww_status ww_buffer_write(const ww_buffer *b, const char *path, ww_error *err);
// Makes a short text (a path, a sentence) a string of the caller's (free), and empties the buffer. Never NULL: as
// ww_alloc.
char *ww_buffer_take(ww_buffer *b);
void ww_buffer_free(ww_buffer *b);

#endif
