// SPDX-License-Identifier: MIT
// whoswho review: naming and correcting people in a browser. One page, served by this program to this machine alone.
#ifndef WW_REVIEW_SERVE_H
#define WW_REVIEW_SERVE_H
#include "whoswho/whoswho.h"
#include <stdbool.h>

typedef struct review_options {
    const char *dir;
    ww_model_options models; // those the library was made with, to add faces that were missed
    int port;                // 0: any that is free
    bool open_browser;       // hand the address to the desktop
    bool quiet;              // print the address alone
} review_options;

// Serves until the page or a signal ends it, then sorts again and writes the folders if anything was decided.
ww_status review_serve(const review_options *options, ww_error *err);

#endif
