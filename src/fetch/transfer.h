// SPDX-License-Identifier: MIT
// One HTTP request: the rest of a file, written behind what is there of it. Private to this room.
#ifndef WW_FETCH_TRANSFER_H
#define WW_FETCH_TRANSFER_H
#include "fetch/fetch.h"

typedef struct ww_part {
    int fd; // open for writing
    const char *path;
    int64_t bytes; // that are there, and good to go on from
} ww_part;

// Asks for what follows part->bytes, writes it there, and keeps part->bytes up to date. Where the server sends the
// whole file instead, the part is emptied first. Errors: as ww_fetch_file, but nothing is removed here.
ww_status ww_transfer(const ww_fetch *wanted, ww_part *part, ww_error *err);

#endif
