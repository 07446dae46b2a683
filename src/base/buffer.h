// SPDX-License-Identifier: MIT
// A growing text or byte buffer, for building files in memory before they are written whole.
#ifndef WW_BASE_BUFFER_H
#define WW_BASE_BUFFER_H
#include <stddef.h>

typedef struct ww_buffer {
    char *data; // always zero-terminated once anything was added; NULL before
    size_t bytes, capacity;
} ww_buffer;

void ww_buffer_add(ww_buffer *b, const void *data, size_t bytes);
void ww_buffer_text(ww_buffer *b, const char *text);
void ww_buffer_format(ww_buffer *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void ww_buffer_free(ww_buffer *b);

#endif
