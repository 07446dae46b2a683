// SPDX-License-Identifier: MIT
// Messages for whoever listens, line by line.
#ifndef WW_LIBRARY_NOTIFY_H
#define WW_LIBRARY_NOTIFY_H

typedef struct ww_listener {
    void (*on_line)(void *user, const char *line); // NULL: nobody listens
    void *user;
} ww_listener;

// A line of fewer than WW_WORDS_MAX bytes, cut if it would be longer, without a line feed.
void ww_notify(const ww_listener *listener, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
