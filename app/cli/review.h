// SPDX-License-Identifier: MIT
// What the commands that speak of people share: their options, the library they work on, and sorting again afterwards.
#ifndef WW_CLI_REVIEW_H
#define WW_CLI_REVIEW_H
#include "options.h"
#include "ui.h"

#define DIR_DEFAULT "ClusteredFaces"

typedef struct review {
    const char *dir;
    bool quiet, json, help;
    ui u;
    ww_library *library;
    ww_error err;
} review;

// The options that every such command has; `more` are its own. Puts the other arguments into rest (room for argc). Prints the
// help if asked for (`usage` is its first part). Returns false when there is nothing left to do; *code is then the exit code.
bool review_parse(review *r, const char *usage, const option *more, size_t more_count, int argc, char **argv, int first,
                  const char **rest, size_t *count, int *code);
ww_status review_open(review *r);
// Closes the library and returns the exit code for `status`, after a message if it is not WW_OK.
int review_close(review *r, ww_status status);

// Sorts again, writes the folders, and prints what became of them; in JSON as members that go on after the caller's.
ww_status review_resort(review *r);

#endif
