// SPDX-License-Identifier: MIT
// JSON (RFC 8259) read from front to back: one call for each number, string and literal, and one for the end of each
// object, with the path that leads there. {"images": [{"id": 7}]} gives ("images[].id", 7), ("images[]", end), ("",
// end).
#ifndef WW_BASE_JSON_H
#define WW_BASE_JSON_H
#include "base/error.h"
#include <stddef.h>

enum { WW_JSON_DEPTH_MAX = 64 };

typedef enum ww_json_kind {
    WW_JSON_NUMBER,
    WW_JSON_STRING,
    WW_JSON_LITERAL,
    WW_JSON_END
} ww_json_kind; // LITERAL: true, false, null

// number: of a number; text: of a string (UTF-8, without its escapes) or literal, else "". Both strings are borrowed
// for the call. A non-OK return ends the reading with that status.
typedef ww_status ww_on_json(void *user, const char *path, ww_json_kind kind, double number, const char *text,
                             ww_error *err);

// `text` is zero-terminated; `name` is for messages. WW_ERR_FORMAT: it is no JSON, or nested deeper than
// WW_JSON_DEPTH_MAX; the message names the line.
ww_status ww_json_read(const char *text, const char *name, ww_on_json *on_value, void *user, ww_error *err);

// The same with the line (from 1) at which each value ends. WW_ERR_FORMAT of the callback gets name and line put before
// its message.
typedef ww_status ww_on_json_line(void *user, const char *path, ww_json_kind kind, double number, const char *text,
                                  size_t line, ww_error *err);
ww_status ww_json_read_lines(const char *text, const char *name, ww_on_json_line *on_line, void *user, ww_error *err);

#endif
