// SPDX-License-Identifier: MIT
// What the commands that speak of people share: their options, the library they work on, and sorting again afterwards.
#ifndef WW_CLI_REVIEW_H
#define WW_CLI_REVIEW_H
#include "options.h"
#include "ui.h"

typedef struct review {
    const char *dir;
    bool quiet, json, help;
    ui u;
    ww_library *library;
    ww_error err;
} review;

// What a command does with the arguments that are no options; returns the exit code.
typedef int review_action(review *r, const char **argument, size_t count, void *user);

// Runs a command: reads the options that every such command has and `more`, its own, prints the help if asked for
// (`usage` is its first part), or hands the other arguments to `action`. Returns the exit code.
int review_run(const char *usage, const option *more, size_t more_count, int argc, char **argv, int first,
               review_action *action, void *user);
// Whether a folder was named, on the command line or in the configuration; else r->dir is the default.
bool review_folder_given(const review *r);
ww_status review_open(review *r);
// Closes the library and returns the exit code for `status`, after a message if it is not WW_OK.
int review_close(review *r, ww_status status);

// What the library tells while it reads: for review_print_line, which prints a line, or in JSON the next string of a
// list that the caller opened and closes.
typedef struct review_lines {
    const review *r;
    bool any; // printed so far
} review_lines;
int review_print_line(void *user, const char *line); // `user`: a review_lines

// Sorts again, writes the folders, and prints what became of them; in JSON as members that go on after the caller's.
ww_status review_resort(review *r);

#endif
