// SPDX-License-Identifier: MIT
// Files and paths. Whole-file writes are atomic: a temporary neighbour of a random name is written, then renamed over
// the target, so a reader (or a kill) sees the old file or the new one, never half of one.
#ifndef WW_BASE_FILES_H
#define WW_BASE_FILES_H
#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// "DIR/NAME"; caller frees. An empty dir gives NAME.
char *ww_path_join(const char *dir, const char *name);
// From the root, through the real name of its folder (the file itself may be a link, or not there); caller frees.
char *ww_path_absolute(const char *path);
// Points into `path`, after the last '/'.
const char *ww_path_base(const char *path);
// Extension without the dot, or "" (points into `path`).
const char *ww_path_extension(const char *path);
// The name without folder and extension; the caller's to free.
char *ww_path_stem(const char *path);
bool ww_path_exists(const char *path);
bool ww_path_is_dir(const char *path);
// Whether a rename can put another folder in the place of the folder `path`: it is empty, no file system is mounted
// there, and it is not the one that the process is in.
bool ww_dir_can_be_replaced(const char *path);
// Where the symbolic link `path` leads; the caller's (free). NULL: it is none, or leads nowhere (*dangling).
char *ww_path_link_target(const char *path, bool *dangling);

// Makes the folder and its missing parents; fine when it is there.
ww_status ww_make_dirs(const char *path, ww_error *err);
// Opens a regular file for reading; *fd is the caller's (close), -1 after a failure. Anything else (a FIFO, a device, a
// folder): WW_ERR_IO, at once. `bytes` (may be NULL) gets its size.
ww_status ww_open_regular_file(const char *path, int *fd, uint64_t *bytes, ww_error *err);
// Reads the whole file; *data is the caller's (free), with one zero byte added after *bytes. More than max_bytes:
// WW_ERR_MEMORY.
ww_status ww_read_file(const char *path, size_t max_bytes, uint8_t **data, size_t *bytes, ww_error *err);
// The same from an open one; `path` is for messages.
ww_status ww_read_open_file(int fd, const char *path, size_t max_bytes, uint8_t **data, size_t *bytes, ww_error *err);
// Atomic, see above. Leaves the file alone when it already holds exactly these bytes (so that a re-export touches
// nothing).
ww_status ww_write_file(const char *path, const void *data, size_t bytes, ww_error *err);

#endif
