// SPDX-License-Identifier: MIT
// Messages for whoever listens, line by line.
#ifndef WW_LIBRARY_NOTIFY_H
#define WW_LIBRARY_NOTIFY_H
#include "base/error.h"
#include <stdarg.h>
#include <stdbool.h>

typedef struct ww_listener {
    int (*on_line)(void *user, const char *line); // NULL: nobody listens
    void *user;
    bool stopped; // it returned something else than 0 once
} ww_listener;

// A line of fewer than WW_WORDS_MAX bytes, cut if it would be longer, without a line feed.
void ww_notify(ww_listener *listener, const char *format, ...) __attribute__((format(printf, 2, 3)));
void ww_vnotify(ww_listener *listener, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

// WW_ERR_CANCELLED if the listener asked to stop; asked before anything is decided for good.
ww_status ww_listener_status(const ww_listener *listener, ww_error *err);

#endif
