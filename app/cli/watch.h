// SPDX-License-Identifier: MIT
// Waiting for new files in folders (inotify). Folders within are watched too, also those made later.
#ifndef WW_CLI_WATCH_H
#define WW_CLI_WATCH_H
#include <stdbool.h>
#include <stddef.h>

typedef struct watch watch;

// NULL after a message: inotify is not there, or a path cannot be watched. `except`: a folder that is not looked into
// (the program's own output), borrowed until watch_close; it may be made later.
watch *watch_open(const char *const *path, size_t count, const char *except);
void watch_close(watch *w);
// Returns when a file was written or moved in, or a folder came, and nothing has happened for `settle_ms` since; false:
// interrupted.
bool watch_wait(watch *w, int settle_ms, bool (*interrupted)(void));

#endif
