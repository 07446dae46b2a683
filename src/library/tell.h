// SPDX-License-Identifier: MIT
// Lines of words for whoever listens.
#ifndef WW_LIBRARY_TELL_H
#define WW_LIBRARY_TELL_H

typedef struct ww_listener {
    void (*on_line)(void *user, const char *line); // NULL: nobody listens
    void *user;
} ww_listener;

// A line of fewer than WW_WORDS_MAX bytes, cut if it would be longer, without a line feed.
void ww_tell(const ww_listener *listener, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
