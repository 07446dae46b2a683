// SPDX-License-Identifier: MIT
// Logging: the library never prints; it calls this callback, and only the command line decides what a person sees.
#ifndef WW_BASE_LOG_H
#define WW_BASE_LOG_H
#include "whoswho/whoswho.h"

// `write` may be called from any worker thread; NULL = silent.
typedef struct ww_log {
    void (*write)(void *user, ww_log_level level, const char *message);
    void *user;
} ww_log;

// `log` may be NULL. One line, no trailing newline.
void ww_logf(const ww_log *log, ww_log_level level, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
